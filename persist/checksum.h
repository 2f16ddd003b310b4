/* checksum.h - CRC32C (Castagnoli, reflected, as in iSCSI and RFC 3720) with its usual conventions.
 *
 * checksum_of("123456789", 9) is 0xE3069283. isa-l's crc32_iscsi leaves the inversion at both ends
 * to its caller; nobody else here calls it.
 */
#ifndef PERSIST_CHECKSUM_H
#define PERSIST_CHECKSUM_H
#include <stddef.h>
#include <stdint.h>

#define CHECKSUM_START UINT32_C(0xFFFFFFFF)

/* Feeds bytes to a running checksum that began as CHECKSUM_START. */
uint32_t checksum_feed(uint32_t running, const void *bytes, size_t size);

/* The checksum of all that was fed. */
static inline uint32_t checksum_end(uint32_t running)
{
    return running ^ UINT32_C(0xFFFFFFFF);
}

uint32_t checksum_of(const void *bytes, size_t size);
#endif
