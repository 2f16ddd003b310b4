/* rent.c - see rent.h. */
#include "engine/rent.h"
#include "engine/orders.h"

int64_t rent_drop(struct link *link)
{
    int64_t before = link->rent_ppm == 0 ? UNSET : levy_in_force(link);
    link->rent_ppm = 0;
    return before;
}

static void say(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    struct event_rent *event = EMIT(engine, RENT, rent);
    event->levy_ppm = levy_in_force(state_link(engine, instrument, from, to));
    event->instrument = instrument;
    event->from_zone = from;
    event->to_zone = to;
}

void rent_say(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to, int64_t before)
{
    const struct link *link = state_link(engine, instrument, from, to);
    if (before == UNSET || !link->allowed || levy_in_force(link) == before) return;
    say(engine, instrument, from, to);
}

void rent_begin(struct engine *engine, uint16_t instrument)
{
    if (engine->rule_set < 2) return;
    for (uint8_t from = 0; from < engine->zones; from++)
        for (uint8_t to = 0; to < engine->zones; to++) {
            struct link *link = state_link(engine, instrument, from, to);
            if (!link->allowed) continue;
            link->before_ppm = levy_in_force(link);
            link->rent_ppm = 0;
        }
}

static bool has_volume(const struct zone_result *zone)
{
    return zone->bought > 0 || zone->sold > 0;
}

/* The levy at which an ask of the exporting zone's price costs the importing zone's price. */
static int64_t rent_of(const struct link *link, int64_t from_price, int64_t to_price)
{
    int128 rent = (int128)to_price * link->rd * PPM / ((int128)from_price * link->rn) - PPM;
    if (rent > RENT_MAX) return RENT_MAX;
    return rent > link->levy_ppm ? (int64_t)rent : 0;
}

void rent_settle(struct engine *engine, uint16_t instrument, const struct zone_result *zone)
{
    if (engine->rule_set < 2) return;
    for (uint8_t from = 0; from < engine->zones; from++)
        for (uint8_t to = 0; to < engine->zones; to++) {
            struct link *link = state_link(engine, instrument, from, to);
            if (from == to || !link->allowed) continue;
            if (engine->instrument[instrument].terms.live_rent && has_volume(&zone[from]) &&
                has_volume(&zone[to]) &&
                link_room(engine, instrument, from, to) < link_step(engine, instrument, link) &&
                price_to_buyer(link, zone[from].price) < zone[to].price)
                link->rent_ppm = rent_of(link, zone[from].price, zone[to].price);
            if (levy_in_force(link) != link->before_ppm) say(engine, instrument, from, to);
            link->before_ppm = 0;
        }
}

void rent_end(struct engine *engine, uint16_t instrument)
{
    for (uint8_t from = 0; from < engine->zones; from++)
        for (uint8_t to = 0; to < engine->zones; to++) {
            int64_t before = rent_drop(state_link(engine, instrument, from, to));
            if (before == UNSET) continue;
            rent_say(engine, instrument, from, to, before);
            engine->instrument[instrument].room_changed = 1;
            engine->touched = engine->touched == INSTRUMENT_NONE || engine->touched == instrument
                                  ? instrument
                                  : INSTRUMENT_ALL;
        }
}
