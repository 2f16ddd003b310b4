/* look.c - what can be asked of the state: appends ROW_* records, changes nothing.
 *
 * Bound: no more rows than the caller's buffer holds or its rows_max says; `from` skips rows.
 * Order: ids rising; books best first, bids then asks.
 */
#include "engine/auction.h"
#include "engine/look.h"
#include "engine/orders.h"
#include "engine/slate.h"

struct page page_of(const struct look_query *query, struct event_buffer *out)
{
    uint64_t room = query->rows_max == 0 ? UINT64_MAX : query->rows_max;
    return (struct page){out, query->from, room, false};
}

void *row_put(struct page *page, enum event_type type, size_t size)
{
    struct event_buffer *out = page->out;
    struct event *row;
    if (page->skip > 0) {
        page->skip--;
        return NULL;
    }
    if (page->room == 0 || out->capacity - out->used < size) {
        page->full = true;
        return NULL;
    }
    row = (struct event *)(void *)(out->bytes + out->used);
    memset(row, 0, size);
    row->type = (uint16_t)type;
    row->size = (uint16_t)size;
    out->used += size;
    page->room--;
    return row;
}

/* --- book --------------------------------------------------------------------------------- */

/* The orders of one zone as the looking zone sees them, market.md 6.7. */
struct cursor {
    const struct link *link; /* NULL: the own zone */
    uint32_t slot;           /* next order, NIL: none left */
    int64_t step;
    int64_t room;
    int64_t price; /* as seen; of `slot` */
    int64_t qty;   /* as seen; 0: not computed yet */
};

/* Computes price and quantity of the next order that is visible at all. */
static void cursor_settle(const struct engine *engine, struct cursor *cursor)
{
    for (; cursor->slot != NIL; cursor->slot = book_next(engine, cursor->slot)) {
        const struct order *order = &engine->order[cursor->slot];
        const struct link *link = cursor->link;
        int64_t qty = order_shown(engine, order);
        cursor->price = order->price;
        cursor->qty = qty;
        if (!link) return;
        if (order->side == SIDE_SELL) qty = divide_floor((int128)qty * link->rd, link->rn);
        if (qty > cursor->room) qty = cursor->room;
        qty = qty > 0 ? qty / cursor->step * cursor->step : 0;
        if (qty == 0) continue;
        cursor->room -= qty;
        cursor->price = order->side == SIDE_SELL ? price_to_buyer(link, order->price)
                                                 : price_to_seller(link, order->price);
        cursor->qty = order->side == SIDE_SELL ? qty : qty / link->rd * link->rn;
        return;
    }
}

/* Cursors of the zones whose orders on this side are shown in `zone`; returns how many. */
static uint32_t cursors_open(const struct engine *engine, const struct look_query *query,
                             uint8_t zone, uint8_t side, struct cursor *cursors)
{
    uint32_t count = 0;
    for (uint8_t other = 0; other < engine->zones; other++) {
        uint8_t from = side == SIDE_SELL ? other : zone, to = side == SIDE_SELL ? zone : other;
        struct cursor *cursor = &cursors[count];
        *cursor = (struct cursor){.slot = book_best(engine, query->instrument, other, side),
                                  .room = INT64_MAX,
                                  .step = 1};
        if (other != zone) {
            cursor->link = state_link(engine, query->instrument, from, to);
            if (!query->local || !cursor->link->allowed) continue;
            cursor->step = engine->instrument[query->instrument].lot * cursor->link->rd;
            cursor->room = link_room(engine, query->instrument, from, to);
        }
        cursor_settle(engine, cursor);
        count++;
    }
    return count;
}

/* The cursor with the best price, NULL when all are through. */
static struct cursor *cursor_best(struct cursor *cursors, uint32_t count, uint8_t side)
{
    struct cursor *best = NULL;
    for (uint32_t i = 0; i < count; i++) {
        struct cursor *cursor = &cursors[i];
        if (cursor->slot == NIL) continue;
        if (!best || (side == SIDE_BUY ? cursor->price > best->price : cursor->price < best->price))
            best = cursor;
    }
    return best;
}

