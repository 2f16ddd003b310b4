/* check_rules.c - the counters and lists of rule set 2, counted anew. See check.c.
 *
 * Members of groups and cities, memberships in force, limits that may still matter; and that every
 * order stands where its owner trades now.
 */
#include "engine/check.h"
#include "engine/job.h"
#include "engine/limits_rules.h"

static bool is_idle(const struct engine *engine, uint16_t instrument)
{
    return !is_frozen(engine, instrument);
}

static void check_orders_place(const struct engine *engine)
{
    for (uint32_t slot = 0; slot < engine->orders_top; slot++) {
        const struct order *order = &engine->order[slot];
        if (order->state == ORDER_FREE || !is_idle(engine, order->instrument)) continue;
        ASSERT(order->zone == zone_of(engine, order->participant, order->instrument));
    }
}

/* Each participant is in the list of its group and of its city exactly once. */
static void check_people(const struct engine *engine)
{
    uint64_t grouped = 0, in_cities = 0, with_city = 0;
    for (uint32_t group = 0; group < engine->groups; group++)
        for (uint32_t at = engine->group_first[group]; at != NIL;
             at = engine->participant[at].next_in_group) {
            ASSERT(at < engine->participants && engine->participant[at].group == group);
            grouped++;
            ASSERT(grouped <= engine->participants);
        }
    for (uint32_t city = 0; city < engine->cities; city++)
        for (uint32_t at = engine->city[city].first; at != NIL;
             at = engine->participant[at].next_in_city) {
            ASSERT(at < engine->participants && engine->participant[at].city == city);
            in_cities++;
            ASSERT(in_cities <= engine->participants);
        }
    for (uint32_t at = 0; at < engine->participants; at++) {
        ASSERT(engine->participant[at].city == NIL ||
               engine->participant[at].city < engine->cities);
        with_city += engine->participant[at].city != NIL;
    }
    ASSERT(grouped == engine->participants && in_cities == with_city);
}

static void check_memberships(const struct engine *engine)
{
    uint64_t listed = 0, begun = 0;
    for (uint32_t at = 0; at < engine->memberships; at++)
        begun += engine->membership[at].begun == MEMBER_BEGUN;
    for (uint32_t owner = 0; owner < engine->participants; owner++)
        for (uint32_t at = engine->participant[owner].first_member; at != NIL;
             at = engine->membership[at].next) {
            ASSERT(at < engine->memberships && engine->membership[at].account == owner);
            ASSERT(engine->membership[at].begun == MEMBER_BEGUN);
            listed++;
            ASSERT(listed <= engine->memberships);
        }
    ASSERT(listed == begun);
}

static void check_limits(const struct engine *engine)
{
    uint32_t used = 0;
    for (uint32_t at = 0; at < engine->holding_limits_top; at++) {
        const struct holding_limit *row = &engine->holding_limit[at];
        if (row->sequence == 0) continue;
        used++;
        ASSERT(row->sequence <= engine->sequence && row->instrument < engine->instruments);
        ASSERT(row->group == NIL || (row->group < engine->groups && row->type == 0));
    }
    ASSERT(used == engine->holding_limits);
    for (uint32_t at = 0; at < engine->city_moves; at++)
        ASSERT(engine->city_move[at].city < engine->cities);
}

static void check_strips(const struct engine *engine)
{
    for (uint32_t id = 0; id < engine->instruments; id++) {
        uint32_t strips = 0;
        for (uint32_t other = 0; other < engine->instruments; other++) {
            const struct instrument *row = &engine->instrument[other];
            for (uint8_t leg = 0; leg < row->legs && !row->retired; leg++)
                strips += row->leg[leg] == id;
        }
        ASSERT(strips == engine->instrument[id].strips);
    }
}

/* Positions with units or open buys, counted anew. */
static void check_holders(const struct engine *engine)
{
    for (uint32_t id = 0; id < engine->instruments; id++) {
        uint32_t holders = 0;
        for (uint32_t at = 0; at < engine->positions; at++)
            holders += engine->position[at].instrument == id && is_holder(&engine->position[at]);
        ASSERT(holders == engine->instrument[id].holders);
    }
}

void check_rules(const struct engine *engine)
{
    check_orders_place(engine);
    check_people(engine);
    check_memberships(engine);
    check_limits(engine);
    check_strips(engine);
    check_holders(engine);
}
