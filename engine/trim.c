/* trim.c - before a call a group's own crossing orders are trimmed, newest first (market.md 6.9).
 *
 * From the newest order of a group to its oldest, each is cut by the open quantity of the group's
 * older orders on the other side that it crosses. A cut depends on older orders only, which are
 * still whole then, so groups and orders can be computed apart and cut afterwards in one order.
 */
#include "engine/orders.h"

static bool is_newer(const struct engine *engine, const struct trim *a, const struct trim *b)
{
    (void)engine;
    return a->priority > b->priority;
}

static bool by_group(const struct engine *engine, const struct trim *a, const struct trim *b)
{
    return a->group != b->group ? a->group < b->group : is_newer(engine, a, b);
}

static uint32_t gather(struct engine *engine, uint16_t instrument, uint32_t zones)
{
    uint32_t count = 0;
    for (; zones; zones &= zones - 1) {
        uint8_t zone = (uint8_t)__builtin_ctz(zones);
        for (uint8_t side = 0; side < SIDES; side++) {
            uint32_t slot = book_best(engine, instrument, zone, side);
            for (; slot != NIL; slot = book_next(engine, slot)) {
                const struct order *order = &engine->order[slot];
                struct trim *row = &engine->trim[count++];
                row->slot = slot;
                row->group = engine->participant[order->participant].group;
                row->priority = order->priority;
                row->cut = 0;
            }
        }
    }
    return count;
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

/* --- the prices of a group in a pair of zones ------------------------------------------------- */

static bool is_cheaper(const struct trim_price *a, const struct trim_price *b)
{
    if (a->price != b->price) return a->price < b->price;
    return a->is_bid != b->is_bid ? b->is_bid : a->row < b->row; /* equal prices cross */
}

static void sift(struct trim_price *prices, uint32_t at, uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        struct trim_price swap;
        if (child >= count) return;
        if (child + 1 < count && is_cheaper(&prices[child], &prices[child + 1])) child++;
        if (!is_cheaper(&prices[at], &prices[child])) return;
        swap = prices[at];
        prices[at] = prices[child];
        prices[child] = swap;
        at = child;
    }
}

static void sort_prices(struct trim_price *prices, uint32_t count)
{
    for (uint32_t i = count / 2; i > 0; i--)
        sift(prices, i - 1, count);
    for (uint32_t last = count; last > 1; last--) {
        struct trim_price swap = prices[0];
        prices[0] = prices[last - 1];
        prices[last - 1] = swap;
        sift(prices, 0, last - 1);
    }
}

static bool is_in_pair(const struct order *order, uint8_t from, uint8_t to)
{
    return order->side == SIDE_SELL ? order->zone == from : order->zone == to;
}

/* Ranks the group's asks in `from` and bids in `to` by what the buyer sees; an ask crosses exactly
 * the bids behind it. Returns how many there are, 0 if one side is missing. */
static uint32_t rank_pair(struct engine *engine, struct trim *rows, uint32_t count,
                          const struct link *link, uint8_t from, uint8_t to)
{
    struct trim_price *prices = engine->trim_price;
    uint32_t ranked = 0, bids = 0;
    for (uint32_t row = 0; row < count; row++) {
        const struct order *order = &engine->order[rows[row].slot];
        if (!is_in_pair(order, from, to)) continue;
        prices[ranked].is_bid = order->side == SIDE_BUY;
        prices[ranked].price =
            order->side == SIDE_BUY ? order->price : price_to_buyer(link, order->price);
        bids += prices[ranked].is_bid;
        prices[ranked++].row = row;
    }
    if (bids == 0 || bids == ranked) return 0;
    sort_prices(prices, ranked);
    for (uint32_t rank = 0; rank < ranked; rank++)
        rows[prices[rank].row].rank = rank;
    return ranked;
}

/* Each order is cut by the older ones it crosses: they are added oldest first, so what stands in
 * the sums when an order is looked at is older than it. */
static void measure_pair(struct engine *engine, struct trim *rows, uint32_t count, uint8_t from,
                         uint8_t to)
{
    uint16_t instrument = engine->order[rows[0].slot].instrument;
    const struct link *link = state_link(engine, instrument, from, to);
    int64_t *asks = engine->trim_sum[SIDE_SELL], *bids = engine->trim_sum[SIDE_BUY];
    uint32_t ranked;
    if (!link->allowed ||
        link_room(engine, instrument, from, to) < link_step(engine, instrument, link))
        return;
    ranked = rank_pair(engine, rows, count, link, from, to);
    memset(asks, 0, ((size_t)ranked + 1) * sizeof asks[0]);
    memset(bids, 0, ((size_t)ranked + 1) * sizeof bids[0]);
    for (uint32_t row = count; ranked > 0 && row-- > 0;) { /* newest first in `rows` */
        const struct order *order = &engine->order[rows[row].slot];
        uint32_t behind = ranked - 1 - rows[row].rank;
        if (!is_in_pair(order, from, to)) continue;
        if (order->side == SIDE_BUY) {
            rows[row].cut = add_bounded(rows[row].cut, sum_below(asks, rows[row].rank));
            sum_add(bids, ranked, behind, units_across(engine, order, link));
        } else {
            rows[row].cut = add_bounded(rows[row].cut, sum_below(bids, behind));
            sum_add(asks, ranked, rows[row].rank, units_across(engine, order, link));
        }
    }
}

/* A group that stands on one side only, the usual one, crosses nothing of its own. */
static bool has_both_sides(const struct engine *engine, const struct trim *rows, uint32_t count)
{
    uint8_t side = engine->order[rows[0].slot].side;
    for (uint32_t i = 1; i < count; i++)
        if (engine->order[rows[i].slot].side != side) return true;
    return false;
}

/* Cost: k log k in the open orders of the group, for each linked pair of zones. */
static void measure_group(struct engine *engine, struct trim *rows, uint32_t count, uint32_t zones)
{
    if (!has_both_sides(engine, rows, count)) return;
    for (uint32_t from = 0; from < engine->zones; from++)
        for (uint32_t to = 0; to < engine->zones; to++)
            if ((zones >> from & 1) && (zones >> to & 1))
                measure_pair(engine, rows, count, (uint8_t)from, (uint8_t)to);
}

bool trim_groups(struct engine *engine, uint16_t instrument, uint32_t zones)
{
    struct trim *rows = engine->trim;
    uint32_t count, kept = 0;
    if (engine->instrument[instrument].stp == STP_ALLOW) return false;
    count = gather(engine, instrument, zones);
    rows_sort(engine, rows, count, by_group);
    for (uint32_t start = 0, end; start < count; start = end) {
        end = start + 1;
        while (end < count && rows[end].group == rows[start].group)
            end++;
        measure_group(engine, rows + start, end - start, zones);
    }
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].cut > 0) rows[kept++] = rows[i];
    rows_sort(engine, rows, kept, is_newer);
    for (uint32_t i = 0; i < kept; i++)
        order_cut(engine, rows[i].slot, rows[i].cut);
    return kept > 0;
}
