/* feed_views.h - the book as each zone sees it, and what a call would do now, for everybody.
 *
 * market.md 6.7: asks of other zones as E(.), bids as F(.), sizes in the zone's units, rounded down
 * to the step and cut to the room. A view is asked of the shadow's engine, compared with what was
 * published last, and what differs is sent: the topic of an instrument's views is its number with
 * FEED_VIEW_BIT set. FEED.md tells how to follow one.
 *
 * Owns:     the levels published last, VIEW_LEVELS_MAX a side, made when an instrument has any.
 * Bound:    an instrument is looked at every FEED_VIEW_MS at most; whole every FEED_SNAPSHOT_MS.
 * Threads:  one (the desk's).
 */
#ifndef GATEWAY_FEED_VIEWS_H
#define GATEWAY_FEED_VIEWS_H
#include "engine/engine.h"

#define FEED_VIEW_BIT UINT16_C(0x8000)

struct feed_views;

struct feed_views_options {
    const struct engine_limits *limits;
    bool (*heard)(void *context); /* does anybody listen? */
    void (*send)(void *context, const uint8_t *bytes, size_t size);
    void *context;
};

/* NULL: no memory. */
struct feed_views *feed_views_create(const struct feed_views_options *options);
void feed_views_destroy(struct feed_views *views); /* NULL is allowed */

/* A command has been applied: which instruments may look different now. */
void feed_views_note(struct feed_views *views, const struct command *command,
                     const struct event_buffer *events);

/* Sends what is due at `now_ms`, of the state `engine` is in. */
void feed_views_step(struct feed_views *views, const struct engine *engine, uint64_t now_ms);
#endif
