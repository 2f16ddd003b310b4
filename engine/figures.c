/* figures.c - see figures.h. */
#include "engine/figures.h"
#include "engine/job.h"
#include "engine/look.h"

#define SECOND_NS INT64_C(1000000000)
#define SHANGHAI_SECONDS (8 * 3600)
#define DAY_SECONDS 86400
#define LATE_SECONDS (9 * 3600 + 32 * 60) /* 09:32:00, market.md 4, GD-2019 */

/* The time that counts is the command's, not that of the step which goes on with it. */
static bool is_late(const struct engine *engine, uint16_t instrument)
{
    const struct job *job = job_of(engine, instrument);
    int64_t time_ns = job->stage == JOB_IDLE ? engine->time_ns : job->since_ns;
    return (time_ns / SECOND_NS + SHANGHAI_SECONDS) % DAY_SECONDS >= LATE_SECONDS;
}

int64_t figures_capped(int128 value)
{
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Units and cash go round: what was traded in a day can pass what was ever issued. */
static int64_t sum_capped(int64_t sum, int64_t value)
{
    return figures_capped((int128)sum + value);
}

static int64_t inside_band(const struct zone_state *state, int64_t price)
{
    if (price < state->band_low) return state->band_low;
    if (price > state->band_high) return state->band_high;
    return price;
}

/* The price counts for the day's open, high, low and last. */
static void mark_price(struct zone_state *state, int64_t price)
{
    state->last = price;
    if (state->open == 0) state->open = price;
    if (price > state->high) state->high = price;
    if (state->low == 0 || price < state->low) state->low = price;
}

struct figures_leg figures_fill(struct engine *engine, uint16_t instrument, uint8_t zone,
                                int64_t qty, int64_t price, enum figures_kind kind)
{
    struct zone_state *state = state_zone(engine, instrument, zone);
    int128 money = (int128)qty * price;
    struct figures_leg leg = {
        .qty = qty, .price = price, .counted = price, .zone = zone, .kind = (uint8_t)kind};
    if (kind == FIGURES_BLOCK) {
        state->block_volume = sum_capped(state->block_volume, qty);
        state->block_money += money;
        return leg;
    }
    mark_price(state, price);
    leg.counted = inside_band(state, price);
    state->day_volume = sum_capped(state->day_volume, qty);
    state->day_turnover += (int128)qty * leg.counted;
    state->day_money += money;
    if (kind == FIGURES_CALL) return leg;
    leg.late = is_late(engine, instrument);
    state->listing_volume = sum_capped(state->listing_volume, qty);
    state->listing_turnover += money;
    if (leg.late) state->late_volume = sum_capped(state->late_volume, qty);
    return leg;
}

void figures_undo(struct engine *engine, uint16_t instrument, const struct figures_leg *leg)
{
    struct zone_state *state = state_zone(engine, instrument, leg->zone);
    int128 money = (int128)leg->qty * leg->price;
    ASSERT(leg->kind != FIGURES_CALL); /* its fills have no number, nobody can name them */
    if (leg->kind == FIGURES_BLOCK) {
        state->block_volume -= leg->qty;
        state->block_money -= money;
        return;
    }
    state->day_volume -= leg->qty;
    state->day_turnover -= (int128)leg->qty * leg->counted;
    state->day_money -= money;
    state->listing_volume -= leg->qty;
    state->listing_turnover -= money;
    if (leg->late) state->late_volume -= leg->qty;
}

void figures_paid(struct engine *engine, uint16_t instrument, int64_t trades, int64_t units,
                  int64_t cash)
{
    struct instrument *row = &engine->instrument[instrument];
    row->day_trades += trades;
    row->day_units = sum_capped(row->day_units, units);
    row->day_cash += cash;
}

void figures_begin(struct engine *engine, uint16_t instrument, uint8_t zone)
{
    struct zone_state *state = state_zone(engine, instrument, zone);
    state->last = 0;
    state->day_volume = 0;
    state->day_turnover = 0;
    state->listing_volume = 0;
    state->listing_turnover = 0;
    state->late_volume = 0;
    state->open = 0;
    state->high = 0;
    state->low = 0;
    state->close = 0;
    state->day_money = 0;
    state->block_volume = 0;
    state->block_money = 0;
}

static void prices_row(const struct engine *engine, uint16_t instrument, uint8_t zone,
                       struct page *page)
{
    const struct zone_state *state = state_zone(engine, instrument, zone);
    struct event_row_prices *row = ROW(page, PRICES, prices);
    if (!row) return;
    row->ref = state->ref;
    row->band_low = state->band_low;
    row->band_high = state->band_high;
    row->last = state->last;
    row->open = state->open;
    row->high = state->high;
    row->low = state->low;
    row->close = state->close;
    if (state->day_volume > 0)
        row->vwap =
            divide_floor(2 * state->day_money + state->day_volume, (int128)2 * state->day_volume);
    row->volume = state->day_volume;
    row->turnover = figures_capped(state->day_money);
    row->block_volume = state->block_volume;
    row->block_turnover = figures_capped(state->block_money);
    row->instrument = instrument;
    row->zone = zone;
}

enum reason look_prices(const struct engine *engine, const struct look_query *query,
                        struct event_buffer *out)
{
    struct page page = page_of(query, out);
    if (query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    for (uint8_t zone = 0; zone < engine->zones; zone++)
        if (state_zone(engine, query->instrument, zone)->ref != UNSET)
            prices_row(engine, query->instrument, zone, &page);
    return REASON_NONE;
}
