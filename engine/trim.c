/* trim.c - see trim.h.
 *
 * From the newest order of a group to its oldest, each is cut by the open quantity of the group's
 * older orders on the other side that it crosses. A cut depends on older orders only, which are
 * still whole then, so groups and orders can be computed apart and cut afterwards in one order.
 */
#include "engine/trim.h"
#include "engine/flow.h"
#include "engine/orders.h"

enum trim_part {
    TRIM_GATHER, /* all orders, to be sorted by group */
    TRIM_SORT,
    TRIM_SPREAD, /* into `cut`, newest first within a group */
    TRIM_GROUP,  /* finds the end of the next group */
    TRIM_PAIR,   /* the next pair of zones of this group */
    TRIM_PRICES, /* its orders in this pair, to be sorted by price */
    TRIM_RANK,
    TRIM_NUMBER, /* each order gets its rank */
    TRIM_SUM,    /* and its cut */
    TRIM_KEEP,   /* the orders that lose something */
    TRIM_ORDER,
    TRIM_MEASURED
};

static bool gather(const struct engine *engine, struct slate *slate, uint16_t instrument,
                   uint32_t zones)
{
    struct trimming *trim = &slate->call.trim;
    for (; trim->zone < engine->zones; trim->zone++) {
        if (!(zones >> trim->zone & 1)) continue;
        for (; trim->side < SIDES; trim->side++) {
            if (!trim->begun)
                trim->slot =
                    book_best(engine, instrument, (uint8_t)trim->zone, (uint8_t)trim->side);
            trim->begun = true;
            for (; (uint32_t)trim->slot != NIL; slate->ticks--) {
                uint32_t slot = (uint32_t)trim->slot;
                const struct order *order = &engine->order[slot];
                if (!may_go_on(slate)) return false;
                slate->row[trim->count++] =
                    (struct row){.high = engine->participant[order->participant].group,
                                 .low = ~order->priority,
                                 .id = slot};
                trim->slot = book_next(engine, slot);
            }
            trim->begun = false;
        }
        trim->side = 0;
    }
    return true;
}

static bool spread(struct slate *slate)
{
    struct trimming *trim = &slate->call.trim;
    for (; trim->at < trim->count; trim->at++, slate->ticks--) {
        const struct row *row = &slate->row[trim->at];
        if (!may_go_on(slate)) return false;
        slate->cut[trim->at] = (struct cut){.slot = row->id, .group = (uint32_t)row->high};
    }
    return true;
}

/* Needs: trim->end at or behind trim->start. A group that stands on one side only, the usual one,
 * crosses nothing of its own. */
static bool find_group(const struct engine *engine, struct slate *slate)
{
    struct trimming *trim = &slate->call.trim;
    const struct cut *first = &slate->cut[trim->start];
    for (; trim->end < trim->count; trim->end++, slate->ticks--) {
        const struct cut *cut = &slate->cut[trim->end];
        if (cut->group != first->group) break;
        if (!may_go_on(slate)) return false;
        if (engine->order[cut->slot].side != engine->order[first->slot].side) trim->both = true;
    }
    return true;
}

static void next_group(struct trimming *trim)
{
    trim->start = trim->end;
    trim->both = false;
    trim->part = TRIM_GROUP;
}

static void next_pair(const struct engine *engine, struct trimming *trim)
{
    trim->part = TRIM_PAIR;
    if (++trim->to < engine->zones) return;
    trim->to = 0;
    trim->from++;
}

/* Goes on to the first pair that may trade at all; false: no more. */
static bool find_pair(const struct engine *engine, struct slate *slate, uint16_t instrument,
                      uint32_t zones)
{
    struct trimming *trim = &slate->call.trim;
    for (; trim->from < engine->zones; next_pair(engine, trim)) {
        uint8_t from = (uint8_t)trim->from, to = (uint8_t)trim->to;
        const struct link *link = state_link(engine, instrument, from, to);
        if ((zones >> from & 1) && (zones >> to & 1) && link->allowed &&
            link_room(engine, instrument, from, to) >= link_step(engine, instrument, link))
            return true;
    }
    return false;
}

static bool is_in_pair(const struct order *order, const struct trimming *trim)
{
    return order->zone == (order->side == SIDE_SELL ? trim->from : trim->to);
}

