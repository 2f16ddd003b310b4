/* stop.c - stop orders: parked, reached, triggered one at a time (market.md 4, decision 9.4). */
#include "engine/job.h"
#include "engine/order_type.h"
#include "engine/orders.h"

static void say_parked(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    struct event_parked *event = EMIT(engine, PARKED, parked);
    event->order_id = state_order_id(engine, slot);
    event->left = order->left;
    event->stop_price = engine->extra[order->extra].stop;
    event->price = order->price;
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
}

void stop_park(struct engine *engine, uint32_t slot)
{
    book_park(engine, slot);
    say_parked(engine, slot);
}

static bool is_reached(const struct engine *engine, const struct order *order)
{
    const struct zone_state *zone = state_zone(engine, order->instrument, order->zone);
    int64_t stop = engine->extra[order->extra].stop;
    return order->side == SIDE_BUY ? zone_last(zone) >= stop : zone_last(zone) <= stop;
}

static bool is_sooner(const struct engine *engine, uint32_t a, uint32_t b)
{
    const struct order *x = &engine->order[a], *y = &engine->order[b];
    int64_t stop_x = engine->extra[x->extra].stop, stop_y = engine->extra[y->extra].stop;
    if (stop_x == stop_y) return x->priority < y->priority;
    return x->side == SIDE_BUY ? stop_x < stop_y : stop_x > stop_y;
}

/* Of all zones: the reached buy with the lowest stop price, else the sell with the highest. */
static uint32_t first_reached(const struct engine *engine, uint16_t instrument)
{
    for (uint8_t side = 0; side < SIDES; side++) {
        uint32_t first = NIL;
        for (uint8_t zone = 0; zone < engine->zones; zone++) {
            uint32_t slot = book_first_stop(engine, instrument, zone, side);
            if (slot == NIL || !is_reached(engine, &engine->order[slot])) continue;
            if (first == NIL || is_sooner(engine, slot, first)) first = slot;
        }
        if (first != NIL) return first;
    }
    return NIL;
}

static void say_triggered(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    struct event_triggered *event = EMIT(engine, TRIGGERED, triggered);
    event->order_id = state_order_id(engine, slot);
    event->left = order->left;
    event->stop_price = engine->extra[order->extra].stop;
    event->price = order->price;
    event->client_id = order_client(engine, order);
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
}

/* Takes one reached stop and hands it to ENTER as a new order; job->part says that there was one.
 * Its turn comes again when that order, its link lines and the call for new room are through. */
bool stage_stops(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    uint32_t slot;
    if (!fills_left(engine)) return false;
    work_spend(engine, 1);
    if (engine->instrument[instrument].phase != PHASE_CONTINUOUS) return true;
    slot = first_reached(engine, instrument);
    if (slot == NIL) return true;
    say_triggered(engine, slot);
    book_unpark(engine, slot);
    order_triggered(engine, slot);
    job->slot = slot;
    job->generation = engine->order[slot].generation;
    job->part = 1;
    return true;
}

void stop_new_day(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    const struct zone_state *zone = state_zone(engine, order->instrument, order->zone);
    int64_t stop = engine->extra[order->extra].stop, price = order->price;
    bool buy = order->side == SIDE_BUY;
    bool below = price<zone->band_low, above = price> zone->band_high;
    bool moves = !order_type_of(order->type)->has_limit && (buy ? above : below);
    ASSERT(order->state == ORDER_PARKED);
    if (stop < zone->band_low || stop > zone->band_high || ((below || above) && !moves)) {
        order_cancel(engine, slot, CANCEL_REASON_BAND);
    } else if (moves) {
        order_release(engine, order);
        order->price = buy ? zone->band_high : zone->band_low;
        order_freeze(engine, order);
        say_parked(engine, slot);
    }
}
