/* check_day.c - what the trading day keeps: locks, client ids of the dead, marks, figures. See
 * check.c. */
#include "engine/calendar.h"
#include "engine/figures.h"
#include "engine/lock.h"

static void check_figures(const struct engine *engine, uint16_t instrument)
{
    for (uint8_t zone = 0; zone < engine->zones; zone++) {
        const struct zone_state *state = state_zone(engine, instrument, zone);
        bool traded = state->day_volume > 0;
        ASSERT(state->late_volume >= 0 && state->late_volume <= state->listing_volume);
        ASSERT(state->listing_volume <= state->day_volume && state->block_volume >= 0);
        ASSERT(state->listing_turnover >= 0 && state->listing_turnover <= state->day_money);
        ASSERT(state->day_turnover >= 0 && state->block_money >= 0);
        if (!traded) continue; /* last may be of a day under rule set 1 */
        ASSERT(state->low > 0 && state->low <= state->last);
        ASSERT(state->last <= state->high && state->open <= state->high);
    }
}

/* Every remembered id without an order is in the list of the day it died on, once. */
static void check_died(const struct engine *engine)
{
    uint32_t dead = 0, listed = 0;
    for (uint32_t at = 0; at < engine->names_top; at++)
        dead += !name_empty(&engine->client_name[at].text) && engine->client_name[at].order == NIL;
    for (uint32_t parity = 0; parity < 2; parity++)
        for (uint32_t at = engine->died[parity]; at != NIL;
             at = engine->client_name[at].died_next) {
            const struct client_name *row = &engine->client_name[at];
            ASSERT(row->order == NIL && !name_empty(&row->text));
            ASSERT((row->died_day & 1) == parity && listed < dead);
            listed++;
        }
    ASSERT(listed == dead);
}

static void check_calendar(const struct engine *engine)
{
    int32_t before = engine->day;
    ASSERT(engine->special_days <= CALENDAR_MAX);
    for (uint32_t at = 0; at < engine->special_days; at++) {
        const struct special_day *row = &engine->special_day[at];
        ASSERT(row->day > before);
        ASSERT(row->kind == DAY_KIND_HOLIDAY || row->kind == DAY_KIND_SESSION);
        before = row->day;
    }
}

void check_day(const struct engine *engine)
{
    check_died(engine);
    if (engine->rule_set < 2) return;
    for (uint16_t instrument = 0; instrument < engine->instruments; instrument++)
        check_figures(engine, instrument);
    check_calendar(engine);
    lock_check(engine);
}
