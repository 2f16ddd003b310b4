/* naive_call.c - 6.9, the coupled call, by its definition: every flow is tried, every interval is
 * found by asking each price of interest whether it is feasible. Also 6.5 and the link lines. */
#include "tests/lib/naive.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cumulated units of one zone at the prices where they can change: the band's edges, every resting
 * price and its two neighbours. Between two of them nothing changes, so the ends of an interval of
 * feasible prices are among them. */
struct curve {
    int n;
    wide *price, *demand_above, *demand_at, *supply_below, *supply_at;
};

struct interval {
    bool exists;
    wide lo, hi;
};

struct result { /* of one zone */
    bool said;  /* this zone takes part and is reported */
    wide price, bought, sold;
};

struct coupling { /* of one pair */
    int from, to;
    wide received;
};

static wide least(wide a, wide b)
{
    return a < b ? a : b;
}

static wide most(wide a, wide b)
{
    return a > b ? a : b;
}

static wide clamp(wide value, wide lo, wide hi)
{
    return most(lo, least(value, hi));
}

static wide sum(const struct naive_book *book, wide from, wide to) /* prices in [from, to] */
{
    wide total = 0;
    for (int i = 0; i < book->count; i++)
        if (book->at[i]->price >= from && book->at[i]->price <= to) total += book->at[i]->left;
    return total;
}

static void curve_add(struct curve *curve, const struct naive_instrument *x, int zone, wide price)
{
    int i = curve->n;
    if (price < naive_band_low(x, zone) || price > naive_band_high(x, zone)) return;
    curve->n++;
    curve->price[i] = price;
    curve->demand_above[i] = sum(&x->book[zone][N_BUY], price + 1, NAIVE_PRICE_MAX);
    curve->demand_at[i] = sum(&x->book[zone][N_BUY], price, NAIVE_PRICE_MAX);
    curve->supply_below[i] = sum(&x->book[zone][N_SELL], 0, price - 1);
    curve->supply_at[i] = sum(&x->book[zone][N_SELL], 0, price);
}

static struct curve curve_of(const struct naive_instrument *x, int zone)
{
    size_t room = 2 + 3 * (size_t)(x->book[zone][0].count + x->book[zone][1].count);
    wide *cells = calloc(5 * room, sizeof *cells);
    struct curve curve = {
        0, cells, cells + room, cells + 2 * room, cells + 3 * room, cells + 4 * room};
    if (!cells) abort();
    curve_add(&curve, x, zone, naive_band_low(x, zone));
    curve_add(&curve, x, zone, naive_band_high(x, zone));
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < x->book[zone][side].count; i++)
            for (wide near = -1; near <= 1; near++)
                curve_add(&curve, x, zone, x->book[zone][side].at[i]->price + near);
    return curve;
}

/* 6.9: p is feasible iff D(>p) + d <= S(<=p) and S(<p) <= D(>=p) + d. */
static struct interval feasible(const struct curve *curve, wide d)
{
    struct interval found = {false, 0, 0};
    for (int i = 0; i < curve->n; i++) {
        wide p = curve->price[i];
        if (curve->demand_above[i] + d > curve->supply_at[i] ||
            curve->supply_below[i] > curve->demand_at[i] + d)
            continue;
        found.lo = found.exists ? least(found.lo, p) : p;
        found.hi = found.exists ? most(found.hi, p) : p;
        found.exists = true;
    }
    return found;
}

/* Units the zone's asks give at a feasible price (all feasible prices of one d agree on it). */
static wide sold_at(const struct curve *curve, wide price, wide d)
{
    int i = 0;
    while (curve->price[i] != price)
        i++;
    return least(curve->supply_at[i], curve->demand_at[i] + d);
}

