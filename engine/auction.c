/* auction.c - sealed bids, one price (market.md section 5); the regime is data, auction_regime.c.
 *
 * A seller's units wait in instrument.auctioned; units of the issuer come into being when they are
 * delivered. A bid's deposit is part of the bidder's cash_held until `clear`, which settles at
 * once.
 */
#include "engine/auction_regime.h"
#include "engine/state.h"

static bool may_run(const struct command *command)
{
    return command->role == ROLE_SYSTEM || command->role == ROLE_REGULATOR ||
           command->role == ROLE_OPERATOR;
}

/* --- opening ------------------------------------------------------------------------------ */

static enum reason numbers_check(const struct command_auction *a)
{
    if (a->offer < 1 || a->offer > QTY_MAX || a->lot < 1 || a->lot > QTY_MAX || a->floor_min < 1 ||
        a->floor_min > QTY_MAX || a->reserve_price < 1 || a->reserve_price > PRICE_MAX ||
        a->share_ppm < 1 || a->share_ppm > PPM || a->deposit_ppm < 0 || a->deposit_ppm > PPM)
        return REASON_QTY_RANGE;
    return a->offer % a->lot != 0 ? REASON_LOT : REASON_NONE;
}

/* Fills the command's open fields and says whether the auction may open. */
static enum reason open_check(const struct engine *engine, struct command_auction *a)
{
    const struct instrument *instrument;
    enum reason reason;
    if (a->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (a->seller != SELLER_ISSUER && a->seller >= engine->participants)
        return REASON_UNKNOWN_PARTICIPANT;
    if (engine_find_auction(engine, &a->name) != AUCTION_NONE) return REASON_DUPLICATE_ID;
    instrument = &engine->instrument[a->instrument];
    if (!auction_regime_fill(a, instrument->lot)) return REASON_NOT_ALLOWED;
    reason = numbers_check(a);
    if (reason != REASON_NONE) return reason;
    if (a->seller == SELLER_ISSUER) {
        if (a->offer > QTY_MAX - instrument->issued) return REASON_QTY_RANGE;
    } else {
        uint8_t zone = zone_of(engine, a->seller, a->instrument);
        uint32_t position = position_find(engine, a->seller, a->instrument, zone);
        if (position == NIL || engine->position[position].free < a->offer)
            return REASON_UNITS_SHORT;
    }
    return engine->auctions == engine->limits.auctions ? REASON_CAPACITY : REASON_NONE;
}

static void open_apply(struct engine *engine, const struct command *command)
{
    struct command_auction a = command->body.auction;
    struct auction *row;
    struct event_named *named;
    enum reason reason = REASON_NOT_ALLOWED;
    if (may_run(command) && !name_reserved(&a.name)) reason = open_check(engine, &a);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    row = &engine->auction[engine->auctions];
    *row = (struct auction){.name = a.name,
                            .offer = a.offer,
                            .reserve_price = a.reserve_price,
                            .lot = a.lot,
                            .floor_min = a.floor_min,
                            .share_ppm = a.share_ppm,
                            .deposit_ppm = a.deposit_ppm,
                            .seller = a.seller,
                            .first_bid = NIL,
                            .last_bid = NIL,
                            .instrument = a.instrument,
                            .regime = a.regime,
                            .undersubscribed = a.undersubscribed,
                            .tie = a.tie,
                            .unsold = a.unsold,
                            .state = AUCTION_STATE_OPEN,
                            .seller_zone = ZONE_NONE};
    if (a.seller != SELLER_ISSUER) {
        row->seller_zone = zone_of(engine, a.seller, a.instrument);
        engine->position[position_find(engine, a.seller, a.instrument, row->seller_zone)].free -=
            a.offer;
        engine->instrument[a.instrument].auctioned += a.offer;
    }
    name_index_add(&engine->auction_index, &a.name, engine->auctions);
    named = EMIT(engine, NAMED, named);
    named->name = a.name;
    named->id = engine->auctions++;
    named->command = COMMAND_AUCTION;
    named->zone = ZONE_NONE;
}

/* --- bidding ------------------------------------------------------------------------------ */

/* Does the delivery cross a zone border? What the issuer or a reserve hands out does not: an
 * initial allocation is no transfer. */
static bool crosses(const struct engine *engine, const struct auction *auction, uint8_t zone)
{
    return auction->seller != SELLER_ISSUER &&
           engine->participant[auction->seller].type != PARTICIPANT_TYPE_RESERVE &&
           auction->seller_zone != zone;
}

/* Over a border only where units move one to one and nothing limits them: then the award of one
 * bidder can never take the room of another. */
static bool reaches(const struct engine *engine, const struct auction *auction, uint8_t zone)
{
    const struct link *link;
    if (!crosses(engine, auction, zone)) return true;
    link = state_link(engine, auction->instrument, auction->seller_zone, zone);
    return link->allowed && link->rn == link->rd &&
           link_room(engine, auction->instrument, auction->seller_zone, zone) == INT64_MAX;
}

/* Walks the auction's bids: there are hundreds in a real one, and none is ever revoked. */
static int64_t group_qty(const struct engine *engine, const struct auction *auction, uint32_t group)
{
    int64_t total = 0;
    for (uint32_t at = auction->first_bid; at != NIL; at = engine->bid[at].next)
        if (engine->participant[engine->bid[at].participant].group == group)
            total += engine->bid[at].qty;
    return total;
}

static enum reason bid_check(const struct engine *engine, const struct command *command)
{
    const struct command_bid *bid = &command->body.bid;
    const struct auction *auction;
    const struct participant *bidder;
    if (command->subject >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (command->role != ROLE_SYSTEM &&
        (command->role != ROLE_ENTERPRISE || command->actor != command->subject))
        return REASON_NOT_ALLOWED;
    if (bid->auction >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[bid->auction];
    bidder = &engine->participant[command->subject];
    if (!reaches(engine, auction, zone_of(engine, command->subject, auction->instrument)))
        return REASON_NOT_ALLOWED;
    if (auction->state != AUCTION_STATE_OPEN) return REASON_WRONG_STATE;
    if (bid->qty < 1 || bid->qty > QTY_MAX || bid->price < 1 || bid->price > PRICE_MAX)
        return REASON_QTY_RANGE;
    if (bid->qty % auction->lot != 0) return REASON_LOT;
    if (bid->qty < auction->floor_min) return REASON_QTY_RANGE;
    if (bid->price % engine->instrument[auction->instrument].tick != 0) return REASON_TICK;
    /* group_qty is at most the share: every bid before this one passed here */
    if (bid->qty + group_qty(engine, auction, bidder->group) >
        divide_floor((int128)auction->offer * auction->share_ppm, PPM))
        return REASON_POSITION_LIMIT;
    if ((int128)bid->price * bid->qty > MONEY_MAX) return REASON_QTY_RANGE;
    if (bidder->cash < divide_ceil((int128)bid->price * bid->qty * auction->deposit_ppm, PPM))
        return REASON_CASH_SHORT;
    return engine->bids == engine->limits.bids ? REASON_CAPACITY : REASON_NONE;
}

static void bid_apply(struct engine *engine, const struct command *command)
{
    const struct command_bid *body = &command->body.bid;
    enum reason reason = bid_check(engine, command);
    struct auction *auction;
    struct participant *bidder;
    struct bid *row;
    uint8_t zone;
    if (reason == REASON_NONE) {
        auction = &engine->auction[body->auction];
        zone = zone_of(engine, command->subject, auction->instrument);
        /* now, so that an award cannot fail for want of a row */
        if (position_open(engine, command->subject, auction->instrument, zone) == NIL)
            reason = REASON_CAPACITY;
    }
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    bidder = &engine->participant[command->subject];
    row = &engine->bid[engine->bids];
    *row = (struct bid){
        .qty = body->qty,
        .price = body->price,
        .deposit = divide_ceil((int128)body->price * body->qty * auction->deposit_ppm, PPM),
        .sequence = command->sequence,
        .participant = command->subject,
        .next = NIL,
        .zone = zone};
    bidder->cash -= row->deposit;
    bidder->cash_held += row->deposit;
    if (auction->last_bid == NIL)
        auction->first_bid = engine->bids;
    else
        engine->bid[auction->last_bid].next = engine->bids;
    auction->last_bid = engine->bids++;
    auction->bids++;
    done(engine);
}

/* --- ranking ------------------------------------------------------------------------------ */

/* How rows of engine->rank are compared: by price, then time; or, with `asked` set, by the
 * remainder of lots x qty / asked, then time. Bid ids rise with time, so the order is strict. */
struct ranking {
    const struct bid *bids;
    int64_t lots;
    int128 asked;
};

static bool ranks_before(const struct ranking *by, uint32_t a, uint32_t b)
{
    int128 of_a = by->bids[a].price, of_b = by->bids[b].price;
    if (by->asked > 0) {
        of_a = (int128)by->lots * by->bids[a].qty % by->asked;
        of_b = (int128)by->lots * by->bids[b].qty % by->asked;
    }
    return of_a != of_b ? of_a > of_b : a < b;
}

static void sift(const struct ranking *by, uint32_t *row, uint32_t at, uint32_t count)
{
    uint32_t moving = row[at];
    for (;;) {
        uint64_t child = 2 * (uint64_t)at + 1;
        if (child >= count) break;
        if (child + 1 < count && ranks_before(by, row[child], row[child + 1])) child++;
        if (!ranks_before(by, moving, row[child])) break;
        row[at] = row[child];
        at = (uint32_t)child;
    }
    row[at] = moving;
}

/* Heap sort: no memory, no bad case. The best comes first. */
static void rank_sort(const struct ranking *by, uint32_t *row, uint32_t count)
{
    for (uint32_t at = count / 2; at-- > 0;)
        sift(by, row, at, count);
    for (uint32_t last = count; last-- > 1;) {
        uint32_t worst = row[0];
        row[0] = row[last];
        row[last] = worst;
        sift(by, row, 0, last);
    }
}

/* Valid bids, best first, into engine->rank; returns how many. A bid below the reserve, or one
 * whose zone can no longer be served, is kept but wins nothing. */
static uint32_t rank_bids(struct engine *engine, const struct auction *auction)
{
    struct ranking by = {engine->bid, 0, 0};
    uint32_t count = 0;
    for (uint32_t at = auction->first_bid; at != NIL; at = engine->bid[at].next) {
        struct bid *bid = &engine->bid[at];
        bid->zone = zone_of(engine, bid->participant, auction->instrument);
        if (bid->price < auction->reserve_price || !reaches(engine, auction, bid->zone)) continue;
        if (position_open(engine, bid->participant, auction->instrument, bid->zone) == NIL)
            continue; /* it moved to another zone and the table is full */
        engine->rank[count++] = at;
    }
    rank_sort(&by, engine->rank, count);
    return count;
}

/* --- awards ------------------------------------------------------------------------------- */

/* Largest remainder in lots over the `count` bids at one price, which ask for more than `units`. */
static void share_pro_rata(struct engine *engine, const struct auction *auction, uint32_t *row,
                           uint32_t count, int64_t units)
{
    struct ranking by = {engine->bid, units / auction->lot, 0};
    int64_t left = by.lots;
    for (uint32_t i = 0; i < count; i++)
        by.asked += engine->bid[row[i]].qty;
    for (uint32_t i = 0; i < count; i++) {
        struct bid *bid = &engine->bid[row[i]];
        int64_t lots = divide_floor((int128)by.lots * bid->qty, by.asked);
        bid->awarded = lots * auction->lot;
        left -= lots;
    }
    rank_sort(&by, row, count);
    for (uint32_t i = 0; left > 0; i++, left--)
        engine->bid[row[i]].awarded += auction->lot;
    by.asked = 0;
    rank_sort(&by, row, count);
}

/* Gives `left` units to the ranked bids; returns what remains. */
static int64_t award(struct engine *engine, struct auction *auction, uint32_t count, int64_t left)
{
    for (uint32_t first = 0, end; first < count && left > 0; first = end) {
        int64_t price = engine->bid[engine->rank[first]].price;
        int128 asked = 0;
        for (end = first; end < count && engine->bid[engine->rank[end]].price == price; end++)
            asked += engine->bid[engine->rank[end]].qty;
        auction->price = price; /* of the last winning bid */
        if (auction->tie == TIE_PRO_RATA && asked > left) {
            share_pro_rata(engine, auction, engine->rank + first, end - first, left);
            return 0;
        }
        for (uint32_t i = first; i < end && left > 0; i++) {
            struct bid *bid = &engine->bid[engine->rank[i]];
            bid->awarded = bid->qty < left ? bid->qty : left;
            left -= bid->awarded;
        }
    }
    return left;
}

/* Finds state, price and winners. */
static void decide(struct engine *engine, struct auction *auction, uint32_t count)
{
    const struct instrument *instrument = &engine->instrument[auction->instrument];
    int128 valid = 0;
    for (uint32_t i = 0; i < count; i++)
        valid += engine->bid[engine->rank[i]].qty;
    auction->state = AUCTION_STATE_FAILED;
    if (valid == 0) return;
    if (valid < auction->offer && auction->undersubscribed == UNDERSUBSCRIBED_CANCEL_ALL) return;
    /* other issues since the opening have used up what an instrument may ever hold */
    if (auction->seller == SELLER_ISSUER && auction->offer > QTY_MAX - instrument->issued) return;
    auction->state = valid >= auction->offer ? AUCTION_STATE_CLEARED : AUCTION_STATE_PARTIAL;
    auction->sold = auction->offer - award(engine, auction, count, auction->offer);
    if (auction->state == AUCTION_STATE_PARTIAL &&
        auction->undersubscribed == UNDERSUBSCRIBED_PARTIAL_AT_RESERVE)
        auction->price = auction->reserve_price;
}

/* --- settlement --------------------------------------------------------------------------- */

/* A zone transfer pays the levy on the greater of price and the buyer's reference, but never more
 * than the price itself. */
static int64_t levy_of(const struct engine *engine, const struct auction *auction, uint8_t zone)
{
    int64_t base, levy;
    if (!crosses(engine, auction, zone)) return 0;
    base = state_zone(engine, auction->instrument, zone)->ref;
    if (base < auction->price) base = auction->price;
    levy = base - price_to_seller(
                      state_link(engine, auction->instrument, auction->seller_zone, zone), base);
    return levy < auction->price ? levy : auction->price;
}

/* Money and units of one paid award; returns the levy. */
static int64_t deliver(struct engine *engine, const struct auction *auction, const struct bid *bid)
{
    struct instrument *instrument = &engine->instrument[auction->instrument];
    int64_t pays = auction->price * bid->awarded, levy = 0;
    engine->participant[bid->participant].cash += bid->deposit - pays;
    if (auction->seller == SELLER_ISSUER) {
        instrument->issued += bid->awarded;
        engine->treasury += pays;
    } else {
        levy = levy_of(engine, auction, bid->zone) * bid->awarded;
        instrument->auctioned -= bid->awarded;
        engine->participant[auction->seller].cash += pays - levy;
        state_zone(engine, auction->instrument, auction->seller_zone)->fund_cash += levy;
        if (crosses(engine, auction, bid->zone))
            link_move(engine, auction->instrument, auction->seller_zone, bid->zone, bid->awarded);
    }
    units_arrive(engine, position_find(engine, bid->participant, auction->instrument, bid->zone),
                 bid->awarded);
    return levy;
}

/* Settles one winner; returns the units that go back because it could not pay. */
static int64_t settle(struct engine *engine, uint32_t id, struct bid *bid)
{
    const struct auction *auction = &engine->auction[id];
    struct participant *winner = &engine->participant[bid->participant];
    struct event_award *event = EMIT(engine, AWARD, award);
    event->qty = bid->awarded;
    event->price = auction->price;
    event->auction = id;
    event->participant = bid->participant;
    event->name = auction->name;
    winner->cash_held -= bid->deposit;
    if (bid->deposit + winner->cash < auction->price * bid->awarded) {
        uint8_t zone = auction->seller == SELLER_ISSUER ? bid->zone : auction->seller_zone;
        state_zone(engine, auction->instrument, zone)->fund_cash += bid->deposit;
        bid->defaulted = 1;
        event->fund = bid->deposit;
        event->state = AWARD_STATE_DEFAULTED;
        return bid->awarded;
    }
    event->fund = deliver(engine, auction, bid);
    event->state = AWARD_STATE_DELIVERED;
    return 0;
}

/* Losers first: their money may pay for their other bids. */
static void release_losers(struct engine *engine, const struct auction *auction)
{
    for (uint32_t at = auction->first_bid; at != NIL; at = engine->bid[at].next) {
        struct participant *bidder = &engine->participant[engine->bid[at].participant];
        if (engine->bid[at].awarded > 0) continue;
        bidder->cash += engine->bid[at].deposit;
        bidder->cash_held -= engine->bid[at].deposit;
    }
}

static void clear_apply(struct engine *engine, const struct command *command)
{
    uint32_t id = command->body.clear.auction, count;
    struct auction *auction;
    struct event_cleared *cleared;
    int64_t back;
    if (!may_run(command) || id >= engine->auctions) {
        reject(engine, may_run(command) ? REASON_UNKNOWN_AUCTION : REASON_NOT_ALLOWED);
        return;
    }
    auction = &engine->auction[id];
    if (auction->state != AUCTION_STATE_OPEN) {
        reject(engine, REASON_WRONG_STATE);
        return;
    }
    count = rank_bids(engine, auction);
    decide(engine, auction, count);
    cleared = EMIT(engine, CLEARED, cleared);
    cleared->price = auction->price;
    cleared->sold = auction->sold;
    cleared->offer = auction->offer;
    cleared->auction = id;
    cleared->instrument = auction->instrument;
    cleared->state = auction->state;
    cleared->name = auction->name;
    release_losers(engine, auction);
    back = auction->offer - auction->sold;
    for (uint32_t i = 0; i < count; i++) {
        struct bid *bid = &engine->bid[engine->rank[i]];
        if (bid->awarded > 0) back += settle(engine, id, bid);
    }
    if (auction->seller != SELLER_ISSUER) {
        engine->instrument[auction->instrument].auctioned -= back;
        engine
            ->position[position_find(engine, auction->seller, auction->instrument,
                                     auction->seller_zone)]
            .free += back;
    }
}

void auction_apply(struct engine *engine, const struct command *command)
{
    if (command->type == COMMAND_AUCTION)
        open_apply(engine, command);
    else if (command->type == COMMAND_BID)
        bid_apply(engine, command);
    else
        clear_apply(engine, command);
}
