/* check.c - market.md section 12, items 1 to 3, proved over the whole state by slow sums.
 *
 * It uses no counter that the rules keep where it can count anew, and asserts. For tests, the
 * simulator and audit; never on the way of a command.
 */
#include "engine/auction.h"
#include "engine/calendar.h"
#include "engine/check.h"
#include "engine/job.h"
#include "engine/slate.h"
#include "engine/orders.h"

/* --- item 1: money, units, frozen = open orders and bids ---------------------------------- */

static int128 fund_sum(const struct engine *engine)
{
    int128 sum = 0;
    for (uint16_t instrument = 0; instrument < engine->instruments; instrument++) {
        for (uint8_t zone = 0; zone < engine->zones; zone++) {
            const struct zone_state *state = state_zone(engine, instrument, zone);
            ASSERT(state->fund_cash >= 0 && state->retired >= 0);
            sum += state->fund_cash;
        }
    }
    return sum;
}

static void check_cash(const struct engine *engine)
{
    int128 sum =
        fund_sum(engine) + engine->operator_fees + engine->treasury + auctions_proceeds(engine);
    sum += slate_cash_due(engine);
    ASSERT(engine->operator_fees >= 0 && engine->treasury >= 0);
    ASSERT(engine->deposited >= 0 && engine->deposited <= MONEY_MAX);
    for (uint32_t at = 0; at < engine->participants; at++) {
        const struct participant *row = &engine->participant[at];
        ASSERT(row->cash >= 0 && row->cash_held >= 0);
        sum += (int128)row->cash + row->cash_held;
    }
    ASSERT(sum == engine->deposited);
}

static void check_units(const struct engine *engine, uint16_t instrument)
{
    const struct instrument *row = &engine->instrument[instrument];
    int128 sum = row->auctioned - slate_units_due(engine, instrument);
    ASSERT(row->issued >= 0 && row->issued <= QTY_MAX && row->auctioned >= 0);
    for (uint32_t at = 0; at < engine->positions; at++) {
        const struct position *position = &engine->position[at];
        if (position->instrument != instrument) continue;
        ASSERT(position->free >= 0 && position->held >= 0);
        ASSERT(position->locked >= 0 && position->surrendered >= 0);
        sum += (int128)position->free + position->held + position->locked + position->surrendered;
    }
    for (uint8_t zone = 0; zone < engine->zones; zone++)
        sum += state_zone(engine, instrument, zone)->retired;
    ASSERT(sum == row->issued);
}

/* An owner's list holds exactly its resting orders, each on the right holding. Returns the cash
 * they freeze. */
static int128 own_orders(const struct engine *engine, uint32_t owner)
{
    const struct participant *row = &engine->participant[owner];
    uint32_t previous = NIL, count = 0;
    int128 held = 0;
    for (uint32_t slot = row->first_order; slot != NIL; slot = engine->order[slot].own_next) {
        const struct order *order = &engine->order[slot];
        const struct position *position = &engine->position[order->position];
        ASSERT(slot < engine->orders_top && count < row->open_orders);
        ASSERT(order->state != ORDER_FREE && order->participant == owner);
        ASSERT(order->own_prev == previous && order->left > 0 && order->position != NIL);
        ASSERT(position->participant == owner && position->instrument == order->instrument &&
               position->zone == order->zone);
        ASSERT(order->name == NIL || engine->client_name[order->name].order == slot);
        if (order->side == SIDE_BUY) held += hold_of(order);
        previous = slot;
        count++;
    }
    ASSERT(count == row->open_orders);
    return held;
}

/* Frozen units are those of the open sells; returns the number of holdings. */
static uint32_t check_positions(const struct engine *engine, uint32_t owner)
{
    const struct participant *row = &engine->participant[owner];
    uint32_t count = 0;
    for (uint32_t at = row->first_position; at != NIL; at = engine->position[at].next) {
        const struct position *position = &engine->position[at];
        int128 held = 0;
        ASSERT(at < engine->positions && count < engine->positions);
        ASSERT(position->participant == owner);
        ASSERT(position->zone < engine->zones && position->instrument < engine->instruments);
        for (uint32_t slot = row->first_order; slot != NIL; slot = engine->order[slot].own_next)
            if (engine->order[slot].side == SIDE_SELL && engine->order[slot].position == at)
                held += hold_of(&engine->order[slot]);
        ASSERT(held + position->escrowed == position->held &&
               position->buying == check_buying(engine, at));
        count++;
    }
    return count;
}

static void check_owners(const struct engine *engine)
{
    int128 orders_hold = 0, all_hold = 0;
    uint64_t open = 0, used = 0, positions = 0;
    for (uint32_t owner = 0; owner < engine->participants; owner++) {
        const struct participant *row = &engine->participant[owner];
        int128 held = own_orders(engine, owner) + escrow_cash(engine, owner);
        ASSERT(row->zone < engine->zones && row->group < engine->groups);
        if (held != row->cash_held) /* the rest is in auctions: look only then */
            ASSERT(held + auctions_held(engine, owner) == row->cash_held);
        positions += check_positions(engine, owner);
        orders_hold += held;
        all_hold += row->cash_held;
        open += row->open_orders;
    }
    ASSERT(orders_hold + auctions_held(engine, PARTICIPANT_NONE) == all_hold);
    for (uint32_t slot = 0; slot < engine->orders_top; slot++)
        used += engine->order[slot].state != ORDER_FREE;
    ASSERT(positions == engine->positions);
    ASSERT(open == used && open == engine->orders_open);
}

/* --- item 2: queues in order, nothing executable rests ------------------------------------ */

static bool in_order(const struct order *before, const struct order *after)
{
    if (before->price != after->price)
        return before->side == SIDE_BUY ? before->price > after->price
                                        : before->price < after->price;
    return before->priority < after->priority;
}

