/* segment.h - one file of the journal: an LMDB file of fixed size, filled append-only.
 *
 * Keys are 8 bytes, big-endian: SEGMENT_OPEN_KEY the mark in front of the first entry, then entries
 * under their index, at last SEGMENT_SEAL_KEY the mark behind the last entry. Value of a mark:
 *   OFFSET  SIZE  FIELD (little-endian)
 *        0     4  CRC32C of the key and of every byte that follows
 *        4     2  format, ENTRY_FORMAT
 *        6     2  kind: 3 open, 4 seal
 *        8    16  cluster id
 *       24     4  segment number
 *       28     8  index of the last entry before this place
 *       36     8  last sequence before this place
 *       44     8  time_ns of that entry
 *       52    32  hash of that entry
 * An empty segment is a spare. A sealed one is never written again.
 *
 * LMDB: full sync, MDB_NOSUBDIR, MDB_NOTLS (read transactions do not belong to threads). The same
 * file must not be opened twice in one process.
 */
#ifndef PERSIST_SEGMENT_H
#define PERSIST_SEGMENT_H
#include "persist/entry.h"
#include "persist/store.h"
#include <lmdb.h>

#define SEGMENT_OPEN_KEY UINT64_C(0)
#define SEGMENT_SEAL_KEY UINT64_MAX
#define SEGMENTS_MAX 65536u      /* 4 TiB of the default size */
#define SEGMENT_RESERVE_PAGES 64 /* kept back for the seal */

struct segment {
    MDB_env *env;
    MDB_dbi table;
    uint32_t number;
    uint32_t readers; /* of this process; guarded by the journal's table lock */
    uint64_t bytes;
    char path[STORE_PATH_MAX];
};

/* Makes an empty segment, durable under its final name. An interrupted one is only a ".new" file.
 * Returns 0, ERR_DISK_FULL (names path and bytes), ERR_DISK, ERR_NO_MEMORY. */
int segment_prepare(const char *directory, uint32_t number, uint64_t bytes, struct fault_text *why);

/* Returns 0, ERR_NOT_FOUND, ERR_CHECKSUM (not LMDB, or shorter than it was made), ERR_DISK, ... */
int segment_open(const char *directory, uint32_t number, bool read_only, struct segment **out,
                 struct fault_text *why);
void segment_close(struct segment *segment); /* NULL is allowed */

/* Bytes entries may still take. */
uint64_t segment_free(const struct segment *segment);

/* An open group of entries; begin and end in one call of the journal thread. */
struct segment_group {
    struct segment *segment;
    MDB_txn *txn;
    uint64_t small_bytes; /* of entries that share pages */
    uint64_t own_pages;   /* of entries with pages of their own */
    uint64_t free_bytes;  /* at the begin */
};

int segment_begin(struct segment *segment, struct segment_group *group);
bool segment_fits(const struct segment_group *group, size_t value_size);
/* Appends a value of that size under `key`; the caller fills *out_value before the next call.
 * Returns 0 or an LMDB number. */
int segment_put(struct segment_group *group, uint64_t key, size_t value_size, uint8_t **out_value);
int segment_commit(struct segment_group *group); /* 0 or an LMDB number; the group is over */
void segment_abort(struct segment_group *group);

enum { SEGMENT_MARK_BYTES = 84 };
void segment_mark_put(uint8_t *out, uint64_t key, uint32_t number, const struct entry_link *link);
/* Returns 0, ERR_CHECKSUM, ERR_VERSION, ERR_CHAIN (another file's or cluster's mark). */
int segment_mark_get(const struct segment *segment, uint64_t key, const MDB_val *value,
                     struct entry_link *out, struct fault_text *why);

/* What the segment ends with. */
enum segment_end { SEGMENT_EMPTY = 1, SEGMENT_FILLING, SEGMENT_SEALED };
/* *out_link (cluster set by the caller) becomes the link behind the last entry. Returns 0 or ERR_*.
 */
int segment_last(const struct segment *segment, enum segment_end *out_end,
                 struct entry_link *out_link, struct fault_text *why);
#endif
