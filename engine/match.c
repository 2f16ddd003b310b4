/* match.c - market.md 6.4: an incoming order against the resting ones of every linked zone.
 *
 * One body serves buys and sells, and the trial of a fill-or-kill as well as the real thing. Each
 * zone has a walker that only ever moves on: after a fill either the maker cannot give another step
 * on this link, or the room is used up, or the incoming order is done.
 */
#include "engine/figures.h"
#include "engine/orders.h"

struct walker {
    const struct link *link;
    int64_t step;
    int64_t room;
    int64_t effective; /* price of the present maker as the taker sees it */
    int64_t received;  /* units of the candidate fill */
    uint32_t slot;     /* the present maker, NIL: nothing more here */
    uint8_t zone;
};

struct walk {
    struct walker walker[ZONES_MAX];
    uint32_t count;
    int64_t left; /* of the taker, in its own units */
};

static const struct link own_zone = {.rn = 1, .rd = 1, .allowed = 1};

static void walk_add(const struct engine *engine, const struct order *taker, struct walk *walk,
                     uint8_t zone)
{
    struct walker *walker = &walk->walker[walk->count];
    bool buy = taker->side == SIDE_BUY;
    uint8_t from = buy ? zone : taker->zone;
    uint8_t to = buy ? taker->zone : zone;
    walker->zone = zone;
    walker->link = from == to ? &own_zone : state_link(engine, taker->instrument, from, to);
    walker->step = link_step(engine, taker->instrument, walker->link);
    walker->room = link_room(engine, taker->instrument, from, to);
    walker->slot = book_best(engine, taker->instrument, zone, !taker->side);
    if (walker->slot != NIL) walk->count++;
}

static void walk_start(const struct engine *engine, const struct order *taker, struct walk *walk)
{
    size_t row = (size_t)taker->instrument * engine->limits.zones + taker->zone;
    uint32_t others = taker->side == SIDE_BUY ? engine->sources[row] : engine->targets[row];
    walk->count = 0;
    walk->left = taker->left;
    walk_add(engine, taker, walk, taker->zone);
    for (; others; others &= others - 1)
        walk_add(engine, taker, walk, (uint8_t)__builtin_ctz(others));
}

/* Units received that taker and maker could exchange now; a multiple of the step. */
static int64_t fill_size(const struct order *taker, int64_t taker_left, const struct order *maker,
                         const struct walker *walker)
{
    int64_t delivered = taker->side == SIDE_BUY ? maker->left : taker_left;
    int64_t received = taker->side == SIDE_BUY ? taker_left : maker->left;
    int64_t most;
    if (walker->link->rn != walker->link->rd) /* QTY_MAX * RATIO_MAX fits, see limits.h */
        delivered = delivered * walker->link->rd / walker->link->rn;
    most = delivered < received ? delivered : received;
    if (walker->room < most) most = walker->room;
    return most - most % walker->step;
}

/* Moves to the first maker that fits; the walker ends where prices, room or rest do. */
static void walker_seek(const struct engine *engine, const struct order *taker, int64_t left,
                        struct walker *walker)
{
    bool buy = taker->side == SIDE_BUY;
    if (walker->room < walker->step) walker->slot = NIL;
    for (; walker->slot != NIL; walker->slot = book_next(engine, walker->slot)) {
        const struct order *maker = &engine->order[walker->slot];
        walker->effective = buy ? price_to_buyer(walker->link, maker->price)
                                : price_to_seller(walker->link, maker->price);
        if (buy ? walker->effective > taker->price : walker->effective < taker->price) {
            walker->slot = NIL;
            return;
        }
        walker->received = fill_size(taker, left, maker, walker);
        if (walker->received > 0) return;
    }
}

/* Best effective price, then own zone, then priority counter. */
static bool is_better(const struct engine *engine, const struct order *taker,
                      const struct walker *a, const struct walker *b)
{
    if (a->effective != b->effective)
        return taker->side == SIDE_BUY ? a->effective < b->effective : a->effective > b->effective;
    if ((a->zone == taker->zone) != (b->zone == taker->zone)) return a->zone == taker->zone;
    return engine->order[a->slot].priority < engine->order[b->slot].priority;
}

static struct walker *walk_best(const struct engine *engine, const struct order *taker,
                                struct walk *walk)
{
    struct walker *best = NULL;
    for (uint32_t i = 0; i < walk->count; i++) {
        struct walker *walker = &walk->walker[i];
        if (walker->slot == NIL) continue;
        walker_seek(engine, taker, walk->left, walker);
        if (walker->slot == NIL) continue;
        if (!best || is_better(engine, taker, walker, best)) best = walker;
    }
    return best;
}

/* What the taker gives up or gets in its own units. */
static int64_t taker_units(const struct order *taker, const struct walker *walker)
{
    if (taker->side == SIDE_BUY) return walker->received;
    return walker->received / walker->link->rd * walker->link->rn;
}

static int64_t maker_units(const struct order *taker, const struct walker *walker)
{
    if (taker->side == SIDE_SELL) return walker->received;
    return walker->received / walker->link->rd * walker->link->rn;
}

static bool same_group(const struct engine *engine, const struct order *a, const struct order *b)
{
    return engine->participant[a->participant].group == engine->participant[b->participant].group;
}

