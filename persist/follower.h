/* follower.h - an engine that follows the journal: applies entries, compares event digests.
 *
 * The one body behind recovery, shadow and audit. An entry states the digest of the newest events
 * its leader knew; the follower keeps the digests of its last FOLLOWER_DIGESTS entries and
 * compares. Owns:      the engine's memory (mmap), an event buffer of engine_events_max() (mmap,
 * touched only as far as needed). Threads:   one.
 */
#ifndef PERSIST_FOLLOWER_H
#define PERSIST_FOLLOWER_H
#include "persist/digest.h"

#define FOLLOWER_DIGESTS 4096u /* a leader never runs further ahead of its digest than this */

struct follower {
    struct engine *engine;
    void *memory;
    size_t memory_size;
    struct event_buffer events; /* of the command applied last */
    size_t events_size;
    struct digest_chain chain;
    uint64_t entries;  /* applied, genesis included */
    uint64_t commands; /* applied */
    uint64_t compared; /* digests that were compared and agreed */
    struct {
        uint64_t sequence;
        uint8_t digest[HASH_BYTES];
    } recent[FOLLOWER_DIGESTS];
};

/* Called after each command with its events (borrowed). Not 0: the entry stops with that fault. */
typedef int follower_watch(void *context, const struct command *command,
                           const struct event_buffer *events);

/* Returns 0 or ERR_NO_MEMORY. The struct is large: not for the stack. */
int follower_init(struct follower *follower, const struct engine_limits *limits);
void follower_deinit(struct follower *follower);

/* Follows into an engine and buffer of the caller's: nothing to deinit. Needs: a fresh engine. */
void follower_borrow(struct follower *follower, struct engine *engine,
                     const struct event_buffer *out);

/* Applies one entry. Returns 0, ERR_DIGEST (names sequence and rule set), ERR_VERSION (unknown or
 * another rule set), ERR_MALFORMED, ERR_GAP, or what `watch` returned. `watch` may be NULL. */
int follower_apply(struct follower *follower, const struct entry *entry, follower_watch *watch,
                   void *context, struct fault_text *why);
#endif
