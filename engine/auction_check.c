/* auction_check.c - the auctions' part of engine_check(): what waits in them, counted anew. */
#include "engine/auction.h"

/* Deposits of the bids and entrants of one auction; of one participant, or of all. */
static int128 auction_held(const struct engine *engine, const struct auction *auction,
                           uint32_t participant)
{
    bool all = participant == PARTICIPANT_NONE;
    int128 sum = 0;
    if (!auction->live) return 0;
    for (uint32_t at = auction->first_bid; at != NIL; at = engine->bid[at].next)
        if (all || engine->bid[at].participant == participant) sum += engine->bid[at].deposit;
    for (uint32_t at = auction->first_entrant; at != NIL; at = engine->entrant[at].next)
        if (all || engine->entrant[at].participant == participant)
            sum += engine->entrant[at].deposit;
    return sum;
}

int128 auctions_held(const struct engine *engine, uint32_t participant)
{
    int128 sum = 0;
    for (uint32_t id = 0; id < engine->auctions; id++)
        sum += auction_held(engine, &engine->auction[id], participant);
    for (uint32_t id = 0; id < engine->standings; id++)
        if (engine->standing[id].qty > 0 &&
            (participant == PARTICIPANT_NONE || engine->standing[id].participant == participant))
            sum += engine->standing[id].deposit;
    return sum;
}

int128 auctions_proceeds(const struct engine *engine)
{
    int128 sum = 0;
    for (uint32_t id = 0; id < engine->auctions; id++) {
        ASSERT(engine->auction[id].proceeds >= 0);
        ASSERT(engine->auction[id].live || engine->auction[id].proceeds == 0);
        sum += engine->auction[id].proceeds;
    }
    return sum;
}

/* Lists whole, counters right. A clearing in progress has bids of standing ones among them. */
static void check_bids(const struct engine *engine, const struct auction *auction)
{
    uint32_t previous = NIL, count = 0;
    for (uint32_t at = auction->first_bid; at != NIL; at = engine->bid[at].next) {
        const struct bid *bid = &engine->bid[at];
        ASSERT(at < engine->bids && bid->prev == previous);
        ASSERT(bid->deposit >= 0 && bid->participant < engine->participants);
        ASSERT(bid->awarded >= 0 && bid->awarded <= bid->qty);
        count += !bid->withdrawn && bid->standing == NIL;
        previous = at;
    }
    ASSERT(previous == auction->last_bid);
    if (auction_is_early(auction) || auction->state == AUCTION_STATE_CLOSED)
        ASSERT(count == auction->bids);
}

/* A group's row is the sum of its living bids, and inside its share. */
static void check_shares(const struct engine *engine, uint32_t id)
{
    const struct auction *auction = &engine->auction[id];
    for (uint32_t at = auction->first_share; at != NIL; at = engine->share[at].next) {
        const struct share *share = &engine->share[at];
        int128 sum = 0;
        ASSERT(share->auction == id && share->qty <= share_most(auction));
        for (uint32_t bid = auction->first_bid; bid != NIL; bid = engine->bid[bid].next)
            if (engine->bid[bid].share == at && !engine->bid[bid].withdrawn)
                sum += engine->bid[bid].qty;
        ASSERT(auction->settling > SETTLING_SHARES || sum == share->qty);
    }
}

static void check_owners(const struct engine *engine, const struct auction *auction)
{
    int128 sum = 0;
    uint32_t count = 0;
    for (uint32_t at = auction->first_owner; at != NIL; at = engine->owner[at].next, count++)
        sum += engine->owner[at].qty;
    ASSERT(count == auction->owners && (count == 0 || sum == auction->bundled));
    ASSERT(auction->offer - auction->bundled > 0);
}

static void check_standing(const struct engine *engine, uint16_t instrument)
{
    uint32_t previous = NIL;
    for (uint32_t at = engine->auction_place[instrument].first_standing; at != NIL;
         at = engine->standing[at].next) {
        const struct standing *row = &engine->standing[at];
        ASSERT(row->instrument == instrument && row->prev == previous && row->qty > 0);
        ASSERT(row->deposit == row->price * row->qty);
        previous = at;
    }
    ASSERT(previous == engine->auction_place[instrument].last_standing);
}

static void check_auction(const struct engine *engine, uint32_t id)
{
    const struct auction *auction = &engine->auction[id];
    if (!auction->live) {
        ASSERT(auction->frozen == 0 && auction->first_share == NIL);
        ASSERT(auction->first_entrant == NIL && auction->first_owner == NIL);
        return;
    }
    check_bids(engine, auction);
    check_shares(engine, id);
    check_owners(engine, auction);
}

void auctions_check(const struct engine *engine)
{
    uint32_t awaiting = 0;
    for (uint32_t id = 0; id < engine->auctions; id++) {
        check_auction(engine, id);
        awaiting += engine->auction[id].awaits;
    }
    ASSERT(awaiting == engine->awaiting);
    for (uint32_t i = 0; i < engine->instruments; i++) {
        int128 frozen = 0;
        uint32_t live = 0;
        check_standing(engine, (uint16_t)i);
        for (uint32_t id = 0; id < engine->auctions; id++) {
            if (engine->auction[id].instrument != i) continue;
            frozen += engine->auction[id].frozen;
            live += engine->auction[id].live;
        }
        ASSERT(frozen == engine->instrument[i].auctioned && live == engine->instrument[i].auctions);
    }
}
