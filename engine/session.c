/* session.c - the trading day: phase, uncross, day, period (market.md 4, "Day", "Close").
 *
 *   CLOSED -> CALL -> NO_CANCEL -> CONTINUOUS -> BREAK -> CONTINUOUS -> CLOSING -> SETTLEMENT ->
 * CLOSED any trading phase -> HALT -> CALL; CONTINUOUS -> CALL after an interruption
 */
#include "engine/close.h"
#include "engine/day.h"
#include "engine/figures.h"
#include "engine/job.h"
#include "engine/limits_rules.h"
#include "engine/orders.h"
#include "engine/rent.h"

#define TO(phase) (1u << PHASE_##phase)
static const unsigned legal_moves[PHASE_COUNT] = {
    [PHASE_CLOSED] = TO(CALL) | TO(CONTINUOUS),
    [PHASE_CALL] = TO(NO_CANCEL) | TO(CONTINUOUS) | TO(HALT) | TO(CLOSED),
    [PHASE_NO_CANCEL] = TO(CONTINUOUS) | TO(HALT),
    [PHASE_CONTINUOUS] = TO(CALL) | TO(BREAK) | TO(HALT) | TO(CLOSING) | TO(CLOSED),
    [PHASE_BREAK] = TO(CONTINUOUS) | TO(CALL) | TO(HALT) | TO(CLOSING),
    [PHASE_HALT] = TO(CALL) | TO(CLOSING),
    [PHASE_CLOSING] = TO(SETTLEMENT),
    [PHASE_SETTLEMENT] = TO(CLOSED),
};

static bool is_call(uint8_t phase)
{
    return phase == PHASE_CALL || phase == PHASE_NO_CANCEL;
}

/* Decision 9.7: a phase needs its method, and outside the sandbox an approval. */
static bool has_method(const struct instrument *row, uint8_t phase)
{
    unsigned methods = row->terms.methods;
    unsigned needed =
        phase == PHASE_CONTINUOUS ? METHOD_BIT(CONTINUOUS) | METHOD_BIT(LISTING) : METHOD_BIT(CALL);
    if (!is_call(phase) && phase != PHASE_CONTINUOUS) return true;
    if ((methods & needed) == 0) return false;
    return terms_approved(&row->terms);
}

static enum reason phase_reason(const struct engine *engine, const struct command_phase *body)
{
    const struct instrument *row = &engine->instrument[body->instrument];
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (engine->rule_set >= 2 && row->retired) return REASON_WRONG_STATE;
    if (is_frozen(engine, body->instrument)) return REASON_FROZEN;
    if (body->phase >= PHASE_COUNT || !(legal_moves[row->phase] >> body->phase & 1u))
        return REASON_WRONG_STATE;
    if (engine->rule_set >= 2 && !has_method(row, body->phase)) return REASON_NOT_ALLOWED;
    return REASON_NONE;
}

static void say_settled(struct engine *engine, uint16_t instrument)
{
    struct instrument *row = &engine->instrument[instrument];
    struct event_settled *event = EMIT(engine, SETTLED, settled);
    event->trades = row->day_trades;
    event->units = row->day_units;
    event->cash = figures_capped(row->day_cash);
    event->instrument = instrument;
    row->settled = 1;
}

/* An instrument that only lists matches nothing by itself, whatever crosses (decision 9.6). */
static bool may_match(const struct engine *engine, const struct instrument *row)
{
    unsigned matching = METHOD_BIT(CALL) | METHOD_BIT(CONTINUOUS);
    return engine->rule_set < 2 || (row->terms.methods & matching) != 0;
}

static void apply_phase(struct engine *engine, const struct command_phase *body)
{
    struct instrument *row = &engine->instrument[body->instrument];
    enum reason reason = phase_reason(engine, body);
    struct event_phase *event;
    uint8_t from;
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    from = row->phase;
    row->phase = body->phase;
    event = EMIT(engine, PHASE, phase);
    event->instrument = body->instrument;
    event->phase = body->phase;
    if (engine->rule_set >= 2 && body->phase == PHASE_CLOSING)
        close_strike(engine, body->instrument);
    if (engine->rule_set >= 2 && body->phase == PHASE_SETTLEMENT)
        say_settled(engine, body->instrument);
    if (body->phase != PHASE_CONTINUOUS) return;
    engine->touched = body->instrument;
    row->room_changed = 1;
    if (!may_match(engine, row)) return;
    /* A book left crossed by a call that never came must not enter continuous trading as it is. */
    if (is_call(from) || call_crossed(engine, body->instrument))
        call_uncross(engine, body->instrument, is_call(from));
}

static enum reason uncross_reason(const struct engine *engine, uint16_t instrument)
{
    const struct instrument *row = &engine->instrument[instrument];
    if (instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (row->retired) return REASON_NOT_ALLOWED;
    if (is_frozen(engine, instrument)) return REASON_FROZEN;
    return is_call(row->phase) ? REASON_NONE : REASON_PHASE;
}

static void apply_uncross(struct engine *engine, const struct command_uncross *body)
{
    enum reason reason = uncross_reason(engine, body->instrument);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    done(engine);
    engine->touched = body->instrument;
    call_uncross(engine, body->instrument, true);
}

static void apply_period(struct engine *engine, const struct command_period *body)
{
    if (engine->jobs > 0) {
        reject(engine, REASON_FROZEN);
        return;
    }
    if (body->year <= engine->period) {
        reject(engine, REASON_WRONG_STATE);
        return;
    }
    engine->period = body->year;
    done(engine);
    for (uint32_t i = 0; i < engine->instruments; i++) {
        uint16_t instrument = (uint16_t)i;
        for (uint32_t a = 0; a < engine->zones; a++)
            for (uint32_t b = a + 1; b < engine->zones; b++)
                state_link(engine, instrument, (uint8_t)a, (uint8_t)b)->balance = 0;
        gates_begin(engine, instrument);
        rent_end(engine, instrument);
        links_changed(engine, instrument);
    }
}

void session_apply(struct engine *engine, const struct command *command)
{
    bool allowed = command->role == ROLE_SYSTEM || command->role == ROLE_OPERATOR ||
                   (command->role == ROLE_REGULATOR && command->type == COMMAND_PERIOD);
    if (!allowed)
        reject(engine, REASON_NOT_ALLOWED);
    else if (command->type == COMMAND_PHASE)
        apply_phase(engine, &command->body.phase);
    else if (command->type == COMMAND_UNCROSS)
        apply_uncross(engine, &command->body.uncross);
    else if (command->type == COMMAND_DAY)
        day_apply(engine, &command->body.day);
    else
        apply_period(engine, &command->body.period);
}
