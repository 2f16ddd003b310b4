/* look_call.c - the indicative price: what an uncross would do now (decision 11.3).
 *
 * The same reckoning as the call itself, on a slate that nobody owns; own crossing orders
 * are cut in the reckoning only.
 */
#include "engine/call.h"
#include "engine/job.h"
#include "engine/look.h"

static enum reason indicative_reason(const struct engine *engine, uint16_t instrument)
{
    uint8_t phase;
    if (instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    phase = engine->instrument[instrument].phase;
    if (phase != PHASE_CALL && phase != PHASE_NO_CANCEL) return REASON_PHASE;
    return is_frozen(engine, instrument) ? REASON_FROZEN : REASON_NONE;
}

static void zone_row(const struct zone_result *zone, uint16_t instrument, uint8_t id,
                     struct page *page)
{
    struct event_row_indicative *row = ROW(page, INDICATIVE, indicative);
    if (!row) return;
    row->price = zone->price;
    row->volume = zone->bought > zone->sold ? zone->bought : zone->sold;
    row->bids = zone->bids_left;
    row->asks = zone->asks_left;
    row->instrument = instrument;
    row->zone = id;
}

enum reason look_indicative(const struct engine *engine, const struct look_query *query,
                            struct event_buffer *out)
{
    struct page page = page_of(query, out);
    uint16_t instrument = query->instrument;
    enum reason reason = indicative_reason(engine, instrument);
    struct slate *slate;
    bool finished;
    if (reason != REASON_NONE) return reason;
    slate = slate_borrow(engine, engine->instrument[instrument].resting);
    if (!slate) return REASON_FROZEN;
    slate->ticks = INT64_MAX;
    slate->call.scheduled = slate->call.look = true;
    call_plan(engine, slate, instrument);
    finished = trim_measure(engine, slate, instrument, (uint32_t)slate->call.zones) &&
               call_solve(engine, slate, instrument);
    ASSERT(finished);
    for (uint8_t zone = 0; zone < engine->zones; zone++)
        if (slate->call.zone[zone].said) zone_row(&slate->call.zone[zone], instrument, zone, &page);
    slate_give(slate);
    return REASON_NONE;
}
