/* naive_match.c - 6.4: an incoming order against the resting ones of every linked zone. */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>

struct candidate {
    struct naive_order *maker;
    wide received;
    wide price; /* of the maker's order as the taker sees it: E of an ask, F of a bid */
};

static wide least(wide a, wide b)
{
    return a < b ? a : b;
}

/* The first resting order of one zone that this taker can trade with, if any. */
static struct candidate zone_candidate(const struct naive_order *taker, int zone)
{
    struct naive_instrument *x = &naive.instrument[taker->instrument];
    bool buy = taker->side == N_BUY;
    int from = buy ? zone : taker->zone;
    int to = buy ? taker->zone : zone;
    struct naive_link link = naive_link_of(x, from, to);
    const struct naive_book *book = &x->book[zone][buy ? N_SELL : N_BUY];
    wide step = naive_step(x, from, to);
    for (int i = 0; link.allowed && i < book->count; i++) {
        struct naive_order *maker = book->at[i];
        const struct naive_order *buyer = buy ? taker : maker;
        const struct naive_order *seller = buy ? maker : taker;
        wide price = buy ? naive_e(link, maker->price) : naive_f(link, maker->price);
        wide q;
        if (buy ? price > taker->price : price < taker->price) break;
        q = least(buyer->left, naive_floor(seller->left * link.rd, link.rn));
        q = least(q, naive_room(x, from, to));
        q = q > 0 ? naive_floor(q, step) * step : 0;
        if (q > 0) return (struct candidate){maker, q, price};
    }
    return (struct candidate){NULL, 0, 0};
}

/* Best effective price, then own zone, then priority counter. (Counters never tie.) */
static bool better(const struct naive_order *taker, struct candidate a, struct candidate b)
{
    bool own_a = a.maker->zone == taker->zone, own_b = b.maker->zone == taker->zone;
    if (a.price != b.price) return taker->side == N_BUY ? a.price < b.price : a.price > b.price;
    if (own_a != own_b) return own_a;
    return a.maker->priority < b.maker->priority;
}

static struct candidate best_candidate(const struct naive_order *taker)
{
    struct candidate best = {NULL, 0, 0};
    for (int zone = 0; zone < naive.zones; zone++) {
        struct candidate found = zone_candidate(taker, zone);
        if (found.maker && (!best.maker || better(taker, found, best))) best = found;
    }
    return best;
}

/* Both legs at the maker's price: a resting ask makes the buyer pay E(a), a resting bid gives the
 * seller F(b). The fund of the seller's zone gets the difference. */
static void trade(struct naive_order *taker, struct candidate c)
{
    struct naive_instrument *x = &naive.instrument[taker->instrument];
    struct naive_order *buyer = taker->side == N_BUY ? taker : c.maker;
    struct naive_order *seller = taker->side == N_BUY ? c.maker : taker;
    struct naive_link link = naive_link_of(x, seller->zone, buyer->zone);
    wide delivered = c.received * link.rn / link.rd;
    wide buyer_price = taker->side == N_BUY ? c.price : c.maker->price;
    wide seller_price = taker->side == N_BUY ? c.maker->price : c.price;
    wide pays = buyer_price * c.received, gets = seller_price * delivered;
    struct naive_trade t = {.n = ++naive.trades,
                            .instrument = taker->instrument,
                            .seller = seller->who,
                            .buyer = buyer->who,
                            .from = seller->zone,
                            .to = buyer->zone,
                            .received = c.received,
                            .delivered = delivered,
                            .buyer_price = buyer_price,
                            .seller_price = seller_price,
                            .pays = pays,
                            .gets = gets,
                            .fund = pays - gets};

    t.buyer_fee = naive_leg(buyer, c.received, buyer_price);
    t.seller_fee = naive_leg(seller, delivered, seller_price);
    x->fund[seller->zone] += pays - gets;
    naive_flow(x, seller->zone, buyer->zone, c.received);
    naive_say("trade n=%s instrument=%s maker=%s taker=%s seller=%s buyer=%s from=%s to=%s "
              "received=%s delivered=%s buyer_price=%s seller_price=%s pays=%s gets=%s fund=%s",
              naive_text((wide)t.n), x->name, c.maker->shown, taker->shown, seller->shown,
              buyer->shown, naive.zone[seller->zone], naive.zone[buyer->zone],
              naive_text(c.received), naive_text(delivered), naive_text(buyer_price),
              naive_text(seller_price), naive_text(pays), naive_text(gets),
              naive_text(pays - gets));
    naive_trade_done(&t);
    if (c.maker->left == 0) naive_die(c.maker);
}

