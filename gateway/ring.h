/* ring.h - a bounded queue between one producer and one consumer; C11 atomics, no lock.
 *
 * Only the positions live here; the slots are the owner's array of `capacity` things (commands,
 * requests, or bytes). The producer writes slots ring_index(head of its room + i) and publishes
 * them together; the consumer reads and takes them together.
 *
 * Owns:       two counters that never stop rising (they wrap at 2^32, harmless).
 * Bound:      capacity, a power of two up to 2^31.
 * Threads:    one producer, one consumer. A producer that stops at any instruction delays nobody
 *             but its own consumer's view of this ring: nothing is half visible.
 * Invariant:  taken <= put <= taken + capacity.
 */
#ifndef GATEWAY_RING_H
#define GATEWAY_RING_H
#include "engine/assert.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RING_LINE 64 /* bytes of a cache line: the two sides do not share one */

struct ring {
    _Alignas(RING_LINE) _Atomic uint32_t put;   /* producer writes */
    uint32_t taken_seen;                        /* producer's memory of `taken` */
    _Alignas(RING_LINE) _Atomic uint32_t taken; /* consumer writes */
    uint32_t put_seen;                          /* consumer's memory of `put` */
    _Alignas(RING_LINE) uint32_t capacity;
};

/* Empties the ring. Needs: neither side is running; capacity is a power of two. */
static inline void ring_init(struct ring *ring, uint32_t capacity)
{
    ASSERT(capacity && (capacity & (capacity - 1)) == 0);
    atomic_store_explicit(&ring->put, 0, memory_order_relaxed);
    atomic_store_explicit(&ring->taken, 0, memory_order_relaxed);
    ring->taken_seen = 0;
    ring->put_seen = 0;
    ring->capacity = capacity;
}

/* Producer: free slots; the other side is asked only when fewer than `wanted` are known. */
static inline uint32_t ring_room(struct ring *ring, uint32_t wanted)
{
    uint32_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
    uint32_t room = ring->capacity - (put - ring->taken_seen);
    if (room < wanted) {
        ring->taken_seen = atomic_load_explicit(&ring->taken, memory_order_acquire);
        room = ring->capacity - (put - ring->taken_seen);
    }
    ASSERT(room <= ring->capacity);
    return room;
}

/* Producer: array index of the free slot number `nth`. Needs: nth < ring_room(). */
static inline uint32_t ring_free_slot(const struct ring *ring, uint32_t nth)
{
    uint32_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
    return (put + nth) & (ring->capacity - 1);
}

/* Producer: makes the next `count` slots visible. Needs: count <= ring_room(). */
static inline void ring_publish(struct ring *ring, uint32_t count)
{
    uint32_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
    ASSERT(put + count - ring->taken_seen <= ring->capacity);
    atomic_store_explicit(&ring->put, put + count, memory_order_release);
}

/* Consumer: slots that can be read. */
static inline uint32_t ring_ready(struct ring *ring)
{
    uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    ring->put_seen = atomic_load_explicit(&ring->put, memory_order_acquire);
    return ring->put_seen - taken;
}

/* Consumer: array index of the readable slot number `nth`. Needs: nth < ring_ready(). */
static inline uint32_t ring_full_slot(const struct ring *ring, uint32_t nth)
{
    uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    return (taken + nth) & (ring->capacity - 1);
}

/* Consumer: gives `count` slots back. Needs: count <= ring_ready(). */
static inline void ring_take(struct ring *ring, uint32_t count)
{
    uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    ASSERT(count <= ring->put_seen - taken);
    atomic_store_explicit(&ring->taken, taken + count, memory_order_release);
}

/* Anybody: true when nothing waits (a moment ago). */
static inline bool ring_empty(const struct ring *ring)
{
    return atomic_load_explicit(&ring->put, memory_order_acquire) ==
           atomic_load_explicit(&ring->taken, memory_order_acquire);
}

/* A ring of bytes: copies all of `size` in and publishes it as one. False: no room. */
bool ring_bytes_put(struct ring *ring, uint8_t *slots, const void *bytes, uint32_t size);

/* Consumer of bytes: the piece that starts `skip` behind the first readable byte and goes on to
 * `limit` or the end of the array. *out_size 0: nothing there. Borrowed until ring_take. */
const uint8_t *ring_bytes_piece(const struct ring *ring, const uint8_t *slots, uint32_t skip,
                                uint32_t limit, uint32_t *out_size);
#endif
