/* walk.c - the whole state as bytes, for the digest.
 *
 * Encoding: fixed order, field by field, little-endian, ids rising; every list starts with its
 * length or ends with a NIL. Never the bytes of a struct: padding is not state.
 * In it: everything that can change a later answer, the order of the free lists too, since they
 * decide the next public id.
 * Not in it: capacities, hash chains, the books' tries and queue links (prices and priorities give
 * them), scratch. So two engines with the same history give the same bytes whatever their sizes.
 */
#include "engine/walk.h"

static void walk_counters(const struct engine *engine, struct walker *w)
{
    walk_put64(w, engine->sequence);
    walk_put_amount(w, engine->time_ns);
    walk_put64(w, engine->trades);
    walk_put64(w, engine->priority);
    walk_put_day(w, engine->day);
    walk_put32(w, engine->day_number);
    walk_put16(w, engine->period);
    walk_put_amount(w, engine->deposited);
    walk_put_amount(w, engine->operator_fees);
    walk_put_amount(w, engine->treasury);
    walk_put32(w, engine->zones);
    walk_put32(w, engine->instruments);
    walk_put32(w, engine->participants);
    walk_put32(w, engine->groups);
    walk_put32(w, engine->positions);
    walk_put32(w, engine->memberships);
    walk_put32(w, engine->auctions);
    walk_put32(w, engine->bids);
    walk_put32(w, engine->lanes);
    walk_put32(w, engine->orders_top);
    walk_put32(w, engine->orders_open);
    walk_put32(w, engine->names_top);
    walk_put32(w, engine->names_used);
    for (uint32_t zone = 0; zone < engine->zones; zone++)
        walk_put_name(w, &engine->zone_names[zone]);
    for (uint32_t group = 0; group < engine->groups; group++)
        walk_put_name(w, &engine->group_names[group]);
}

static void walk_zone(const struct zone_state *zone, struct walker *w)
{
    walk_put_amount(w, zone->ref);
    walk_put_amount(w, zone->band_low);
    walk_put_amount(w, zone->band_high);
    walk_put_amount(w, zone->last);
    walk_put_amount(w, zone->day_volume);
    walk_put_turnover(w, zone->day_turnover);
    for (size_t i = 0; i < CLOSE_DAYS; i++)
        walk_put_amount(w, zone->volumes[i]);
    walk_put32(w, zone->volume_days);
    walk_put32(w, zone->volume_next);
    walk_put_amount(w, zone->fund_cash);
    walk_put_amount(w, zone->retired);
    walk_put32(w, zone->side[SIDE_BUY].orders);
    walk_put32(w, zone->side[SIDE_SELL].orders);
}

static void walk_link(const struct link *link, struct walker *w)
{
    walk_put32(w, link->rn);
    walk_put32(w, link->rd);
    walk_put_amount(w, link->levy_ppm);
    walk_put_amount(w, link->balance);
    walk_put_amount(w, link->lo);
    walk_put_amount(w, link->hi);
    walk_put8(w, link->allowed);
    walk_put8(w, link->limited);
    walk_put8(w, link->congested);
}

static void walk_instrument(const struct engine *engine, uint16_t id, struct walker *w)
{
    const struct instrument *row = &engine->instrument[id];
    walk_put_name(w, &row->name);
    walk_put_amount(w, row->lot);
    walk_put_amount(w, row->tick);
    walk_put_amount(w, row->band_ppm);
    walk_put_amount(w, row->fee_ppm);
    walk_put_amount(w, row->block_from);
    walk_put_amount(w, row->issued);
    walk_put_amount(w, row->auctioned);
    walk_put_amount(w, row->t_plus);
    walk_put8(w, row->family);
    walk_put8(w, row->stp);
    walk_put8(w, row->phase);
    walk_put32(w, row->resting);
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
    walk_put_name(w, &text->name);
    walk_put_name(w, &text->city);
    walk_put_name(w, &text->sector);
    walk_put_amount(w, row->cash);
    walk_put_amount(w, row->cash_held);
    walk_put32(w, row->group);
    walk_put32(w, row->open_orders);
    walk_put32(w, row->members);
    walk_put8(w, row->zone);
    walk_put8(w, row->type);
    for (uint32_t at = row->first_position; at != NIL; at = engine->position[at].next) {
        const struct position *position = &engine->position[at];
        walk_put32(w, at);
        walk_put16(w, position->instrument);
        walk_put8(w, position->zone);
        walk_put_amount(w, position->free);
        walk_put_amount(w, position->held);
        walk_put_amount(w, position->locked);
        walk_put_amount(w, position->surrendered);
    }
    walk_put32(w, NIL);
    for (uint32_t slot = row->first_order; slot != NIL; slot = engine->order[slot].own_next)
        walk_put32(w, slot);
    walk_put32(w, NIL);
}

