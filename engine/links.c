/* links.c - says which directions have lost or won the room for one step (script.md, `link` lines).
 */
#include "engine/orders.h"

static bool is_congested(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    const struct link *link = state_link(engine, instrument, from, to);
    return link->allowed &&
           link_room(engine, instrument, from, to) < link_step(engine, instrument, link);
}

void links_report(struct engine *engine, uint16_t instrument, bool silent)
{
    for (uint32_t f = 0; f < engine->zones; f++) {
        for (uint32_t t = 0; t < engine->zones; t++) {
            uint8_t from = (uint8_t)f, to = (uint8_t)t;
            struct link *link = state_link(engine, instrument, from, to);
            bool congested = from != to && is_congested(engine, instrument, from, to);
            if (congested == link->congested) continue;
            link->congested = congested;
            if (!silent && link->allowed) {
                struct event_link *event = EMIT(engine, LINK, link);
                event->balance = link_balance(engine, instrument, from, to);
                event->instrument = instrument;
                event->from_zone = from;
                event->to_zone = to;
                event->congested = congested;
            }
        }
    }
}