/* One direction of 6.9: the largest-volume equilibrium flow from A to B, 0 if there is none. */
static wide equilibrium(const struct naive_instrument *x, int from, int to, const struct curve *a,
                        const struct curve *b)
{
    struct naive_link link = naive_link_of(x, from, to);
    wide step = naive_step(x, from, to), best = 0, best_units = -1;
    wide top;
    bool larger_admissible = false;
    if (!link.allowed) return 0;
    /* Beyond what A offers or B asks for no interval exists: not worth trying. */
    top = least(naive_room(x, from, to), sum(&x->book[to][N_BUY], 0, NAIVE_PRICE_MAX));
    top = least(top, sum(&x->book[from][N_SELL], 0, NAIVE_PRICE_MAX) * link.rd / link.rn);
    top = top > 0 ? naive_floor(top, step) * step : 0;
    for (wide flow = top; flow >= 0; flow -= step) {
        wide delivered = flow * link.rn / link.rd;
        struct interval in_a = feasible(a, delivered), in_b = feasible(b, -flow);
        wide units;
        if (!in_a.exists || !in_b.exists) continue;
        if (flow > 0 && naive_e(link, in_a.lo) > in_b.hi) continue;
        if (naive_e(link, in_a.hi) >= in_b.lo || !larger_admissible) {
            units = sold_at(a, in_a.lo, delivered) - delivered;
            units += sold_at(b, in_b.lo, -flow) + flow;
            if (units >= best_units) { /* flows fall: ties go to the smaller */
                best_units = units;
                best = flow;
            }
        }
        larger_admissible = true;
    }
    return best;
}

/* Prices of both zones for a flow above 0. */
static void prices(const struct naive_instrument *x, int from, int to, struct interval a,
                   struct interval b, wide *price_a, wide *price_b)
{
    struct naive_link link = naive_link_of(x, from, to);
    wide lower, upper;
    if (naive_e(link, a.hi) < b.lo) { /* congested */
        *price_a = a.hi;
        *price_b = b.lo;
        return;
    }
    upper = least(a.hi, naive_f(link, b.hi));
    /* The least p in I_A with E(p) >= lo_B; E rises with p, F is its inverse from above. */
    lower = a.lo;
    if (b.lo > 0) {
        wide p = naive_f(link, b.lo);
        while (p > 0 && naive_e(link, p) >= b.lo)
            p--;
        while (naive_e(link, p) < b.lo)
            p++;
        lower = most(lower, p);
    }
    *price_a = lower > upper ? upper : clamp(x->ref[from], lower, upper);
    *price_b = most(b.lo, naive_e(link, *price_a));
}

static void alone(const struct naive_instrument *x, int zone, struct result *out)
{
    struct curve curve = curve_of(x, zone);
    struct interval in = feasible(&curve, 0);
    out->price = x->ref[zone];
    out->bought = out->sold = 0;
    if (in.exists) {
        wide volume = sold_at(&curve, in.lo, 0);
        if (volume > 0) {
            out->price = clamp(x->ref[zone], in.lo, in.hi);
            out->bought = out->sold = volume;
        }
    }
    free(curve.price);
}

/* Solves the two zones i < j together: first i -> j, then j -> i, then each alone. */
static struct coupling together(const struct naive_instrument *x, int i, int j,
                                struct result result[])
{
    struct curve curve[2] = {curve_of(x, i), curve_of(x, j)};
    struct coupling done = {i, j, 0};
    for (int turn = 0; turn < 2 && done.received == 0; turn++) {
        int from = turn ? j : i, to = turn ? i : j;
        wide flow = equilibrium(x, from, to, &curve[turn], &curve[1 - turn]);
        struct naive_link link = naive_link_of(x, from, to);
        wide delivered = flow > 0 ? flow * link.rn / link.rd : 0;
        struct interval a, b;
        if (flow == 0) continue;
        done = (struct coupling){from, to, flow};
        a = feasible(&curve[turn], delivered);
        b = feasible(&curve[1 - turn], -flow);
        prices(x, from, to, a, b, &result[from].price, &result[to].price);
        result[from].sold = sold_at(&curve[turn], a.lo, delivered);
        result[from].bought = result[from].sold - delivered;
        result[to].sold = sold_at(&curve[1 - turn], b.lo, -flow);
        result[to].bought = result[to].sold + flow;
    }
    if (done.received == 0) {
        alone(x, i, &result[i]);
        alone(x, j, &result[j]);
    }
    free(curve[0].price);
    free(curve[1].price);
    return done;
}

/* Better orders fill whole, the marginal price fills by priority. */
static void fill(struct naive_instrument *x, int zone, enum naive_side side, wide units, wide price)
{
    struct naive_book *book = &x->book[zone][side];
    while (units > 0) {
        struct naive_order *o = book->at[0];
        wide q = least(units, o->left);
        naive_leg(o, q, price);
        units -= q;
        for (int leg = 0; leg < naive_legs(x); leg++)
            naive_count_net(x->legs > 0 ? x->leg[leg] : o->instrument, side == N_BUY ? o->who : -1,
                            zone, q, side == N_SELL ? o->who : -1, zone, q);
        naive_say("auction-fill instrument=%s order=%s zone=%s price=%s qty=%s", x->name, o->shown,
                  naive.zone[zone], naive_text(price), naive_text(q));
        if (o->left == 0) naive_die(o);
        naive_refresh(o);
    }
}

