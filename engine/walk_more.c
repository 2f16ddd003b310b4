/* walk_more.c - the state that rule sets after the first know.
 *
 * Written behind everything else and only while such a set is in force, so that the digests of
 * older journals stay what they were. What a rule set adds goes to the end of its section, or into
 * a new one; see walk.c for what is state and what is not.
 */
#include "engine/deal.h"
#include "engine/slate.h"
#include "engine/walk.h"

static void walk_gate(const struct gate *gate, struct walker *w)
{
    walk_put_amount(w, gate->allow);
    walk_put_amount(w, gate->net);
    walk_put_amount(w, gate->buying);
    walk_put8(w, gate->closed);
    walk_put8(w, gate->kind);
}

static void walk_zone_more(const struct zone_state *zone, struct walker *w)
{
    walk_put_amount(w, zone->listing_volume);
    walk_put_turnover(w, zone->listing_turnover);
    walk_put_amount(w, zone->late_volume);
    walk_put_amount(w, zone->open);
    walk_put_amount(w, zone->high);
    walk_put_amount(w, zone->low);
    walk_put_amount(w, zone->close);
    walk_put_turnover(w, zone->day_money);
    walk_put_amount(w, zone->block_volume);
    walk_put_turnover(w, zone->block_money);
    walk_gate(&zone->gate, w);
    walk_put32(w, zone->stop[SIDE_BUY].orders);
    walk_put32(w, zone->stop[SIDE_SELL].orders);
}

static void walk_terms(const struct terms *terms, struct walker *w)
{
    walk_put_name(w, &terms->approval);
    walk_put_amount(w, terms->block_fee_ppm);
    walk_put_amount(w, terms->auction_fee_ppm);
    walk_put_amount(w, terms->block_band_ppm);
    walk_put_amount(w, terms->dynamic_ppm);
    walk_put_amount(w, terms->close_floor);
    walk_put_amount(w, terms->holders_max);
    walk_put_amount(w, terms->deadline_days);
    walk_put_amount(w, terms->vintage);
    walk_put8(w, terms->basis);
    walk_put8(w, terms->methods);
    walk_put8(w, terms->close_rule);
    walk_put8(w, terms->live_rent);
    walk_put8(w, terms->conditional);
    walk_put8(w, terms->investors);
}

static void walk_bytes(const uint8_t *bytes, size_t size, struct walker *w)
{
    for (size_t i = 0; i < size; i++)
        walk_put8(w, bytes[i]);
}

static void walk_job(const struct job *job, struct walker *w)
{
    walk_put8(w, job->stage);
    if (job->stage == JOB_IDLE) return;
    walk_put8(w, job->part);
    walk_put8(w, job->zone);
    walk_put8(w, job->side);
    walk_put8(w, job->command);
    walk_put8(w, job->reason);
    walk_put32(w, job->slot);
    walk_put32(w, job->generation);
    walk_put32(w, job->at);
    walk_put32(w, job->count);
    walk_put32(w, job->account);
    walk_put32(w, job->auction);
    walk_put_amount(w, job->units);
    for (size_t i = 0; i < sizeof job->more / sizeof job->more[0]; i++)
        walk_put_amount(w, job->more[i]);
    walk_put64(w, job->since);
    walk_put_amount(w, job->since_ns);
}

/* What a suspended call has reckoned. Its curves and sums follow from the book, which is frozen. */
static void walk_slate(const struct slate *slate, struct walker *w)
{
    const int64_t *word;
    walk_put8(w, slate != NULL);
    if (!slate) return;
    word = (const int64_t *)(const void *)&slate->call;
    for (size_t i = 0; i < sizeof slate->call / sizeof *word; i++)
        walk_put_amount(w, word[i]);
    for (int64_t i = 0; i < slate->call.trim.kept; i++) {
        const struct cut *cut = &slate->cut[slate->row[i].id];
        walk_put32(w, cut->slot);
        walk_put_amount(w, cut->units);
    }
}

