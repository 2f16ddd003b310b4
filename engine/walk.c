/* walk.c - the whole state as bytes, for the digest.
 *
 * Encoding: fixed order, field by field, little-endian, ids rising; every list starts with its
 * length or ends with a NIL. Never the bytes of a struct: padding is not state.
 * In it: everything that can change a later answer, the order of the free lists too, since they
 * decide the next public id.
 * Not in it: capacities, hash chains, the books' tries and queue links (prices and priorities give
 * them), scratch. So two engines with the same history give the same bytes whatever their sizes.
 */
#include "engine/state.h"

struct walker {
    engine_sink *sink;
    void *context;
    size_t used;
    uint8_t bytes[4096];
};

static void flush(struct walker *w)
{
    if (w->used > 0) w->sink(w->context, w->bytes, w->used);
    w->used = 0;
}

/* The low `size` bytes of `value`, lowest first. */
static void put(struct walker *w, uint64_t value, size_t size)
{
    if (sizeof w->bytes - w->used < size) flush(w);
    for (size_t i = 0; i < size; i++)
        w->bytes[w->used++] = (uint8_t)(value >> (8 * i));
}

static void put8(struct walker *w, uint8_t value)
{
    put(w, value, 1);
}

static void put16(struct walker *w, uint16_t value)
{
    put(w, value, 2);
}

static void put32(struct walker *w, uint32_t value)
{
    put(w, value, 4);
}

static void put_day(struct walker *w, int32_t value)
{
    put(w, (uint32_t)value, 4);
}

static void put64(struct walker *w, uint64_t value)
{
    put(w, value, 8);
}

static void put_amount(struct walker *w, int64_t value)
{
    put(w, (uint64_t)value, 8);
}

static void put_turnover(struct walker *w, int128 value)
{
    put(w, (uint64_t)(uint128)value, 8);
    put(w, (uint64_t)((uint128)value >> 64), 8);
}

static void put_name(struct walker *w, const struct name *name)
{
    if (sizeof w->bytes - w->used < NAME_BYTES) flush(w);
    memcpy(w->bytes + w->used, name->text, NAME_BYTES);
    w->used += NAME_BYTES;
}

static void walk_counters(const struct engine *engine, struct walker *w)
{
    put64(w, engine->sequence);
    put_amount(w, engine->time_ns);
    put64(w, engine->trades);
    put64(w, engine->priority);
    put_day(w, engine->day);
    put32(w, engine->day_number);
    put16(w, engine->period);
    put_amount(w, engine->deposited);
    put_amount(w, engine->operator_fees);
    put_amount(w, engine->treasury);
    put32(w, engine->zones);
    put32(w, engine->instruments);
    put32(w, engine->participants);
    put32(w, engine->groups);
    put32(w, engine->positions);
    put32(w, engine->memberships);
    put32(w, engine->auctions);
    put32(w, engine->bids);
    put32(w, engine->lanes);
    put32(w, engine->orders_top);
    put32(w, engine->orders_open);
    put32(w, engine->names_top);
    put32(w, engine->names_used);
    for (uint32_t zone = 0; zone < engine->zones; zone++)
        put_name(w, &engine->zone_names[zone]);
    for (uint32_t group = 0; group < engine->groups; group++)
        put_name(w, &engine->group_names[group]);
}

static void walk_zone(const struct zone_state *zone, struct walker *w)
{
    put_amount(w, zone->ref);
    put_amount(w, zone->band_low);
    put_amount(w, zone->band_high);
    put_amount(w, zone->last);
    put_amount(w, zone->day_volume);
    put_turnover(w, zone->day_turnover);
    for (size_t i = 0; i < CLOSE_DAYS; i++)
        put_amount(w, zone->volumes[i]);
    put32(w, zone->volume_days);
    put32(w, zone->volume_next);
    put_amount(w, zone->fund_cash);
    put_amount(w, zone->retired);
    put32(w, zone->side[SIDE_BUY].orders);
    put32(w, zone->side[SIDE_SELL].orders);
}

static void walk_link(const struct link *link, struct walker *w)
{
    put32(w, link->rn);
    put32(w, link->rd);
    put_amount(w, link->levy_ppm);
    put_amount(w, link->balance);
    put_amount(w, link->lo);
    put_amount(w, link->hi);
    put8(w, link->allowed);
    put8(w, link->limited);
    put8(w, link->congested);
}

static void walk_instrument(const struct engine *engine, uint16_t id, struct walker *w)
{
    const struct instrument *row = &engine->instrument[id];
    put_name(w, &row->name);
    put_amount(w, row->lot);
    put_amount(w, row->tick);
    put_amount(w, row->band_ppm);
    put_amount(w, row->fee_ppm);
    put_amount(w, row->block_from);
    put_amount(w, row->issued);
    put_amount(w, row->auctioned);
    put_amount(w, row->t_plus);
    put8(w, row->family);
    put8(w, row->stp);
    put8(w, row->phase);
    put32(w, row->resting);
    for (uint8_t zone = 0; zone < engine->zones; zone++)
        walk_zone(state_zone(engine, id, zone), w);
    for (uint8_t from = 0; from < engine->zones; from++)
        for (uint8_t to = 0; to < engine->zones; to++)
            walk_link(state_link(engine, id, from, to), w);
}

