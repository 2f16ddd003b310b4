/* session.c - the trading day: phase, uncross, day, period (market.md 4, "Day", "Close").
 *
 *   CLOSED -> CALL -> NO_CANCEL -> CONTINUOUS -> BREAK -> CONTINUOUS -> CLOSING -> SETTLEMENT ->
 * CLOSED any trading phase -> HALT -> CALL; CONTINUOUS -> CALL after an interruption
 */
#include "engine/orders.h"

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

/* A book left crossed by a call that never came must not enter continuous trading as it is. */
static bool is_crossed(const struct engine *engine, uint16_t instrument)
{
    for (uint32_t zone = 0; zone < engine->zones; zone++)
        if (call_executable(engine, instrument, (uint8_t)zone, (uint8_t)zone)) return true;
    return false;
}

static void apply_phase(struct engine *engine, const struct command_phase *body)
{
    struct instrument *row = &engine->instrument[body->instrument];
    struct event_phase *event;
    uint8_t from;
    if (body->instrument >= engine->instruments) {
        reject(engine, REASON_UNKNOWN_INSTRUMENT);
        return;
    }
    from = row->phase;
    if (body->phase >= PHASE_COUNT || !(legal_moves[from] >> body->phase & 1u)) {
        reject(engine, REASON_WRONG_STATE);
        return;
    }
    row->phase = body->phase;
    event = EMIT(engine, PHASE, phase);
    event->instrument = body->instrument;
    event->phase = body->phase;
    if (body->phase != PHASE_CONTINUOUS) return;
    engine->touched = body->instrument;
    row->room_changed = 1;
    if (is_call(from) || is_crossed(engine, body->instrument))
        call_uncross(engine, body->instrument);
}

static void apply_uncross(struct engine *engine, const struct command_uncross *body)
{
    if (body->instrument >= engine->instruments) {
        reject(engine, REASON_UNKNOWN_INSTRUMENT);
        return;
    }
    if (!is_call(engine->instrument[body->instrument].phase)) {
        reject(engine, REASON_PHASE);
        return;
    }
    done(engine);
    engine->touched = body->instrument;
    call_uncross(engine, body->instrument);
}

/* K of the close rule: the lower median of the last days' volumes, at least the floor. */
static int64_t median_volume(const struct zone_state *state)
{
    int64_t sorted[CLOSE_DAYS];
    uint32_t count = state->volume_days;
    int64_t median;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at > 0 && sorted[at - 1] > state->volumes[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = state->volumes[i];
    }
    median = count > 0 ? sorted[(count - 1) / 2] : 0;
    return median < CLOSE_FLOOR_UNITS ? CLOSE_FLOOR_UNITS : median;
}

/* market.md 4: (2 x (K x open + turnover) + K + volume) / (2 x (K + volume)). */
static void close_zone(struct engine *engine, uint16_t instrument, uint8_t zone)
{
    struct zone_state *state = state_zone(engine, instrument, zone);
    int64_t volume = state->day_volume;
    if (state->ref != UNSET) {
        int128 k = median_volume(state);
        int64_t close =
            divide_floor(2 * (k * state->ref + state->day_turnover) + k + volume, 2 * (k + volume));
        struct event_close *event = EMIT(engine, CLOSE, close);
        event->close = close;
        event->volume = volume;
        event->instrument = instrument;
        event->zone = zone;
        zone_band_set(engine, instrument, zone, close);
    }
    state->volumes[state->volume_next] = volume;
    state->volume_next = (state->volume_next + 1) % CLOSE_DAYS;
    if (state->volume_days < CLOSE_DAYS) state->volume_days++;
    state->day_volume = 0;
    state->day_turnover = 0;
}

static void expire_side(struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t side)
{
    const struct zone_state *state = state_zone(engine, instrument, zone);
    uint32_t slot = book_best(engine, instrument, zone, side);
    while (slot != NIL) {
        const struct order *order = &engine->order[slot];
        uint32_t next = book_next(engine, slot);
        if (order->tif != TIF_GTC || (order->until_day > 0 && order->until_day < engine->day))
            order_cancel(engine, slot, CANCEL_REASON_EXPIRED);
        else if (order->price < state->band_low || order->price > state->band_high)
            order_cancel(engine, slot, CANCEL_REASON_BAND);
        slot = next;
    }
}

static void apply_day(struct engine *engine, const struct command_day *body)
{
    if (body->day <= engine->day) {
        reject(engine, REASON_WRONG_STATE);
        return;
    }
    engine->day = body->day;
    done(engine);
    for (uint32_t i = 0; i < engine->instruments; i++) {
        uint16_t instrument = (uint16_t)i;
        for (uint32_t zone = 0; zone < engine->zones; zone++)
            close_zone(engine, instrument, (uint8_t)zone);
        for (uint32_t zone = 0; zone < engine->zones; zone++)
            for (uint8_t side = 0; side < SIDES; side++)
                expire_side(engine, instrument, (uint8_t)zone, side);
    }
    for (uint32_t i = 0; i < engine->positions; i++) {
        engine->position[i].free += engine->position[i].locked;
        engine->position[i].locked = 0;
    }
    engine->day_number++;
    client_forget(engine);
    for (uint32_t i = 0; i < engine->memberships; i++)
        if (engine->membership[i].begun == MEMBER_PENDING &&
            engine->membership[i].from_day <= engine->day)
            member_begin(engine, i);
}

static void apply_period(struct engine *engine, const struct command_period *body)
{
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
        engine->instrument[i].room_changed = 1;
        if (engine->instrument[i].resting == 0) links_report(engine, instrument, true);
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
        apply_day(engine, &command->body.day);
    else
        apply_period(engine, &command->body.period);
}