/* The group's asks in `from` and bids in `to` by what the buyer sees; at equal prices asks come
 * first, since they cross: an ask crosses exactly the bids behind it. */
static bool gather_prices(const struct engine *engine, struct slate *slate, const struct link *link)
{
    struct trimming *trim = &slate->call.trim;
    for (; trim->at < trim->end; trim->at++, slate->ticks--) {
        const struct order *order = &engine->order[slate->cut[trim->at].slot];
        bool is_bid = order->side == SIDE_BUY;
        if (!may_go_on(slate)) return false;
        if (!is_in_pair(order, trim)) continue;
        slate->row[trim->ranked++] = (struct row){
            .high = (uint64_t)(is_bid ? order->price : price_to_buyer(link, order->price)),
            .low = (uint64_t)is_bid << 32 | (uint64_t)trim->at,
            .id = (uint32_t)trim->at};
        trim->bids += is_bid;
    }
    return true;
}

static bool number(struct slate *slate)
{
    struct trimming *trim = &slate->call.trim;
    for (; trim->at < trim->ranked; trim->at++, slate->ticks--) {
        if (!may_go_on(slate)) return false;
        slate->cut[slate->row[trim->at].id].rank = (uint32_t)trim->at;
        slate->sum[SIDE_BUY][trim->at + 1] = 0;
        slate->sum[SIDE_SELL][trim->at + 1] = 0;
    }
    return true;
}

/* What an order takes from one it crosses, in the other's units: rounded up, and to the lot, since
 * an odd lot could never trade. */
static int64_t units_across(const struct engine *engine, const struct order *order,
                            const struct link *link)
{
    int64_t lot = engine->instrument[order->instrument].lot;
    int64_t units = order->side == SIDE_SELL
                        ? divide_ceil((int128)order->left * link->rd, link->rn)
                        : divide_ceil((int128)order->left * link->rn, link->rd);
    return divide_ceil(units, lot) * lot;
}

/* --- sums over ranks: a binary indexed tree that stops at a bound above every quantity -------- */

#define SUM_MAX (INT64_C(1) << 60)

static int64_t add_bounded(int64_t a, int64_t b)
{
    return a > SUM_MAX - b ? SUM_MAX : a + b;
}

static void sum_add(int64_t *sum, uint32_t count, uint32_t rank, int64_t units)
{
    if (units > SUM_MAX) units = SUM_MAX;
    for (uint32_t i = rank + 1; i <= count; i += i & -i)
        sum[i] = add_bounded(sum[i], units);
}

static int64_t sum_below(const int64_t *sum, uint32_t rank) /* of ranks 0 .. rank - 1 */
{
    int64_t total = 0;
    for (uint32_t i = rank; i > 0; i -= i & -i)
        total = add_bounded(total, sum[i]);
    return total;
}

/* Each order is cut by the older ones it crosses: they are added oldest first, so what stands in
 * the sums when an order is looked at is older than it. Newest stand first in `cut`. */
static bool sum_cuts(const struct engine *engine, struct slate *slate, const struct link *link)
{
    struct trimming *trim = &slate->call.trim;
    int64_t *asks = slate->sum[SIDE_SELL], *bids = slate->sum[SIDE_BUY];
    uint32_t ranked = (uint32_t)trim->ranked;
    for (; trim->at > trim->start; trim->at--, slate->ticks -= 2) {
        struct cut *cut = &slate->cut[trim->at - 1];
        const struct order *order = &engine->order[cut->slot];
        uint32_t behind = ranked - 1 - cut->rank;
        if (!may_go_on(slate)) return false;
        if (!is_in_pair(order, trim)) continue;
        if (order->side == SIDE_BUY) {
            cut->units = add_bounded(cut->units, sum_below(asks, cut->rank));
            sum_add(bids, ranked, behind, units_across(engine, order, link));
        } else {
            cut->units = add_bounded(cut->units, sum_below(bids, behind));
            sum_add(asks, ranked, cut->rank, units_across(engine, order, link));
        }
    }
    return true;
}