static void walk_instrument_more(const struct engine *engine, uint16_t id, struct walker *w)
{
    const struct instrument *row = &engine->instrument[id];
    walk_terms(&row->terms, w);
    walk_put8(w, row->legs);
    for (uint8_t leg = 0; leg < row->legs; leg++)
        walk_put16(w, row->leg[leg]);
    walk_put8(w, row->retired);
    walk_put8(w, row->room_changed);
    walk_put8(w, row->moved);
    walk_put16(w, row->strips);
    walk_put32(w, row->parked);
    walk_put32(w, row->holders);
    walk_put_amount(w, row->day_trades);
    walk_put_amount(w, row->day_units);
    walk_put_turnover(w, row->day_cash);
    walk_put8(w, row->settled);
    walk_put8(w, row->committed);
    walk_bytes(row->commit, SEED_BYTES, w);
    for (uint8_t zone = 0; zone < engine->zones; zone++)
        walk_zone_more(state_zone(engine, id, zone), w);
    for (uint8_t from = 0; from < engine->zones; from++)
        for (uint8_t to = 0; to < engine->zones; to++) {
            {
                walk_put_amount(w, state_link(engine, id, from, to)->rent_ppm);
                walk_put8(w, state_link(engine, id, from, to)->asked);
            }
            walk_put_amount(w, state_link(engine, id, from, to)->before_ppm);
        }
    for (uint32_t city = 0; city < engine->cities; city++) {
        const struct city_instrument *place =
            &engine->city_instrument[(size_t)id * engine->limits.cities + city];
        walk_gate(&place->gate, w);
        walk_put8(w, place->zone);
    }
    walk_job(&engine->job[id], w);
    walk_slate(slate_of(engine, id), w);
}

/* In the order in which their slots become free again. */
static void walk_died(const struct engine *engine, struct walker *w)
{
    for (uint32_t parity = 0; parity < 2; parity++) {
        for (uint32_t at = engine->died[parity]; at != NIL; at = engine->client_name[at].died_next)
            walk_put32(w, at);
        walk_put32(w, NIL);
    }
}

static void walk_people_more(const struct engine *engine, struct walker *w)
{
    walk_put32(w, engine->quota_open);
    walk_put32(w, engine->quota_rate);
    walk_put32(w, engine->cities);
    for (uint32_t city = 0; city < engine->cities; city++) {
        walk_put_name(w, &engine->city[city].name);
        walk_put8(w, engine->city[city].zone);
        walk_put8(w, engine->city[city].investors);
    }
    for (uint32_t id = 0; id < engine->participants; id++) {
        const struct participant *row = &engine->participant[id];
        walk_put8(w, row->stopped);
        walk_put32(w, row->city);
        walk_put32(w, row->quota_open);
        walk_put32(w, row->quota_rate);
        walk_put_amount(w, row->rate_time);
        walk_put32(w, row->discount_ppm);
        walk_put_day(w, row->discount_until);
        for (uint32_t at = row->first_position; at != NIL; at = engine->position[at].next) {
            const struct position *position = &engine->position[at];
            walk_put_amount(w, position->buying);
            walk_put_amount(w, position->escrowed);
            if (position->locked == 0) continue;
            for (uint32_t lock = position->locks; lock != NIL; lock = engine->lock[lock].next) {
                walk_put32(w, engine->lock[lock].release);
                walk_put_amount(w, engine->lock[lock].qty);
            }
            walk_put32(w, NIL);
        }
    }
}

static void walk_extras(const struct engine *engine, struct walker *w)
{
    for (uint32_t slot = 0; slot < engine->orders_top; slot++) {
        const struct order *order = &engine->order[slot];
        const struct extra *extra;
        if (order->state == ORDER_FREE || order->extra == NIL) continue;
        extra = &engine->extra[order->extra];
        walk_put32(w, slot);
        walk_put_amount(w, extra->display);
        walk_put_amount(w, extra->shown);
        walk_put_amount(w, extra->stop);
    }
    walk_put32(w, NIL);
}

