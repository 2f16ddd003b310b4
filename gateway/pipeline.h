/* pipeline.h - the one road: drain, stamp, commit and apply side by side, release.
 *
 *   rings --engine step--> batch --journal step--> durable --release step--> out rings
 *                            `-------------------- desk step (shadow): logons, queries
 *
 * Stages are step functions; one to three threads run them (pipeline_threads.h), tests run them in
 * one. Nothing is written to a speaker before journal_committed() covers its batch.
 *
 * Owns:       a fixed pool of BATCHES batches, used as a ring in journal order.
 * Bound:      gateway_limits.h. When the pool is used up the engine stage waits, rings fill, and
 *             clients hear BUSY.
 * Threads:    each stage by one thread at a time.
 * Invariant:  released <= published <= released + BATCHES; a batch is released only when the entry
 *             that holds its commands is durable.
 */
#ifndef GATEWAY_PIPELINE_H
#define GATEWAY_PIPELINE_H
#include "engine/engine.h"
#include "gateway/speaker.h"
#include "persist/recover.h"

enum pipeline_stage { STAGE_ENGINE, STAGE_JOURNAL, STAGE_RELEASE, STAGE_DESK, STAGES };

struct pipeline;

struct pipeline_options { /* everything borrowed until close */
    struct journal *journal;
    struct engine *engine;
    const struct recovery *recovery; /* where to go on */
    struct speaker *speakers;        /* CONNECTIONS_MAX of them */
    struct speaker_doors *doors;
    struct waker *wakers[STAGES]; /* of the thread that runs the stage; stages may share one */
    /* Output waits in a ring of this speaker. Any stage. */
    void (*kick)(void *context, uint32_t slot);
    /* Market data of one part of a batch, before its private reports. Release stage. May be NULL.
     */
    void (*publish)(void *context, const struct event_buffer *events, int64_t time_ns);
    /* Called in every release step, e.g. for snapshots that are due. May be NULL. */
    void (*attend)(void *context);
    /* Engine stage: the journal has no spare segment. True: one is made or on its way; false:
     * there will be none (a full disk), refuse orders by name. NULL: always refuse. */
    bool (*space_coming)(void *context);
    int64_t (*wall_ns)(void *context); /* the clock commands are stamped with */
    void *context;
};

/* Returns 0 or ERR_NO_MEMORY. */
int pipeline_open(const struct pipeline_options *options, struct pipeline **out);
void pipeline_close(struct pipeline *pipeline); /* NULL is allowed */

/* Each returns > 0: did something, 0: nothing to do now, < 0: a fault, the process has to stop. */
int pipeline_engine_step(struct pipeline *pipeline);
int pipeline_journal_step(struct pipeline *pipeline);
int pipeline_release_step(struct pipeline *pipeline);

/* Desk: a speaker became LIVE for `participant`; reports for it go there from now on. False: too
 * many at once, say it again. */
bool pipeline_announce(struct pipeline *pipeline, const struct speaker *speaker);

/* Newest command released / its time. Any thread. */
uint64_t pipeline_released_sequence(const struct pipeline *pipeline);
int64_t pipeline_released_time(const struct pipeline *pipeline);
#endif
