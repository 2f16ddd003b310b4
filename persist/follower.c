/* follower.c - see follower.h. */
#include "persist/follower.h"
#include "engine/assert.h"
#include "proto/codec.h"
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

/* Zeroed pages, taken from the system only when touched. */
static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

int follower_init(struct follower *follower, const struct engine_limits *limits)
{
    memset(follower, 0, sizeof *follower);
    digest_chain_init(&follower->chain);
    follower->memory_size = engine_memory(limits);
    follower->events_size = engine_events_max(limits);
    follower->memory = reserve(follower->memory_size);
    follower->events.bytes = reserve(follower->events_size);
    follower->events.capacity = follower->events_size;
    if (!follower->memory || !follower->events.bytes) {
        follower_deinit(follower);
        return ERR_NO_MEMORY;
    }
    follower->engine = engine_init(follower->memory, follower->memory_size, limits);
    return 0;
}

void follower_deinit(struct follower *follower)
{
    if (follower->memory) munmap(follower->memory, follower->memory_size);
    if (follower->events.bytes) munmap(follower->events.bytes, follower->events_size);
    follower->memory = NULL;
    follower->events.bytes = NULL;
    follower->engine = NULL;
}

void follower_borrow(struct follower *follower, struct engine *engine,
                     const struct event_buffer *out)
{
    memset(follower, 0, sizeof *follower);
    digest_chain_init(&follower->chain);
    follower->engine = engine;
    follower->events = *out;
}

/* The engine asserts on what a leader can never have stamped; a damaged or forged entry must not
 * get that far. */
static int check_command(const struct follower *follower, const struct entry *entry,
                         const struct command *command, uint64_t sequence, struct fault_text *why)
{
    if (command->sequence != sequence || sequence != engine_sequence(follower->engine) + 1)
        return fault_say(why, ERR_GAP,
                         "journal entry %" PRIu64 ": command %" PRIu64 " stands where %" PRIu64
                         " belongs",
                         entry->index, command->sequence, sequence);
    if (command->time_ns != entry->time_ns || command->time_ns < engine_time(follower->engine))
        return fault_say(why, ERR_GAP,
                         "journal entry %" PRIu64 ": command %" PRIu64 " has another time_ns",
                         entry->index, sequence);
    if (command->role >= ROLE_COUNT || command->type == 0 || command->type >= COMMAND_END)
        return fault_say(why, ERR_MALFORMED,
                         "journal entry %" PRIu64 ": command %" PRIu64 " of type %u, role %u",
                         entry->index, sequence, command->type, command->role);
    return 0;
}

static int apply_commands(struct follower *follower, const struct entry *entry,
                          follower_watch *watch, void *context, struct fault_text *why)
{
    const uint8_t *at = entry->commands;
    size_t left = entry->commands_size;
    for (uint32_t i = 0; i < entry->count; i++) {
        struct command command;
        size_t used = 0;
        if (codec_command_get(at, left, &command, &used))
            return fault_say(why, ERR_MALFORMED,
                             "journal entry %" PRIu64 ": command %" PRIu64 " cannot be read",
                             entry->index, entry->first_sequence + i);
        int fault = check_command(follower, entry, &command, entry->first_sequence + i, why);
        if (fault) return fault;
        at += used;
        left -= used;
        follower->events.used = 0;
        engine_apply(follower->engine, &command, &follower->events);
        digest_chain_feed(&follower->chain, &follower->events);
        follower->commands++;
        fault = watch ? watch(context, &command, &follower->events) : 0;
        if (fault) return fault;
    }
    if (left > 0)
        return fault_say(why, ERR_MALFORMED,
                         "journal entry %" PRIu64 ": %zu bytes behind its last command",
                         entry->index, left);
    digest_chain_close(&follower->chain, entry_last_sequence(entry));
    return 0;
}

/* The slot of an entry's digest: entries are counted from the genesis. */
static void remember(struct follower *follower)
{
    size_t slot = follower->entries % FOLLOWER_DIGESTS;
    follower->recent[slot].sequence = follower->chain.sequence;
    memcpy(follower->recent[slot].digest, follower->chain.digest, HASH_BYTES);
}

static int compare(struct follower *follower, const struct entry *entry, struct fault_text *why)
{
    if (entry->digest_sequence == 0) return 0;
    for (size_t back = 0; back < FOLLOWER_DIGESTS && back <= follower->entries; back++) {
        size_t slot = (follower->entries - back) % FOLLOWER_DIGESTS;
        if (follower->recent[slot].sequence > entry->digest_sequence) continue;
        if (follower->recent[slot].sequence < entry->digest_sequence) break;
        if (memcmp(follower->recent[slot].digest, entry->digest, HASH_BYTES) == 0) {
            follower->compared++;
            return 0;
        }
        return fault_say(why, ERR_DIGEST,
                         "journal entry %" PRIu64 ": replay gives other events up to sequence "
                         "%" PRIu64 " under rule set %" PRIu32,
                         entry->index, entry->digest_sequence, entry->rule_set);
    }
    return fault_say(why, ERR_DIGEST,
                     "journal entry %" PRIu64 ": no recent entry ends at its digest's sequence "
                     "%" PRIu64 " (rule set %" PRIu32 ")",
                     entry->index, entry->digest_sequence, entry->rule_set);
}

int follower_apply(struct follower *follower, const struct entry *entry, follower_watch *watch,
                   void *context, struct fault_text *why)
{
    uint32_t present = engine_rule_set(follower->engine);
    if (entry->rule_set > RULE_SET_NEWEST)
        return fault_say(why, ERR_VERSION,
                         "journal entry %" PRIu64 ": rule set %" PRIu32
                         ", this program knows them up to %d",
                         entry->index, entry->rule_set, RULE_SET_NEWEST);
    if (entry->rule_set != present)
        return fault_say(why, ERR_VERSION,
                         "journal entry %" PRIu64 ": rule set %" PRIu32
                         ", the exchange is at %" PRIu32,
                         entry->index, entry->rule_set, present);
    if (entry->kind == ENTRY_COMMANDS) {
        int fault = apply_commands(follower, entry, watch, context, why);
        if (fault) return fault;
    }
    follower->entries++;
    remember(follower);
    return compare(follower, entry, why);
}
