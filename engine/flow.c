/* flow.c - the equilibrium flow between two zones, market.md 6.9, without trying every flow.
 *
 * Flows are counted in steps k. As k rises, A's interval moves up and B's down, so
 *  - admissible k are 0..top (binary search), and
 *  - E(hi_A) >= lo_B holds from some k on (binary search): the equilibria are first..top.
 * Units bought are linear in k between points where a zone's marginal order changes, so their
 * maximum lies at first, at top, or beside such a point. The points are the differences of
 * cumulated supply and demand at the prices of the book.
 */
#include "engine/flow.h"
#include "engine/orders.h"

enum solve_part { SOLVE_FIRST, SOLVE_SECOND, SOLVE_BEGIN, SOLVE_FROM, SOLVE_TO, SOLVE_RESULT };

/* A look at both curves is about a hundred binary searches, the search for the equilibria of one
 * direction up to a hundred looks. */
#define LOOK_TICKS 64
#define SEARCH_TICKS 2048

/* One direction of a pair, as the searches want it. */
struct problem {
    struct curve a;
    struct curve b;
    struct link link;
    int64_t lot;
    struct solving *solve;
    int64_t *ticks;
};

static int64_t received_of(const struct problem *problem, int64_t k)
{
    return k * problem->lot * problem->link.rd;
}

