/* skeleton.h - the yardstick of the road: the same streams, the same bytes on disk, no exchange.
 *
 * Takes frames of the order port (no logon), puts all that has come in from all connections into
 * one LMDB value, commits it synced, and sends the frames back. The value is as long as the journal
 * form of the commands would be. The file is written with zeros beforehand, as journal segments
 * are.
 *
 * Bound:    SKELETON_PEERS_MAX connections, SKELETON_BYTES waiting each; one that passes them is
 *           closed.
 * Threads:  skeleton_serve commits on the calling thread; NNG's threads copy and wake.
 */
#ifndef BENCH_SKELETON_H
#define BENCH_SKELETON_H
#include "proto/fault.h"
#include <stdint.h>

#define SKELETON_PEERS_MAX 64
#define SKELETON_BYTES (2u << 20)
#define SKELETON_PREPARED_MIB 1024       /* written with zeros beforehand, by default */
#define SKELETON_MAP (UINT64_C(1) << 36) /* address space; the disk ends earlier */

/* Prints "ready" on standard output when it listens; ends at SIGTERM. Returns 0 or an ERR_*. */
int skeleton_serve(const char *url, const char *folder, uint64_t prepared_bytes,
                   struct fault_text *why);
#endif
