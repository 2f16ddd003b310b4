/* naive_match.c - 6.4: an incoming order against the resting ones of every linked zone. */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct candidate {
    struct naive_order *maker;
    wide received;
    wide price; /* of the maker's order as the taker sees it: E of an ask, F of a bid */
};

static wide least(wide a, wide b)
{
    return a < b ? a : b;
}

/* What a resting order gives in one fill: what it shows, or one step if that is larger and it has
 * so much (decision 9.3). */
static wide gives(const struct naive_order *maker, struct naive_link link)
{
    wide step = naive.instrument[maker->instrument].lot;
    step *= maker->side == N_SELL ? link.rn : link.rd;
    if (naive_visible(maker) < step && step <= maker->left) return step;
    return naive_visible(maker);
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
        wide bought = buy ? taker->left : gives(maker, link);
        wide sold = buy ? gives(maker, link) : taker->left;
        wide price = buy ? naive_e(link, maker->price) : naive_f(link, maker->price);
        wide q;
        if (buy ? price > taker->price : price < taker->price) break;
        q = least(bought, naive_floor(sold * link.rd, link.rn));
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
    wide pays = buyer_price * c.received * naive_legs(x);
    wide gets = seller_price * delivered * naive_legs(x);
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
    naive_flow(x, seller->zone, buyer->zone, c.received, delivered);
    naive_say("trade n=%s instrument=%s maker=%s taker=%s seller=%s buyer=%s from=%s to=%s "
              "received=%s delivered=%s buyer_price=%s seller_price=%s pays=%s gets=%s fund=%s",
              naive_text((wide)t.n), x->name, c.maker->shown, taker->shown, seller->shown,
              buyer->shown, naive.zone[seller->zone], naive.zone[buyer->zone],
              naive_text(c.received), naive_text(delivered), naive_text(buyer_price),
              naive_text(seller_price), naive_text(pays), naive_text(gets),
              naive_text(pays - gets));
    naive_trade_done(&t);
    if (c.maker->left == 0) naive_die(c.maker);
    naive_refresh(c.maker);
}

/* Decrement: the order loses what would have traded and keeps its place. */
static void decrement(struct naive_order *o, wide qty)
{
    if (qty == o->left) {
        naive_cancel(o, "SELF_TRADE");
        return;
    }
    naive_cut(o, qty);
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
        wide given = gives(c.maker, link), delivered;
        wide received = least(buy ? taker->left : given,
                              naive_floor((buy ? given : taker->left) * link.rd, link.rn));
        received = naive_floor(received, step) * step;
        delivered = received * link.rn / link.rd;
        decrement(c.maker, buy ? delivered : received);
        decrement(taker, buy ? received : delivered);
        return;
    }
    if (x->stp != N_CANCEL_INCOMING) naive_cancel(c.maker, "SELF_TRADE");
    if (x->stp != N_CANCEL_RESTING) naive_cancel(taker, "SELF_TRADE");
}

/* Decision 9.5: would this leg leave the band around the last price of its zone? In a trial that
 * is only noticed. */
static bool interrupts(struct naive_instrument *x, int zone, wide price)
{
    wide last = naive_last(x, zone);
    if (price >= naive_ceil(last * (NAIVE_P - x->dynamic), NAIVE_P) &&
        price <= naive_floor(last * (NAIVE_P + x->dynamic), NAIVE_P))
        return false;
    naive_say("interrupted instrument=%s zone=%s price=%s last=%s", x->name, naive.zone[zone],
              naive_text(price), naive_text(last));
    naive_say("phase instrument=%s to=call", x->name);
    x->phase = N_CALL;
    return true;
}

static bool interrupted(const struct naive_order *taker, struct candidate c)
{
    struct naive_instrument *x = &naive.instrument[taker->instrument];
    bool buy = taker->side == N_BUY;
    if (x->dynamic == 0) return false;
    if (interrupts(x, buy ? taker->zone : c.maker->zone, buy ? c.price : c.maker->price))
        return true;
    return interrupts(x, buy ? c.maker->zone : taker->zone, buy ? c.maker->price : c.price);
}

/* Matches as far as it goes. Afterwards the taker is dead (filled or stopped by the self-trade
 * rule), or has a rest that can trade with nobody, or the instrument is interrupted. */
void naive_match(struct naive_order *taker)
{
    const struct naive_instrument *x = &naive.instrument[taker->instrument];
    while (taker->alive) {
        struct candidate c = best_candidate(taker);
        if (!c.maker) return;
        if (x->stp != N_ALLOW && naive_same_group(taker, c.maker)) {
            /* A trial counts real fills only, and ends where the taker is stopped or cut. */
            if (naive.trial && x->stp != N_CANCEL_RESTING) return;
            self_trade(taker, c);
            continue;
        }
        if (interrupted(taker, c)) return;
        trade(taker, c);
        if (taker->left == 0) naive_die(taker);
    }
}

bool naive_has_candidate(const struct naive_order *taker)
{
    return best_candidate(taker).maker != NULL;
}