/* Prints and settles what was solved: per zone id the price and its fills, then the flows. */
static bool settle(struct naive_instrument *x, const struct result result[],
                   const struct coupling coupling[], int couplings)
{
    bool volume = false;
    for (int z = 0; z < naive.zones; z++) {
        wide units = most(result[z].bought, result[z].sold);
        if (!result[z].said) continue;
        naive_say("auction instrument=%s zone=%s price=%s volume=%s", x->name, naive.zone[z],
                  naive_text(result[z].price), naive_text(units));
        fill(x, z, N_BUY, result[z].bought, result[z].price);
        fill(x, z, N_SELL, result[z].sold, result[z].price);
        x->day_volume[z] += units;
        x->day_turnover[z] += units * result[z].price;
        x->money[z] += units * result[z].price;
        x->settle_units += result[z].bought;
        x->settle_cash += result[z].bought * result[z].price * naive_legs(x);
        if (units > 0) naive_price_seen(x, z, result[z].price);
        volume = volume || units > 0;
    }
    for (int i = 0; i < couplings; i++) {
        struct coupling c = coupling[i];
        struct naive_link link = naive_link_of(x, c.from, c.to);
        wide delivered, fund;
        if (c.received == 0) continue; /* the link may be closed: then it has no ratio */
        delivered = c.received * link.rn / link.rd;
        fund = result[c.to].price * c.received - result[c.from].price * delivered;
        fund *= naive_legs(x);
        x->fund[c.from] += fund;
        naive_flow(x, c.from, c.to, c.received, delivered);
        naive_say("auction-flow instrument=%s from=%s to=%s received=%s delivered=%s fund=%s",
                  x->name, naive.zone[c.from], naive.zone[c.to], naive_text(c.received),
                  naive_text(delivered), naive_text(fund));
    }
    return volume;
}

/* What an older order of the own group takes from a newer one it crosses, in the newer one's units.
 * Rounded up, and to the lot: an odd lot could never trade. */
static wide crossing(const struct naive_instrument *x, const struct naive_order *newer,
                     const struct naive_order *older)
{
    const struct naive_order *bid = newer->side == N_BUY ? newer : older;
    const struct naive_order *ask = newer->side == N_BUY ? older : newer;
    struct naive_link link = naive_link_of(x, ask->zone, bid->zone);
    wide cut;
    if (!link.allowed || naive_room(x, ask->zone, bid->zone) < naive_step(x, ask->zone, bid->zone))
        return 0;
    if (naive_e(link, ask->price) > bid->price) return 0;
    if (newer == bid)
        cut = naive_ceil(ask->left * link.rd, link.rn);
    else
        cut = naive_ceil(bid->left * link.rn, link.rd);
    return naive_ceil(cut, x->lot) * x->lot;
}

/* 6.9, last lines: a group's own crossing orders are trimmed, newest first. */
static bool trim(struct naive_instrument *x, const bool zones[])
{
    bool cut_any = false;
    uint64_t below = UINT64_MAX;
    for (;;) {
        struct naive_order *newest = NULL;
        wide cut = 0;
        for (int z = 0; z < naive.zones; z++)
            for (int side = 0; zones[z] && side < 2; side++)
                for (int i = 0; i < x->book[z][side].count; i++) {
                    struct naive_order *o = x->book[z][side].at[i];
                    if (o->priority < below && (!newest || o->priority > newest->priority))
                        newest = o;
                }
        if (!newest) return cut_any;
        below = newest->priority;
        for (int z = 0; z < naive.zones; z++)
            for (int i = 0; zones[z] && i < x->book[z][!newest->side].count; i++) {
                const struct naive_order *o = x->book[z][!newest->side].at[i];
                if (o->priority < newest->priority && naive_same_group(o, newest))
                    cut += crossing(x, newest, o);
            }
        if (cut > 0) cut_any = true;
        if (cut >= newest->left) {
            naive_cancel(newest, "SELF_TRADE");
        } else if (cut > 0) {
            naive_cut(newest, cut);
        }
    }
}

