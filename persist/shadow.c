/* shadow.c - journal reader, follower and view in one step function. */
#include "persist/shadow.h"
#include "engine/assert.h"
#include "persist/follower.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct shadow {
    struct follower follower;
    struct journal_reader *reader;
    struct view *view;
    uint64_t view_from; /* entries up to this index are in the view already */
    bool rebuilt;
    bool waiting; /* rows are noted since waiting_ns */
    int64_t waiting_ns;
    shadow_watch *watch;
    void *watch_context;
    bool noting; /* the entry being applied is not in the view yet */
    int fault;
    struct fault_text why;
    _Atomic uint64_t sequence;
    _Atomic uint64_t index;
};

static int watch_command(void *context, const struct command *command,
                         const struct event_buffer *events)
{
    struct shadow *shadow = context;
    if (shadow->watch) shadow->watch(shadow->watch_context, command, events);
    return shadow->noting ? view_note(shadow->view, command, events) : 0;
}

static int open_view(struct shadow *shadow, const struct shadow_options *options,
                     struct fault_text *why)
{
    struct view_options view = {.directory = options->directory,
                                .map_bytes = options->view_map_bytes,
                                .verify = options->view_verify};
    memcpy(view.cluster, journal_cluster(options->journal), CLUSTER_BYTES);
    int fault = view_open(&view, &shadow->view, &shadow->rebuilt, why);
    if (fault) return fault;
    shadow->view_from = view_state(shadow->view)->index;
    if (shadow->view_from <= journal_committed(options->journal)) return 0;
    return fault_say(why, ERR_GAP,
                     "%s: the journal ends with entry %" PRIu64 ", the view knows entry %" PRIu64,
                     options->directory, journal_committed(options->journal), shadow->view_from);
}

int shadow_open(const struct shadow_options *options, struct shadow **out, struct fault_text *why)
{
    struct shadow *shadow = aligned_alloc(64, (sizeof *shadow + 63) / 64 * 64);
    if (!shadow) return fault_say(why, ERR_NO_MEMORY, "no memory for the shadow");
    memset(shadow, 0, sizeof *shadow);
    shadow->watch = options->watch;
    shadow->watch_context = options->watch_context;
    int fault = follower_init(&shadow->follower, journal_limits(options->journal));
    if (fault) fault_say(why, fault, "no memory for the shadow's engine");
    if (fault == 0) {
        fault = journal_reader_open(options->journal, &shadow->reader);
        if (fault) fault_say(why, fault, "no memory for a journal reader");
    }
    if (fault == 0 && !options->view_skip) fault = open_view(shadow, options, why);
    if (fault) {
        shadow->fault = fault; /* nothing to flush */
        shadow_close(shadow);
        return fault;
    }
    *out = shadow;
    return 0;
}

void shadow_close(struct shadow *shadow)
{
    if (!shadow) return;
    struct fault_text ignored; /* what is not written now is written after the next start */
    if (shadow->fault == 0) shadow_flush(shadow, &ignored);
    view_close(shadow->view);
    journal_reader_close(shadow->reader);
    follower_deinit(&shadow->follower);
    free(shadow);
}

static int stop(struct shadow *shadow, int fault, const struct fault_text *why)
{
    shadow->fault = fault;
    shadow->why = *why;
    return fault;
}

/* The view is as good as new: a stored state that the journal does not confirm is thrown away. */
static int meet_view(struct shadow *shadow, struct fault_text *why)
{
    const struct entry_link *link = journal_reader_link(shadow->reader);
    const struct view_state *state = view_state(shadow->view);
    if (link->index != shadow->view_from) return 0;
    if (memcmp(state->head, link->head, HASH_BYTES) == 0 && state->sequence == link->sequence)
        return 0;
    return fault_say(why, ERR_CHAIN,
                     "the view was made from another journal entry %" PRIu64 "; remove it and it "
                     "will be made again",
                     link->index);
}

static int apply_one(struct shadow *shadow, struct fault_text *why)
{
    struct entry entry;
    int got = journal_reader_next(shadow->reader, &entry, why);
    if (got <= 0) return got;
    shadow->noting = shadow->view && entry.index > shadow->view_from;
    int fault = follower_apply(&shadow->follower, &entry, watch_command, shadow, why);
    if (fault == ERR_NO_MEMORY) fault_say(why, fault, "no memory for the view's notes");
    if (fault == 0 && shadow->view) fault = meet_view(shadow, why);
    if (fault) return fault;
    atomic_store_explicit(&shadow->sequence, engine_sequence(shadow->follower.engine),
                          memory_order_release);
    atomic_store_explicit(&shadow->index, entry.index, memory_order_release);
    return 1;
}

int shadow_flush(struct shadow *shadow, struct fault_text *why)
{
    if (shadow->fault) return shadow->fault;
    const struct entry_link *link = journal_reader_link(shadow->reader);
    if (!shadow->view || link->index <= view_state(shadow->view)->index) return 0;
    struct view_state state = {
        .index = link->index, .sequence = link->sequence, .time_ns = link->time_ns};
    memcpy(state.head, link->head, HASH_BYTES);
    shadow->waiting = false;
    return view_flush(shadow->view, shadow->follower.engine, &state, why);
}

static int flush_when_due(struct shadow *shadow, int64_t now_ns, struct fault_text *why)
{
    if (!shadow->view) return 0;
    bool behind = journal_reader_link(shadow->reader)->index > view_state(shadow->view)->index;
    if (!behind) return 0;
    if (!shadow->waiting) {
        shadow->waiting = true;
        shadow->waiting_ns = now_ns;
    }
    if (!view_full(shadow->view) && now_ns - shadow->waiting_ns < SHADOW_FLUSH_NS) return 0;
    return shadow_flush(shadow, why);
}

int shadow_step(struct shadow *shadow, int64_t now_ns, struct fault_text *why)
{
    struct fault_text text = {{0}};
    if (shadow->fault) {
        if (why) *why = shadow->why;
        return shadow->fault;
    }
    int applied = 0, got = 1;
    while (got == 1 && applied < (int)SHADOW_ENTRIES_STEP) {
        if (shadow->view && view_full(shadow->view)) break;
        got = apply_one(shadow, &text);
        if (got == 1) applied++;
    }
    int fault = got < 0 ? stop(shadow, got, &text) : flush_when_due(shadow, now_ns, &text);
    if (fault && why) *why = text;
    return fault ? fault : applied;
}

uint64_t shadow_sequence(const struct shadow *shadow)
{
    return atomic_load_explicit(&shadow->sequence, memory_order_acquire);
}

uint64_t shadow_index(const struct shadow *shadow)
{
    return atomic_load_explicit(&shadow->index, memory_order_acquire);
}

const struct engine *shadow_engine(const struct shadow *shadow)
{
    return shadow->follower.engine;
}

struct view *shadow_view(struct shadow *shadow)
{
    return shadow->view;
}

bool shadow_rebuilt(const struct shadow *shadow)
{
    return shadow->rebuilt;
}