/* Decrement: the order loses what would have traded and keeps its place. */
static void decrement(struct naive_order *o, wide qty)
{
    if (qty == o->left) {
        naive_cancel(o, "SELF_TRADE");
        return;
    }
    naive_freeze(o, -1);
    o->left -= qty;
    naive_freeze(o, +1);
    naive_say("replaced order=%s left=%s price=%s kept_priority=1", o->shown, naive_text(o->left),
              naive_text(o->price));
}

static void self_trade(struct naive_order *taker, struct candidate c)
{
    struct naive_instrument *x = &naive.instrument[taker->instrument];
    bool buy = taker->side == N_BUY;
    struct naive_link link =
        naive_link_of(x, buy ? c.maker->zone : taker->zone, buy ? taker->zone : c.maker->zone);
    if (x->stp == N_DECREMENT) {
        /* No unit moves, so the room of the link does not bound what both lose. */
        wide step = x->lot * link.rd;
        wide received = least(buy ? taker->left : c.maker->left,
                              naive_floor((buy ? c.maker->left : taker->left) * link.rd, link.rn));
        wide delivered;
        received = naive_floor(received, step) * step;
        delivered = received * link.rn / link.rd;
        decrement(c.maker, buy ? delivered : received);
        decrement(taker, buy ? received : delivered);
        return;
    }
    if (x->stp != N_CANCEL_INCOMING) naive_cancel(c.maker, "SELF_TRADE");
    if (x->stp != N_CANCEL_RESTING) naive_cancel(taker, "SELF_TRADE");
}

/* Matches as far as it goes. Afterwards the taker is dead (filled or stopped by the self-trade
 * rule) or has a rest that can trade with nobody. */
void naive_match(struct naive_order *taker)
{
    const struct naive_instrument *x = &naive.instrument[taker->instrument];
    while (taker->alive) {
        struct candidate c = best_candidate(taker);
        if (!c.maker) return;
        if (x->stp != N_ALLOW && naive_same_group(taker, c.maker)) {
            self_trade(taker, c);
            continue;
        }
        trade(taker, c);
        if (taker->left == 0) naive_die(taker);
    }
}

/* FOK: would 6.4 fill the taker whole? Plays it on the quantities and balances alone and puts them
 * back. An order of the own group ends the trial, but under cancel-resting it is passed over. */
bool naive_trial(struct naive_order *taker)
{
    struct naive_instrument *x = &naive.instrument[taker->instrument];
    struct naive_instrument before = *x;
    struct naive_order *touched[512];
    wide left[512], whole = taker->left;
    int n = 0;
    bool filled;
    while (taker->left > 0) {
        struct candidate c = best_candidate(taker);
        bool buy = taker->side == N_BUY;
        struct naive_link link;
        if (!c.maker) break;
        if (n == 512) abort();
        touched[n] = c.maker;
        left[n++] = c.maker->left;
        if (x->stp != N_ALLOW && naive_same_group(taker, c.maker)) {
            if (x->stp != N_CANCEL_RESTING) break;
            c.maker->left = 0;
            continue;
        }
        link =
            naive_link_of(x, buy ? c.maker->zone : taker->zone, buy ? taker->zone : c.maker->zone);
        c.maker->left -= buy ? c.received * link.rn / link.rd : c.received;
        naive_flow(x, buy ? c.maker->zone : taker->zone, buy ? taker->zone : c.maker->zone,
                   c.received);
        taker->left -= buy ? c.received : c.received * link.rn / link.rd;
    }
    filled = taker->left == 0;
    while (n-- > 0)
        touched[n]->left = left[n];
    taker->left = whole;
    memcpy(x->pair, before.pair, sizeof x->pair);
    memcpy(x->retired, before.retired, sizeof x->retired);
    return filled;
}
