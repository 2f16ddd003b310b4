/* check_orders.c - icebergs, parked stops, orders between two steps, and the sums over open buys.
 * See check.c. */
#include "engine/job.h"
#include "engine/limits_rules.h"
#include "engine/orders.h"

static void check_extra(const struct engine *engine, const struct order *order)
{
    const struct extra *extra = &engine->extra[order->extra];
    ASSERT(order->extra < engine->extras_top && extra->display >= 0 && extra->stop >= 0);
    ASSERT((extra->stop > 0) == (order->state == ORDER_PARKED));
    ASSERT(extra->display > 0 || extra->stop > 0);
    if (order->state != ORDER_RESTING) return;
    ASSERT(extra->shown > 0 && extra->shown <= extra->display && extra->shown <= order->left);
}

static bool is_before(const struct engine *engine, uint32_t a, uint32_t b)
{
    const struct order *x = &engine->order[a], *y = &engine->order[b];
    int64_t stop_x = engine->extra[x->extra].stop, stop_y = engine->extra[y->extra].stop;
    if (stop_x == stop_y) return x->priority < y->priority;
    return x->side == SIDE_BUY ? stop_x < stop_y : stop_x > stop_y;
}

static uint32_t check_parked(const struct engine *engine, uint16_t instrument, uint8_t zone,
                             uint8_t side)
{
    uint32_t previous = NIL, count = 0;
    for (uint32_t slot = book_first_stop(engine, instrument, zone, side); slot != NIL;
         slot = book_next(engine, slot)) {
        const struct order *order = &engine->order[slot];
        ASSERT(order->state == ORDER_PARKED && order->instrument == instrument);
        ASSERT(order->zone == zone && order->side == side);
        ASSERT(previous == NIL || is_before(engine, previous, slot));
        previous = slot;
        count++;
    }
    ASSERT(count == state_zone(engine, instrument, zone)->stop[side].orders);
    return count;
}

/* The one order of an instrument that is in no queue waits for the next step of its matching. */
static void check_working(const struct engine *engine, uint32_t slot)
{
    const struct job *job = job_of(engine, engine->order[slot].instrument);
    ASSERT(job->stage == JOB_ENTER && job->slot == slot);
}

static void check_sums(const struct engine *engine)
{
    for (uint16_t instrument = 0; instrument < engine->instruments; instrument++) {
        uint32_t parked = 0;
        for (uint8_t zone = 0; zone < engine->zones; zone++) {
            int128 buying = 0;
            for (uint8_t side = 0; side < SIDES; side++)
                parked += check_parked(engine, instrument, zone, side);
            for (uint32_t at = 0; at < engine->positions; at++)
                if (engine->position[at].instrument == instrument &&
                    engine->position[at].zone == zone)
                    buying += engine->position[at].buying;
            ASSERT(buying == state_zone(engine, instrument, zone)->gate.buying);
        }
        ASSERT(parked == engine->instrument[instrument].parked);
    }
}

void check_orders(const struct engine *engine)
{
    uint32_t extras = 0, promised = 0;
    for (uint32_t slot = 0; slot < engine->orders_top; slot++) {
        const struct order *order = &engine->order[slot];
        if (order->state == ORDER_FREE) continue;
        if (order->state == ORDER_WORKING) check_working(engine, slot);
        promised += order->promised;
        if (order->extra == NIL) continue;
        check_extra(engine, order);
        extras++;
    }
    ASSERT(extras == engine->extras_used && promised == engine->leaves_promised);
    ASSERT(engine->leaves_used + engine->leaves_promised <= engine->limits.levels);
    check_sums(engine);
}

int128 check_buying(const struct engine *engine, uint32_t position)
{
    uint32_t slot = engine->participant[engine->position[position].participant].first_order;
    int128 sum = 0;
    for (; slot != NIL; slot = engine->order[slot].own_next) {
        const struct order *order = &engine->order[slot];
        if (order->side == SIDE_BUY && order->position == position) sum += order->left;
    }
    for (uint32_t id = 0; id < engine->bids; id++)
        if (engine->bid[id].counted == position + 1) sum += engine->bid[id].qty;
    return sum;
}
