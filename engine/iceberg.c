/* iceberg.c - orders that show a part of themselves (decision 9.3).
 *
 * Everybody who counts units in the book counts all units of an iceberg by the other events; SHOWN
 * says how many of them are hidden, whenever that changes, so that what is shown can be counted
 * without knowing single orders.
 */
#include "engine/orders.h"

int64_t iceberg_hidden(const struct engine *engine, const struct order *order)
{
    if (order->extra == NIL || order->state != ORDER_RESTING) return 0;
    return order->left - engine->extra[order->extra].shown;
}

static void say_shown(struct engine *engine, uint32_t slot, int64_t hidden_before, int64_t price,
                      bool moved)
{
    const struct order *order = &engine->order[slot];
    struct event_shown *event = EMIT(engine, SHOWN, shown);
    event->order_id = state_order_id(engine, slot);
    event->hidden = iceberg_hidden(engine, order);
    event->hidden_before = hidden_before;
    event->shown = engine->extra[order->extra].shown;
    event->left = order->left;
    event->price = price;
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
    event->moved = moved;
}

static int64_t next_part(const struct engine *engine, const struct order *order)
{
    int64_t display = engine->extra[order->extra].display;
    return display < order->left ? display : order->left;
}

bool iceberg_filled(struct engine *engine, uint32_t slot, int64_t qty)
{
    struct order *order = &engine->order[slot];
    struct extra *extra = &engine->extra[order->extra];
    int64_t hidden_before = order->left + qty - extra->shown;
    bool moves;
    ASSERT(order->state == ORDER_RESTING && extra->display > 0);
    extra->shown = extra->shown > qty ? extra->shown - qty : 0;
    moves = extra->shown == 0 && order->left > 0;
    if (moves) {
        extra->shown = next_part(engine, order);
        book_remove(engine, slot);
        order->priority = ++engine->priority;
        book_add(engine, slot);
    }
    if (moves || iceberg_hidden(engine, order) != hidden_before)
        say_shown(engine, slot, hidden_before, order->price, moves);
    return moves;
}

void iceberg_rests(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    engine->extra[order->extra].shown = next_part(engine, order);
    if (iceberg_hidden(engine, order) > 0) say_shown(engine, slot, 0, order->price, false);
}

void iceberg_changed(struct engine *engine, uint32_t slot, int64_t hidden_before, int64_t price)
{
    const struct order *order = &engine->order[slot];
    struct extra *extra = &engine->extra[order->extra];
    if (extra->shown > order->left) extra->shown = order->left;
    if (iceberg_hidden(engine, order) != hidden_before)
        say_shown(engine, slot, hidden_before, price, false);
}