/* Plays something in a copy of the whole market: the copy is this process once more, and ends. */
void naive_copy(void (*play)(void *data), void *data, void *result, int bytes)
{
    int ends[2], status;
    pid_t child;
    if (pipe(ends) != 0) abort();
    child = fork();
    if (child < 0) abort();
    if (child == 0) {
        naive.trial = true;
        play(data);
        if (write(ends[1], result, (size_t)bytes) != bytes) _exit(1);
        _exit(0);
    }
    if (read(ends[0], result, (size_t)bytes) != bytes) abort();
    close(ends[0]);
    close(ends[1]);
    if (waitpid(child, &status, 0) != child || status != 0) abort();
}

struct attempt {
    struct naive_order *taker;
    wide filled;
};

static void try_it(void *data)
{
    struct attempt *attempt = data;
    wide whole = attempt->taker->left;
    naive_match(attempt->taker);
    attempt->filled = whole - attempt->taker->left;
}

/* FOK and minimum: what 6.4 would fill, found by really matching in a copy. */
wide naive_trial(struct naive_order *taker)
{
    struct attempt attempt = {taker, 0};
    naive_copy(try_it, &attempt, &attempt, (int)sizeof attempt);
    return attempt.filled;
}

/* The clicker's side of one fill with one order: what it may take, and at which price. */
static const char *click_checks(struct naive_order *o, struct naive_order *maker,
                                struct candidate *out)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument];
    bool buy = maker->side == N_SELL;
    int from = buy ? maker->zone : o->zone, to = buy ? o->zone : maker->zone;
    struct naive_link link = naive_link_of(x, from, to);
    wide most, money;
    const char *no;
    o->side = buy ? N_BUY : N_SELL;
    if (naive_same_group(o, maker) || !link.allowed) return "NOT_ALLOWED";
    if (buy && naive_barred(o->who, o->instrument)) return "NOT_ALLOWED";
    if (o->left < 1 || o->left > NAIVE_QTY_MAX) return "QTY_RANGE";
    if (o->left % (x->lot * (buy ? link.rd : link.rn)) != 0) return "LOT";
    out->maker = maker;
    out->received = buy ? o->left : o->left * link.rd / link.rn;
    most = buy ? naive_floor(maker->left * link.rd, link.rn) : maker->left;
    most = least(most, naive_room(x, from, to));
    if (out->received > most) return "QTY_RANGE";
    out->price = buy ? naive_e(link, maker->price) : naive_f(link, maker->price);
    o->price = out->price;
    money = o->price * o->left * naive_legs(x);
    if (money + naive_half_up(o->fee * money, NAIVE_P) > NAIVE_MONEY_MAX) return "QTY_RANGE";
    no = buy ? naive_buy_checks(o->who, o->instrument, o->zone, o->left) : NULL;
    if (no) return no;
    if (!buy && naive_free_units(o->who, o->instrument, o->zone) < o->left) return "UNITS_SHORT";
    if (buy && naive.participant[o->who]->cash < naive_hold(o)) return "CASH_SHORT";
    return naive_full(o);
}

/* Decision 9.6: takes exactly one named order. */
const char *naive_do_click(const struct naive_line *line)
{
    char name[NAIVE_NAME];
    const char *instrument = naive_value(line, "instrument"), *no;
    struct naive_order *maker = naive_order_named(line->word[3]), *o = calloc(1, sizeof *o);
    struct candidate c = {NULL, 0, 0};
    if (!o) abort();
    strcpy(o->id, naive_split(line->word[1], name));
    strcpy(o->shown, line->word[1]);
    o->who = naive_participant_named(line->word[2]);
    o->instrument = maker && maker->alive ? maker->instrument : -1;
    if (instrument) o->instrument = naive_instrument_named(instrument);
    o->left = naive_number(line, "qty", 0);
    o->type = N_LIMIT;
    if (naive.rules < 2)
        no = "NOT_ALLOWED";
    else if (o->who < 0)
        no = "UNKNOWN_PARTICIPANT";
    else if (naive_stopped(o->who) ||
             (naive.role != N_SYSTEM && (naive.role != N_ENTERPRISE || naive.actor != o->who)))
        no = "NOT_ALLOWED";
    else if (o->instrument < 0)
        no = instrument ? "UNKNOWN_INSTRUMENT" : "UNKNOWN_ORDER";
    else if (naive.instrument[o->instrument].over ||
             !(naive.instrument[o->instrument].methods & N_LISTING))
        no = "NOT_ALLOWED";
    else if (naive_id_taken(o->who, o->id))
        no = "DUPLICATE_ID";
    else if (naive.instrument[o->instrument].phase != N_CONTINUOUS)
        no = "PHASE";
    else if (!maker || !maker->alive || maker->parked || maker->instrument != o->instrument)
        no = "UNKNOWN_ORDER";
    else {
        o->zone = naive_zone_of(o->who, o->instrument);
        o->fee = naive_rate(o->who, naive.instrument[o->instrument].fee);
        no = click_checks(o, maker, &c);
    }
    if (no) {
        free(o);
        return no;
    }
    o->alive = true;
    o->priority = ++naive.priority;
    naive.open_orders++;
    naive_id_keep(o);
    naive_freeze(o, +1);
    naive_say("accepted order=%s seq=%s", o->shown, naive_text((wide)naive.sequence));
    trade(o, c);
    naive_die(o);
    return NULL;
}