static void walk_rows(const struct engine *engine, struct walker *w)
{
    walk_put32(w, engine->city_moves);
    for (uint32_t at = 0; at < engine->city_moves; at++) {
        const struct city_move *row = &engine->city_move[at];
        walk_put_day(w, row->from_day);
        walk_put32(w, row->city);
        walk_put16(w, row->instrument);
        walk_put8(w, row->zone);
    }
    walk_put32(w, engine->holding_limits);
    for (uint32_t at = 0; at < engine->holding_limits_top; at++) {
        const struct holding_limit *row = &engine->holding_limit[at];
        walk_put64(w, row->sequence);
        if (row->sequence == 0) continue;
        walk_put32(w, row->group);
        walk_put_amount(w, row->units);
        walk_put_amount(w, row->ppm);
        walk_put_day(w, row->from_day);
        walk_put16(w, row->instrument);
        walk_put8(w, row->type);
    }
    walk_put32(w, engine->tranches);
    for (uint32_t at = 0; at < engine->tranches; at++) {
        const struct tranche *row = &engine->tranche[at];
        walk_put_amount(w, row->lo);
        walk_put_amount(w, row->hi);
        walk_put_day(w, row->from_day);
        walk_put16(w, row->instrument);
        walk_put8(w, row->from_zone);
        walk_put8(w, row->to_zone);
        walk_put8(w, row->limited);
        walk_put8(w, row->begun);
    }
    walk_put32(w, engine->special_days);
    for (uint32_t at = 0; at < engine->special_days; at++) {
        walk_put_day(w, engine->special_day[at].day);
        walk_put8(w, engine->special_day[at].kind);
    }
}

static void walk_agreements(const struct engine *engine, struct walker *w)
{
    for (uint32_t at = 0; at < engine->agreements; at++) {
        const struct agreement *row = &engine->agreement[at];
        walk_put8(w, row->said);
        if (!row->said) continue;
        walk_put_name(w, &row->name);
        walk_put_amount(w, row->qty);
        walk_put_amount(w, row->price);
        walk_put32(w, row->seller);
        walk_put32(w, row->buyer);
        walk_put16(w, row->instrument);
    }
}

static void walk_leg(const struct figures_leg *leg, struct walker *w)
{
    walk_put_amount(w, leg->qty);
    walk_put_amount(w, leg->price);
    walk_put_amount(w, leg->counted);
    walk_put8(w, leg->zone);
    walk_put8(w, leg->kind);
    walk_put8(w, leg->late);
}

static void walk_deal(const struct day_trade *trade, struct walker *w)
{
    walk_put64(w, trade->n);
    walk_put_amount(w, trade->received);
    walk_put_amount(w, trade->delivered);
    walk_put_amount(w, trade->pays);
    walk_put_amount(w, trade->gets);
    walk_put_amount(w, trade->buyer_fee);
    walk_put_amount(w, trade->seller_fee);
    walk_leg(&trade->buyer_leg, w);
    walk_leg(&trade->seller_leg, w);
    walk_put32(w, trade->buyer);
    walk_put32(w, trade->seller);
    walk_put_day(w, trade->day);
    walk_put_day(w, trade->deadline);
    for (uint32_t leg = 0; leg < STRIP_LEGS_MAX; leg++)
        walk_put32(w, trade->release[leg]);
    walk_put32(w, trade->asked_by);
    walk_put16(w, trade->instrument);
    walk_put16(w, trade->period);
    walk_put8(w, trade->from_zone);
    walk_put8(w, trade->to_zone);
    walk_put8(w, trade->asked);
}

/* Those a bust may still name, by number: the table's order depends on its capacity. */
static void walk_deals(const struct engine *engine, struct walker *w)
{
    uint64_t n =
        engine->trades > engine->limits.trades ? engine->trades - engine->limits.trades : 0;
    while (n++ < engine->trades) {
        const struct day_trade *trade = &engine->day_trade[n % engine->limits.trades];
        if (trade->n == n && trade->day == engine->day) walk_deal(trade, w);
    }
    walk_put64(w, 0);
    for (uint32_t at = 0; at < engine->escrows; at++)
        walk_deal(&engine->escrow[at], w);
    walk_put64(w, 0);
}

void walk_more(const struct engine *engine, struct walker *w)
{
    walk_put32(w, engine->rule_set);
    walk_put32(w, engine->business_day);
    walk_put32(w, engine->pass);
    walk_put8(w, engine->session_day);
    walk_put8(w, engine->locks_adopted);
    walk_died(engine, w);
    for (uint16_t id = 0; id < engine->instruments; id++)
        walk_instrument_more(engine, id, w);
    walk_job(&engine->job[engine->limits.instruments], w);
    walk_people_more(engine, w);
    walk_extras(engine, w);
    walk_rows(engine, w);
    walk_agreements(engine, w);
    walk_deals(engine, w);
    walk_auctions_more(engine, w);
}
