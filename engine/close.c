/* close.c - see close.h. */
#include "engine/close.h"
#include "engine/figures.h"

#define LATE_UNITS 100 /* GD-2019: so little listing volume from 09:32 on makes no price */

/* K of the weighted rule: the lower median of the last days' volumes, at least the floor. */
static int64_t median_volume(const struct zone_state *state, int64_t floor)
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
    return median < floor ? floor : median;
}

/* market.md 4: (2 x (K x open + turnover) + K + volume) / (2 x (K + volume)). */
static int64_t weighted(const struct zone_state *state, int64_t floor)
{
    int128 k = median_volume(state, floor < 1 ? 1 : floor); /* no volume and no K has no mean */
    int128 volume = state->day_volume;
    return divide_floor(2 * (k * state->ref + state->day_turnover) + k + volume, 2 * (k + volume));
}

/* The early minutes are left out of the test only, not of the price. */
static int64_t gd_2019(const struct zone_state *state)
{
    int128 volume = state->listing_volume;
    int64_t close;
    if (state->late_volume <= LATE_UNITS) return state->ref;
    close = divide_floor(2 * state->listing_turnover + volume, 2 * volume);
    if (close < state->band_low) return state->band_low;
    return close > state->band_high ? state->band_high : close;
}

int64_t close_now(const struct engine *engine, uint16_t instrument, uint8_t zone)
{
    const struct zone_state *state = state_zone(engine, instrument, zone);
    const struct terms *terms = &engine->instrument[instrument].terms;
    if (engine->rule_set < 2) return weighted(state, CLOSE_FLOOR_UNITS);
    return terms->close_rule == CLOSE_RULE_GD_2019 ? gd_2019(state)
                                                   : weighted(state, terms->close_floor);
}

void close_strike(struct engine *engine, uint16_t instrument)
{
    for (uint32_t zone = 0; zone < engine->zones; zone++) {
        struct zone_state *state = state_zone(engine, instrument, (uint8_t)zone);
        if (state->ref != UNSET) state->close = close_now(engine, instrument, (uint8_t)zone);
    }
}

void close_again(struct engine *engine, uint16_t instrument, uint8_t zone)
{
    struct zone_state *state = state_zone(engine, instrument, zone);
    if (state->close != 0) state->close = close_now(engine, instrument, zone);
}

void close_turn(struct engine *engine, uint16_t instrument, uint8_t zone)
{
    struct zone_state *state = state_zone(engine, instrument, zone);
    int64_t volume = state->day_volume, last = state->last;
    if (state->ref != UNSET) {
        struct event_close *event = EMIT(engine, CLOSE, close);
        event->close = state->close != 0 ? state->close : close_now(engine, instrument, zone);
        event->volume = volume;
        event->instrument = instrument;
        event->zone = zone;
        zone_band_set(engine, instrument, zone, event->close);
    }
    state->volumes[state->volume_next] = volume;
    state->volume_next = (state->volume_next + 1) % CLOSE_DAYS;
    if (state->volume_days < CLOSE_DAYS) state->volume_days++;
    figures_begin(engine, instrument, zone);
    if (engine->rule_set < 2) state->last = last; /* there it outlives its day */
}
