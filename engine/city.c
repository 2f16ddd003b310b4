/* city.c - where a participant trades: its own membership, its city's, its zone (market.md 2 and
 * 6).
 *
 * Zone of a participant for an instrument, the first that says something: its own `member` row, the
 * city's row for the instrument, the city's zone, the zone it was registered in (decision 13.3).
 */
#include "engine/limits_rules.h"
#include "engine/orders.h"

uint8_t zone_of(const struct engine *engine, uint32_t participant, uint16_t instrument)
{
    const struct participant *row = &engine->participant[participant];
    for (uint32_t at = row->first_member; at != NIL; at = engine->membership[at].next)
        if (engine->membership[at].instrument == instrument) return engine->membership[at].zone;
    if (row->city != NIL) {
        uint8_t zone = state_city(engine, instrument, row->city)->zone;
        if (zone == ZONE_NONE) zone = engine->city[row->city].zone;
        if (zone != ZONE_NONE) return zone;
    }
    return row->zone;
}

/* --- memberships ---------------------------------------------------------------------------- */

/* Takes the row that is in force for the instrument out of the account's list. */
static void member_end(struct engine *engine, uint32_t account, uint16_t instrument)
{
    uint32_t *link = &engine->participant[account].first_member;
    while (*link != NIL && engine->membership[*link].instrument != instrument)
        link = &engine->membership[*link].next;
    if (*link == NIL) return;
    engine->membership[*link].begun = MEMBER_PAST;
    *link = engine->membership[*link].next;
}

bool member_switch(struct engine *engine, uint32_t row)
{
    struct membership *member = &engine->membership[row];
    uint8_t before = zone_of(engine, member->account, member->instrument);
    member_end(engine, member->account, member->instrument);
    member->begun = MEMBER_BEGUN;
    member->next = engine->participant[member->account].first_member;
    engine->participant[member->account].first_member = row;
    return before != member->zone;
}

/* market.md 6: units already held keep their zone and resting orders are cancelled. */
void member_begin(struct engine *engine, uint32_t row)
{
    const struct membership *member = &engine->membership[row];
    if (!member_switch(engine, row)) return;
    for (uint32_t zone = 0; zone < engine->zones; zone++)
        for (uint8_t side = 0; side < SIDES; side++) {
            uint32_t slot = book_best(engine, member->instrument, (uint8_t)zone, side);
            while (slot != NIL) {
                uint32_t next = book_next(engine, slot);
                if (engine->order[slot].participant == member->account)
                    order_cancel(engine, slot, CANCEL_REASON_OPERATOR);
                slot = next;
            }
        }
}

/* --- cities --------------------------------------------------------------------------------- */

uint32_t city_find(const struct engine *engine, const struct name *name)
{
    return name_index_find(&engine->city_index, &engine->city[0].name, sizeof engine->city[0],
                           name);
}

uint32_t city_make(struct engine *engine, const struct name *name)
{
    uint32_t id = city_find(engine, name);
    struct city *city;
    if (id != NIL || engine->cities == engine->limits.cities) return id;
    id = engine->cities++;
    city = &engine->city[id];
    city->name = *name;
    city->zone = ZONE_NONE;
    city->first = city->last = NIL;
    for (uint32_t i = 0; i < engine->limits.instruments; i++)
        state_city(engine, (uint16_t)i, id)->zone = ZONE_NONE;
    name_index_add(&engine->city_index, name, id);
    return id;
}

/* Rule set 1 knew no cities: there a full table or a city of investors hinders nobody. */
enum reason city_reason(const struct engine *engine, const struct name *name, uint8_t type)
{
    uint32_t city;
    if (engine->rule_set < 2 || name_reserved(name)) return REASON_NONE;
    city = city_find(engine, name);
    if (city == NIL) return engine->cities == engine->limits.cities ? REASON_CAPACITY : REASON_NONE;
    if (engine->city[city].investors && type != PARTICIPANT_TYPE_INVESTOR)
        return REASON_NOT_ALLOWED;
    return REASON_NONE;
}

void city_join(struct engine *engine, uint32_t participant, const struct name *name)
{
    struct participant *row = &engine->participant[participant];
    struct city *city;
    row->next_in_city = NIL;
    row->city = name_reserved(name) ? NIL : city_make(engine, name);
    if (row->city == NIL) return;
    city = &engine->city[row->city];
    if (city->last == NIL)
        city->first = participant;
    else
        engine->participant[city->last].next_in_city = participant;
    city->last = participant;
}
