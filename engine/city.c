/* city.c - where a participant trades: its own membership, its city's, its zone (market.md 2 and
 * 6).
 *
 * Zone of a participant for an instrument, the first that says something: its own `member` row, the
 * city's row for the instrument, the city's zone, the zone it was registered in (decision 13.3).
 */
#include "engine/city.h"
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

/* --- movers --------------------------------------------------------------------------------- */

static int64_t stop_of(const struct engine *engine, const struct order *order)
{
    return engine->extra[order->extra].stop;
}

/* By participant, then as cancel-all does: instrument, zone, bids, asks, stops. The answer is
 * turned round because the heap has its last row on top. */
static bool is_cancelled_after(const struct engine *engine, uint32_t a, uint32_t b)
{
    const struct order *x = &engine->order[a], *y = &engine->order[b];
    bool parked = x->state == ORDER_PARKED;
    if (x->participant != y->participant) return x->participant > y->participant;
    if (x->instrument != y->instrument) return x->instrument > y->instrument;
    if (x->zone != y->zone) return x->zone > y->zone;
    if (x->state != y->state) return parked;
    if (x->side != y->side) return x->side > y->side;
    if (parked && stop_of(engine, x) != stop_of(engine, y))
        return (x->side == SIDE_BUY) == (stop_of(engine, x) > stop_of(engine, y));
    if (!parked && x->price != y->price) return (x->side == SIDE_BUY) == (x->price < y->price);
    return x->priority > y->priority;
}

bool movers_gather(struct engine *engine, struct job *job, uint32_t participant)
{
    if (job->slot == NIL) job->slot = engine->participant[participant].first_order;
    for (; job->slot != NIL; job->slot = engine->order[job->slot].own_next) {
        const struct order *order = &engine->order[job->slot];
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        if (order->zone != zone_of(engine, order->participant, order->instrument))
            rows_push(engine, engine->rows, job->count++, job->slot, is_cancelled_after);
    }
    work_spend(engine, 1);
    return true;
}

bool movers_cancel(struct engine *engine, struct job *job)
{
    while (job->count > 0) {
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        order_cancel(engine, rows_pop(engine, engine->rows, job->count--, is_cancelled_after),
                     CANCEL_REASON_OPERATOR);
    }
    return true;
}

static void city_start(struct engine *engine, uint32_t city, uint16_t instrument, uint8_t zone)
{
    if (instrument == INSTRUMENT_ALL)
        engine->city[city].zone = zone;
    else
        state_city(engine, instrument, city)->zone = zone;
}

bool cities_turn(struct engine *engine)
{
    uint32_t kept = 0;
    for (uint32_t at = 0; at < engine->city_moves; at++) {
        struct city_move move = engine->city_move[at];
        if (move.from_day <= engine->day)
            city_start(engine, move.city, move.instrument, move.zone);
        else
            engine->city_move[kept++] = move;
    }
    work_spend(engine, engine->city_moves);
    if (kept == engine->city_moves) return false;
    engine->city_moves = kept;
    return true;
}

/* --- the commands `city` and `member` ------------------------------------------------------- */

static enum reason city_command_reason(const struct engine *engine, const struct command_city *body)
{
    if (name_reserved(&body->name)) return REASON_NOT_ALLOWED;
    if (body->instrument != INSTRUMENT_ALL && body->instrument >= engine->instruments)
        return REASON_UNKNOWN_INSTRUMENT;
    if (body->zone != ZONE_NONE && body->zone >= engine->zones) return REASON_UNKNOWN_ZONE;
    if (body->investors > 1 && body->investors != UNSET_ENUM) return REASON_NOT_ALLOWED;
    if (body->zone == ZONE_NONE) return REASON_NONE;
    if (body->from_day <= engine->day) return engine->jobs > 0 ? REASON_FROZEN : REASON_NONE;
    return engine->city_moves == engine->limits.rules ? REASON_CAPACITY : REASON_NONE;
}

enum reason city_apply(struct engine *engine, const struct command_city *body)
{
    enum reason reason = city_command_reason(engine, body);
    struct job *job;
    uint32_t city;
    if (reason != REASON_NONE) return reason;
    city = city_make(engine, &body->name);
    if (city == NIL) return REASON_CAPACITY;
    if (body->investors != UNSET_ENUM) engine->city[city].investors = body->investors;
    done(engine);
    if (body->zone == ZONE_NONE) return REASON_NONE;
    if (body->from_day > engine->day) {
        engine->city_move[engine->city_moves++] = (struct city_move){.from_day = body->from_day,
                                                                     .city = city,
                                                                     .instrument = body->instrument,
                                                                     .zone = body->zone};
        return REASON_NONE;
    }
    city_start(engine, city, body->instrument, body->zone);
    job = job_begin(engine, (uint16_t)engine->limits.instruments, JOB_MOVE);
    job->at = engine->city[city].first;
    job->slot = NIL;
    engine->touched = INSTRUMENT_ALL;
    return REASON_NONE;
}

/* The participants of a city that has moved at once, from job->at on. */
static bool leave_city(struct engine *engine, struct job *job)
{
    while (job->at != NIL) {
        if (!work_left(engine) || !movers_gather(engine, job, job->at)) return false;
        job->at = engine->participant[job->at].next_in_city;
    }
    return movers_cancel(engine, job);
}

bool stage_move(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    if (instrument == engine->limits.instruments) return leave_city(engine, job);
    return cancel_some(engine, job, instrument);
}

static enum reason member_reason(const struct engine *engine, const struct command_member *body)
{
    if (body->account >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (engine->instrument[body->instrument].retired) return REASON_NOT_ALLOWED;
    if (body->zone >= engine->zones) return REASON_UNKNOWN_ZONE;
    if (is_frozen(engine, body->instrument)) return REASON_FROZEN;
    return engine->memberships == engine->limits.positions ? REASON_CAPACITY : REASON_NONE;
}

enum reason member_apply(struct engine *engine, const struct command_member *body)
{
    enum reason reason = member_reason(engine, body);
    struct job *job;
    if (reason != REASON_NONE) return reason;
    engine->membership[engine->memberships++] = (struct membership){.account = body->account,
                                                                    .instrument = body->instrument,
                                                                    .zone = body->zone,
                                                                    .from_day = body->from_day,
                                                                    .begun = MEMBER_PENDING};
    engine->participant[body->account].members++;
    done(engine);
    if (body->from_day > engine->day) return REASON_NONE;
    if (!member_switch(engine, engine->memberships - 1)) return REASON_NONE;
    job = job_begin(engine, body->instrument, JOB_MOVE);
    job->account = body->account;
    job->reason = CANCEL_REASON_OPERATOR;
    engine->touched = body->instrument;
    return REASON_NONE;
}