/* Walks one queue; returns how many orders stand in it. */
static uint32_t check_queue(const struct engine *engine, uint16_t instrument, uint8_t zone,
                            uint8_t side)
{
    const struct zone_state *state = state_zone(engine, instrument, zone);
    uint32_t previous = NIL, count = 0;
    for (uint32_t slot = book_best(engine, instrument, zone, side); slot != NIL;
         slot = book_next(engine, slot)) {
        const struct order *order = &engine->order[slot];
        ASSERT(slot < engine->orders_top && count < state->side[side].orders);
        ASSERT(order->state == ORDER_RESTING && order->instrument == instrument);
        ASSERT(order->zone == zone && order->side == side);
        ASSERT(order->priority <= engine->priority);
        ASSERT(previous == NIL || in_order(&engine->order[previous], order));
        previous = slot;
        count++;
    }
    ASSERT(count == state->side[side].orders);
    return count;
}

/* The best order of a side with at least `least` units left; NIL: none. */
static uint32_t best_with(const struct engine *engine, uint16_t instrument, uint8_t zone,
                          uint8_t side, int64_t least)
{
    uint32_t slot = book_best(engine, instrument, zone, side);
    while (slot != NIL && engine->order[slot].left < least)
        slot = book_next(engine, slot);
    return slot;
}

/* Could an ask of `from` trade with a bid of `to` now? market.md 6.3 and 6.4. */
static bool executable(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    const struct link *link = state_link(engine, instrument, from, to);
    int64_t lot = engine->instrument[instrument].lot, ask_least = lot, bid_least = lot;
    uint32_t ask, bid;
    if (from != to) {
        if (!link->allowed || link_room(engine, instrument, from, to) < lot * link->rd)
            return false;
        ask_least = lot * link->rn;
        bid_least = lot * link->rd;
    }
    ask = best_with(engine, instrument, from, SIDE_SELL, ask_least);
    bid = best_with(engine, instrument, to, SIDE_BUY, bid_least);
    if (ask == NIL || bid == NIL) return false;
    if (from == to) return engine->order[ask].price <= engine->order[bid].price;
    return price_to_buyer(link, engine->order[ask].price) <= engine->order[bid].price;
}

/* --- item 3: balances inside their limits ------------------------------------------------- */

static void check_links(const struct engine *engine, uint16_t instrument)
{
    for (uint8_t from = 0; from < engine->zones; from++) {
        for (uint8_t to = 0; to < engine->zones; to++) {
            const struct link *link = state_link(engine, instrument, from, to);
            size_t row = (size_t)instrument * engine->limits.zones;
            if (from == to) continue;
            ASSERT((engine->sources[row + to] >> from & 1u) == (link->allowed ? 1u : 0u));
            ASSERT((engine->targets[row + from] >> to & 1u) == (link->allowed ? 1u : 0u));
            if (link->allowed) {
                ASSERT(link->rd >= 1 && link->rd <= link->rn && link->rn <= RATIO_MAX);
                ASSERT(link->levy_ppm >= 0 && link->levy_ppm <= PPM);
            }
            if (link->rent_ppm != 0) {
                ASSERT(link->allowed && engine->instrument[instrument].terms.live_rent);
                ASSERT(link->rent_ppm > link->levy_ppm && link->rent_ppm <= RENT_MAX);
            }
            if (from < to && link->limited)
                ASSERT(link->lo <= link->balance && link->balance <= link->hi);
        }
    }
}

/* Between two steps of a job, and where orders are listed only, a book may look crossed. */
static bool is_matched(const struct engine *engine, uint16_t instrument)
{
    return engine->instrument[instrument].phase == PHASE_CONTINUOUS &&
           !is_frozen(engine, instrument) && !is_listing_only(engine, instrument);
}

/* A slate is owned by one suspended call; nobody else keeps one from others. */
static void check_slates(const struct engine *engine)
{
    for (uint32_t i = 0; i < SLATES; i++) {
        const struct slate *slate = &engine->slate[i];
        uint8_t stage;
        if (slate->owner == INSTRUMENT_NONE) continue;
        ASSERT(slate->owner < engine->instruments && slate_of(engine, slate->owner) == slate);
        stage = job_of(engine, slate->owner)->stage;
        ASSERT(stage == JOB_CALL || stage == JOB_ROOM);
        ASSERT(slate->call.trim.count <= slate->rows);
    }
}

static uint32_t check_instrument(const struct engine *engine, uint16_t instrument)
{
    uint32_t resting = 0;
    check_units(engine, instrument);
    check_links(engine, instrument);
    for (uint8_t zone = 0; zone < engine->zones; zone++)
        for (uint8_t side = 0; side < SIDES; side++)
            resting += check_queue(engine, instrument, zone, side);
    ASSERT(resting == engine->instrument[instrument].resting);
    if (is_matched(engine, instrument))
        for (uint8_t from = 0; from < engine->zones; from++)
            for (uint8_t to = 0; to < engine->zones; to++)
                ASSERT(!executable(engine, instrument, from, to));
    return resting;
}

void engine_check(const struct engine *engine)
{
    uint64_t open = 0;
    check_cash(engine);
    auctions_check(engine);
    check_owners(engine);
    for (uint16_t instrument = 0; instrument < engine->instruments; instrument++)
        open += check_instrument(engine, instrument) + engine->instrument[instrument].parked;
    for (uint32_t slot = 0; slot < engine->orders_top; slot++)
        open += engine->order[slot].state == ORDER_WORKING;
    ASSERT(open == engine->orders_open);
    check_slates(engine);
    check_orders(engine);
    check_day(engine);
    check_deals(engine);
    check_rules(engine);
}
