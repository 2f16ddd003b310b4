/* recover.h - the live engine at start: the whole journal, replayed and verified.
 *
 * Nothing is repaired and nothing is cut off: LMDB leaves no torn tail, so whatever does not fit
 * (checksum, chain, gap, digest) is named and the start is refused.
 */
#ifndef PERSIST_RECOVER_H
#define PERSIST_RECOVER_H
#include "persist/digest.h"
#include "persist/journal.h"

struct recovery { /* where the leader goes on */
    uint64_t entries;
    uint64_t commands;
    uint64_t events;
    uint64_t digests_compared;
    uint64_t sequence;         /* of the last command */
    int64_t time_ns;           /* of the last entry; a new one is not below it */
    struct digest_chain chain; /* goes on with the next entry */
};

/* Called after each command (borrowed), so that a directory of names can learn; may be NULL. */
typedef void recover_watch(void *context, const struct command *command,
                           const struct event_buffer *events);

/* Needs: a fresh engine made with journal_limits(); out as large as engine_events_max() says.
 * Returns 0 or ERR_CHECKSUM, ERR_CHAIN, ERR_GAP, ERR_DIGEST, ERR_VERSION, ERR_MALFORMED, ERR_DISK,
 * ERR_NO_MEMORY; also ERR_GAP when the view is ahead of the journal's end, which then has lost
 * entries. */
int recover(struct journal *journal, struct engine *engine, struct event_buffer *out,
            recover_watch *watch, void *context, struct recovery *result, struct fault_text *why);
#endif
