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

struct problem {
    struct curve a;
    struct curve b;
    const struct link *link;
    int64_t lot;
    int64_t first; /* equilibria are first..top steps */
    int64_t top;
    int64_t best;
    int64_t best_units;
};

static int64_t received_of(const struct problem *problem, int64_t k)
{
    return k * problem->lot * problem->link->rd;
}

static int64_t delivered_of(const struct problem *problem, int64_t k)
{
    return k * problem->lot * problem->link->rn;
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
    return k == 0 || price_to_buyer(problem->link, a.lo) <= b.hi;
}

/* Prices have met: E(hi_A) >= lo_B. */
static bool is_met(const struct problem *problem, int64_t k)
{
    struct interval a = curve_feasible(&problem->a, delivered_of(problem, k));
    struct interval b = curve_feasible(&problem->b, -received_of(problem, k));
    return price_to_buyer(problem->link, a.hi) >= b.lo;
}

static void find_equilibria(struct problem *problem, int64_t room)
{
    int64_t low = 0;
    int64_t high = least(room, problem->b.demand) / received_of(problem, 1);
    high = least(high, problem->a.supply / delivered_of(problem, 1));
    while (low < high) { /* the largest admissible */
        int64_t middle = low + (high - low + 1) / 2;
        if (is_admissible(problem, middle))
            low = middle;
        else
            high = middle - 1;
    }
    problem->top = low;
    low = 0;
    high = problem->top;
    while (low < high) { /* the least that has met; top if none has */
        int64_t middle = low + (high - low) / 2;
        if (is_met(problem, middle))
            high = middle;
        else
            low = middle + 1;
    }
    problem->first = low;
}

static void consider(struct problem *problem, int64_t k)
{
    int64_t received = received_of(problem, k), delivered = delivered_of(problem, k), units;
    struct interval a, b;
    if (k < problem->first || k > problem->top) return;
    a = curve_feasible(&problem->a, delivered);
    b = curve_feasible(&problem->b, -received);
    units = curve_bought(&problem->a, a.lo, delivered) + curve_bought(&problem->b, b.lo, -received);
    if (units < problem->best_units || (units == problem->best_units && k >= problem->best)) return;
    problem->best_units = units;
    problem->best = k;
}

/* Every flow at which the marginal order of a zone may change: `sign` 1 for A (extra demand is
 * positive), -1 for B; `unit` is what one step adds. */
static void consider_points(struct problem *problem, const struct curve *curve, int64_t sign,
                            int64_t unit)
{
    for (uint32_t i = 0; i < curve->points; i++) {
        const struct curve_point *p = &curve->point[i];
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
}

/* market.md 6.9: prices of a flow above 0. */
static void set_prices(const struct engine *engine, uint16_t instrument, struct problem *problem,
                       uint8_t from, struct zone_result *a_out, struct zone_result *b_out)
{
    struct interval a = curve_feasible(&problem->a, delivered_of(problem, problem->best));
    struct interval b = curve_feasible(&problem->b, -received_of(problem, problem->best));
    int64_t ref = state_zone(engine, instrument, from)->ref;
    int64_t lower = a.lo, upper;
    if (price_to_buyer(problem->link, a.hi) < b.lo) { /* congested: the rent goes to the fund */
        a_out->price = a.hi;
        b_out->price = b.lo;
        return;
    }
    /* The least p with E(p) >= lo_B: the first whose E is above lo_B - 1. */
    if (b.lo > 0) lower = most(lower, price_to_seller(problem->link, b.lo - 1) + 1);
    upper = least(a.hi, price_to_seller(problem->link, b.hi));
    a_out->price = lower > upper ? upper : most(lower, least(ref, upper));
    b_out->price = most(b.lo, price_to_buyer(problem->link, a_out->price));
}

static struct pair_flow solve_direction(struct engine *engine, uint16_t instrument, uint8_t from,
                                        uint8_t to, struct zone_result *out)
{
    struct pair_flow flow = {.from = from, .to = to};
    struct problem problem = {.link = state_link(engine, instrument, from, to), .best_units = -1};
    if (!problem.link->allowed) return flow;
    problem.lot = engine->instrument[instrument].lot;
    problem.a = curve_read(engine, instrument, from, 0);
    problem.b = curve_read(engine, instrument, to, 1);
    find_equilibria(&problem, most(0, link_room(engine, instrument, from, to)));
    if (problem.top == 0) return flow;
    consider(&problem, problem.first);
    consider(&problem, problem.top);
    consider_points(&problem, &problem.a, 1, delivered_of(&problem, 1));
    consider_points(&problem, &problem.b, -1, received_of(&problem, 1));
    if (problem.best == 0) return flow;
    flow.received = received_of(&problem, problem.best);
    flow.delivered = delivered_of(&problem, problem.best);
    set_prices(engine, instrument, &problem, from, &out[from], &out[to]);
    out[from].bought =
        curve_bought(&problem.a, curve_feasible(&problem.a, flow.delivered).lo, flow.delivered);
    out[from].sold = out[from].bought + flow.delivered;
    out[to].bought =
        curve_bought(&problem.b, curve_feasible(&problem.b, -flow.received).lo, -flow.received);
    out[to].sold = out[to].bought - flow.received;
    return flow;
}

void flow_alone(struct engine *engine, uint16_t instrument, uint8_t zone, struct zone_result *out)
{
    struct curve curve = curve_read(engine, instrument, zone, 0);
    struct interval feasible = curve_feasible(&curve, 0);
    int64_t ref = state_zone(engine, instrument, zone)->ref;
    ASSERT(feasible.exists);
    out->bought = out->sold = curve_bought(&curve, feasible.lo, 0);
    out->price = out->bought > 0 ? most(feasible.lo, least(ref, feasible.hi)) : ref;
}

struct pair_flow flow_solve(struct engine *engine, uint16_t instrument, uint8_t a, uint8_t b,
                            struct zone_result *out)
{
    struct pair_flow flow = solve_direction(engine, instrument, a, b, out);
    if (flow.received == 0) flow = solve_direction(engine, instrument, b, a, out);
    if (flow.received == 0) {
        flow_alone(engine, instrument, a, &out[a]);
        flow_alone(engine, instrument, b, &out[b]);
    }
    return flow;
}
