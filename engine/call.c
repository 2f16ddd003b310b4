/* call.c - the call auction: who takes part, fills and money (market.md 6.9). Prices and flows are
 * found by flow.c; the stages that run calls are in room.c.
 */
#include "engine/call.h"
#include "engine/figures.h"
#include "engine/legs.h"
#include "engine/orders.h"

enum call_part { CALL_TRIM, CALL_SOLVE, CALL_FILL };
enum fill_part { FILL_SAY, FILL_BIDS, FILL_ASKS };

/* --- who takes part --------------------------------------------------------------------------- */

static bool has_orders(const struct engine *engine, uint16_t instrument, uint32_t zone)
{
    const struct zone_state *state = state_zone(engine, instrument, (uint8_t)zone);
    return state->side[SIDE_BUY].orders + state->side[SIDE_SELL].orders > 0;
}

static bool are_linked(const struct engine *engine, uint16_t instrument, uint32_t a, uint32_t b)
{
    return state_link(engine, instrument, (uint8_t)a, (uint8_t)b)->allowed ||
           state_link(engine, instrument, (uint8_t)b, (uint8_t)a)->allowed;
}

/* Zones with a reference and either orders or a link to a zone with orders. */
static uint32_t zones_in_call(const struct engine *engine, uint16_t instrument)
{
    uint32_t zones = 0;
    for (uint32_t zone = 0; zone < engine->zones; zone++) {
        if (state_zone(engine, instrument, (uint8_t)zone)->ref == UNSET) continue;
        for (uint32_t other = 0; other < engine->zones; other++)
            if (has_orders(engine, instrument, other) &&
                are_linked(engine, instrument, zone, other))
                zones |= 1u << zone;
    }
    return zones;
}

void call_pair(struct slate *slate, uint32_t a, uint32_t b)
{
    struct call *call = &slate->call;
    call->pair[call->pairs++] = (struct pair_flow){.from = a, .to = b};
    call->zone[a].said = call->zone[b].said = true;
    call->coupled |= INT64_C(1) << a | INT64_C(1) << b;
}

void call_plan(const struct engine *engine, struct slate *slate, uint16_t instrument)
{
    struct call *call = &slate->call;
    uint32_t zones = zones_in_call(engine, instrument);
    call->zones = zones;
    for (uint32_t a = 0; a < engine->zones; a++) {
        if (!(zones >> a & 1)) continue;
        call->zone[a].said = true;
        for (uint32_t b = a + 1; b < engine->zones; b++) {
            if (!(zones >> b & 1)) continue;
            if ((call->coupled >> a & 1) || (call->coupled >> b & 1)) continue;
            if (are_linked(engine, instrument, a, b)) call_pair(slate, a, b);
        }
    }
}

/* --- trimming and prices ---------------------------------------------------------------------- */

/* A call of the whole instrument trims all its zones together, one for new room pair by pair. */
static bool trim_all(struct engine *engine, struct slate *slate, uint16_t instrument)
{
    struct call *call = &slate->call;
    int64_t turns = call->zones != 0 ? 1 : call->pairs;
    for (; call->at < turns; call->at++) {
        const struct pair_flow *pair = &call->pair[call->at];
        uint32_t zones =
            call->zones != 0 ? (uint32_t)call->zones : 1u << pair->from | 1u << pair->to;
        if (!trim_measure(engine, slate, instrument, zones)) return false;
        if (!trim_cut(engine, slate)) return false;
        if (call->trim.kept > 0) call->changed = true;
        call->trim = (struct trimming){0};
    }
    call->at = 0;
    return true;
}

bool call_solve(const struct engine *engine, struct slate *slate, uint16_t instrument)
{
    struct call *call = &slate->call;
    for (; call->at < call->pairs; call->at++)
        if (!flow_solve(engine, slate, instrument, &call->pair[call->at])) return false;
    for (; call->at < call->pairs + engine->zones; call->at++) {
        uint8_t zone = (uint8_t)(call->at - call->pairs);
        if (!call->zone[zone].said || (call->coupled >> zone & 1)) continue;
        if (!flow_alone(engine, slate, instrument, zone)) return false;
    }
    call->at = 0;
    return true;
}

/* --- fills and money -------------------------------------------------------------------------- */

static void say_fill(struct engine *engine, uint32_t slot, int64_t qty, int64_t price, int64_t fee)
{
    const struct order *order = &engine->order[slot];
    struct event_call_fill *event = EMIT(engine, CALL_FILL, call_fill);
    event->order_id = state_order_id(engine, slot);
    event->price = price;
    event->qty = qty;
    event->fee = fee;
    event->left = order->left;
    event->filled = order->filled;
    event->limit_price = order->price;
    event->client_id = order_client(engine, order);
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
}

