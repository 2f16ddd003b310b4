/* naive_block.c - agreements: two parties name each other, quantity and price (decision 13.7). */
#include "tests/lib/naive.h"
#include <string.h>

struct agreement {
    char name[NAIVE_NAME];
    int seller, buyer, instrument;
    wide qty, price; /* delivered, and per unit delivered */
    bool by_seller;
};

static struct agreement pending[1024];
static int pendings;

void naive_blocks_lapse(void)
{
    pendings = 0;
}

static struct agreement *pending_named(const char *name)
{
    for (int i = 0; i < pendings; i++)
        if (strcmp(pending[i].name, name) == 0) return &pending[i];
    return NULL;
}

static bool same(const struct agreement *a, const struct agreement *b)
{
    return a->seller == b->seller && a->buyer == b->buyer && a->instrument == b->instrument &&
           a->qty == b->qty && a->price == b->price;
}

/* The block band around the reference of one zone; a mapped price is on no tick. */
static bool in_block_band(const struct naive_instrument *x, int zone, wide price)
{
    struct naive_instrument wider = *x;
    wider.band = x->block_band;
    wider.tick = 1;
    return x->ref[zone] > 0 && price >= naive_band_low(&wider, zone) &&
           price <= naive_band_high(&wider, zone);
}

static const char *parties(const struct agreement *k)
{
    const struct naive_instrument *x = &naive.instrument[k->instrument < 0 ? 0 : k->instrument];
    const struct naive_participant *seller, *buyer;
    const struct agreement *first = pending_named(k->name);
    if (k->seller < 0 || k->buyer < 0) return "UNKNOWN_PARTICIPANT";
    if (naive.role != N_SYSTEM && naive.role != N_ENTERPRISE) return "NOT_ALLOWED";
    if (naive.role == N_ENTERPRISE && naive.actor != k->seller && naive.actor != k->buyer)
        return "NOT_ALLOWED";
    if (strcmp(k->name, "-") == 0) return "NOT_ALLOWED"; /* decision 4.3 */
    if (naive_stopped(k->seller) || naive_stopped(k->buyer)) return "NOT_ALLOWED";
    if (k->instrument < 0) return "UNKNOWN_INSTRUMENT";
    seller = naive.participant[k->seller];
    buyer = naive.participant[k->buyer];
    if (x->over || !(x->methods & N_AGREEMENT) || naive_barred(k->buyer, k->instrument))
        return "NOT_ALLOWED";
    if (k->seller == k->buyer) return "NOT_ALLOWED";
    if (x->stp != N_ALLOW && strcmp(seller->group, buyer->group) == 0) return "NOT_ALLOWED";
    if (first && !same(first, k)) return "DUPLICATE_ID";
    if (first && naive.role == N_ENTERPRISE && first->by_seller == k->by_seller)
        return "DUPLICATE_ID";
    return NULL;
}

static const char *figures(const struct agreement *k, struct naive_trade *t)
{
    const struct naive_instrument *x = &naive.instrument[k->instrument];
    struct naive_link link = naive_link_of(x, t->from, t->to);
    if (x->phase != N_CONTINUOUS) return "PHASE";
    if (k->qty < 1 || k->qty > NAIVE_QTY_MAX || k->price < 1 || k->price > NAIVE_PRICE_MAX)
        return "QTY_RANGE";
    if (k->qty % x->lot != 0) return "LOT";
    if (k->price % x->tick != 0) return "TICK";
    if (x->block_from > 0 && k->qty < x->block_from) return "QTY_RANGE";
    if (link.rd == 0) link.rn = link.rd = 1; /* a link nobody has spoken of */
    t->seller_price = k->price;
    t->buyer_price = naive_e(link, k->price);
    if (!in_block_band(x, t->from, k->price)) return "PRICE_BAND";
    if (!in_block_band(x, t->to, t->buyer_price)) return "PRICE_BAND";
    if (!link.allowed) return "NOT_ALLOWED";
    if (k->qty % (x->lot * link.rn) != 0) return "LOT";
    t->delivered = k->qty;
    t->received = k->qty * link.rd / link.rn;
    if (t->received > naive_room(x, t->from, t->to)) return "CAP";
    t->pays = t->buyer_price * t->received * naive_legs(x);
    t->gets = t->seller_price * t->delivered * naive_legs(x);
    t->fund = t->pays - t->gets;
    t->buyer_fee = naive_half_up(naive_rate(k->buyer, x->block_fee) * t->pays, NAIVE_P);
    t->seller_fee = naive_half_up(naive_rate(k->seller, x->block_fee) * t->gets, NAIVE_P);
    return t->pays + t->buyer_fee > NAIVE_MONEY_MAX ? "QTY_RANGE" : NULL;
}

