/* job.c - see job.h. The order of stages is decided in one place: next_stage(). */
#include "engine/job.h"

typedef bool stage_function(struct engine *engine, uint16_t instrument);

#define STAGE_ROW(number, name, function) [JOB_##name] = function,
static stage_function *const stages[JOB_END] = {JOB_LIST(STAGE_ROW)};

/* A stage begins with all its fields zero, but for the order that a triggered stop hands to ENTER.
 */
static void begin(struct job *job, uint8_t stage)
{
    *job = (struct job){.stage = stage,
                        .command = job->command,
                        .since = job->since,
                        .since_ns = job->since_ns,
                        .slot = job->slot,
                        .generation = job->generation};
}

struct job *job_begin(struct engine *engine, uint16_t instrument, enum job_stage stage)
{
    struct job *job = job_of(engine, instrument);
    ASSERT(job->stage == JOB_IDLE && stage != JOB_IDLE && stage < JOB_END);
    job->command = engine->command->type;
    job->since = engine->sequence;
    job->since_ns = engine->time_ns;
    begin(job, (uint8_t)stage);
    engine->jobs++;
    return job;
}

static bool may_trigger(const struct instrument *row)
{
    return row->parked > 0 && row->phase == PHASE_CONTINUOUS;
}

/* What comes after `stage` on this instrument. Link lines and the call for new room are skipped
 * while no room has changed, so that a plain order goes straight to its end. */
static uint8_t next_stage(const struct instrument *row, uint8_t stage, bool triggered)
{
    if (stage == JOB_TURN) return JOB_IDLE;
    if (stage == JOB_STOPS) return triggered ? JOB_ENTER : JOB_IDLE;
    if ((stage < JOB_LINKS || stage == JOB_MOVE) && row->room_changed) return JOB_LINKS;
    if (stage == JOB_LINKS && row->phase == PHASE_CONTINUOUS) return JOB_ROOM;
    if (stage == JOB_ROOM) return JOB_LINKS_AGAIN;
    return may_trigger(row) ? JOB_STOPS : JOB_IDLE;
}

static void finish(struct engine *engine, struct job *job)
{
    job->stage = JOB_IDLE;
    ASSERT(engine->jobs > 0);
    engine->jobs--;
}

/* An idle instrument whose room changed, or whose stops may trigger, gets its job. */
static void wake(struct engine *engine, uint16_t instrument)
{
    uint8_t first;
    if (instrument >= engine->instruments || job_of(engine, instrument)->stage != JOB_IDLE) return;
    first = next_stage(&engine->instrument[instrument], JOB_IDLE, false);
    if (first != JOB_IDLE) job_begin(engine, instrument, first);
}

void job_run(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    struct instrument none = {0};
    struct instrument *row =
        instrument < engine->instruments ? &engine->instrument[instrument] : &none;
    wake(engine, instrument);
    while (job->stage != JOB_IDLE) {
        uint8_t next;
        if (!stages[job->stage](engine, instrument)) return;
        next = next_stage(row, job->stage, job->part > 0);
        if (job->stage == JOB_LINKS_AGAIN || (job->stage == JOB_LINKS && next != JOB_ROOM))
            row->room_changed = 0;
        if (next == JOB_IDLE)
            finish(engine, job);
        else
            begin(job, next);
    }
}

bool job_run_all(struct engine *engine)
{
    uint16_t own = (uint16_t)engine->limits.instruments;
    int64_t before = engine->work_left;
    /* Those that work does not reach yet, too. An idle one without new room has no stop that is
     * reached: to look there in every step would only eat the work of those behind it. */
    for (uint32_t i = 0; i < engine->instruments; i++)
        if (engine->instrument[i].room_changed) wake(engine, (uint16_t)i);
    if (job_of(engine, own)->stage != JOB_IDLE) {
        job_run(engine, own);
        if (job_of(engine, own)->stage != JOB_IDLE) return engine->work_left != before;
    }
    for (uint32_t i = 0; i < engine->instruments && work_left(engine); i++)
        if (job_of(engine, (uint16_t)i)->stage != JOB_IDLE) job_run(engine, (uint16_t)i);
    return engine->work_left != before;
}
