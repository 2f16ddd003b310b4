/* curve.c - see curve.h. D and S change at the orders' own prices only, so the ends of an interval
 * are the band's edges or prices of the book, and both conditions are monotone in the price. */
#include "engine/curve.h"
#include "engine/book.h"

enum reading_part { READ_BEGIN, READ_BIDS, READ_ASKS, READ_SUMS };

/* What an order brings into the call; `trim.kept` cuts of a look are sorted by slot. */
static int64_t units_of(const struct engine *engine, const struct slate *slate, uint32_t slot)
{
    uint32_t low = 0, high = (uint32_t)slate->call.trim.kept;
    int64_t left = engine->order[slot].left, units;
    if (!slate->call.look) return left;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slate->row[middle].high < slot)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == (uint32_t)slate->call.trim.kept || slate->row[low].high != slot) return left;
    units = slate->cut[slate->row[low].id].units;
    return units < left ? left - units : 0;
}

/* Bids come best, that is highest, first: they go to the far end of the row, so that they stand
 * ascending there. */
static bool read_bids(const struct engine *engine, struct slate *slate, int row)
{
    struct reading *reading = &slate->call.reading;
    struct curve_point *end = slate->curve[row] + slate->rows;
    for (; (uint32_t)reading->slot != NIL; slate->ticks--) {
        uint32_t slot = (uint32_t)reading->slot;
        const struct order *order = &engine->order[slot];
        int64_t units = units_of(engine, slate, slot);
        if (!may_go_on(slate)) return false;
        if (units > 0) {
            if (reading->bids == 0 || end[-reading->bids].price != order->price)
                end[-++reading->bids] = (struct curve_point){.price = order->price};
            end[-reading->bids].bid += units;
        }
        reading->slot = book_next(engine, slot);
    }
    return true;
}

/* Merges the bids at the far end and the asks into the beginning of the row. */
static bool read_asks(const struct engine *engine, struct slate *slate, int row)
{
    struct reading *reading = &slate->call.reading;
    struct curve_shape *shape = &slate->call.shape[row];
    struct curve_point *point = slate->curve[row], *end = point + slate->rows;
    for (; (uint32_t)reading->slot != NIL || reading->bids > 0; slate->ticks--) {
        uint32_t slot = (uint32_t)reading->slot;
        int64_t ask = slot == NIL ? INT64_MAX : engine->order[slot].price, units;
        if (!may_go_on(slate)) return false;
        if (reading->bids > 0 && end[-reading->bids].price <= ask) {
            point[reading->written] = end[-reading->bids--];
            point[reading->written++].ask_le = shape->supply;
            continue;
        }
        units = units_of(engine, slate, slot);
        if (units > 0) {
            if (reading->written == 0 || point[reading->written - 1].price != ask)
                point[reading->written++] = (struct curve_point){.price = ask};
            shape->supply += units;
            point[reading->written - 1].ask += units;
            point[reading->written - 1].ask_le = shape->supply;
        }
        reading->slot = book_next(engine, slot);
    }
    return true;
}

static bool read_sums(struct slate *slate, int row)
{
    struct reading *reading = &slate->call.reading;
    struct curve_shape *shape = &slate->call.shape[row];
    for (; reading->at > 0; slate->ticks--) {
        struct curve_point *point = &slate->curve[row][reading->at - 1];
        if (!may_go_on(slate)) return false;
        shape->demand += point->bid;
        point->bid_ge = shape->demand;
        reading->at--;
    }
    return true;
}

bool curve_read(const struct engine *engine, struct slate *slate, uint16_t instrument, uint8_t zone,
                int row)
{
    const struct zone_state *state = state_zone(engine, instrument, zone);
    struct reading *reading = &slate->call.reading;
    struct curve_shape *shape = &slate->call.shape[row];
    const struct curve_point *point = slate->curve[row];
    if (reading->part == READ_BEGIN) {
        *shape = (struct curve_shape){.low = state->band_low, .high = state->band_high};
        reading->slot = book_best(engine, instrument, zone, SIDE_BUY);
        reading->part = READ_BIDS;
    }
    if (reading->part == READ_BIDS) {
        if (!read_bids(engine, slate, row)) return false;
        reading->slot = book_best(engine, instrument, zone, SIDE_SELL);
        reading->part = READ_ASKS;
    }
    if (reading->part == READ_ASKS) {
        if (!read_asks(engine, slate, row)) return false;
        reading->at = shape->points = reading->written;
        reading->part = READ_SUMS;
    }
    if (!read_sums(slate, row)) return false;
    *reading = (struct reading){.part = READ_BEGIN};
    /* A band between two ticks takes no order at all: the zone stands at its reference. */
    if (shape->low > shape->high) shape->low = shape->high = state->ref;
    ASSERT(shape->points == 0 ||
           (point[0].price >= shape->low && point[shape->points - 1].price <= shape->high));
    return true;
}

struct curve curve_of(const struct slate *slate, int row)
{
    return (struct curve){slate->curve[row], slate->call.shape[row]};
}

/* Index of the first point with price > p. */
static uint32_t above(const struct curve *curve, int64_t p)
{
    uint32_t low = 0, high = (uint32_t)curve->shape.points;
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
    return i < (uint32_t)curve->shape.points ? curve->point[i].bid_ge : 0;
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
    struct interval found = {curve->shape.low, curve->shape.high, false};
    uint32_t low = 0, high = (uint32_t)curve->shape.points;
    if (!covers_demand(curve, curve->shape.high, d) || !covers_supply(curve, curve->shape.low, d))
        return found;
    found.exists = true;
    if (!covers_demand(curve, curve->shape.low, d)) {
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (covers_demand(curve, curve->point[middle].price, d))
                high = middle;
            else
                low = middle + 1;
        }
        found.lo = curve->point[low].price;
    }
    if (!covers_supply(curve, curve->shape.high, d)) {
        low = 0; /* the last point that is covered stands before the first that is not */
        high = (uint32_t)curve->shape.points;
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

int64_t curve_bids(const struct curve *curve, int64_t p)
{
    return demand_above(curve, p - 1);
}

int64_t curve_asks(const struct curve *curve, int64_t p)
{
    return supply_to(curve, p);
}
