/* match.c - market.md 6.4: an incoming order against the resting ones of every linked zone.
 *
 * One body serves buys and sells. Each zone has a walker that only ever moves on: after a fill
 * either the maker cannot give another step on this link, or the room is used up, or the incoming
 * order is done. An iceberg is the exception: it may give its next step, or go behind the others
 * at its price.
 */
#include "engine/deal.h"
#include "engine/job.h"
#include "engine/legs.h"
#include "engine/match.h"

struct walk {
    struct walker walker[ZONES_MAX];
    uint32_t count;
    int64_t left; /* of the taker, in its own units */
};

static const struct link own_zone = {.rn = 1, .rd = 1, .allowed = 1};

/* On the way from or to `zone`, at no order yet. */
static inline void stand(const struct engine *engine, const struct order *taker, uint8_t zone,
                         struct walker *walker)
{
    bool buy = taker->side == SIDE_BUY;
    uint8_t from = buy ? zone : taker->zone;
    uint8_t to = buy ? taker->zone : zone;
    walker->zone = zone;
    walker->link = from == to ? &own_zone : state_link(engine, taker->instrument, from, to);
    walker->step = link_step(engine, taker->instrument, walker->link);
    walker->room = link_room(engine, taker->instrument, from, to);
}

void walker_open(const struct engine *engine, const struct order *taker, uint8_t zone,
                 struct walker *walker)
{
    stand(engine, taker, zone, walker);
    walker->effective = walker->received = 0;
    walker->slot = book_best(engine, taker->instrument, zone, !taker->side);
}

/* A zone without orders on the other side needs no walker. */
static inline void walk_add(const struct engine *engine, const struct order *taker,
                            struct walk *walk, uint8_t zone)
{
    struct walker *walker = &walk->walker[walk->count];
    if (state_zone(engine, taker->instrument, zone)->side[!taker->side].orders == 0) return;
    stand(engine, taker, zone, walker);
    walker->slot = book_best(engine, taker->instrument, zone, !taker->side);
    walk->count++;
}

static void walk_start(const struct engine *engine, const struct order *taker, struct walk *walk)
{
    uint32_t others = walker_zones(engine, taker);
    walk->count = 0;
    walk->left = taker->left;
    walk_add(engine, taker, walk, taker->zone);
    for (; others; others &= others - 1)
        walk_add(engine, taker, walk, (uint8_t)__builtin_ctz(others));
}

static int64_t gives(const struct engine *engine, const struct order *taker,
                     const struct order *maker, const struct walker *walker)
{
    if (maker->extra == NIL) return maker->left;
    return iceberg_gives(maker->left, engine->extra[maker->extra].shown, maker_step(taker, walker));
}

/* Moves to the first maker that fits; the walker ends where prices, room or rest do. */
static void walker_seek(const struct engine *engine, const struct order *taker, int64_t left,
                        struct walker *walker)
{
    if (walker->room < walker->step) walker->slot = NIL;
    for (; walker->slot != NIL; walker->slot = book_next(engine, walker->slot)) {
        const struct order *maker = &engine->order[walker->slot];
        if (!walker_reaches(taker, maker, walker)) {
            walker->slot = NIL;
            return;
        }
        walker->received = walker_size(taker, left, gives(engine, taker, maker, walker), walker);
        if (walker->received > 0) return;
    }
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
        if (!best || walker_is_better(taker, walker, engine->order[walker->slot].priority, best,
                                      engine->order[best->slot].priority))
            best = walker;
    }
    return best;
}

