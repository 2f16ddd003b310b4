/* account.c - money and units of participants, and what an open order freezes.
 *
 * Rule: market.md 4, "Entry freezes": a sell freezes units, a buy freezes cash for the worst case
 * (own limit x quantity + fee). Holds are functions of what is left of the order, never stored.
 */
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
static void units_leave(struct engine *engine, const struct order *order, int64_t qty)
{
    struct position *row = &engine->position[order->position];
    ASSERT(row->held >= qty && qty > 0);
    row->held -= qty;
    holder_change(engine, row, true);
    gate_sold(engine, order->participant, order->instrument, order->zone, qty);
}

void order_freeze(struct engine *engine, const struct order *order)
{
    int64_t hold = hold_of(order);
    if (order->side == SIDE_SELL) {
        struct position *position = &engine->position[order->position];
        ASSERT(position->free >= hold);
        position->free -= hold;
        position->held += hold;
    } else {
        struct participant *owner = &engine->participant[order->participant];
        ASSERT(owner->cash >= hold);
        owner->cash -= hold;
        owner->cash_held += hold;
        buying_change(engine, order->position, order->left);
    }
}

void order_release(struct engine *engine, const struct order *order)
{
    int64_t hold = hold_of(order);
    if (order->side == SIDE_SELL) {
        struct position *position = &engine->position[order->position];
        ASSERT(position->held >= hold);
        position->held -= hold;
        position->free += hold;
    } else {
        struct participant *owner = &engine->participant[order->participant];
        ASSERT(owner->cash_held >= hold);
        owner->cash_held -= hold;
        owner->cash += hold;
        buying_change(engine, order->position, -order->left);
    }
}

int64_t order_leg(struct engine *engine, struct order *order, int64_t qty, int64_t price)
{
    struct participant *owner = &engine->participant[order->participant];
    int64_t money = (int64_t)((int128)qty * price);
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
        units_arrive(engine, order->position, qty);
        buying_change(engine, order->position, -qty);
        gate_bought(engine, order->participant, order->instrument, order->zone, qty);
    }
    return fee;
}
