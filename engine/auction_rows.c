/* auction_rows.c - the pools and lists of the auctions: bids, entrants, shares; money and units
 * that wait in them. */
#include "engine/auction.h"
#include "engine/limits_rules.h"

/* --- money and units ------------------------------------------------------------------------ */

void cash_hold(struct engine *engine, uint32_t participant, int64_t fen)
{
    struct participant *row = &engine->participant[participant];
    ASSERT(fen >= 0 && row->cash >= fen);
    row->cash -= fen;
    row->cash_held += fen;
}

void cash_release(struct engine *engine, uint32_t participant, int64_t fen)
{
    struct participant *row = &engine->participant[participant];
    ASSERT(fen >= 0 && row->cash_held >= fen);
    row->cash_held -= fen;
    row->cash += fen;
}

void units_hold(struct engine *engine, struct auction *auction, uint32_t position, int64_t qty)
{
    struct position *row = &engine->position[position];
    bool was = is_holder(row);
    ASSERT(qty >= 0 && row->free >= qty);
    row->free -= qty;
    engine->instrument[auction->instrument].auctioned += qty;
    auction->frozen += qty;
    holder_change(engine, row, was);
}

void units_release(struct engine *engine, struct auction *auction, uint32_t position, int64_t qty)
{
    struct position *row = &engine->position[position];
    bool was = is_holder(row);
    ASSERT(qty >= 0 && auction->frozen >= qty);
    row->free += qty;
    engine->instrument[auction->instrument].auctioned -= qty;
    auction->frozen -= qty;
    holder_change(engine, row, was);
}

/* --- bids ----------------------------------------------------------------------------------- */

static void list_append(struct engine *engine, struct auction *auction, uint32_t id)
{
    struct bid *row = &engine->bid[id];
    row->prev = auction->last_bid;
    row->next = NIL;
    if (row->prev == NIL)
        auction->first_bid = id;
    else
        engine->bid[row->prev].next = id;
    auction->last_bid = id;
}

static void list_remove(struct engine *engine, struct auction *auction, uint32_t id)
{
    const struct bid *row = &engine->bid[id];
    if (row->prev == NIL)
        auction->first_bid = row->next;
    else
        engine->bid[row->prev].next = row->next;
    if (row->next == NIL)
        auction->last_bid = row->prev;
    else
        engine->bid[row->next].prev = row->prev;
}

uint32_t bid_append(struct engine *engine, uint32_t auction, const struct bid *bid)
{
    uint32_t id = engine->bids_free;
    if (id != NIL)
        engine->bids_free = engine->bid[id].next;
    else if (engine->bids < engine->limits.bids)
        id = engine->bids++;
    else
        return NIL;
    engine->bid[id] = *bid;
    list_append(engine, &engine->auction[auction], id);
    if (bid->entrant != NIL && bid->n > 0)
        pair_add(&engine->bid_index, pair_key(bid->entrant, bid->n), id);
    return id;
}

void bid_to_end(struct engine *engine, uint32_t auction, uint32_t bid)
{
    list_remove(engine, &engine->auction[auction], bid);
    list_append(engine, &engine->auction[auction], bid);
}

void bid_free(struct engine *engine, uint32_t auction, uint32_t bid)
{
    struct bid *row = &engine->bid[bid];
    ASSERT(row->deposit == 0);
    list_remove(engine, &engine->auction[auction], bid);
    if (row->entrant != NIL && row->n > 0) pair_remove(&engine->bid_index, bid);
    *row = (struct bid){.participant = PARTICIPANT_NONE, .next = engine->bids_free};
    engine->bids_free = bid;
}

/* --- shares of groups ------------------------------------------------------------------------ */

int64_t share_most(const struct auction *auction)
{
    return divide_floor((int128)auction->offer * auction->share_ppm, PPM);
}

int64_t share_used(const struct engine *engine, uint32_t auction, uint32_t group)
{
    uint32_t row = pair_find(&engine->share_index, pair_key(auction, group));
    return row == NIL ? 0 : engine->share[row].qty;
}

/* There are as many rows as bids, and each live bid needs one at most. */
uint32_t share_open(struct engine *engine, uint32_t auction, uint32_t group)
{
    uint64_t key = pair_key(auction, group);
    uint32_t id = pair_find(&engine->share_index, key);
    if (id != NIL) return id;
    id = engine->shares_free;
    if (id != NIL)
        engine->shares_free = engine->share[id].next;
    else
        id = engine->shares++;
    ASSERT(id < engine->limits.bids);
    engine->share[id] = (struct share){
        .auction = auction, .group = group, .next = engine->auction[auction].first_share};
    engine->auction[auction].first_share = id;
    pair_add(&engine->share_index, key, id);
    return id;
}

void share_free_first(struct engine *engine, uint32_t auction)
{
    uint32_t id = engine->auction[auction].first_share;
    engine->auction[auction].first_share = engine->share[id].next;
    pair_remove(&engine->share_index, id);
    engine->share[id] = (struct share){.auction = AUCTION_NONE, .next = engine->shares_free};
    engine->shares_free = id;
}

/* --- entrants -------------------------------------------------------------------------------- */

uint32_t entrant_find(const struct engine *engine, uint32_t auction, uint32_t participant)
{
    return pair_find(&engine->entrant_index, pair_key(auction, participant));
}

uint32_t entrant_open(struct engine *engine, uint32_t auction, uint32_t participant)
{
    struct auction *row = &engine->auction[auction];
    uint32_t id = entrant_find(engine, auction, participant);
    if (id != NIL) return id;
    id = engine->entrants_free;
    if (id != NIL)
        engine->entrants_free = engine->entrant[id].next;
    else if (engine->entrants < engine->limits.bids)
        id = engine->entrants++;
    else
        return NIL;
    engine->entrant[id] = (struct entrant){
        .auction = auction, .participant = participant, .prev = row->last_entrant, .next = NIL};
    if (row->last_entrant == NIL)
        row->first_entrant = id;
    else
        engine->entrant[row->last_entrant].next = id;
    row->last_entrant = id;
    pair_add(&engine->entrant_index, pair_key(auction, participant), id);
    return id;
}

void entrant_free(struct engine *engine, uint32_t auction, uint32_t entrant)
{
    struct auction *row = &engine->auction[auction];
    struct entrant *gone = &engine->entrant[entrant];
    ASSERT(gone->deposit == 0);
    if (gone->prev == NIL)
        row->first_entrant = gone->next;
    else
        engine->entrant[gone->prev].next = gone->next;
    if (gone->next == NIL)
        row->last_entrant = gone->prev;
    else
        engine->entrant[gone->next].prev = gone->prev;
    pair_remove(&engine->entrant_index, entrant);
    *gone = (struct entrant){.auction = AUCTION_NONE, .next = engine->entrants_free};
    engine->entrants_free = entrant;
}

/* --- living bids as open buys (decision 13.5) ----------------------------------------------- */

void bid_count(struct engine *engine, struct bid *bid)
{
    ASSERT(bid->counted == 0);
    bid->counted = bid->position + 1; /* its own may change before it ends */
    buying_change(engine, bid->position, bid->qty);
}

void bid_uncount(struct engine *engine, struct bid *bid)
{
    if (bid->counted == 0) return; /* a standing bid's row */
    buying_change(engine, bid->counted - 1, -bid->qty);
    bid->counted = 0;
}
