/* job.h - what is still to be done on an instrument, and how much of it one command may do.
 *
 * A command that changes an instrument leaves it a job: stages, done one after the other. A stage
 * does what it can while work_left() and answers whether it is finished; one that is not keeps its
 * place in struct job and is called again by a journalled STEP. Without a bound (limits.work is
 * WORK_NONE) every stage finishes at once, so a long command and its steps are the same code and
 * give the same events in the same order.
 *
 *   ENTER --+
 *   CALL    +--> LINKS -> ROOM -> LINKS_AGAIN -> STOPS -> IDLE
 *   CANCEL  |                                      |
 *   DAY     |        a stop triggers: ENTER  <-----+
 *   CLEAR --+
 *
 * An instrument with a job is frozen: what names it is answered FROZEN, the others go on. The row
 * behind the last instrument is the exchange's own job (the change of day); while it works, all
 * are frozen. Jobs are worked off in the order of instruments, the exchange's first.
 * Source: system.md 2, "Bounded steps". Private to engine/.
 */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H
#include "engine/state.h"

/* X(number, NAME, function). Each function is bool stage_x(struct engine *, uint16_t instrument).
 */
#define JOB_LIST(X)                                                                                \
    X(1, ENTER, stage_enter)       /* order.c: trial and matching of job->slot */                  \
    X(2, CANCEL, stage_cancel)     /* cancel.c: mass cancel, retirement, movers */                 \
    X(3, CALL, stage_call)         /* call.c: the scheduled call */                                \
    X(4, DAY, stage_day)           /* day.c: close, expiry, bands of one instrument */             \
    X(5, CLEAR, stage_clear)       /* auction_clear.c: job->auction */                             \
    X(6, TURN, stage_turn)         /* day.c: the exchange's: locks, ids, movers, tranches */       \
    X(7, LINKS, stage_links)       /* links.c */                                                   \
    X(8, ROOM, stage_room)         /* call.c: 6.5 */                                               \
    X(9, LINKS_AGAIN, stage_links) /* the same, after the call */                                  \
    X(10, STOPS, stage_stops)      /* stop.c: triggers the next one */                             \
    X(11, MOVE, stage_move)        /* city.c: movers of a line that begins at once */

#define JOB_ENUM(number, name, function) JOB_##name = number,
enum job_stage { JOB_IDLE = 0, JOB_LIST(JOB_ENUM) JOB_END };
#undef JOB_ENUM

/* Where a stage stopped. What the fields mean is the stage's own business; all zero when it
 * begins (but slot and generation, which a triggered stop hands to ENTER; stage_stops says "one
 * was triggered" by part = 1). Everything here is state (the digest walks it). */
struct job {
    uint8_t stage; /* enum job_stage */
    uint8_t part;  /* of the stage, counted by it from 0 */
    uint8_t zone;
    uint8_t side;
    uint8_t command; /* enum command_type that began it */
    uint8_t reason;  /* enum cancel_reason of CANCEL */
    uint32_t slot;   /* ENTER: the taker */
    uint32_t generation;
    uint32_t at; /* a row or slot the stage looks at next */
    uint32_t count;
    uint32_t account; /* CANCEL: whose orders; PARTICIPANT_ALL */
    uint32_t auction; /* CLEAR */
    int64_t units;    /* still to fill, to share, ... */
    int64_t more[8];  /* further figures of the stage */
    uint64_t since;   /* sequence of the command that began it */
    int64_t since_ns; /* its time: what its steps do counts as done then */
};

static inline struct job *job_of(const struct engine *engine, uint16_t instrument)
{
    return &engine->job[instrument];
}

/* Has a strip of it, a leg of it, or a strip that shares a leg unfinished work? */
bool job_kin_frozen(const struct engine *engine, uint16_t instrument);

/* Has the instrument (or the whole exchange) unfinished work? Then commands on it are FROZEN. */
static inline bool is_frozen(const struct engine *engine, uint16_t instrument)
{
    return engine->jobs > 0 && (engine->job[instrument].stage != JOB_IDLE ||
                                engine->job[engine->limits.instruments].stage != JOB_IDLE ||
                                job_kin_frozen(engine, instrument));
}

/* May the present command do more? One unit: a fill, a cancelled order, a row read or written. */
static inline bool work_left(const struct engine *engine)
{
    return engine->work_left > 0;
}
/* The same for matching. One iceberg can give thousands of fills, so under rule set 2 their number
 * is bounded even where limits.work is WORK_NONE: the events of a command must have a most. */
static inline bool fills_left(const struct engine *engine)
{
    return work_left(engine) &&
           (engine->rule_set < 2 || engine->work_left > INT64_MAX - FILLS_MAX ||
            engine->limits.work != WORK_NONE);
}
static inline void work_spend(struct engine *engine, int64_t units)
{
    engine->work_left -= units;
}

/* Begins a job at `stage`; the caller fills the fields the stage needs.
 * Needs: the instrument is idle, or it is idle but for LINKS .. STOPS still to begin (asserted). */
struct job *job_begin(struct engine *engine, uint16_t instrument, enum job_stage stage);

/* Works off the job of one instrument until it is done or a stage cannot finish. An idle instrument
 * whose room changed, or whose stops may trigger, gets its job here. */
void job_run(struct engine *engine, uint16_t instrument);

/* The exchange's own job first, then every instrument in order, while work is left. A stage that
 * waits for another instrument's (for a slate) is passed over. Returns whether anything was spent.
 */
bool job_run_all(struct engine *engine);

/* The stages. True: finished. */
#define JOB_STAGE(number, name, function) bool function(struct engine *engine, uint16_t instrument);
JOB_LIST(JOB_STAGE)
#undef JOB_STAGE
#endif