/* 6.5: do an ask of `from` and a bid of `to`, each large enough for one step, fit, with room? */
static bool executable(const struct naive_instrument *x, int from, int to)
{
    struct naive_link link = naive_link_of(x, from, to);
    const struct naive_book *asks = &x->book[from][N_SELL], *bids = &x->book[to][N_BUY];
    if (!link.allowed || naive_room(x, from, to) < naive_step(x, from, to)) return false;
    for (int i = 0; i < asks->count; i++)
        for (int j = 0; j < bids->count; j++)
            if (asks->at[i]->left >= link.rn * x->lot && bids->at[j]->left >= link.rd * x->lot &&
                naive_e(link, asks->at[i]->price) <= bids->at[j]->price)
                return true;
    return false;
}

bool naive_crossed(const struct naive_instrument *x)
{
    for (int z = 0; z < naive.zones; z++)
        if (executable(x, z, z)) return true;
    return false;
}

/* 6.5: as long as a pair is executable, its two zones are cleared by 6.9. */
void naive_new_room(struct naive_instrument *x)
{
    while (naive_matches(x)) {
        struct result result[NAIVE_ZONES] = {0};
        struct coupling coupling[NAIVE_ZONES];
        bool zones[NAIVE_ZONES] = {0};
        int couplings = 0, pair[NAIVE_ZONES][2];
        bool changed = false;
        for (int i = 0; i < naive.zones; i++)
            for (int j = i + 1; j < naive.zones; j++)
                if (!zones[i] && !zones[j] && (executable(x, i, j) || executable(x, j, i))) {
                    zones[i] = zones[j] = true;
                    pair[couplings][0] = i;
                    pair[couplings++][1] = j;
                }
        if (couplings == 0) return;
        for (int i = 0; x->stp != N_ALLOW && i < couplings; i++) {
            bool two[NAIVE_ZONES] = {0};
            two[pair[i][0]] = two[pair[i][1]] = true;
            changed = trim(x, two) || changed;
        }
        for (int i = 0; i < couplings; i++) {
            coupling[i] = together(x, pair[i][0], pair[i][1], result);
            result[pair[i][0]].said = result[pair[i][1]].said = true;
        }
        changed = settle(x, result, coupling, couplings) || changed;
        if (!changed) return;
    }
}

static bool has_orders(const struct naive_instrument *x, int zone)
{
    return x->book[zone][0].count > 0 || x->book[zone][1].count > 0;
}

static bool linked(const struct naive_instrument *x, int a, int b)
{
    return naive_link_of(x, a, b).allowed || naive_link_of(x, b, a).allowed;
}

/* What a whole call did: its zones, their prices and units. */
struct call {
    struct naive_instrument *x;
    struct result result[NAIVE_ZONES];
};

/* Every zone with a reference and orders, or a link to a zone with them. */
static void clear_all(struct call *call)
{
    struct naive_instrument *x = call->x;
    struct coupling coupling[NAIVE_ZONES];
    bool zones[NAIVE_ZONES], coupled[NAIVE_ZONES] = {0};
    int couplings = 0;
    for (int z = 0; z < naive.zones; z++) {
        zones[z] = has_orders(x, z);
        for (int other = 0; other < naive.zones; other++)
            if (linked(x, z, other) && has_orders(x, other)) zones[z] = true;
        zones[z] = zones[z] && x->ref[z] > 0;
    }
    if (x->stp != N_ALLOW) trim(x, zones);
    for (int i = 0; i < naive.zones; i++)
        for (int j = i + 1; j < naive.zones; j++)
            if (zones[i] && zones[j] && !coupled[i] && !coupled[j] && linked(x, i, j)) {
                coupled[i] = coupled[j] = true;
                coupling[couplings++] = together(x, i, j, call->result);
            }
    for (int z = 0; z < naive.zones; z++) {
        call->result[z].said = zones[z];
        if (zones[z] && !coupled[z]) alone(x, z, &call->result[z]);
    }
    settle(x, call->result, coupling, couplings);
}

