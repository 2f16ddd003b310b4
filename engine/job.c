/* job.c - see job.h. The order of stages is decided in one place: next_stage(). */
#include "engine/legs.h"
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

static bool is_related(const struct engine *engine, uint16_t a, uint16_t b)
{
    const struct instrument *row = &engine->instrument[a];
    if (legs_has(engine, b, a)) return true;
    for (uint8_t leg = 0; leg < row->legs; leg++) { /* retired or not: its trades can be undone */
        if (row->leg[leg] == b) return true;
        if (legs_has(engine, b, row->leg[leg])) return true; /* two strips with a leg in common */
    }
    return false;
}

bool job_kin_frozen(const struct engine *engine, uint16_t instrument)
{
    if (!legs_related(&engine->instrument[instrument])) return false;
    for (uint32_t i = 0; i < engine->instruments; i++)
        if (engine->job[i].stage != JOB_IDLE && is_related(engine, instrument, (uint16_t)i))
            return true;
    return false;
}

/* The rooms of a strip are those of its legs too: all of them have their link lines and calls, in
 * the order of instruments, again and again until nothing has moved (decision 11.6). */
static void wake_related(struct engine *engine, uint16_t instrument)
{
    for (uint32_t i = 0; i < engine->instruments; i++) {
        struct instrument *row = &engine->instrument[i];
        if (i == instrument || row->retired || !is_related(engine, instrument, (uint16_t)i))
            continue;
        row->room_changed = 1;
        if (engine->job[i].stage == JOB_IDLE) job_begin(engine, (uint16_t)i, JOB_LINKS);
    }
}

/* Link lines begin here: is it the turn of this instrument alone? Otherwise it waits with its kin
 * for job_run_all. */
static bool has_kin(struct engine *engine, uint16_t instrument, uint8_t next)
{
    if (next != JOB_LINKS || !legs_related(&engine->instrument[instrument])) return false;
    wake_related(engine, instrument);
    return true;
}

/* True: the instrument's own stages have just ended, and it waits for its turn among its kin. */
static bool work_off(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    struct instrument none = {0};
    struct instrument *row =
        instrument < engine->instruments ? &engine->instrument[instrument] : &none;
    if (job->stage == JOB_IDLE) {
        wake(engine, instrument);
        if (job->stage != JOB_IDLE && has_kin(engine, instrument, job->stage)) return true;
    }
    while (job->stage != JOB_IDLE) {
        uint8_t next;
        bool day = job->stage == JOB_DAY;
        if (!stages[job->stage](engine, instrument)) return false;
        next = next_stage(row, job->stage, job->part > 0);
        if (job->stage == JOB_LINKS_AGAIN || (job->stage == JOB_LINKS && next != JOB_ROOM)) {
            row->room_changed = 0;
            if (row->moved && legs_related(row)) wake_related(engine, instrument);
            row->moved = 0;
        }
        if (next == JOB_IDLE)
            finish(engine, job);
        else
            begin(job, next);
        /* A new day goes on here: decision 10.3 ends one instrument's before the next one's. */
        if (has_kin(engine, instrument, next) && !day) return true;
    }
    return false;
}

void job_run(struct engine *engine, uint16_t instrument)
{
    (void)work_off(engine, instrument);
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
    for (;;) {
        uint32_t jobs = engine->jobs, first = engine->pass;
        int64_t left = engine->work_left;
        for (; engine->pass < engine->instruments; engine->pass++) {
            if (engine->jobs == 0) break; /* the next pass begins with the first again */
            if (!work_left(engine)) return true;
            if (job_of(engine, (uint16_t)engine->pass)->stage != JOB_IDLE &&
                work_off(engine, (uint16_t)engine->pass)) {
                engine->pass = UINT32_MAX; /* its kin's turns begin with the first of them */
                continue;
            }
            if (!work_left(engine) && job_of(engine, (uint16_t)engine->pass)->stage != JOB_IDLE)
                return true; /* here it goes on */
        }
        engine->pass = 0;
        if (engine->jobs == 0) break;
        if (first == 0 && engine->jobs == jobs && engine->work_left == left) break;
    }
    return engine->work_left != before;
}