static bool keep(const struct engine *engine, struct slate *slate)
{
    struct trimming *trim = &slate->call.trim;
    for (; trim->at < trim->count; trim->at++, slate->ticks--) {
        const struct cut *cut = &slate->cut[trim->at];
        if (!may_go_on(slate)) return false;
        if (cut->units == 0) continue;
        slate->row[trim->kept++] =
            (struct row){.high = slate->call.look ? cut->slot : ~engine->order[cut->slot].priority,
                         .id = (uint32_t)trim->at};
    }
    return true;
}

/* The parts of one group in one pair of zones: k log k in its open orders. */
static bool measure_pair(const struct engine *engine, struct slate *slate, uint16_t instrument)
{
    struct trimming *trim = &slate->call.trim;
    const struct link link =
        call_link(engine, slate, instrument, (uint8_t)trim->from, (uint8_t)trim->to);
    if (trim->part == TRIM_PRICES) {
        if (!gather_prices(engine, slate, &link)) return false;
        trim->sorted = 0;
        trim->part = TRIM_RANK;
        if (trim->bids == 0 || trim->bids == trim->ranked) {
            next_pair(engine, trim);
            return true;
        }
    }
    if (trim->part == TRIM_RANK) {
        if (!slate_sort(slate, trim->ranked, &trim->sorted)) return false;
        trim->at = 0;
        trim->part = TRIM_NUMBER;
    }
    if (trim->part == TRIM_NUMBER) {
        if (!number(slate)) return false;
        trim->at = trim->end;
        trim->part = TRIM_SUM;
    }
    if (!sum_cuts(engine, slate, &link)) return false;
    next_pair(engine, trim);
    return true;
}

/* Cost: for each group k log k in its open orders, for each linked pair of zones. */
static bool measure_groups(const struct engine *engine, struct slate *slate, uint16_t instrument,
                           uint32_t zones)
{
    struct trimming *trim = &slate->call.trim;
    while (trim->start < trim->count) {
        if (trim->part == TRIM_GROUP) {
            if (!find_group(engine, slate)) return false;
            trim->from = trim->to = 0;
            trim->part = TRIM_PAIR;
            if (!trim->both) next_group(trim);
        } else if (trim->part == TRIM_PAIR) {
            if (find_pair(engine, slate, instrument, zones)) {
                trim->at = trim->start;
                trim->ranked = trim->bids = 0;
                trim->part = TRIM_PRICES;
            } else {
                next_group(trim);
            }
        } else if (!measure_pair(engine, slate, instrument)) {
            return false;
        }
    }
    return true;
}

bool trim_measure(const struct engine *engine, struct slate *slate, uint16_t instrument,
                  uint32_t zones)
{
    struct trimming *trim = &slate->call.trim;
    if (engine->instrument[instrument].stp == STP_ALLOW) return true;
    if (trim->part == TRIM_GATHER) {
        if (!gather(engine, slate, instrument, zones)) return false;
        trim->part = TRIM_SORT;
    }
    if (trim->part == TRIM_SORT) {
        if (!slate_sort(slate, trim->count, &trim->sorted)) return false;
        trim->part = TRIM_SPREAD;
    }
    if (trim->part == TRIM_SPREAD) {
        if (!spread(slate)) return false;
        trim->part = TRIM_GROUP;
    }
    if (trim->part < TRIM_KEEP) {
        if (!measure_groups(engine, slate, instrument, zones)) return false;
        trim->at = trim->sorted = 0;
        trim->part = TRIM_KEEP;
    }
    if (trim->part == TRIM_KEEP) {
        if (!keep(engine, slate)) return false;
        trim->part = TRIM_ORDER;
    }
    if (trim->part == TRIM_ORDER) {
        if (!slate_sort(slate, trim->kept, &trim->sorted)) return false;
        trim->at = 0;
        trim->part = TRIM_MEASURED;
    }
    return true;
}

bool trim_cut(struct engine *engine, struct slate *slate)
{
    struct trimming *trim = &slate->call.trim;
    for (; trim->at < trim->kept; trim->at++, slate->ticks -= TICKS_OF_WORK) {
        const struct cut *cut = &slate->cut[slate->row[trim->at].id];
        if (!may_go_on(slate)) return false;
        order_cut(engine, cut->slot, cut->units);
    }
    return true;
}