/* Decision 11.1: the levy that makes the price of B, mapped back, the price of A; 0: no rent. */
static wide rent_after(const struct call *call, int from, int to)
{
    struct naive_link link = call->x->link[from][to];
    const struct result *a = &call->result[from], *b = &call->result[to];
    wide levy;
    if (naive.rules < 2 || call->x->no_rent || from == to) return 0;
    if (!naive_link_of(call->x, from, to).allowed) return 0; /* a leg may close a strip's */
    if (most(a->bought, a->sold) == 0 || most(b->bought, b->sold) == 0) return 0;
    if (naive_room(call->x, from, to) >= naive_step(call->x, from, to)) return 0;
    if (naive_e(link, a->price) >= b->price) return 0;
    levy = naive_floor(b->price * link.rd * NAIVE_P, a->price * link.rn) - NAIVE_P;
    levy = least(levy, (wide)1000000000000);
    return levy > link.levy ? levy : 0;
}

void naive_say_rent(const struct naive_instrument *x, int from, int to)
{
    naive_say("rent instrument=%s from=%s to=%s levy_ppm=%s", x->name, naive.zone[from],
              naive.zone[to], naive_text(naive_link_of(x, from, to).levy));
}

void naive_rents_end(struct naive_instrument *x)
{
    for (int from = 0; from < naive.zones; from++)
        for (int to = 0; to < naive.zones; to++) {
            wide before = naive_link_of(x, from, to).levy;
            bool rented = x->rent[from][to] > 0;
            x->rent[from][to] = 0;
            if (rented && x->link[from][to].allowed && naive_link_of(x, from, to).levy != before)
                naive_say_rent(x, from, to);
        }
}

/* A scheduled call begins without rents and leaves those it found; one that only clears a book
 * found crossed leaves them alone. */
void naive_uncross(struct naive_instrument *x, bool scheduled)
{
    struct call call = {.x = x};
    wide before[NAIVE_ZONES][NAIVE_ZONES];
    for (int from = 0; from < naive.zones; from++)
        for (int to = 0; to < naive.zones; to++)
            before[from][to] = naive_link_of(x, from, to).levy;
    if (scheduled) memset(x->rent, 0, sizeof x->rent);
    clear_all(&call);
    for (int from = 0; scheduled && from < naive.zones; from++)
        for (int to = 0; to < naive.zones; to++) {
            x->rent[from][to] = rent_after(&call, from, to);
            if (x->link[from][to].allowed && naive_link_of(x, from, to).levy != before[from][to])
                naive_say_rent(x, from, to);
        }
    naive_new_room(x);
}

/* Decision 11.3: the call is really made, in a copy. */
static void indicate(void *data)
{
    struct call *call = data;
    memset(call->x->rent, 0, sizeof call->x->rent);
    clear_all(call);
    naive.trial = false; /* this much of the copy is to be seen */
    for (int z = 0; z < naive.zones; z++) {
        const struct result *r = &call->result[z];
        if (!r->said) continue;
        naive_say("indicative instrument=%s zone=%s price=%s volume=%s bids=%s asks=%s",
                  call->x->name, naive.zone[z], naive_text(r->price),
                  naive_text(most(r->bought, r->sold)),
                  naive_text(sum(&call->x->book[z][N_BUY], r->price, NAIVE_PRICE_MAX)),
                  naive_text(sum(&call->x->book[z][N_SELL], 0, r->price)));
    }
    fflush(stdout);
}

void naive_look_indicative(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    struct call call = {.x = x};
    if (instrument < 0) {
        naive_say("rejected command=indicative reason=UNKNOWN_INSTRUMENT");
        return;
    }
    if (x->phase != N_CALL && x->phase != N_NO_CANCEL) {
        naive_say("rejected command=indicative reason=PHASE");
        return;
    }
    fflush(stdout); /* or the copy would say it again */
    naive_copy(indicate, &call, &call, (int)sizeof call);
}

/* Says which allowed directions have lost or won the room for one step since the last time. */
void naive_say_links(struct naive_instrument *x, bool silent)
{
    if (x->over) return; /* nobody trades it any more */
    for (int from = 0; from < naive.zones; from++)
        for (int to = 0; to < naive.zones; to++) {
            bool open = naive_link_of(x, from, to).allowed;
            bool now = open && naive_room(x, from, to) < naive_step(x, from, to);
            wide balance = from < to ? x->pair[from][to].balance : -x->pair[to][from].balance;
            if (from == to) continue;
            if (now != x->congested[from][to] && open && !silent)
                naive_say("link instrument=%s from=%s to=%s state=%s balance=%s", x->name,
                          naive.zone[from], naive.zone[to], now ? "CONGESTED" : "OPEN",
                          naive_text(balance));
            x->congested[from][to] = now;
        }
}
