/* call.c - the call auction: who takes part, fills and money (market.md 6.9), and the call that
 * gives new room in continuous trading (6.5). Prices and flows are found by flow.c.
 */
#include "engine/figures.h"
#include "engine/flow.h"
#include "engine/orders.h"

struct call {
    struct zone_result zone[ZONES_MAX];
    struct pair_flow pair[ZONES_MAX];
    uint32_t pairs;
};

static void fill(struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t side,
                 int64_t units, int64_t price)
{
    while (units > 0) {
        uint32_t slot = book_best(engine, instrument, zone, side);
        struct order *order = &engine->order[slot];
        struct event_call_fill *event;
        int64_t qty;
        ASSERT(slot != NIL);
        ASSERT(side == SIDE_BUY ? order->price >= price : order->price <= price);
        qty = units < order->left ? units : order->left;
        event = EMIT(engine, CALL_FILL, call_fill);
        event->fee = order_leg(engine, order, qty, price);
        event->order_id = state_order_id(engine, slot);
        event->price = price;
        event->qty = qty;
        event->left = order->left;
        event->filled = order->filled;
        event->limit_price = order->price;
        event->client_id = order_client(engine, order);
        event->participant = order->participant;
        event->instrument = instrument;
        event->zone = zone;
        event->side = side;
        units -= qty;
        if (order->extra != NIL) iceberg_filled(engine, slot, qty);
        if (order->left == 0) order_end(engine, slot);
    }
}

static bool settle_zone(struct engine *engine, uint16_t instrument, uint8_t zone,
                        const struct zone_result *result)
{
    int64_t volume = result->bought > result->sold ? result->bought : result->sold;
    struct event_call *event = EMIT(engine, CALL, call);
    event->price = result->price;
    event->volume = volume;
    event->instrument = instrument;
    event->zone = zone;
    fill(engine, instrument, zone, SIDE_BUY, result->bought, result->price);
    fill(engine, instrument, zone, SIDE_SELL, result->sold, result->price);
    if (volume == 0) return false;
    figures_fill(engine, instrument, zone, volume, result->price, FIGURES_CALL);
    figures_paid(engine, instrument, 0, result->bought, result->bought * result->price);
    return true;
}

/* The fund of the exporting zone gets levy and congestion rent: pB*x - pA*x*rn/rd. */
static void settle_flow(struct engine *engine, uint16_t instrument, const struct pair_flow *flow,
                        const struct zone_result *zone)
{
    struct zone_state *source = state_zone(engine, instrument, flow->from);
    struct event_call_flow *event = EMIT(engine, CALL_FLOW, call_flow);
    event->received = flow->received;
    event->delivered = flow->delivered;
    event->fund = (int64_t)((int128)zone[flow->to].price * flow->received -
                            (int128)zone[flow->from].price * flow->delivered);
    event->instrument = instrument;
    event->from_zone = flow->from;
    event->to_zone = flow->to;
    ASSERT(event->fund >= 0);
    source->fund_cash += event->fund;
    source->retired += flow->delivered - flow->received;
    link_move(engine, instrument, flow->from, flow->to, flow->received);
}

/* Returns whether anything was traded. */
static bool settle(struct engine *engine, uint16_t instrument, const struct call *call)
{
    bool traded = false;
    for (uint32_t zone = 0; zone < engine->zones; zone++)
        if (call->zone[zone].said &&
            settle_zone(engine, instrument, (uint8_t)zone, &call->zone[zone]))
            traded = true;
    for (uint32_t i = 0; i < call->pairs; i++)
        if (call->pair[i].received > 0) settle_flow(engine, instrument, &call->pair[i], call->zone);
    return traded;
}

static void add_pair(struct engine *engine, uint16_t instrument, uint32_t a, uint32_t b,
                     struct call *call)
{
    call->pair[call->pairs++] = flow_solve(engine, instrument, (uint8_t)a, (uint8_t)b, call->zone);
    call->zone[a].said = call->zone[b].said = true;
}

/* The best price on this side among orders large enough for one step. */
static uint32_t best_of_size(const struct engine *engine, uint16_t instrument, uint8_t zone,
                             uint8_t side, int64_t size)
{
    uint32_t slot = book_best(engine, instrument, zone, side);
    while (slot != NIL && engine->order[slot].left < size)
        slot = book_next(engine, slot);
    return slot;
}

bool call_executable(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    const struct link *link = state_link(engine, instrument, from, to);
    int64_t lot = engine->instrument[instrument].lot;
    uint32_t ask, bid;
    if (is_listing_only(engine, instrument)) return false; /* it clears nothing by itself */
    if (!link->allowed || link_room(engine, instrument, from, to) < lot * link->rd) return false;
    ask = best_of_size(engine, instrument, from, SIDE_SELL, lot * link->rn);
    if (ask == NIL) return false;
    bid = best_of_size(engine, instrument, to, SIDE_BUY, lot * link->rd);
    if (bid == NIL) return false;
    return price_to_buyer(link, engine->order[ask].price) <= engine->order[bid].price;
}

static bool either_executable(const struct engine *engine, uint16_t instrument, uint32_t a,
                              uint32_t b)
{
    return call_executable(engine, instrument, (uint8_t)a, (uint8_t)b) ||
           call_executable(engine, instrument, (uint8_t)b, (uint8_t)a);
}

/* market.md 6.5. More than two zones: pairs in zone order, each zone in one pair of a round. */
void call_new_room(struct engine *engine, uint16_t instrument)
{
    for (;;) {
        struct call call = {0};
        uint8_t first[ZONES_MAX], second[ZONES_MAX];
        uint32_t taken = 0, pairs = 0;
        bool changed = false;
        for (uint32_t a = 0; a < engine->zones; a++)
            for (uint32_t b = a + 1; b < engine->zones; b++) {
                if ((taken >> a & 1) || (taken >> b & 1)) continue;
                if (!either_executable(engine, instrument, a, b)) continue;
                taken |= 1u << a | 1u << b;
                first[pairs] = (uint8_t)a;
                second[pairs++] = (uint8_t)b;
            }
        if (pairs == 0) return;
        for (uint32_t i = 0; i < pairs; i++)
            changed |= trim_groups(engine, instrument, 1u << first[i] | 1u << second[i]);
        for (uint32_t i = 0; i < pairs; i++)
            add_pair(engine, instrument, first[i], second[i], &call);
        changed |= settle(engine, instrument, &call);
        if (!changed) return; /* a pair that trimming took away may have hidden another */
    }
}

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

void call_uncross(struct engine *engine, uint16_t instrument)
{
    struct call call = {0};
    uint32_t zones = zones_in_call(engine, instrument), coupled = 0;
    trim_groups(engine, instrument, zones);
    for (uint32_t a = 0; a < engine->zones; a++)
        for (uint32_t b = a + 1; b < engine->zones; b++) {
            if (!(zones >> a & 1) || !(zones >> b & 1)) continue;
            if ((coupled >> a & 1) || (coupled >> b & 1)) continue;
            if (!are_linked(engine, instrument, a, b)) continue;
            coupled |= 1u << a | 1u << b;
            add_pair(engine, instrument, a, b, &call);
        }
    for (uint32_t zone = 0; zone < engine->zones; zone++) {
        if (!(zones >> zone & 1) || (coupled >> zone & 1)) continue;
        flow_alone(engine, instrument, (uint8_t)zone, &call.zone[zone]);
        call.zone[zone].said = true;
    }
    settle(engine, instrument, &call);
    call_new_room(engine, instrument);
}
