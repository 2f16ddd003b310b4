/* walk_auction.c - the part of the walk that rule set 2 added to auctions; see walk.c.
 *
 * Lists of a live auction are written in their order; a bid's own first fields are in walk.c. Free
 * rows are not state, their order is not either: nobody ever sees the number of a row.
 */
#include "engine/auction.h"
#include "engine/walk.h"

static void walk_seed(const uint8_t *bytes, struct walker *w)
{
    for (size_t i = 0; i < SEED_BYTES; i++)
        walk_put8(w, bytes[i]);
}

static void walk_terms(const struct auction *row, struct walker *w)
{
    walk_put8(w, row->revocable);
    walk_put8(w, row->instalments);
    walk_put8(w, row->seeding);
    walk_put8(w, row->live);
    walk_put8(w, row->settling);
    walk_put8(w, row->awaits);
    walk_put32(w, row->cursor);
    walk_put_day(w, row->pay_until);
    walk_put32(w, row->agency);
    walk_put32(w, row->registered);
    walk_put_amount(w, row->containment);
    walk_put_amount(w, row->trigger_price);
    walk_put_amount(w, row->entry_deposit);
    walk_put_amount(w, row->agency_ppm);
    walk_put_amount(w, row->contained);
    walk_put_amount(w, row->frozen);
    walk_put_amount(w, row->delivered);
    walk_put_amount(w, row->proceeds);
    walk_put_amount(w, row->carry_share);
    walk_put_amount(w, row->carry_left);
    walk_put32(w, row->carry_times);
    walk_seed(row->commit, w);
    walk_seed(row->seed, w);
}

static void walk_bids(const struct engine *engine, const struct auction *row, struct walker *w)
{
    for (uint32_t at = row->first_bid; at != NIL; at = engine->bid[at].next) {
        const struct bid *bid = &engine->bid[at];
        walk_put64(w, bid->sequence);
        walk_put8(w, bid->withdrawn);
        walk_put32(w, bid->n);
        if (bid->standing != NIL) walk_put64(w, engine->standing[bid->standing].sequence);
    }
    walk_put64(w, 0);
    for (uint32_t at = row->first_won; at != NIL; at = engine->bid[at].won_next)
        walk_put64(w, engine->bid[at].sequence);
    walk_put64(w, 0);
}

static void walk_people(const struct engine *engine, const struct auction *row, struct walker *w)
{
    for (uint32_t at = row->first_entrant; at != NIL; at = engine->entrant[at].next) {
        const struct entrant *entrant = &engine->entrant[at];
        walk_put32(w, entrant->participant);
        walk_put32(w, entrant->bids);
        walk_put32(w, entrant->won);
        walk_put_amount(w, entrant->deposit);
        walk_put8(w, entrant->registered);
    }
    walk_put32(w, NIL);
    for (uint32_t at = row->first_owner; at != NIL; at = engine->owner[at].next) {
        walk_put32(w, engine->owner[at].participant);
        walk_put_amount(w, engine->owner[at].qty);
    }
    walk_put32(w, NIL);
}

static void walk_place(const struct engine *engine, uint16_t instrument, struct walker *w)
{
    const struct auction_place *place = &engine->auction_place[instrument];
    walk_put_amount(w, place->unsold);
    for (uint32_t at = place->first_carry; at != NIL; at = engine->auction[at].carry_next)
        walk_put32(w, at);
    walk_put32(w, NIL);
    for (uint32_t at = place->first_standing; at != NIL; at = engine->standing[at].next) {
        const struct standing *row = &engine->standing[at];
        walk_put32(w, row->participant);
        walk_put_amount(w, row->qty);
        walk_put_amount(w, row->price);
        walk_put_amount(w, row->deposit);
        walk_put64(w, row->sequence);
    }
    walk_put32(w, NIL);
}

void walk_auctions_more(const struct engine *engine, struct walker *w)
{
    for (uint32_t id = 0; id < engine->auctions; id++) {
        const struct auction *row = &engine->auction[id];
        walk_terms(row, w);
        if (!row->live) continue;
        walk_bids(engine, row, w);
        walk_people(engine, row, w);
    }
    walk_put32(w, engine->ranking);
    walk_put32(w, engine->settling);
    for (uint32_t id = 0; id < engine->instruments; id++)
        walk_place(engine, (uint16_t)id, w);
}
