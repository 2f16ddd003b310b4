/* checksum.c - the one place that knows isa-l's calling convention. */
#include "persist/checksum.h"
#include "engine/assert.h"
#include <isa-l/crc.h>
#include <limits.h>

uint32_t checksum_feed(uint32_t running, const void *bytes, size_t size)
{
    /* The library takes a length of int and a pointer that is not const, but only reads. */
    ASSERT(size <= INT_MAX);
    if (size == 0) return running;
    union {
        const void *in;
        unsigned char *out;
    } pointer = {.in = bytes};
    return crc32_iscsi(pointer.out, (int)size, running);
}

uint32_t checksum_of(const void *bytes, size_t size)
{
    return checksum_end(checksum_feed(CHECKSUM_START, bytes, size));
}