/* Price maps are monotone, so the zones' queues merge into one. */
static void book_side_rows(const struct engine *engine, const struct look_query *query,
                           uint8_t zone, uint8_t side, struct event_buffer *out)
{
    struct cursor cursors[ZONES_MAX];
    struct page page = page_of(query, out);
    struct event_row_level *row = NULL;
    uint32_t count = cursors_open(engine, query, zone, side, cursors);
    struct cursor *best;
    page.skip = 0;
    while ((best = cursor_best(cursors, count, side)) != NULL) {
        if (!row || row->price != best->price) {
            row = ROW(&page, LEVEL, level);
            if (!row) return;
            row->price = best->price;
            row->instrument = query->instrument;
            row->zone = zone;
            row->side = side;
        }
        row->qty += best->qty;
        row->orders++;
        best->slot = book_next(engine, best->slot);
        cursor_settle(engine, best);
    }
}

static enum reason look_book(const struct engine *engine, const struct look_query *query,
                             struct event_buffer *out)
{
    if (query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (query->zone != ZONE_NONE && query->zone >= engine->zones) return REASON_UNKNOWN_ZONE;
    for (uint8_t zone = 0; zone < engine->zones; zone++) {
        if (query->zone != ZONE_NONE && query->zone != zone) continue;
        book_side_rows(engine, query, zone, SIDE_BUY, out);
        book_side_rows(engine, query, zone, SIDE_SELL, out);
    }
    return REASON_NONE;
}

/* --- one participant ---------------------------------------------------------------------- */

static enum reason look_account(const struct engine *engine, const struct look_query *query,
                                struct event_buffer *out)
{
    struct page page = page_of(query, out);
    const struct participant *owner;
    uint8_t own;
    if (query->participant >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    owner = &engine->participant[query->participant];
    own = zone_of(engine, query->participant, query->instrument);
    for (uint8_t zone = 0; zone < engine->zones; zone++) {
        uint32_t at = position_find(engine, query->participant, query->instrument, zone);
        struct position units = {0};
        struct event_row_account *row;
        if (at != NIL) units = engine->position[at];
        if (zone != own && (units.free | units.held | units.locked | units.surrendered) == 0)
            continue;
        row = ROW(&page, ACCOUNT, account);
        if (!row) continue;
        row->free = units.free;
        row->held = units.held;
        row->locked = units.locked;
        row->surrendered = units.surrendered;
        row->cash = owner->cash;
        row->cash_held = owner->cash_held;
        row->participant = query->participant;
        row->instrument = query->instrument;
        row->zone = zone;
        row->own_zone = zone == own;
    }
    return REASON_NONE;
}

/* A stop that waits, or an iceberg. */
static void open_more_row(const struct engine *engine, uint32_t slot, struct page *page)
{
    const struct order *order = &engine->order[slot];
    struct event_row_open_more *row = ROW(page, OPEN_MORE, open_more);
    if (!row) return;
    row->order_id = state_order_id(engine, slot);
    row->left = order->left;
    row->price = order->price;
    row->filled = order->filled;
    row->stop_price = engine->extra[order->extra].stop;
    row->display = engine->extra[order->extra].display;
    if (order->name != NIL) row->client_id = engine->client_name[order->name].text;
    row->participant = order->participant;
    row->instrument = order->instrument;
    row->zone = order->zone;
    row->side = order->side;
}

static void open_row(const struct engine *engine, uint32_t slot, struct page *page)
{
    const struct order *order = &engine->order[slot];
    struct event_row_open *row;
    if (order->extra != NIL) {
        open_more_row(engine, slot, page);
        return;
    }
    row = ROW(page, OPEN, open);
    if (!row) return;
    row->order_id = state_order_id(engine, slot);
    row->left = order->left;
    row->price = order->price;
    row->filled = order->filled;
    if (order->name != NIL) row->client_id = engine->client_name[order->name].text;
    row->participant = order->participant;
    row->instrument = order->instrument;
    row->zone = order->zone;
    row->side = order->side;
}

bool engine_order_row(const struct engine *engine, uint64_t order_id, struct event_buffer *out)
{
    struct page page = {.out = out, .room = 1};
    uint32_t slot = order_id == ORDER_ID_NONE ? NIL : order_find(engine, 0, order_id, NULL);
    if (slot == NIL) return false;
    if (engine->order[slot].state != ORDER_RESTING && engine->order[slot].state != ORDER_PARKED)
        return false;
    open_row(engine, slot, &page);
    return !page.full;
}

uint8_t engine_legs(const struct engine *engine, uint16_t instrument, uint16_t out[STRIP_LEGS_MAX])
{
    const struct instrument *row = &engine->instrument[instrument];
    if (instrument >= engine->instruments) return 0;
    memcpy(out, row->leg, sizeof row->leg);
    return row->legs;
}

/* Every order has a holding, so only the books where the participant has one are walked, and only
 * until its last order is found. */
static enum reason look_orders(const struct engine *engine, const struct look_query *query,
                               struct event_buffer *out)
{
    struct page page = page_of(query, out);
    const struct participant *owner;
    uint32_t left;
    if (query->participant >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    owner = &engine->participant[query->participant];
    left = owner->open_orders;
    for (uint32_t at = owner->first_position; at != NIL; at = engine->position[at].next) {
        uint16_t instrument = engine->position[at].instrument;
        uint8_t zone = engine->position[at].zone;
        for (uint8_t queue = 0; queue < QUEUE_COUNT; queue++) {
            uint32_t slot = book_first(engine, instrument, zone, queue);
            for (; slot != NIL && left > 0; slot = book_next(engine, slot)) {
                if (engine->order[slot].participant != query->participant) continue;
                left--;
                open_row(engine, slot, &page);
                if (page.full) return REASON_NONE;
            }
        }
    }
    return REASON_NONE;
}

/* --- funds and links ---------------------------------------------------------------------- */

static enum reason look_fund(const struct engine *engine, const struct look_query *query,
                             struct event_buffer *out)
{
    struct page page = page_of(query, out);
    if (query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    for (uint8_t zone = 0; zone < engine->zones; zone++) {
        const struct zone_state *state = state_zone(engine, query->instrument, zone);
        struct event_row_fund *row = ROW(&page, FUND, fund);
        if (!row) continue;
        row->cash = state->fund_cash;
        row->retired = state->retired;
        row->instrument = query->instrument;
        row->zone = zone;
    }
    return REASON_NONE;
}

static enum reason look_balance(const struct engine *engine, const struct look_query *query,
                                struct event_buffer *out)
{
    struct page page = page_of(query, out);
    uint8_t from = query->zone, to = query->to_zone;
    struct event_row_balance *row;
    const struct link *pair;
    if (query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (from >= engine->zones || to >= engine->zones) return REASON_UNKNOWN_ZONE;
    row = ROW(&page, BALANCE, balance);
    if (!row) return REASON_NONE;
    row->lo = INT64_MIN;
    row->hi = INT64_MAX;
    row->instrument = query->instrument;
    row->from_zone = from;
    row->to_zone = to;
    if (from == to) return REASON_NONE;
    row->net = link_balance(engine, query->instrument, from, to);
    pair = from < to ? state_link(engine, query->instrument, from, to)
                     : state_link(engine, query->instrument, to, from);
    if (pair->limited) {
        row->lo = from < to ? pair->lo : -pair->hi;
        row->hi = from < to ? pair->hi : -pair->lo;
    }
    return REASON_NONE;
}

/* --- reconciliation ----------------------------------------------------------------------- */

/* Sums every holding anew: `difference` is a finding, not a copy of a counter. */
static void units_row(const struct engine *engine, uint16_t instrument, struct page *page)
{
    struct event_row_units *row = ROW(page, UNITS, units);
    if (!row) return;
    row->instrument = instrument;
    row->issued = engine->instrument[instrument].issued;
    row->auctioned = engine->instrument[instrument].auctioned;
    row->held = -slate_units_due(engine, instrument); /* sold, though not delivered yet */
    for (uint32_t at = 0; at < engine->positions; at++) {
        const struct position *position = &engine->position[at];
        if (position->instrument != instrument) continue;
        row->free += position->free;
        row->held += position->held;
        row->locked += position->locked;
        row->surrendered += position->surrendered;
    }
    for (uint8_t zone = 0; zone < engine->zones; zone++)
        row->retired += state_zone(engine, instrument, zone)->retired;
    row->difference = row->issued - row->free - row->held - row->locked - row->surrendered -
                      row->retired - row->auctioned;
}

static void cash_row(const struct engine *engine, struct page *page)
{
    struct event_row_cash *row = ROW(page, CASH, cash);
    if (!row) return;
    row->deposited = engine->deposited;
    row->operator_fees = engine->operator_fees;
    row->treasury = engine->treasury;
    row->held = slate_cash_due(engine); /* paid, though not handed on yet */
    row->held += (int64_t)auctions_proceeds(engine);
    for (uint32_t at = 0; at < engine->participants; at++) {
        row->free += engine->participant[at].cash;
        row->held += engine->participant[at].cash_held;
    }
    for (uint16_t instrument = 0; instrument < engine->instruments; instrument++)
        for (uint8_t zone = 0; zone < engine->zones; zone++)
            row->fund += state_zone(engine, instrument, zone)->fund_cash;
    row->difference =
        row->deposited - row->free - row->held - row->fund - row->operator_fees - row->treasury;
}

static enum reason look_reconcile(const struct engine *engine, const struct look_query *query,
                                  struct event_buffer *out)
{
    struct page page = page_of(query, out);
    bool all = query->instrument == INSTRUMENT_NONE;
    if (!all && query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    for (uint16_t instrument = 0; instrument < engine->instruments && !page.full; instrument++)
        if (all || instrument == query->instrument) units_row(engine, instrument, &page);
    if (all) cash_row(engine, &page);
    return REASON_NONE;
}

/* --- the directory ------------------------------------------------------------------------ */

static void name_row(struct page *page, const struct name *name, uint32_t id,
                     enum command_type kind, uint8_t zone)
{
    struct event_row_name *row = ROW(page, NAME, name);
    if (!row) return;
    row->name = *name;
    row->id = id;
    row->command = (uint8_t)kind;
    row->zone = zone;
}

static void instrument_row(const struct engine *engine, uint16_t id, struct page *page)
{
    const struct instrument *instrument = &engine->instrument[id];
    struct event_row_instrument *row = ROW(page, INSTRUMENT, instrument);
    if (!row) return;
    row->name = instrument->name;
    row->lot = instrument->lot;
    row->tick = instrument->tick;
    row->band_ppm = instrument->band_ppm;
    row->fee_ppm = instrument->fee_ppm;
    row->block_from = instrument->block_from;
    row->t_plus = instrument->t_plus;
    row->instrument = id;
    row->family = instrument->family;
    row->stp = instrument->stp;
    row->phase = instrument->phase;
}

static enum reason look_directory(const struct engine *engine, const struct look_query *query,
                                  struct event_buffer *out)
{
    struct page page = page_of(query, out);
    for (uint8_t zone = 0; zone < engine->zones && !page.full; zone++)
        name_row(&page, &engine->zone_names[zone], zone, COMMAND_ZONE, zone);
    for (uint16_t id = 0; id < engine->instruments && !page.full; id++)
        instrument_row(engine, id, &page);
    for (uint32_t id = 0; id < engine->participants && !page.full; id++)
        name_row(&page, &engine->participant_text[id].name, id, COMMAND_PARTICIPANT,
                 engine->participant[id].zone);
    for (uint32_t id = 0; id < engine->auctions && !page.full; id++)
        name_row(&page, &engine->auction[id].name, id, COMMAND_AUCTION, ZONE_NONE);
    return REASON_NONE;
}

enum reason engine_look(const struct engine *engine, const struct look_query *query,
                        struct event_buffer *out)
{
    switch (query->look) {
    case LOOK_BOOK:
        return look_book(engine, query, out);
    case LOOK_ACCOUNT:
        return look_account(engine, query, out);
    case LOOK_ORDERS:
        return look_orders(engine, query, out);
    case LOOK_FUND:
        return look_fund(engine, query, out);
    case LOOK_BALANCE:
        return look_balance(engine, query, out);
    case LOOK_RECONCILE:
        return look_reconcile(engine, query, out);
    case LOOK_AUCTION:
        return look_auction(engine, query, out);
    case LOOK_DIRECTORY:
        return look_directory(engine, query, out);
    case LOOK_INDICATIVE:
        return look_indicative(engine, query, out);
    case LOOK_PRICES:
        return look_prices(engine, query, out);
    case LOOK_TERMS:
        return look_terms(engine, query, out);
    case LOOK_GATES:
        return look_gates(engine, query, out);
    case LOOK_HOLDERS:
        return look_holders(engine, query, out);
    case LOOK_BLOCKS:
        return look_blocks(engine, query, out);
    case LOOK_JOBS:
        return look_jobs(engine, query, out);
    default:
        return REASON_MALFORMED;
    }
}
