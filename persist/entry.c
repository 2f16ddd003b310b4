/* entry.c - the layout drawn in entry.h, written and verified. */
#include "persist/entry.h"
#include "engine/assert.h"
#include "persist/bytes.h"
#include "persist/checksum.h"
#include <inttypes.h>
#include <sodium.h>

enum {
    AT_CRC = 0,
    AT_FORMAT = 4,
    AT_KIND = 6,
    AT_CLUSTER = 8,
    AT_TERM = 24,
    AT_INDEX = 32,
    AT_FIRST = 40,
    AT_COUNT = 48,
    AT_RULE_SET = 52,
    AT_TIME = 56,
    AT_HEAD = 64,
    AT_DIGEST_SEQUENCE = 96,
    AT_DIGEST = 104,
    AT_SIZE = 136,
    AT_COMMANDS = ENTRY_HEAD
};

static uint32_t covered(const uint8_t *key, size_t key_size, const uint8_t *bytes, size_t size)
{
    uint32_t running = checksum_feed(CHECKSUM_START, key, key_size);
    return checksum_end(checksum_feed(running, bytes + AT_FORMAT, size - AT_FORMAT));
}

static void move_behind(struct entry_link *link, const struct entry *entry, const uint8_t *bytes,
                        size_t size)
{
    int bad = crypto_generichash(link->head, HASH_BYTES, bytes, size, NULL, 0);
    ASSERT(bad == 0);
    link->index = entry->index;
    link->sequence = entry_last_sequence(entry);
    link->time_ns = entry->time_ns;
}

size_t entry_size(const struct entry *entry)
{
    return ENTRY_HEAD + entry->commands_size;
}

void entry_key(uint8_t out[ENTRY_KEY], uint64_t index)
{
    bytes_key64(out, index);
}

void entry_put(uint8_t *out, const struct entry *entry, struct entry_link *link)
{
    ASSERT(entry->index == link->index + 1);
    ASSERT(entry->first_sequence == link->sequence + 1);
    ASSERT(entry->time_ns >= link->time_ns);
    ASSERT(entry->commands_size <= UINT32_MAX);
    bytes_put16(out + AT_FORMAT, ENTRY_FORMAT);
    bytes_put16(out + AT_KIND, entry->kind);
    memcpy(out + AT_CLUSTER, link->cluster, CLUSTER_BYTES);
    bytes_put64(out + AT_TERM, entry->term);
    bytes_put64(out + AT_INDEX, entry->index);
    bytes_put64(out + AT_FIRST, entry->first_sequence);
    bytes_put32(out + AT_COUNT, entry->count);
    bytes_put32(out + AT_RULE_SET, entry->rule_set);
    bytes_put64(out + AT_TIME, (uint64_t)entry->time_ns);
    memcpy(out + AT_HEAD, link->head, HASH_BYTES);
    bytes_put64(out + AT_DIGEST_SEQUENCE, entry->digest_sequence);
    memcpy(out + AT_DIGEST, entry->digest, HASH_BYTES);
    bytes_put32(out + AT_SIZE, (uint32_t)entry->commands_size);
    if (entry->commands_size > 0) memcpy(out + AT_COMMANDS, entry->commands, entry->commands_size);
    uint8_t key[ENTRY_KEY];
    entry_key(key, entry->index);
    bytes_put32(out + AT_CRC, covered(key, sizeof key, out, entry_size(entry)));
    move_behind(link, entry, out, entry_size(entry));
}

static int check_form(const uint8_t *key, size_t key_size, const uint8_t *bytes, size_t size,
                      uint64_t expected, struct fault_text *why)
{
    if (key_size != ENTRY_KEY || size < ENTRY_HEAD)
        return fault_say(why, ERR_CHECKSUM,
                         "journal entry %" PRIu64 ": key of %zu and value of %zu bytes, an entry "
                         "has %d and at least %d",
                         expected, key_size, size, ENTRY_KEY, ENTRY_HEAD);
    uint64_t index = bytes_of_key64(key);
    if (bytes_get32(bytes + AT_CRC) != covered(key, key_size, bytes, size))
        return fault_say(why, ERR_CHECKSUM, "journal entry %" PRIu64 ": the checksum is wrong",
                         index);
    if (bytes_get16(bytes + AT_FORMAT) != ENTRY_FORMAT)
        return fault_say(why, ERR_VERSION,
                         "journal entry %" PRIu64 ": format %u, this program reads %d", index,
                         bytes_get16(bytes + AT_FORMAT), ENTRY_FORMAT);
    if (bytes_get64(bytes + AT_INDEX) != index || bytes_get32(bytes + AT_SIZE) != size - ENTRY_HEAD)
        return fault_say(why, ERR_MALFORMED,
                         "journal entry %" PRIu64 ": its index or size is another", index);
    return 0;
}