static void walk_memberships(const struct engine *engine, struct walker *w)
{
    for (uint32_t at = 0; at < engine->memberships; at++) {
        const struct membership *row = &engine->membership[at];
        walk_put32(w, row->account);
        walk_put_day(w, row->from_day);
        walk_put16(w, row->instrument);
        walk_put8(w, row->zone);
        walk_put8(w, row->begun);
    }
}

/* A free slot is its generation only: what the last order left there is not state. */
static void walk_order(const struct order *order, struct walker *w)
{
    walk_put8(w, order->state);
    walk_put32(w, order->generation);
    if (order->state == ORDER_FREE) return;
    walk_put_amount(w, order->left);
    walk_put_amount(w, order->price);
    walk_put64(w, order->priority);
    walk_put32(w, order->participant);
    walk_put32(w, order->position);
    walk_put32(w, order->name);
    walk_put_amount(w, order->filled);
    walk_put_turnover(w, order->turnover);
    walk_put32(w, order->fee_ppm);
    walk_put_day(w, order->until_day);
    walk_put16(w, order->instrument);
    walk_put8(w, order->zone);
    walk_put8(w, order->side);
    walk_put8(w, order->type);
    walk_put8(w, order->tif);
}

static void walk_orders(const struct engine *engine, struct walker *w)
{
    for (uint32_t slot = 0; slot < engine->orders_top; slot++)
        walk_order(&engine->order[slot], w);
    for (uint32_t slot = engine->orders_free; slot != NIL; slot = engine->order[slot].next)
        walk_put32(w, slot);
    walk_put32(w, NIL);
}

static void walk_client_names(const struct engine *engine, struct walker *w)
{
    for (uint32_t at = 0; at < engine->names_top; at++) {
        const struct client_name *row = &engine->client_name[at];
        bool used = !name_empty(&row->text);
        walk_put8(w, used);
        if (!used) continue;
        walk_put_name(w, &row->text);
        walk_put32(w, row->participant);
        walk_put32(w, row->order);
        walk_put32(w, row->died_day);
    }
    for (uint32_t at = engine->names_free; at != NIL; at = engine->client_name[at].next)
        walk_put32(w, at);
    walk_put32(w, NIL);
}

static void walk_auctions(const struct engine *engine, struct walker *w)
{
    for (uint32_t id = 0; id < engine->auctions; id++) {
        const struct auction *row = &engine->auction[id];
        walk_put_name(w, &row->name);
        walk_put_amount(w, row->offer);
        walk_put_amount(w, row->reserve_price);
        walk_put_amount(w, row->lot);
        walk_put_amount(w, row->floor_min);
        walk_put_amount(w, row->share_ppm);
        walk_put_amount(w, row->deposit_ppm);
        walk_put_amount(w, row->price);
        walk_put_amount(w, row->sold);
        walk_put32(w, row->seller);
        walk_put32(w, row->first_bid);
        walk_put32(w, row->last_bid);
        walk_put32(w, row->bids);
        walk_put16(w, row->instrument);
        walk_put8(w, row->regime);
        walk_put8(w, row->undersubscribed);
        walk_put8(w, row->tie);
        walk_put8(w, row->unsold);
        walk_put8(w, row->state);
        walk_put8(w, row->seller_zone);
    }
    for (uint32_t id = 0; id < engine->bids; id++) {
        const struct bid *row = &engine->bid[id];
        walk_put_amount(w, row->qty);
        walk_put_amount(w, row->price);
        walk_put_amount(w, row->deposit);
        walk_put_amount(w, row->awarded);
        walk_put64(w, row->sequence);
        walk_put32(w, row->participant);
        walk_put32(w, row->next);
        walk_put8(w, row->zone);
        walk_put8(w, row->defaulted);
    }
}

/* The remembered answers of one lane, oldest first. An answer is an event record, zeroed before it
 * was filled, so its own size says how much of it is to be taken. */
static void walk_lane(const struct engine *engine, uint32_t row, struct walker *w)
{
    const struct lane *lane = &engine->lane[row];
    uint32_t window = engine->limits.lane_window;
    uint32_t count = lane->count < window ? lane->count : window;
    walk_put64(w, lane->highest);
    walk_put64(w, lane->last_used);
    walk_put32(w, lane->lane);
    walk_put32(w, lane->actor);
    walk_put32(w, lane->count);
    walk_put8(w, lane->role);
    for (uint32_t i = lane->count - count; i != lane->count; i++) {
        const struct lane_entry *entry =
            &engine->lane_entry[(size_t)row * window + (i & (window - 1))];
        struct event head;
        memcpy(&head, entry->answer, sizeof head);
        walk_put64(w, entry->id);
        walk_put64(w, entry->content);
        ASSERT(head.size <= ANSWER_BYTES);
        for (size_t word = 0; word < head.size / 8u; word++)
            walk_put64(w, entry->answer[word]);
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
    if (engine->rule_set >= 2) walk_more(engine, &w);
    walk_flush(&w);
}