bool match_finds(const struct engine *engine, uint32_t slot)
{
    const struct order *taker = &engine->order[slot];
    struct walk walk;
    walk_start(engine, taker, &walk);
    return walk_best(engine, taker, &walk) != NULL;
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

/* The day's figures of both zones; and the trade is remembered, for whoever may have to undo it. */
static void count(struct engine *engine, uint32_t buyer, uint32_t seller,
                  const struct event_trade *event)
{
    struct day_trade trade = {.n = event->n,
                              .received = event->received,
                              .delivered = event->delivered,
                              .pays = event->pays,
                              .gets = event->gets,
                              .buyer_fee = event->buyer_fee,
                              .seller_fee = event->seller_fee,
                              .buyer = buyer,
                              .seller = seller,
                              .instrument = event->instrument,
                              .from_zone = event->from_zone,
                              .to_zone = event->to_zone};
    trade.buyer_leg = figures_fill(engine, event->instrument, event->to_zone, event->received,
                                   event->buyer_price, FIGURES_LISTING);
    if (event->from_zone != event->to_zone)
        trade.seller_leg = figures_fill(engine, event->instrument, event->from_zone,
                                        event->delivered, event->seller_price, FIGURES_LISTING);
    figures_paid(engine, event->instrument, 1, event->received, event->pays);
    deal_note(engine, &trade);
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
    if (taker->legs) { /* one price per unit and leg */
        event->pays *= taker->legs;
        event->gets *= taker->legs;
    }
    event->fund = event->pays - event->gets;
    ASSERT(event->fund >= 0 && event->delivered >= event->received);
    event->buyer_fee = order_leg(engine, buyer, event->received, event->buyer_price);
    event->seller_fee = order_leg(engine, seller, event->delivered, event->seller_price);
    event->from_zone = seller->zone;
    event->to_zone = buyer->zone;
    source->fund_cash += event->fund;
    if (event->delivered != event->received)
        legs_retire(engine, taker->instrument, seller->zone, event->delivered - event->received);
    link_move(engine, taker->instrument, seller->zone, buyer->zone, event->received);
    say_trade(engine, taker_slot, walker->slot, event);
    count(engine, buyer->participant, seller->participant, event);
}

/* market.md 4, self-trade (same group). Returns false when the incoming order ended. A decrement
 * moves no unit, so the room of the link does not bound it: both lose all they could trade. */
static bool self_trade(struct engine *engine, uint32_t taker_slot, struct walker *walker,
                       struct walk *walk)
{
    const struct order *taker = &engine->order[taker_slot];
    const struct order *maker = &engine->order[walker->slot];
    uint8_t stp = engine->instrument[taker->instrument].stp;
    if (stp == STP_DECREMENT) {
        int64_t room = walker->room, taker_cut;
        walker->room = INT64_MAX;
        walker->received =
            walker_size(taker, walk->left, gives(engine, taker, maker, walker), walker);
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

static bool interrupts_leg(struct engine *engine, uint16_t instrument, uint8_t zone, int64_t price)
{
    int64_t last = zone_last(state_zone(engine, instrument, zone));
    struct event_interrupted *event;
    struct event_phase *phase;
    if (!leaves_dynamic_band(engine->instrument[instrument].terms.dynamic_ppm, last, price))
        return false;
    event = EMIT(engine, INTERRUPTED, interrupted);
    event->price = price;
    event->last = last;
    event->instrument = instrument;
    event->zone = zone;
    engine->instrument[instrument].phase = PHASE_CALL;
    phase = EMIT(engine, PHASE, phase);
    phase->instrument = instrument;
    phase->phase = PHASE_CALL;
    return true;
}

/* Decision 9.5: the fill would leave a dynamic band, so the instrument goes to CALL instead. */
static bool interrupts(struct engine *engine, const struct order *taker,
                       const struct walker *walker)
{
    const struct order *maker = &engine->order[walker->slot];
    bool buy = taker->side == SIDE_BUY;
    if (interrupts_leg(engine, taker->instrument, buy ? taker->zone : maker->zone,
                       buy ? walker->effective : maker->price))
        return true;
    return taker->zone != maker->zone &&
           interrupts_leg(engine, taker->instrument, buy ? maker->zone : taker->zone,
                          buy ? maker->price : walker->effective);
}

/* Settles the fill of a walker; returns where it goes on. The maker may end, the taker does not. */
static uint32_t fill(struct engine *engine, uint32_t taker, struct walker *walker)
{
    uint32_t slot = walker->slot, behind = engine->order[slot].next;
    uint32_t next = book_next(engine, slot);
    const struct order *maker = &engine->order[slot];
    settle(engine, taker, walker);
    if (walker->room != INT64_MAX) walker->room -= walker->received;
    if (maker->extra != NIL) {
        bool moved = iceberg_filled(engine, slot, maker_units(&engine->order[taker], walker));
        if (maker->left > 0) next = moved && behind != NIL ? behind : slot;
    }
    if (maker->left == 0) order_end(engine, slot);
    return next;
}

enum match_result match_run(struct engine *engine, uint32_t slot)
{
    const struct order *taker = &engine->order[slot];
    const struct instrument *row = &engine->instrument[taker->instrument];
    struct walker *best;
    struct walk walk;
    walk_start(engine, taker, &walk);
    while ((best = walk_best(engine, taker, &walk)) != NULL) {
        const struct order *maker = &engine->order[best->slot];
        if (row->stp != STP_ALLOW && same_group(engine, taker, maker)) {
            bool iceberg = maker->extra != NIL;
            uint32_t self = best->slot, next = book_next(engine, self);
            if (!self_trade(engine, slot, best, &walk)) return MATCH_ENDED;
            best->slot = iceberg && maker->state == ORDER_RESTING ? self : next;
        } else {
            if (row->terms.dynamic_ppm > 0 && engine->rule_set >= 2 &&
                interrupts(engine, taker, best))
                return MATCH_INTERRUPTED;
            best->slot = fill(engine, slot, best);
            walk.left = taker->left;
            if (taker->left == 0) {
                order_end(engine, slot);
                return MATCH_ENDED;
            }
        }
        work_spend(engine, 1);
        if (!fills_left(engine)) return MATCH_MORE;
    }
    return MATCH_OVER;
}

void match_one(struct engine *engine, uint32_t slot, uint32_t maker, int64_t received)
{
    const struct order *taker = &engine->order[slot];
    struct walker walker;
    stand(engine, taker, engine->order[maker].zone, &walker);
    walker.slot = maker;
    walker_reaches(taker, &engine->order[maker], &walker);
    walker.received = received;
    fill(engine, slot, &walker);
    if (taker->left == 0) order_end(engine, slot);
}
