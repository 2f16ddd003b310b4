/* account.c - money and units of participants, and what an open order freezes.
 *
 * Rule: market.md 4, "Entry freezes": a sell freezes units, a buy freezes cash for the worst case
 * (own limit x quantity + fee). Holds are functions of what is left of the order, never stored.
 */
#include "engine/legs.h"
#include "engine/limits_rules.h"
#include "engine/lock.h"
#include "engine/orders.h"

static uint32_t *bucket_of(const struct engine *engine, uint32_t participant, uint16_t instrument,
                           uint8_t zone)
{
    uint64_t key = (uint64_t)participant << 32 | (uint64_t)instrument << 8 | zone;
    key *= UINT64_C(0x9e3779b97f4a7c15);
    return &engine->position_buckets[(key >> 32) & engine->position_mask];
}

uint32_t position_find(const struct engine *engine, uint32_t participant, uint16_t instrument,
                       uint8_t zone)
{
    uint32_t at = *bucket_of(engine, participant, instrument, zone);
    while (at != NIL) {
        const struct position *position = &engine->position[at];
        if (position->participant == participant && position->instrument == instrument &&
            position->zone == zone)
            break;
        at = position->chain;
    }
    return at;
}

uint32_t position_open(struct engine *engine, uint32_t participant, uint16_t instrument,
                       uint8_t zone)
{
    uint32_t at = position_find(engine, participant, instrument, zone);
    uint32_t *bucket, *link;
    struct position *position;
    if (at != NIL || engine->positions == engine->limits.positions) return at;
    at = engine->positions++;
    position = &engine->position[at];
    position->participant = participant;
    position->instrument = instrument;
    position->zone = zone;
    position->locks = NIL;
    bucket = bucket_of(engine, participant, instrument, zone);
    position->chain = *bucket;
    *bucket = at;
    link = &engine->participant[participant].first_position;
    while (*link != NIL && (engine->position[*link].instrument < instrument ||
                            (engine->position[*link].instrument == instrument &&
                             engine->position[*link].zone < zone)))
        link = &engine->position[*link].next;
    position->next = *link;
    *link = at;
    return at;
}

int64_t hold_of(const struct order *order)
{
    int128 worst = (int128)order->left * order->price;
    if (order->legs) worst *= order->legs;
    if (order->side == SIDE_SELL) return order->left;
    if (order->fee_ppm == 0) return (int64_t)worst;
    return (int64_t)worst + fee_of(order->fee_ppm, order->turnover + worst) -
           fee_of(order->fee_ppm, order->turnover);
}

void units_arrive(struct engine *engine, uint32_t position, int64_t qty)
{
    struct position *row = &engine->position[position];
    uint32_t release = lock_release(engine, row->instrument);
    bool was = is_holder(row);
    if (release == 0)
        row->free += qty;
    else if (engine->rule_set < 2)
        row->locked += qty; /* all of them until the next change of day */
    else
        lock_add(engine, position, release, qty);
    holder_change(engine, row, was);
}

/* The position behind a sale: what it had frozen is gone. */
static void leave(struct engine *engine, struct position *row, int64_t qty)
{
    ASSERT(row->held >= qty && qty > 0);
    row->held -= qty;
    holder_change(engine, row, true);
    gate_sold(engine, row->participant, row->instrument, row->zone, qty);
}

static struct position *leg_of(const struct engine *engine, const struct order *order, uint8_t leg)
{
    return legs_position(engine, order->participant, engine->instrument[order->instrument].leg[leg],
                         order->zone);
}

static void units_leave(struct engine *engine, const struct order *order, int64_t qty)
{
    if (order->legs == 0) leave(engine, &engine->position[order->position], qty);
    for (uint8_t leg = 0; leg < order->legs; leg++)
        leave(engine, leg_of(engine, order, leg), qty);
}

static void enter(struct engine *engine, const struct position *row, int64_t qty)
{
    units_arrive(engine, (uint32_t)(row - engine->position), qty);
    gate_bought(engine, row->participant, row->instrument, row->zone, qty);
}

static void units_enter(struct engine *engine, const struct order *order, int64_t qty)
{
    if (order->legs == 0) enter(engine, &engine->position[order->position], qty);
    for (uint8_t leg = 0; leg < order->legs; leg++)
        enter(engine, leg_of(engine, order, leg), qty);
}

/* Free units become held; a negative quantity gives them back. */
static void hold(struct position *row, int64_t qty)
{
    ASSERT(qty >= 0 ? row->free >= qty : row->held >= -qty);
    row->free -= qty;
    row->held += qty;
}

static void hold_units(struct engine *engine, const struct order *order, int64_t qty)
{
    if (order->legs == 0) hold(&engine->position[order->position], qty);
    for (uint8_t leg = 0; leg < order->legs; leg++)
        hold(leg_of(engine, order, leg), qty);
}

void order_freeze(struct engine *engine, const struct order *order)
{
    int64_t held = hold_of(order);
    if (order->side == SIDE_SELL) {
        hold_units(engine, order, held);
    } else {
        struct participant *owner = &engine->participant[order->participant];
        ASSERT(owner->cash >= held);
        owner->cash -= held;
        owner->cash_held += held;
        buying_change(engine, order->position, order->left);
    }
}

void order_release(struct engine *engine, const struct order *order)
{
    int64_t held = hold_of(order);
    if (order->side == SIDE_SELL) {
        hold_units(engine, order, -held);
    } else {
        struct participant *owner = &engine->participant[order->participant];
        ASSERT(owner->cash_held >= held);
        owner->cash_held -= held;
        owner->cash += held;
        buying_change(engine, order->position, -order->left);
    }
}

int64_t order_leg(struct engine *engine, struct order *order, int64_t qty, int64_t price)
{
    struct participant *owner = &engine->participant[order->participant];
    int64_t money = (int64_t)((int128)qty * price * (order->legs ? order->legs : 1));
    int64_t before = order->side == SIDE_BUY ? hold_of(order) : 0;
    int64_t fee = 0;
    ASSERT(qty > 0 && qty <= order->left);
    if (order->fee_ppm != 0)
        fee = fee_of(order->fee_ppm, order->turnover + money) -
              fee_of(order->fee_ppm, order->turnover);
    order->left -= qty;
    order->filled += qty;
    order->turnover += money;
    engine->operator_fees += fee;
    if (order->side == SIDE_SELL) {
        ASSERT(fee <= money);
        units_leave(engine, order, qty);
        owner->cash += money - fee;
    } else {
        int64_t freed = before - hold_of(order);
        ASSERT(freed >= money + fee && owner->cash_held >= freed);
        owner->cash_held -= freed;
        owner->cash += freed - money - fee;
        units_enter(engine, order, qty);
        buying_change(engine, order->position, -qty);
    }
    return fee;
}
