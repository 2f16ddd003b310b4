/* calendar.c - see calendar.h; the commands calendar and seed. */
#include "engine/calendar.h"
#include "engine/job.h"

/* The row of a day, or where it would stand: marks are kept by rising day. */
static uint32_t row_of(const struct engine *engine, int32_t day)
{
    uint32_t at = 0;
    while (at < engine->special_days && engine->special_day[at].day < day)
        at++;
    return at;
}

static bool is_marked(const struct engine *engine, int32_t day)
{
    uint32_t at = row_of(engine, day);
    return at < engine->special_days && engine->special_day[at].day == day;
}

enum day_kind calendar_kind(const struct engine *engine, int32_t day)
{
    if (!is_marked(engine, day)) return DAY_KIND_BUSINESS;
    return (enum day_kind)engine->special_day[row_of(engine, day)].kind;
}

static void remove_rows(struct engine *engine, uint32_t at, uint32_t count)
{
    uint32_t left = engine->special_days - at - count;
    memmove(&engine->special_day[at], &engine->special_day[at + count],
            left * sizeof engine->special_day[0]);
    engine->special_days -= count;
}

void calendar_forget(struct engine *engine)
{
    uint32_t at = row_of(engine, engine->day);
    if (is_marked(engine, engine->day)) at++;
    remove_rows(engine, 0, at);
}

static void mark(struct engine *engine, const struct command_calendar *body)
{
    uint32_t at = row_of(engine, body->day);
    struct special_day *row = &engine->special_day[at];
    if (body->kind == DAY_KIND_BUSINESS) {
        if (is_marked(engine, body->day)) remove_rows(engine, at, 1);
        return;
    }
    if (!is_marked(engine, body->day)) {
        memmove(row + 1, row, (engine->special_days - at) * sizeof *row);
        engine->special_days++;
    }
    row->day = body->day;
    row->kind = body->kind;
}

static enum reason apply_calendar(struct engine *engine, const struct command_calendar *body)
{
    bool adds = body->kind != DAY_KIND_BUSINESS && !is_marked(engine, body->day);
    if (body->kind >= DAY_KIND_COUNT) return REASON_NOT_ALLOWED;
    if (body->day <= engine->day) return REASON_WRONG_STATE;
    if (adds && engine->special_days == CALENDAR_MAX) return REASON_CAPACITY;
    mark(engine, body);
    done(engine);
    return REASON_NONE;
}

void seed_say(struct engine *engine, const struct command_seed *body)
{
    struct event_seed *event = EMIT(engine, SEED, seed);
    memcpy(event->value, body->value, SEED_BYTES);
    event->auction = body->auction;
    event->instrument = body->auction == AUCTION_NONE ? body->instrument
                                                      : engine->auction[body->auction].instrument;
    event->kind = body->kind;
}

/* The secret of the calls' random end, committed before and published after. The engine keeps only
 * what says whether one is open: readers hash. */
static enum reason apply_seed(struct engine *engine, const struct command_seed *body)
{
    struct instrument *row;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    row = &engine->instrument[body->instrument];
    if (body->kind >= SEED_KIND_COUNT || row->retired) return REASON_NOT_ALLOWED;
    if (is_frozen(engine, body->instrument)) return REASON_FROZEN;
    if (row->committed != (body->kind == SEED_KIND_REVEAL)) return REASON_WRONG_STATE;
    memset(row->commit, 0, SEED_BYTES);
    row->committed = body->kind == SEED_KIND_COMMIT;
    if (row->committed) memcpy(row->commit, body->value, SEED_BYTES);
    seed_say(engine, body);
    return REASON_NONE;
}

void calendar_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = REASON_NOT_ALLOWED;
    if (command->role == ROLE_SYSTEM || command->role == ROLE_OPERATOR) {
        if (command->type == COMMAND_CALENDAR)
            reason = apply_calendar(engine, &command->body.calendar);
        else if (command->body.seed.auction != AUCTION_NONE)
            reason = auction_seed(engine, &command->body.seed);
        else
            reason = apply_seed(engine, &command->body.seed);
    }
    if (reason != REASON_NONE) reject(engine, reason);
}
