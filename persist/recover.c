/* recover.c - the live engine is brought up by the same follower as shadow and audit. */
#include "persist/recover.h"
#include "engine/assert.h"
#include "persist/follower.h"
#include "persist/view.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct feed {
    recover_watch *watch;
    void *context;
    uint64_t events;
};

static int feed_one(void *context, const struct command *command, const struct event_buffer *events)
{
    struct feed *feed = context;
    for (const struct event *event = event_next(events, NULL); event;
         event = event_next(events, event))
        feed->events++;
    if (feed->watch) feed->watch(feed->context, command, events);
    return 0;
}

static int replay(struct journal *journal, struct follower *follower, struct feed *feed,
                  struct fault_text *why)
{
    struct journal_reader *reader;
    int fault = journal_reader_open(journal, &reader);
    if (fault) return fault_say(why, fault, "no memory for a journal reader");
    struct entry entry;
    int got;
    while ((got = journal_reader_next(reader, &entry, why)) == 1) {
        fault = follower_apply(follower, &entry, feed_one, feed, why);
        if (fault) break;
    }
    journal_reader_close(reader);
    return fault ? fault : got;
}

/* The view is written from committed entries only: if it knows more, the journal has lost them. */
static int check_view(struct journal *journal, struct fault_text *why)
{
    struct view *view;
    struct fault_text ignored;
    if (view_open_read(journal_path(journal), &view, &ignored)) return 0; /* it will be rebuilt */
    const struct view_state state = *view_state(view);
    view_close(view);
    if (memcmp(state.cluster, journal_cluster(journal), CLUSTER_BYTES) != 0) return 0;
    if (state.index <= journal_committed(journal)) return 0;
    return fault_say(why, ERR_GAP,
                     "%s: the journal ends with entry %" PRIu64 ", the view knows entry %" PRIu64,
                     journal_path(journal), journal_committed(journal), state.index);
}

int recover(struct journal *journal, struct engine *engine, struct event_buffer *out,
            recover_watch *watch, void *context, struct recovery *result, struct fault_text *why)
{
    ASSERT(engine_sequence(engine) == 0);
    struct follower *follower = aligned_alloc(64, (sizeof *follower + 63) / 64 * 64);
    if (!follower) return fault_say(why, ERR_NO_MEMORY, "no memory for the recovery");
    follower_borrow(follower, engine, out);
    struct feed feed = {.watch = watch, .context = context};
    int fault = check_view(journal, why);
    if (fault == 0) fault = replay(journal, follower, &feed, why);
    if (fault == 0) {
        ASSERT(follower->entries == journal_committed(journal));
        ASSERT(engine_sequence(engine) == journal_committed_sequence(journal));
        memset(result, 0, sizeof *result);
        result->entries = follower->entries;
        result->commands = follower->commands;
        result->events = feed.events;
        result->digests_compared = follower->compared;
        result->sequence = engine_sequence(engine);
        result->time_ns = engine_time(engine);
        result->chain = follower->chain;
    }
    free(follower);
    return fault;
}
