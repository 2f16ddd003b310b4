/* curve.c - see curve.h. D and S change at the orders' own prices only, so the ends of an interval
 * are the band's edges or prices of the book, and both conditions are monotone in the price. */
#include "engine/curve.h"
#include "engine/book.h"

/* All orders of the price of `slot`; moves `slot` on to the next price. */
static int64_t level_units(const struct engine *engine, uint32_t *slot, int64_t *out_price)
{
    int64_t units = 0;
    *out_price = engine->order[*slot].price;
    while (*slot != NIL && engine->order[*slot].price == *out_price) {
        units += engine->order[*slot].left;
        *slot = book_next(engine, *slot);
    }
    return units;
}

/* Bids come best, that is highest, first: they go to the far end of the row, so that they stand
 * ascending there, and are merged with the asks into its beginning. */
struct curve curve_read(struct engine *engine, uint16_t instrument, uint8_t zone, int row)
{
    struct curve_point *point = engine->curve[row];
    const struct zone_state *state = state_zone(engine, instrument, zone);
    uint32_t bids = engine->limits.orders, written = 0;
    uint32_t slot = book_best(engine, instrument, zone, SIDE_BUY);
    struct curve curve = {.point = point, .low = state->band_low, .high = state->band_high};
    while (slot != NIL) {
        bids--;
        point[bids].bid = level_units(engine, &slot, &point[bids].price);
    }
    slot = book_best(engine, instrument, zone, SIDE_SELL);
    while (slot != NIL || bids < engine->limits.orders) {
        struct curve_point next = {.price = INT64_MAX};
        int64_t ask_price = slot == NIL ? INT64_MAX : engine->order[slot].price;
        if (bids < engine->limits.orders && point[bids].price <= ask_price) {
            next.price = point[bids].price;
            next.bid = point[bids].bid;
            bids++;
        }
        if (ask_price <= next.price) next.ask = level_units(engine, &slot, &next.price);
        curve.supply += next.ask;
        next.ask_le = curve.supply;
        point[written++] = next;
    }
    for (uint32_t i = written; i > 0; i--) {
        curve.demand += point[i - 1].bid;
        point[i - 1].bid_ge = curve.demand;
    }
    curve.points = written;
    /* A band between two ticks takes no order at all: the zone stands at its reference. */
    if (curve.low > curve.high) curve.low = curve.high = state->ref;
    ASSERT(written == 0 || (point[0].price >= curve.low && point[written - 1].price <= curve.high));
    return curve;
}

/* Index of the first point with price > p. */
static uint32_t above(const struct curve *curve, int64_t p)
{
    uint32_t low = 0, high = curve->points;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (curve->point[middle].price > p)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int64_t demand_above(const struct curve *curve, int64_t p)
{
    uint32_t i = above(curve, p);
    return i < curve->points ? curve->point[i].bid_ge : 0;
}

static int64_t supply_to(const struct curve *curve, int64_t p)
{
    uint32_t i = above(curve, p);
    return i > 0 ? curve->point[i - 1].ask_le : 0;
}

/* Not too much demand above: true from some price on. */
static bool covers_demand(const struct curve *curve, int64_t p, int64_t d)
{
    return demand_above(curve, p) + d <= supply_to(curve, p);
}

/* Not too much supply below: true up to some price. */
static bool covers_supply(const struct curve *curve, int64_t p, int64_t d)
{
    return supply_to(curve, p - 1) <= demand_above(curve, p - 1) + d;
}

struct interval curve_feasible(const struct curve *curve, int64_t d)
{
    struct interval found = {curve->low, curve->high, false};
    uint32_t low = 0, high = curve->points;
    if (!covers_demand(curve, curve->high, d) || !covers_supply(curve, curve->low, d)) return found;
    found.exists = true;
    if (!covers_demand(curve, curve->low, d)) {
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (covers_demand(curve, curve->point[middle].price, d))
                high = middle;
            else
                low = middle + 1;
        }
        found.lo = curve->point[low].price;
    }
    if (!covers_supply(curve, curve->high, d)) {
        low = 0; /* the last point that is covered stands before the first that is not */
        high = curve->points;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (covers_supply(curve, curve->point[middle].price, d))
                low = middle + 1;
            else
                high = middle;
        }
        ASSERT(low > 0);
        found.hi = curve->point[low - 1].price;
    }
    ASSERT(found.lo <= found.hi);
    return found;
}

int64_t curve_bought(const struct curve *curve, int64_t p, int64_t d)
{
    int64_t demand = demand_above(curve, p - 1);
    int64_t supply = supply_to(curve, p) - d;
    return demand < supply ? demand : supply;
}
