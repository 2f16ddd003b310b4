/* day.c - see day.h; the stages TURN and DAY of job.h. */
#include "engine/auction.h"
#include "engine/day.h"
#include "engine/calendar.h"
#include "engine/city.h"
#include "engine/close.h"
#include "engine/deal.h"
#include "engine/job.h"
#include "engine/lock.h"
#include "engine/orders.h"
#include "engine/tranche.h"

/* --- rule set 1: in one go ----------------------------------------------------------------- */

static bool is_expired(const struct engine *engine, const struct order *order)
{
    return order->tif != TIF_GTC || (order->until_day > 0 && order->until_day < engine->day);
}

/* What the change of day does to a resting order: expired, outside the new band, or it stays. */
static void turn_order(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    const struct zone_state *state = state_zone(engine, order->instrument, order->zone);
    if (is_expired(engine, order))
        order_cancel(engine, slot, CANCEL_REASON_EXPIRED);
    else if (order->state == ORDER_PARKED)
        stop_new_day(engine, slot);
    else if (order->price < state->band_low || order->price > state->band_high)
        order_cancel(engine, slot, CANCEL_REASON_BAND);
}

static void turn_side(struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t side)
{
    uint32_t slot = book_best(engine, instrument, zone, side);
    while (slot != NIL) {
        uint32_t next = book_next(engine, slot);
        turn_order(engine, slot);
        slot = next;
    }
}

static void settlement_begin(struct engine *engine, uint16_t instrument)
{
    struct instrument *row = &engine->instrument[instrument];
    row->day_trades = 0;
    row->day_units = 0;
    row->day_cash = 0;
    row->settled = 0;
}

static void day_of_first_rules(struct engine *engine)
{
    for (uint32_t i = 0; i < engine->instruments; i++) {
        uint16_t instrument = (uint16_t)i;
        for (uint32_t zone = 0; zone < engine->zones; zone++)
            close_turn(engine, instrument, (uint8_t)zone);
        settlement_begin(engine, instrument); /* for the set that may follow */
        for (uint32_t zone = 0; zone < engine->zones; zone++)
            for (uint8_t side = 0; side < SIDES; side++)
                turn_side(engine, instrument, (uint8_t)zone, side);
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

/* --- the exchange turns ---------------------------------------------------------------------- */

/* job->more of TURN. `at` is the row a part looks at next, `slot` and `count` those of MOVERS. */
enum { TURN_MOVED }; /* 1: somebody's zone may have changed */

static bool turn_locks(struct engine *engine, struct job *job)
{
    return lock_free_adopted(engine, &job->at) && lock_free_some(engine);
}

static bool turn_names(struct engine *engine, struct job *job)
{
    (void)job;
    return client_forget_some(engine);
}

static bool turn_deals(struct engine *engine, struct job *job)
{
    engine->agreements = 0; /* what one side only has named lapses */
    return deal_turn(engine, &job->at);
}

static bool turn_auctions(struct engine *engine, struct job *job)
{
    (void)job;
    return auction_settle_due(engine);
}

static bool turn_cities(struct engine *engine, struct job *job)
{
    if (cities_turn(engine)) job->more[TURN_MOVED] = 1;
    return true;
}

static bool turn_members(struct engine *engine, struct job *job)
{
    for (; job->at < engine->memberships; job->at++) {
        const struct membership *row = &engine->membership[job->at];
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        if (row->begun != MEMBER_PENDING || row->from_day > engine->day) continue;
        if (member_switch(engine, job->at)) job->more[TURN_MOVED] = 1;
    }
    return true;
}

static bool turn_tranches(struct engine *engine, struct job *job)
{
    for (; job->at < engine->tranches; job->at++) {
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        tranche_begin(engine, job->at);
    }
    return true;
}

/* The scratch rows outlive the command: everything is frozen until the exchange has turned. */
static bool turn_gather(struct engine *engine, struct job *job)
{
    if (!job->more[TURN_MOVED]) return true;
    for (; job->at < engine->participants; job->at++)
        if (!work_left(engine) || !movers_gather(engine, job, job->at)) return false;
    return true;
}

typedef bool turn_part(struct engine *engine, struct job *job);

/* Decision 10.3, steps 1 to 3, in this order. A part does what it can while work_left() and keeps
 * its place in job->at; only `count` and `more` outlive it. */
static turn_part *const turn_parts[] = {turn_locks,    turn_names,    turn_deals,
                                        turn_auctions, turn_cities,   turn_members,
                                        turn_gather,   movers_cancel, turn_tranches};

#define TURN_PARTS (sizeof turn_parts / sizeof turn_parts[0])

bool stage_turn(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    while (job->part < TURN_PARTS) {
        if (!turn_parts[job->part](engine, job)) return false;
        job->part++;
        job->at = 0;
        job->slot = NIL;
    }
    return true;
}

/* --- one instrument -------------------------------------------------------------------------- */

/* Parts of DAY: first the closes, then each zone's queues. */
enum { DAY_CLOSE, DAY_QUEUES };

static void close_day(struct engine *engine, uint16_t instrument)
{
    for (uint32_t zone = 0; zone < engine->zones; zone++)
        close_turn(engine, instrument, (uint8_t)zone);
    settlement_begin(engine, instrument);
    work_spend(engine, engine->zones);
}

/* One queue from job->slot on; NIL when it begins. Its orders leave or stay behind, so the next one
 * is known before. True: it is through. */
static bool turn_queue(struct engine *engine, uint16_t instrument, struct job *job)
{
    if (job->slot == NIL) job->slot = book_first(engine, instrument, job->zone, job->side);
    while (job->slot != NIL) {
        uint32_t slot = job->slot;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        job->slot = book_next(engine, slot);
        turn_order(engine, slot);
    }
    return true;
}

bool stage_day(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    if (job->part == DAY_CLOSE) {
        close_day(engine, instrument);
        job->part = DAY_QUEUES;
        job->slot = NIL;
    }
    for (; job->zone < engine->zones; job->zone++, job->side = 0)
        for (; job->side < QUEUE_COUNT; job->side++)
            if (!turn_queue(engine, instrument, job)) return false;
    return true;
}

/* --- the command ----------------------------------------------------------------------------- */

static enum reason day_reason(const struct engine *engine, int32_t day)
{
    if (day <= engine->day) return REASON_WRONG_STATE;
    if (engine->rule_set < 2) return REASON_NONE;
    if (calendar_kind(engine, day) == DAY_KIND_HOLIDAY) return REASON_WRONG_STATE;
    if (engine->day > 0 && day - engine->day > DAY_JUMP_MAX) return REASON_QTY_RANGE;
    return engine->jobs > 0 ? REASON_FROZEN : REASON_NONE;
}

void day_apply(struct engine *engine, const struct command_day *body)
{
    enum reason reason = day_reason(engine, body->day);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    engine->day = body->day;
    done(engine);
    if (engine->rule_set < 2) {
        day_of_first_rules(engine);
        return;
    }
    engine->day_number++;
    engine->session_day = calendar_kind(engine, body->day) == DAY_KIND_SESSION;
    if (!engine->session_day) engine->business_day++;
    calendar_forget(engine);
    engine->touched = INSTRUMENT_ALL;
    job_begin(engine, (uint16_t)engine->limits.instruments, JOB_TURN)->slot = NIL;
    for (uint32_t i = 0; i < engine->instruments; i++)
        job_begin(engine, (uint16_t)i, JOB_DAY);
}