static void walk_participant(const struct engine *engine, uint32_t id, struct walker *w)
{
    const struct participant *row = &engine->participant[id];
    const struct participant_text *text = &engine->participant_text[id];
    put_name(w, &text->name);
    put_name(w, &text->city);
    put_name(w, &text->sector);
    put_amount(w, row->cash);
    put_amount(w, row->cash_held);
    put32(w, row->group);
    put32(w, row->open_orders);
    put32(w, row->members);
    put8(w, row->zone);
    put8(w, row->type);
    for (uint32_t at = row->first_position; at != NIL; at = engine->position[at].next) {
        const struct position *position = &engine->position[at];
        put32(w, at);
        put16(w, position->instrument);
        put8(w, position->zone);
        put_amount(w, position->free);
        put_amount(w, position->held);
        put_amount(w, position->locked);
        put_amount(w, position->surrendered);
    }
    put32(w, NIL);
    for (uint32_t slot = row->first_order; slot != NIL; slot = engine->order[slot].own_next)
        put32(w, slot);
    put32(w, NIL);
}

static void walk_memberships(const struct engine *engine, struct walker *w)
{
    for (uint32_t at = 0; at < engine->memberships; at++) {
        const struct membership *row = &engine->membership[at];
        put32(w, row->account);
        put_day(w, row->from_day);
        put16(w, row->instrument);
        put8(w, row->zone);
        put8(w, row->begun);
    }
}

/* A free slot is its generation only: what the last order left there is not state. */
static void walk_order(const struct order *order, struct walker *w)
{
    put8(w, order->state);
    put32(w, order->generation);
    if (order->state == ORDER_FREE) return;
    put_amount(w, order->left);
    put_amount(w, order->price);
    put64(w, order->priority);
    put32(w, order->participant);
    put32(w, order->position);
    put32(w, order->name);
    put_amount(w, order->filled);
    put_turnover(w, order->turnover);
    put32(w, order->fee_ppm);
    put_day(w, order->until_day);
    put16(w, order->instrument);
    put8(w, order->zone);
    put8(w, order->side);
    put8(w, order->type);
    put8(w, order->tif);
}

static void walk_orders(const struct engine *engine, struct walker *w)
{
    for (uint32_t slot = 0; slot < engine->orders_top; slot++)
        walk_order(&engine->order[slot], w);
    for (uint32_t slot = engine->orders_free; slot != NIL; slot = engine->order[slot].next)
        put32(w, slot);
    put32(w, NIL);
}

static void walk_client_names(const struct engine *engine, struct walker *w)
{
    for (uint32_t at = 0; at < engine->names_top; at++) {
        const struct client_name *row = &engine->client_name[at];
        bool used = !name_empty(&row->text);
        put8(w, used);
        if (!used) continue;
        put_name(w, &row->text);
        put32(w, row->participant);
        put32(w, row->order);
        put32(w, row->died_day);
    }
    for (uint32_t at = engine->names_free; at != NIL; at = engine->client_name[at].next)
        put32(w, at);
    put32(w, NIL);
}

static void walk_auctions(const struct engine *engine, struct walker *w)
{
    for (uint32_t id = 0; id < engine->auctions; id++) {
        const struct auction *row = &engine->auction[id];
        put_name(w, &row->name);
        put_amount(w, row->offer);
        put_amount(w, row->reserve_price);
        put_amount(w, row->lot);
        put_amount(w, row->floor_min);
        put_amount(w, row->share_ppm);
        put_amount(w, row->deposit_ppm);
        put_amount(w, row->price);
        put_amount(w, row->sold);
        put32(w, row->seller);
        put32(w, row->first_bid);
        put32(w, row->last_bid);
        put32(w, row->bids);
        put16(w, row->instrument);
        put8(w, row->regime);
        put8(w, row->undersubscribed);
        put8(w, row->tie);
        put8(w, row->unsold);
        put8(w, row->state);
        put8(w, row->seller_zone);
    }
    for (uint32_t id = 0; id < engine->bids; id++) {
        const struct bid *row = &engine->bid[id];
        put_amount(w, row->qty);
        put_amount(w, row->price);
        put_amount(w, row->deposit);
        put_amount(w, row->awarded);
        put64(w, row->sequence);
        put32(w, row->participant);
        put32(w, row->next);
        put8(w, row->zone);
        put8(w, row->defaulted);
    }
}

/* The remembered answers of one lane, oldest first. An answer is an event record, zeroed before it
 * was filled, so its own size says how much of it is to be taken. */
static void walk_lane(const struct engine *engine, uint32_t row, struct walker *w)
{
    const struct lane *lane = &engine->lane[row];
    uint32_t window = engine->limits.lane_window;
    uint32_t count = lane->count < window ? lane->count : window;
    put64(w, lane->highest);
    put64(w, lane->last_used);
    put32(w, lane->lane);
    put32(w, lane->actor);
    put32(w, lane->count);
    put8(w, lane->role);
    for (uint32_t i = lane->count - count; i != lane->count; i++) {
        const struct lane_entry *entry =
            &engine->lane_entry[(size_t)row * window + (i & (window - 1))];
        struct event head;
        memcpy(&head, entry->answer, sizeof head);
        put64(w, entry->id);
        put64(w, entry->content);
        ASSERT(head.size <= ANSWER_BYTES);
        for (size_t word = 0; word < head.size / 8u; word++)
            put64(w, entry->answer[word]);
    }
}

void engine_walk(const struct engine *engine, engine_sink *sink, void *context)
{
    struct walker w;
    w.sink = sink;
    w.context = context;
    w.used = 0;
    walk_counters(engine, &w);
    for (uint16_t id = 0; id < engine->instruments; id++)
        walk_instrument(engine, id, &w);
    for (uint32_t id = 0; id < engine->participants; id++)
        walk_participant(engine, id, &w);
    walk_memberships(engine, &w);
    walk_orders(engine, &w);
    walk_client_names(engine, &w);
    walk_auctions(engine, &w);
    for (uint32_t row = 0; row < engine->lanes; row++)
        walk_lane(engine, row, &w);
    flush(&w);
}