static int check_link(const struct entry *entry, const uint8_t *bytes,
                      const struct entry_link *link, struct fault_text *why)
{
    if (entry->index != link->index + 1)
        return fault_say(why, ERR_GAP, "journal entry %" PRIu64 " follows entry %" PRIu64,
                         entry->index, link->index);
    if (memcmp(bytes + AT_CLUSTER, link->cluster, CLUSTER_BYTES) != 0)
        return fault_say(why, ERR_CHAIN, "journal entry %" PRIu64 " is of another cluster",
                         entry->index);
    if (memcmp(bytes + AT_HEAD, link->head, HASH_BYTES) != 0)
        return fault_say(why, ERR_CHAIN,
                         "journal entry %" PRIu64 ": its head is not the hash of the entry before",
                         entry->index);
    if (entry->first_sequence != link->sequence + 1)
        return fault_say(why, ERR_GAP,
                         "journal entry %" PRIu64 ": sequence %" PRIu64 " follows %" PRIu64,
                         entry->index, entry->first_sequence, link->sequence);
    if (entry->time_ns < link->time_ns)
        return fault_say(why, ERR_GAP,
                         "journal entry %" PRIu64 ": time_ns %" PRId64 " is before %" PRId64,
                         entry->index, entry->time_ns, link->time_ns);
    bool genesis = entry->kind == ENTRY_GENESIS;
    if ((!genesis && entry->kind != ENTRY_COMMANDS) || genesis != (entry->index == 1) ||
        genesis != (entry->count == 0) || entry->count > ENTRY_COUNT_MAX)
        return fault_say(why, ERR_MALFORMED,
                         "journal entry %" PRIu64 ": kind %u with %" PRIu32 " commands",
                         entry->index, entry->kind, entry->count);
    return 0;
}

static struct entry decode(const uint8_t *bytes, size_t size)
{
    struct entry entry = {
        .index = bytes_get64(bytes + AT_INDEX),
        .term = bytes_get64(bytes + AT_TERM),
        .first_sequence = bytes_get64(bytes + AT_FIRST),
        .digest_sequence = bytes_get64(bytes + AT_DIGEST_SEQUENCE),
        .time_ns = (int64_t)bytes_get64(bytes + AT_TIME),
        .count = bytes_get32(bytes + AT_COUNT),
        .rule_set = bytes_get32(bytes + AT_RULE_SET),
        .kind = bytes_get16(bytes + AT_KIND),
        .commands = bytes + AT_COMMANDS,
        .commands_size = size - ENTRY_HEAD,
    };
    memcpy(entry.digest, bytes + AT_DIGEST, HASH_BYTES);
    return entry;
}

int entry_peek(const uint8_t *key, size_t key_size, const uint8_t *bytes, size_t size,
               struct entry_link *out, struct fault_text *why)
{
    int fault = check_form(key, key_size, bytes, size, 0, why);
    if (fault) return fault;
    struct entry entry = decode(bytes, size);
    memcpy(out->cluster, bytes + AT_CLUSTER, CLUSTER_BYTES);
    move_behind(out, &entry, bytes, size);
    return 0;
}

int entry_get(const uint8_t *key, size_t key_size, const uint8_t *bytes, size_t size,
              struct entry_link *link, struct entry *out, struct fault_text *why)
{
    int fault = check_form(key, key_size, bytes, size, link->index + 1, why);
    if (fault) return fault;
    struct entry entry = decode(bytes, size);
    fault = check_link(&entry, bytes, link, why);
    if (fault) return fault;
    move_behind(link, &entry, bytes, size);
    *out = entry;
    return 0;
}

/* The order of struct engine_limits, spelled out: the layout is on disk for ever. */
#define FIRST_FIELDS(X)                                                                            \
    X(zones)                                                                                       \
    X(instruments)                                                                                 \
    X(participants)                                                                                \
    X(orders) X(names) X(levels) X(positions) X(auctions) X(bids) X(lanes) X(lane_window)
#define LATER_FIELDS(X) X(rule_set) X(work) X(extras) X(trades) X(locks) X(cities) X(rules)

void entry_limits_put(uint8_t out[ENTRY_LIMITS_BYTES], const struct engine_limits *limits)
{
    uint8_t *at = out;
#define PUT(field) bytes_put32(at, limits->field), at += 4;
    FIRST_FIELDS(PUT)
    LATER_FIELDS(PUT)
#undef PUT
    ASSERT(at == out + ENTRY_LIMITS_BYTES);
}

/* What a genesis of the first layout does not say. For ever the same: capacities decide what a
 * journal that raises its rules later answers. */
#define BEFORE_RULE_SET_2                                                                          \
    {                                                                                              \
        .rule_set = RULE_SET_FIRST, .work = WORK_NONE, .extras = 65536, .trades = 65536,           \
        .locks = 65536, .cities = 128, .rules = 4096                                               \
    }

int entry_limits(const struct entry *genesis, struct engine_limits *out)
{
    if (genesis->kind != ENTRY_GENESIS || (genesis->commands_size != ENTRY_LIMITS_BYTES &&
                                           genesis->commands_size != ENTRY_LIMITS_FIRST_BYTES))
        return ERR_MALFORMED;
    const uint8_t *at = genesis->commands;
    struct engine_limits limits = BEFORE_RULE_SET_2;
#define GET(field) limits.field = bytes_get32(at), at += 4;
    FIRST_FIELDS(GET)
    if (genesis->commands_size == ENTRY_LIMITS_BYTES) {
        LATER_FIELDS(GET)
    }
#undef GET
    *out = limits;
    return 0;
}