/* Fills call->units of one side by price, then priority. */
static bool fill(struct engine *engine, struct slate *slate, uint16_t instrument, uint8_t zone,
                 uint8_t side)
{
    struct call *call = &slate->call;
    int64_t price = call->zone[zone].price;
    int64_t legs = legs_count(engine, instrument);
    for (; call->units > 0; slate->ticks -= TICKS_OF_WORK) {
        uint32_t slot = book_best(engine, instrument, zone, side);
        struct order *order = &engine->order[slot];
        int64_t qty, fee;
        if (!may_go_on(slate)) return false;
        ASSERT(slot != NIL);
        ASSERT(side == SIDE_BUY ? order->price >= price : order->price <= price);
        qty = call->units < order->left ? call->units : order->left;
        fee = order_leg(engine, order, qty, price);
        say_fill(engine, slot, qty, price, fee);
        call->cash_due += (side == SIDE_BUY ? qty : -qty) * price * legs;
        call->units_due += side == SIDE_BUY ? qty : -qty;
        call->units -= qty;
        if (order->extra != NIL) iceberg_filled(engine, slot, qty);
        if (order->left == 0) order_end(engine, slot);
    }
    return true;
}

static void count_zone(struct engine *engine, struct call *call, uint16_t instrument, uint8_t zone)
{
    const struct zone_result *result = &call->zone[zone];
    int64_t volume = result->bought > result->sold ? result->bought : result->sold;
    if (volume == 0) return;
    call->changed = true;
    figures_fill(engine, instrument, zone, volume, result->price, FIGURES_CALL);
    figures_paid(engine, instrument, 0, result->bought,
                 result->bought * result->price * legs_count(engine, instrument));
}

static bool settle_zone(struct engine *engine, struct slate *slate, uint16_t instrument,
                        uint8_t zone)
{
    struct call *call = &slate->call;
    const struct zone_result *result = &call->zone[zone];
    if (call->fill == FILL_SAY) {
        struct event_call *event;
        if (!may_go_on(slate)) return false;
        slate->ticks--;
        event = EMIT(engine, CALL, call);
        event->price = result->price;
        event->volume = result->bought > result->sold ? result->bought : result->sold;
        event->instrument = instrument;
        event->zone = zone;
        call->units = result->bought;
        call->fill = FILL_BIDS;
    }
    if (call->fill == FILL_BIDS) {
        if (!fill(engine, slate, instrument, zone, SIDE_BUY)) return false;
        call->units = result->sold;
        call->fill = FILL_ASKS;
    }
    if (!fill(engine, slate, instrument, zone, SIDE_SELL)) return false;
    count_zone(engine, call, instrument, zone);
    call->fill = FILL_SAY;
    return true;
}

static bool settle_zones(struct engine *engine, struct slate *slate, uint16_t instrument)
{
    struct call *call = &slate->call;
    for (; call->at < engine->zones; call->at++)
        if (call->zone[call->at].said && !settle_zone(engine, slate, instrument, (uint8_t)call->at))
            return false;
    call->at = 0;
    return true;
}

/* The fund of the exporting zone gets levy and congestion rent: pB*x - pA*x*rn/rd. */
static void settle_flow(struct engine *engine, struct call *call, uint16_t instrument,
                        const struct pair_flow *flow)
{
    uint8_t from = (uint8_t)flow->from, to = (uint8_t)flow->to;
    struct zone_state *source = state_zone(engine, instrument, from);
    struct event_call_flow *event = EMIT(engine, CALL_FLOW, call_flow);
    event->received = flow->received;
    event->delivered = flow->delivered;
    event->fund = (int64_t)((int128)call->zone[to].price * flow->received -
                            (int128)call->zone[from].price * flow->delivered) *
                  (int64_t)legs_count(engine, instrument);
    event->instrument = instrument;
    event->from_zone = from;
    event->to_zone = to;
    ASSERT(event->fund >= 0);
    source->fund_cash += event->fund;
    legs_retire(engine, instrument, from, flow->delivered - flow->received);
    call->cash_due -= event->fund;
    call->units_due += flow->delivered - flow->received;
    link_move(engine, instrument, from, to, flow->received);
}

bool call_run(struct engine *engine, struct slate *slate, uint16_t instrument)
{
    struct call *call = &slate->call;
    if (call->part == CALL_TRIM) {
        if (!trim_all(engine, slate, instrument)) return false;
        call->part = CALL_SOLVE;
    }
    if (call->part == CALL_SOLVE) {
        if (!call_solve(engine, slate, instrument)) return false;
        call->part = CALL_FILL;
    }
    if (!settle_zones(engine, slate, instrument)) return false;
    for (int64_t i = 0; i < call->pairs; i++)
        if (call->pair[i].received > 0) settle_flow(engine, call, instrument, &call->pair[i]);
    ASSERT(call->cash_due == 0 && call->units_due == 0);
    return true;
}