static int64_t delivered_of(const struct problem *problem, int64_t k)
{
    return k * problem->lot * problem->link.rn;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool is_admissible(const struct problem *problem, int64_t k)
{
    struct interval a = curve_feasible(&problem->a, delivered_of(problem, k));
    struct interval b = curve_feasible(&problem->b, -received_of(problem, k));
    if (!a.exists || !b.exists) return false;
    return k == 0 || price_to_buyer(&problem->link, a.lo) <= b.hi;
}

/* Prices have met: E(hi_A) >= lo_B. */
static bool is_met(const struct problem *problem, int64_t k)
{
    struct interval a = curve_feasible(&problem->a, delivered_of(problem, k));
    struct interval b = curve_feasible(&problem->b, -received_of(problem, k));
    return price_to_buyer(&problem->link, a.hi) >= b.lo;
}

static void find_equilibria(struct problem *problem, int64_t room)
{
    int64_t low = 0;
    int64_t high = least(room, problem->b.shape.demand) / received_of(problem, 1);
    high = least(high, problem->a.shape.supply / delivered_of(problem, 1));
    while (low < high) { /* the largest admissible */
        int64_t middle = low + (high - low + 1) / 2;
        if (is_admissible(problem, middle))
            low = middle;
        else
            high = middle - 1;
    }
    problem->solve->top = low;
    low = 0;
    high = problem->solve->top;
    while (low < high) { /* the least that has met; top if none has */
        int64_t middle = low + (high - low) / 2;
        if (is_met(problem, middle))
            high = middle;
        else
            low = middle + 1;
    }
    problem->solve->first = low;
}

static void consider(struct problem *problem, int64_t k)
{
    struct solving *solve = problem->solve;
    int64_t received = received_of(problem, k), delivered = delivered_of(problem, k), units;
    struct interval a, b;
    if (k < solve->first || k > solve->top) return;
    *problem->ticks -= LOOK_TICKS;
    a = curve_feasible(&problem->a, delivered);
    b = curve_feasible(&problem->b, -received);
    units = curve_bought(&problem->a, a.lo, delivered) + curve_bought(&problem->b, b.lo, -received);
    if (units < solve->best_units || (units == solve->best_units && k >= solve->best)) return;
    solve->best_units = units;
    solve->best = k;
}

/* Every flow at which the marginal order of a zone may change: `sign` 1 for A (extra demand is
 * positive), -1 for B; `unit` is what one step adds. */
static bool consider_points(struct problem *problem, const struct curve *curve, int64_t sign,
                            int64_t unit)
{
    int64_t *at = &problem->solve->at;
    for (; *at < curve->shape.points; ++*at, --*problem->ticks) {
        const struct curve_point *p = &curve->point[*at];
        if (*problem->ticks <= 0) return false;
        for (int below = 0; below < 2; below++) {
            for (int over = 0; over < 2; over++) {
                int64_t supply = p->ask_le - (below ? p->ask : 0);
                int64_t demand = p->bid_ge - (over ? p->bid : 0);
                int64_t k = divide_floor(sign * (supply - demand), unit);
                consider(problem, k);
                consider(problem, k + 1);
            }
        }
    }
    *at = 0;
    return true;
}

/* market.md 6.9: prices of a flow above 0. */
static void set_prices(const struct engine *engine, uint16_t instrument, struct problem *problem,
                       uint8_t from, struct zone_result *a_out, struct zone_result *b_out)
{
    struct interval a = curve_feasible(&problem->a, delivered_of(problem, problem->solve->best));
    struct interval b = curve_feasible(&problem->b, -received_of(problem, problem->solve->best));
    int64_t ref = state_zone(engine, instrument, from)->ref;
    int64_t lower = a.lo, upper;
    if (price_to_buyer(&problem->link, a.hi) < b.lo) { /* congested: the rent goes to the fund */
        a_out->price = a.hi;
        b_out->price = b.lo;
        return;
    }
    /* The least p with E(p) >= lo_B: the first whose E is above lo_B - 1. */
    if (b.lo > 0) lower = most(lower, price_to_seller(&problem->link, b.lo - 1) + 1);
    upper = least(a.hi, price_to_seller(&problem->link, b.hi));
    a_out->price = lower > upper ? upper : most(lower, least(ref, upper));
    b_out->price = most(b.lo, price_to_buyer(&problem->link, a_out->price));
}

static void fill_zone(struct zone_result *out, const struct curve *curve, int64_t extra)
{
    out->bought = curve_bought(curve, curve_feasible(curve, extra).lo, extra);
    out->sold = out->bought + extra;
    out->bids_left = curve_bids(curve, out->price) - out->bought;
    out->asks_left = curve_asks(curve, out->price) - out->sold;
}

/* A flow above 0 was found: its units and prices. */
static void fill_pair(const struct engine *engine, struct slate *slate, uint16_t instrument,
                      struct problem *problem, struct pair_flow *pair)
{
    struct zone_result *zone = slate->call.zone;
    pair->received = received_of(problem, problem->solve->best);
    pair->delivered = delivered_of(problem, problem->solve->best);
    set_prices(engine, instrument, problem, (uint8_t)pair->from, &zone[pair->from],
               &zone[pair->to]);
    fill_zone(&zone[pair->from], &problem->a, pair->delivered);
    fill_zone(&zone[pair->to], &problem->b, -pair->received);
}

static void fill_alone(const struct engine *engine, uint16_t instrument, uint8_t zone,
                       const struct curve *curve, struct zone_result *out)
{
    struct interval feasible = curve_feasible(curve, 0);
    int64_t ref = state_zone(engine, instrument, zone)->ref;
    ASSERT(feasible.exists);
    out->price = ref;
    fill_zone(out, curve, 0);
    if (out->bought == 0) return;
    out->price = most(feasible.lo, least(ref, feasible.hi));
    fill_zone(out, curve, 0);
}

bool flow_alone(const struct engine *engine, struct slate *slate, uint16_t instrument, uint8_t zone)
{
    struct curve curve;
    if (!curve_read(engine, slate, instrument, zone, 0)) return false;
    curve = curve_of(slate, 0);
    fill_alone(engine, instrument, zone, &curve, &slate->call.zone[zone]);
    return true;
}

/* Looks for a flow in the direction pair->from -> pair->to; solve->best is 0 if there is none. */
static bool solve_direction(const struct engine *engine, struct slate *slate, uint16_t instrument,
                            struct problem *problem, const struct pair_flow *pair)
{
    struct solving *solve = problem->solve;
    if (solve->part == SOLVE_BEGIN) {
        int64_t room = link_room(engine, instrument, (uint8_t)pair->from, (uint8_t)pair->to);
        if (!may_go_on(slate)) return false;
        solve->at = solve->best = 0;
        solve->best_units = -1;
        solve->part = SOLVE_RESULT;
        if (!problem->link.allowed) return true;
        slate->ticks -= SEARCH_TICKS;
        find_equilibria(problem, most(0, room));
        if (solve->top == 0) return true;
        consider(problem, solve->first);
        consider(problem, solve->top);
        solve->part = SOLVE_FROM;
    }
    if (solve->part == SOLVE_FROM) {
        if (!consider_points(problem, &problem->a, 1, delivered_of(problem, 1))) return false;
        solve->part = SOLVE_TO;
    }
    if (solve->part == SOLVE_TO) {
        if (!consider_points(problem, &problem->b, -1, received_of(problem, 1))) return false;
        solve->part = SOLVE_RESULT;
    }
    return true;
}

static bool read_both(const struct engine *engine, struct slate *slate, uint16_t instrument,
                      const struct pair_flow *pair)
{
    struct solving *solve = &slate->call.solve;
    if (solve->part == SOLVE_FIRST) {
        if (!curve_read(engine, slate, instrument, (uint8_t)pair->from, 0)) return false;
        solve->part = SOLVE_SECOND;
    }
    if (solve->part == SOLVE_SECOND) {
        if (!curve_read(engine, slate, instrument, (uint8_t)pair->to, 1)) return false;
        solve->part = SOLVE_BEGIN;
    }
    return true;
}

bool flow_solve(const struct engine *engine, struct slate *slate, uint16_t instrument,
                struct pair_flow *pair)
{
    struct solving *solve = &slate->call.solve;
    if (!read_both(engine, slate, instrument, pair)) return false;
    for (; solve->direction < 2; solve->direction++) {
        uint8_t from = (uint8_t)pair->from, to = (uint8_t)pair->to;
        struct problem problem = {.a = curve_of(slate, (int)solve->direction),
                                  .b = curve_of(slate, 1 - (int)solve->direction),
                                  .link = call_link(engine, slate, instrument, from, to),
                                  .lot = engine->instrument[instrument].lot,
                                  .solve = solve,
                                  .ticks = &slate->ticks};
        if (!solve_direction(engine, slate, instrument, &problem, pair)) return false;
        if (solve->best > 0) {
            fill_pair(engine, slate, instrument, &problem, pair);
            break;
        }
        pair->from = to;
        pair->to = from;
        solve->part = SOLVE_BEGIN;
    }
    if (solve->direction == 2) { /* they have changed places twice */
        struct curve first = curve_of(slate, 0), second = curve_of(slate, 1);
        fill_alone(engine, instrument, (uint8_t)pair->from, &first, &slate->call.zone[pair->from]);
        fill_alone(engine, instrument, (uint8_t)pair->to, &second, &slate->call.zone[pair->to]);
    }
    *solve = (struct solving){.part = SOLVE_FIRST};
    return true;
}

struct link call_link(const struct engine *engine, const struct slate *slate, uint16_t instrument,
                      uint8_t from, uint8_t to)
{
    struct link link = *state_link(engine, instrument, from, to);
    if (slate->call.scheduled) link.rent_ppm = 0;
    return link;
}
