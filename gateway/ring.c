#include "gateway/ring.h"

bool ring_bytes_put(struct ring *ring, uint8_t *slots, const void *bytes, uint32_t size)
{
    if (ring_room(ring, size) < size) return false;
    uint32_t at = ring_free_slot(ring, 0);
    uint32_t first = ring->capacity - at < size ? ring->capacity - at : size;
    memcpy(slots + at, bytes, first);
    memcpy(slots, (const uint8_t *)bytes + first, size - first);
    ring_publish(ring, size);
    return true;
}

const uint8_t *ring_bytes_piece(const struct ring *ring, const uint8_t *slots, uint32_t skip,
                                uint32_t limit, uint32_t *out_size)
{
    ASSERT(skip <= limit);
    uint32_t at = ring_full_slot(ring, skip);
    uint32_t size = limit - skip;
    *out_size = ring->capacity - at < size ? ring->capacity - at : size;
    return slots + at;
}
