/* strip.c - see strip.h. The beginning of a strip, and the end of any instrument. */
#include "engine/strip.h"
#include "engine/deal.h"
#include "engine/job.h"
#include "engine/legs.h"
#include "engine/setup.h"

/* --- the command `strip` -------------------------------------------------------------------- */

static uint8_t count_legs(const struct command_strip *body)
{
    uint8_t count = 0;
    while (count < STRIP_LEGS_MAX && body->leg[count] != INSTRUMENT_NONE)
        count++;
    return count;
}

static bool fits(const struct engine *engine, const struct command_strip *body, uint8_t leg)
{
    const struct instrument *first = &engine->instrument[body->leg[0]];
    const struct instrument *row = &engine->instrument[body->leg[leg]];
    for (uint8_t other = 0; other < leg; other++)
        if (body->leg[other] == body->leg[leg]) return false;
    return row->legs == 0 && !row->retired && !row->terms.conditional &&
           row->family == first->family && row->lot == first->lot;
}

static enum reason strip_reason(const struct engine *engine, const struct command *command)
{
    const struct command_strip *body = &command->body.strip;
    uint8_t legs = count_legs(body);
    if (command->role != ROLE_SYSTEM && command->role != ROLE_OPERATOR) return REASON_NOT_ALLOWED;
    if (name_reserved(&body->name)) return REASON_NOT_ALLOWED;
    if (engine_find_instrument(engine, &body->name) != INSTRUMENT_NONE) return REASON_DUPLICATE_ID;
    for (uint8_t leg = 0; leg < legs; leg++)
        if (body->leg[leg] >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (legs < 2) return REASON_NOT_ALLOWED;
    for (uint8_t leg = 0; leg < legs; leg++)
        if (!fits(engine, body, leg)) return REASON_NOT_ALLOWED;
    for (uint8_t leg = 0; leg < legs; leg++)
        if (is_frozen(engine, body->leg[leg])) return REASON_FROZEN;
    return engine->instruments == engine->limits.instruments ? REASON_CAPACITY : REASON_NONE;
}

enum reason strip_apply(struct engine *engine, const struct command *command)
{
    const struct command_strip *body = &command->body.strip;
    enum reason reason = strip_reason(engine, command);
    const struct instrument *first = &engine->instrument[body->leg[0]];
    struct instrument row = {.name = body->name, .phase = PHASE_CLOSED};
    if (reason != REASON_NONE) return reason;
    row.lot = first->lot;
    row.tick = first->tick;
    row.band_ppm = first->band_ppm;
    row.fee_ppm = first->fee_ppm;
    row.block_from = first->block_from;
    row.t_plus = first->t_plus;
    row.family = first->family;
    row.stp = first->stp;
    row.terms = first->terms;
    row.legs = count_legs(body);
    for (uint8_t leg = 0; leg < row.legs; leg++) {
        row.leg[leg] = body->leg[leg];
        engine->instrument[row.leg[leg]].strips++;
    }
    instrument_open(engine, &row, UNSET);
    return REASON_NONE;
}

/* --- the command `retire` ------------------------------------------------------------------- */

static enum reason retire_reason(const struct engine *engine, const struct command *command)
{
    uint16_t instrument = command->body.retire.instrument;
    const struct instrument *row = &engine->instrument[instrument];
    if (command->role != ROLE_SYSTEM && command->role != ROLE_OPERATOR &&
        command->role != ROLE_REGULATOR)
        return REASON_NOT_ALLOWED;
    if (instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (row->retired) return REASON_WRONG_STATE;
    if (is_frozen(engine, instrument)) return REASON_FROZEN;
    if (row->auctions != 0 || row->strips != 0 || deal_has_escrow(engine, instrument))
        return REASON_WRONG_STATE;
    return REASON_NONE;
}

enum reason retire_apply(struct engine *engine, const struct command *command)
{
    uint16_t instrument = command->body.retire.instrument;
    enum reason reason = retire_reason(engine, command);
    struct instrument *row = &engine->instrument[instrument];
    struct event_retired *event;
    struct job *job;
    if (reason != REASON_NONE) return reason;
    row->retired = 1;
    row->phase = PHASE_CLOSED;
    for (uint8_t leg = 0; leg < row->legs; leg++)
        engine->instrument[row->leg[leg]].strips--;
    event = EMIT(engine, RETIRED, retired);
    event->instrument = instrument;
    job = job_begin(engine, instrument, JOB_CANCEL);
    job->account = PARTICIPANT_ALL;
    job->reason = CANCEL_REASON_OPERATOR;
    engine->touched = instrument;
    return REASON_NONE;
}

/* --- what trading needs --------------------------------------------------------------------- */

bool legs_free(const struct engine *engine, uint32_t participant, uint16_t instrument, uint8_t zone,
               int64_t units)
{
    for (uint32_t leg = 0; leg < legs_count(engine, instrument); leg++) {
        uint32_t at = position_find(engine, participant, legs_at(engine, instrument, leg), zone);
        if (at == NIL || engine->position[at].free < units) return false;
    }
    return true;
}

bool legs_open(struct engine *engine, uint32_t participant, uint16_t instrument, uint8_t zone)
{
    uint32_t missing = 0;
    for (uint32_t leg = 0; leg < legs_count(engine, instrument); leg++)
        missing +=
            position_find(engine, participant, legs_at(engine, instrument, leg), zone) == NIL;
    if (missing > engine->limits.positions - engine->positions) return false;
    for (uint32_t leg = 0; leg < legs_count(engine, instrument); leg++)
        (void)position_open(engine, participant, legs_at(engine, instrument, leg), zone);
    return true;
}

static void open_or_close(struct engine *engine, uint16_t strip, uint8_t from, uint8_t to)
{
    size_t row = (size_t)strip * engine->limits.zones;
    struct link *link = state_link(engine, strip, from, to);
    link->allowed = link->asked;
    for (uint8_t leg = 0; leg < engine->instrument[strip].legs; leg++)
        if (!state_link(engine, engine->instrument[strip].leg[leg], from, to)->allowed)
            link->allowed = 0;
    engine->sources[row + to] &= ~(1u << from);
    engine->targets[row + from] &= ~(1u << to);
    if (!link->allowed) {
        link->rent_ppm = 0; /* silently: a closed link has no levy to speak of */
        return;
    }
    engine->sources[row + to] |= 1u << from;
    engine->targets[row + from] |= 1u << to;
}

void legs_link_changed(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    if (engine->instrument[instrument].legs > 0) open_or_close(engine, instrument, from, to);
    for (uint32_t i = 0; engine->instrument[instrument].strips > 0 && i < engine->instruments; i++)
        if (legs_has(engine, (uint16_t)i, instrument)) open_or_close(engine, (uint16_t)i, from, to);
}