static const char *can_execute(const struct naive_trade *t)
{
    const char *no = naive_buy_checks(t->buyer, t->instrument, t->to, t->received);
    if (no) return no;
    if (naive_free_units(t->seller, t->instrument, t->from) < t->delivered) return "UNITS_SHORT";
    if (naive.participant[t->buyer]->cash < t->pays + t->buyer_fee) return "CASH_SHORT";
    return NULL;
}

static void execute(const struct agreement *k, struct naive_trade *t)
{
    struct naive_instrument *x = &naive.instrument[t->instrument];
    struct naive_participant *seller = naive.participant[t->seller];
    for (int i = 0; i < naive_legs(x); i++) {
        int instrument = x->legs > 0 ? x->leg[i] : t->instrument;
        naive_units_of(t->seller, instrument, t->from)->free -= t->delivered;
        if (x->conditional)
            naive_units_of(t->buyer, instrument, t->to)->held += t->received;
        else
            naive_arrive(t->buyer, instrument, t->to, t->received);
    }
    naive.participant[t->buyer]->cash -= t->pays + t->buyer_fee;
    *(x->conditional ? &seller->cash_held : &seller->cash) += t->gets - t->seller_fee;
    naive.operator_cash += t->buyer_fee + t->seller_fee;
    x->fund[t->from] += t->fund;
    naive_flow(x, t->from, t->to, t->received, t->delivered);
    t->n = ++naive.trades;
    naive_say("block-trade n=%s instrument=%s block=%s seller=%s buyer=%s from=%s to=%s "
              "received=%s delivered=%s buyer_price=%s seller_price=%s pays=%s gets=%s fund=%s",
              naive_text((wide)t->n), x->name, k->name, seller->name,
              naive.participant[t->buyer]->name, naive.zone[t->from], naive.zone[t->to],
              naive_text(t->received), naive_text(t->delivered), naive_text(t->buyer_price),
              naive_text(t->seller_price), naive_text(t->pays), naive_text(t->gets),
              naive_text(t->fund));
    naive_trade_done(t);
}

const char *naive_do_block(const struct naive_line *line)
{
    struct agreement k = {.seller = naive_participant_named(line->word[2]),
                          .buyer = naive_participant_named(line->word[3]),
                          .instrument = naive_instrument_named(line->word[4]),
                          .qty = naive_number(line, "qty", 0),
                          .price = naive_number(line, "price", 0)};
    struct naive_trade t = {.agreement = true};
    struct agreement *first;
    const char *no;
    strcpy(k.name, line->word[1]);
    k.by_seller = naive.actor == k.seller;
    no = parties(&k);
    if (no) return no;
    t.instrument = k.instrument;
    t.seller = k.seller;
    t.buyer = k.buyer;
    t.from = naive_zone_of(k.seller, k.instrument);
    t.to = naive_zone_of(k.buyer, k.instrument);
    no = figures(&k, &t);
    if (no) return no;
    first = pending_named(k.name);
    if (!first && naive.role == N_ENTERPRISE) {
        if (pendings == 1024) naive_stop("too many agreements");
        pending[pendings++] = k;
        naive_say("pending block=%s", k.name);
        return NULL;
    }
    no = can_execute(&t);
    if (no) return no;
    if (first) {
        for (pendings--; first < &pending[pendings]; first++)
            *first = first[1];
    }
    execute(&k, &t);
    return NULL;
}

void naive_look_blocks(const struct naive_line *line)
{
    int only = line->words > 1 ? naive_instrument_named(line->word[1]) : -1;
    if (line->words > 1 && only < 0) naive_say("rejected command=blocks reason=UNKNOWN_INSTRUMENT");
    for (int i = 0; i < pendings; i++) {
        const struct agreement *k = &pending[i];
        if (line->words > 1 && only != k->instrument) continue;
        naive_say("agreement block=%s instrument=%s seller=%s buyer=%s qty=%s price=%s by=%s",
                  k->name, naive.instrument[k->instrument].name, naive.participant[k->seller]->name,
                  naive.participant[k->buyer]->name, naive_text(k->qty), naive_text(k->price),
                  k->by_seller ? "seller" : "buyer");
    }
}
