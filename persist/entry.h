/* entry.h - one journal entry: one batch of commands as bytes and back.
 *
 * LMDB key: index, 8 bytes, big-endian, so byte order is number order. Value:
 *   OFFSET  SIZE  FIELD (little-endian)
 *        0     4  CRC32C of the key and of every byte that follows
 *        4     2  format, ENTRY_FORMAT
 *        6     2  kind, enum entry_kind
 *        8    16  cluster id
 *       24     8  term
 *       32     8  index
 *       40     8  first sequence
 *       48     4  count of commands
 *       52     4  rule set
 *       56     8  time_ns, of every command in the entry
 *       64    32  head: BLAKE2b-256 of the previous entry's value; zero in the genesis
 *       96     8  digest sequence: the newest command whose events were known
 *      104    32  digest of the events up to there (digest.h); zero while that sequence is 0
 *      136     4  size of what follows
 *      140     n  the commands, journal form of proto/codec.h, back to back
 *
 * The first entry (index 1) is the genesis: count 0, and instead of commands the fields of struct
 * engine_limits in their order, 4 bytes each. One with the first 11 only is from before rule set 2:
 * it starts with rule set 1, without a bound on work and with the later tables of entry.c. Events
 * are never journalled. Invariant:  indexes and sequences have no gaps; an entry never changes.
 * Threads:    no state.
 */
#ifndef PERSIST_ENTRY_H
#define PERSIST_ENTRY_H
#include "engine/limits.h"
#include "engine/types.h"
#include "proto/fault.h"

#define ENTRY_FORMAT 1
#define ENTRY_HEAD 140
#define ENTRY_KEY 8
#define ENTRY_COUNT_MAX 65536u /* commands of one entry */
#define HASH_BYTES 32
#define CLUSTER_BYTES 16

enum entry_kind { ENTRY_COMMANDS = 1, ENTRY_GENESIS = 2 };

struct entry {
    uint64_t index;           /* submit: 0 lets the journal number it */
    uint64_t term;            /* of the leader that stamped it; 1 without replication */
    uint64_t first_sequence;  /* of the first command */
    uint64_t digest_sequence; /* 0: no events known yet */
    int64_t time_ns;
    uint32_t count;
    uint32_t rule_set;
    uint16_t kind; /* enum entry_kind; submit: ignored, always ENTRY_COMMANDS */
    uint8_t digest[HASH_BYTES];
    const uint8_t *commands; /* borrowed: submit copies; reading: valid until the next read */
    size_t commands_size;
};

/* What stands in front of an entry and must fit it. */
struct entry_link {
    uint8_t cluster[CLUSTER_BYTES];
    uint8_t head[HASH_BYTES]; /* of the previous entry */
    uint64_t index;           /* of the previous entry; 0: none */
    uint64_t sequence;        /* last one of the previous entries; 0: none */
    int64_t time_ns;          /* of the previous entry */
};

/* Bytes of the value. */
size_t entry_size(const struct entry *entry);

/* Writes the value and moves `link` behind it. Needs: out has entry_size() bytes; index, sequence
 * and time follow `link` (asserted). Cost: a CRC32C and a BLAKE2b over the value. */
void entry_put(uint8_t *out, const struct entry *entry, struct entry_link *link);

/* Reads a value stored under `key` and moves `link` behind it. The commands stay inside `bytes`.
 * Returns 0, ERR_VERSION, ERR_CHECKSUM, ERR_CHAIN (head or cluster), ERR_GAP (index, sequence or
 * time) or ERR_MALFORMED; `why` names the index and the field. */
int entry_get(const uint8_t *key, size_t key_size, const uint8_t *bytes, size_t size,
              struct entry_link *link, struct entry *out, struct fault_text *why);

/* The link behind a value whose predecessor is not at hand: checks form and checksum only. Returns
 * 0, ERR_CHECKSUM, ERR_VERSION or ERR_MALFORMED. */
int entry_peek(const uint8_t *key, size_t key_size, const uint8_t *bytes, size_t size,
               struct entry_link *out, struct fault_text *why);

/* The last sequence of an entry; its first minus one when it has no commands. */
static inline uint64_t entry_last_sequence(const struct entry *entry)
{
    return entry->first_sequence + entry->count - 1;
}

/* The limits a genesis carries. Returns 0 or ERR_MALFORMED. The caller checks
 * their range with engine_limits_complete(). */
int entry_limits(const struct entry *genesis, struct engine_limits *out);

#define ENTRY_LIMITS_BYTES 72
#define ENTRY_LIMITS_FIRST_BYTES 44 /* before rule set 2 */
void entry_limits_put(uint8_t out[ENTRY_LIMITS_BYTES], const struct engine_limits *limits);

/* Big-endian key of an index. */
void entry_key(uint8_t out[ENTRY_KEY], uint64_t index);
#endif