bool match_trial(const struct engine *engine, uint32_t slot)
{
    const struct order *taker = &engine->order[slot];
    uint8_t stp = engine->instrument[taker->instrument].stp;
    struct walk walk;
    walk_start(engine, taker, &walk);
    while (walk.left > 0) {
        struct walker *best = walk_best(engine, taker, &walk);
        if (!best) return false;
        if (stp != STP_ALLOW && same_group(engine, taker, &engine->order[best->slot])) {
            if (stp != STP_CANCEL_RESTING) return false;
        } else {
            walk.left -= taker_units(taker, best);
            if (best->room != INT64_MAX) best->room -= best->received;
        }
        best->slot = book_next(engine, best->slot);
    }
    return true;
}

static void say_trade(struct engine *engine, uint32_t taker_slot, uint32_t maker_slot,
                      struct event_trade *event)
{
    const struct order *taker = &engine->order[taker_slot];
    const struct order *maker = &engine->order[maker_slot];
    event->n = ++engine->trades;
    event->maker_order = state_order_id(engine, maker_slot);
    event->taker_order = state_order_id(engine, taker_slot);
    event->maker_left = maker->left;
    event->taker_left = taker->left;
    event->maker_filled = maker->filled;
    event->taker_filled = taker->filled;
    event->maker_client = order_client(engine, maker);
    event->taker_client = order_client(engine, taker);
    event->maker_participant = maker->participant;
    event->taker_participant = taker->participant;
    event->instrument = taker->instrument;
    event->maker_side = maker->side;
}

/* Settles one fill at once, both legs at the maker's price. The fund of the seller's zone gets the
 * difference in money, its retirement account the difference in units. */
static void settle(struct engine *engine, uint32_t taker_slot, const struct walker *walker)
{
    struct order *taker = &engine->order[taker_slot];
    struct order *maker = &engine->order[walker->slot];
    bool buy = taker->side == SIDE_BUY;
    struct order *buyer = buy ? taker : maker;
    struct order *seller = buy ? maker : taker;
    struct zone_state *source = state_zone(engine, taker->instrument, seller->zone);
    struct event_trade *event = EMIT(engine, TRADE, trade);
    event->received = walker->received;
    event->delivered = walker->received / walker->link->rd * walker->link->rn;
    event->buyer_price = buy ? walker->effective : maker->price;
    event->seller_price = buy ? maker->price : walker->effective;
    event->pays = event->buyer_price * event->received;
    event->gets = event->seller_price * event->delivered;
    event->fund = event->pays - event->gets;
    ASSERT(event->fund >= 0 && event->delivered >= event->received);
    event->buyer_fee = order_leg(engine, buyer, event->received, event->buyer_price);
    event->seller_fee = order_leg(engine, seller, event->delivered, event->seller_price);
    event->from_zone = seller->zone;
    event->to_zone = buyer->zone;
    source->fund_cash += event->fund;
    source->retired += event->delivered - event->received;
    link_move(engine, taker->instrument, seller->zone, buyer->zone, event->received);
    figures_fill(engine, taker->instrument, buyer->zone, event->received, event->buyer_price,
                 FIGURES_LISTING);
    if (seller->zone != buyer->zone)
        figures_fill(engine, taker->instrument, seller->zone, event->delivered, event->seller_price,
                     FIGURES_LISTING);
    figures_paid(engine, taker->instrument, 1, event->received, event->pays);
    say_trade(engine, taker_slot, walker->slot, event);
}

/* market.md 4, self-trade (same group). Returns false when the incoming order ended. A decrement
 * moves no unit, so the room of the link does not bound it: both lose all they could trade. */
static bool self_trade(struct engine *engine, uint32_t taker_slot, struct walker *walker,
                       struct walk *walk)
{
    const struct order *taker = &engine->order[taker_slot];
    uint8_t stp = engine->instrument[taker->instrument].stp;
    if (stp == STP_DECREMENT) {
        int64_t room = walker->room, taker_cut;
        walker->room = INT64_MAX;
        walker->received = fill_size(taker, walk->left, &engine->order[walker->slot], walker);
        walker->room = room;
        taker_cut = taker_units(taker, walker);
        order_cut(engine, walker->slot, maker_units(taker, walker));
        walk->left -= taker_cut;
        order_cut(engine, taker_slot, taker_cut);
        return walk->left > 0;
    }
    if (stp != STP_CANCEL_INCOMING) order_cancel(engine, walker->slot, CANCEL_REASON_SELF_TRADE);
    if (stp == STP_CANCEL_RESTING) return true;
    order_cancel(engine, taker_slot, CANCEL_REASON_SELF_TRADE);
    return false;
}

void match_run(struct engine *engine, uint32_t slot)
{
    const struct order *taker = &engine->order[slot];
    uint8_t stp = engine->instrument[taker->instrument].stp;
    struct walker *best;
    struct walk walk;
    walk_start(engine, taker, &walk);
    while ((best = walk_best(engine, taker, &walk)) != NULL) {
        const struct order *maker = &engine->order[best->slot];
        uint32_t next = book_next(engine, best->slot);
        if (stp != STP_ALLOW && same_group(engine, taker, maker)) {
            if (!self_trade(engine, slot, best, &walk)) return;
        } else {
            settle(engine, slot, best);
            if (best->room != INT64_MAX) best->room -= best->received;
            walk.left = taker->left;
            if (maker->left == 0) order_end(engine, best->slot);
            if (taker->left == 0) {
                order_end(engine, slot);
                return;
            }
        }
        best->slot = next;
    }
}
