/* auction_bid.c - registration, sealed bids, their change and withdrawal
 * (decisions 4.15, 12.2, 12.3).
 *
 * A bid's deposit is part of the bidder's cash_held until the auction is cleared. What a group asks
 * for in an auction is kept in one row, so a bid costs the same however many there are.
 */
#include "engine/auction.h"
#include "engine/limits_rules.h"

/* What a command about one's own place in an auction is refused for before the auction is known. */
static enum reason subject_check(const struct engine *engine, const struct command *command,
                                 bool stopped_may)
{
    if (command->subject >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (command->role != ROLE_SYSTEM &&
        (command->role != ROLE_ENTERPRISE || command->actor != command->subject))
        return REASON_NOT_ALLOWED;
    if (!stopped_may && engine->participant[command->subject].stopped) return REASON_NOT_ALLOWED;
    return REASON_NONE;
}

static bool is_barred(const struct engine *engine, const struct auction *auction,
                      uint32_t participant)
{
    return engine->rule_set >= 2 && !engine->instrument[auction->instrument].terms.investors &&
           engine->participant[participant].type == PARTICIPANT_TYPE_INVESTOR;
}

static bool is_registered(const struct engine *engine, uint32_t auction, uint32_t participant)
{
    uint32_t entrant = entrant_find(engine, auction, participant);
    return entrant != NIL && engine->entrant[entrant].registered;
}

bool auction_may_bid(const struct engine *engine, uint32_t auction, uint32_t participant,
                     uint8_t zone)
{
    const struct auction *row = &engine->auction[auction];
    return !engine->participant[participant].stopped && !is_barred(engine, row, participant) &&
           auction_reaches(engine, row, zone) &&
           (row->entry_deposit == 0 || is_registered(engine, auction, participant));
}

static int64_t deposit_of(const struct auction *auction, int64_t qty, int64_t price)
{
    return divide_ceil((int128)price * qty * auction->deposit_ppm, PPM);
}

/* --- registration ------------------------------------------------------------------------- */

static enum reason register_check(const struct engine *engine, const struct command *command)
{
    uint32_t id = command->body.enrol.auction;
    const struct auction *auction;
    enum reason reason = subject_check(engine, command, false);
    if (reason != REASON_NONE) return reason;
    if (id >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[id];
    if (is_frozen(engine, auction->instrument)) return REASON_FROZEN;
    if (auction->state != AUCTION_STATE_REGISTRATION && auction->state != AUCTION_STATE_OPEN)
        return REASON_WRONG_STATE;
    if (is_registered(engine, id, command->subject)) return REASON_DUPLICATE_ID;
    return engine->participant[command->subject].cash < auction->entry_deposit ? REASON_CASH_SHORT
                                                                               : REASON_NONE;
}

void auction_register_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = register_check(engine, command);
    uint32_t id = command->body.enrol.auction, entrant;
    if (reason == REASON_NONE) {
        entrant = entrant_open(engine, id, command->subject);
        if (entrant == NIL) reason = REASON_CAPACITY;
    }
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    engine->entrant[entrant].registered = 1;
    engine->entrant[entrant].deposit = engine->auction[id].entry_deposit;
    cash_hold(engine, command->subject, engine->entrant[entrant].deposit);
    engine->auction[id].registered++;
    done(engine);
}

/* --- a bid -------------------------------------------------------------------------------- */

struct offer { /* what somebody wants to bid, and what it would replace */
    uint32_t auction;
    uint32_t participant;
    int64_t qty;
    int64_t price;
    int64_t old_qty;
    int64_t old_deposit;
};

/* The checks from quantity to cash, market.md 5. */
static enum reason figures_check(const struct engine *engine, const struct offer *offer)
{
    const struct auction *auction = &engine->auction[offer->auction];
    const struct participant *bidder = &engine->participant[offer->participant];
    int64_t group;
    enum reason reason = REASON_NONE;
    if (offer->qty < 1 || offer->qty > QTY_MAX || offer->price < 1 || offer->price > PRICE_MAX)
        return REASON_QTY_RANGE;
    if (offer->qty % auction->lot != 0) return REASON_LOT;
    if (offer->qty < auction->floor_min) return REASON_QTY_RANGE;
    if (offer->price % engine->instrument[auction->instrument].tick != 0) return REASON_TICK;
    /* the group's sum is at most its share: every bid before this one passed here */
    group = share_used(engine, offer->auction, bidder->group) - offer->old_qty;
    if (offer->qty + group > share_most(auction)) return REASON_POSITION_LIMIT;
    if (engine->rule_set >= 2)
        reason = holding_reason(engine, offer->participant, auction->instrument,
                                zone_of(engine, offer->participant, auction->instrument),
                                offer->qty - offer->old_qty);
    if (reason != REASON_NONE) return reason;
    if ((int128)offer->price * offer->qty > MONEY_MAX) return REASON_QTY_RANGE;
    if (bidder->cash + offer->old_deposit < deposit_of(auction, offer->qty, offer->price))
        return REASON_CASH_SHORT;
    return REASON_NONE;
}

/* Is there a known auction that takes bids of this participant? */
static enum reason auction_check(const struct engine *engine, const struct command *command,
                                 uint32_t id, bool of_old_bid)
{
    const struct auction *auction;
    if (id >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[id];
    if (is_barred(engine, auction, command->subject) ||
        !auction_reaches(engine, auction, zone_of(engine, command->subject, auction->instrument)))
        return REASON_NOT_ALLOWED;
    if (of_old_bid && !auction->revocable) return REASON_NOT_ALLOWED;
    if (is_frozen(engine, auction->instrument)) return REASON_FROZEN;
    return auction->state != AUCTION_STATE_OPEN ? REASON_WRONG_STATE : REASON_NONE;
}

static enum reason bid_check(const struct engine *engine, const struct command *command)
{
    const struct command_bid *body = &command->body.bid;
    const struct offer offer = {body->auction, command->subject, body->qty, body->price, 0, 0};
    enum reason reason = subject_check(engine, command, false);
    if (reason == REASON_NONE) reason = auction_check(engine, command, body->auction, false);
    if (reason != REASON_NONE) return reason;
    if (engine->auction[body->auction].entry_deposit > 0 &&
        !is_registered(engine, body->auction, command->subject))
        return REASON_NOT_ALLOWED;
    reason = figures_check(engine, &offer);
    if (reason != REASON_NONE) return reason;
    return engine->bids == engine->limits.bids && engine->bids_free == NIL ? REASON_CAPACITY
                                                                           : REASON_NONE;
}

/* The rows a bid needs beside its own; an entrant only where the bid may be named later. */
static bool rows_open(struct engine *engine, uint32_t auction, struct bid *bid)
{
    const struct auction *row = &engine->auction[auction];
    /* now, so that an award cannot fail for want of a row */
    bid->position = position_open(engine, bid->participant, row->instrument, bid->zone);
    if (bid->position == NIL) return false;
    if (!row->revocable && row->registered == 0) return true;
    bid->entrant = row->revocable ? entrant_open(engine, auction, bid->participant)
                                  : entrant_find(engine, auction, bid->participant);
    if (bid->entrant == NIL) return !row->revocable;
    bid->n = ++engine->entrant[bid->entrant].bids;
    return true;
}

static void share_change(struct engine *engine, uint32_t share, int64_t qty)
{
    ASSERT(engine->share[share].qty + qty >= 0);
    engine->share[share].qty += qty;
}

void auction_bid_apply(struct engine *engine, const struct command *command)
{
    const struct command_bid *body = &command->body.bid;
    enum reason reason = bid_check(engine, command);
    struct bid bid = {.qty = body->qty,
                      .price = body->price,
                      .sequence = command->sequence,
                      .participant = command->subject,
                      .entrant = NIL,
                      .won_next = NIL,
                      .standing = NIL};
    const struct auction *auction = &engine->auction[body->auction];
    uint32_t id;
    if (reason == REASON_NONE) {
        bid.zone = zone_of(engine, command->subject, auction->instrument);
        if (!rows_open(engine, body->auction, &bid)) reason = REASON_CAPACITY;
    }
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    bid.deposit = deposit_of(auction, bid.qty, bid.price);
    cash_hold(engine, command->subject, bid.deposit);
    id = bid_append(engine, body->auction, &bid);
    ASSERT(id != NIL);
    engine->bid[id].share =
        share_open(engine, body->auction, engine->participant[command->subject].group);
    share_change(engine, engine->bid[id].share, bid.qty);
    bid_count(engine, &engine->bid[id]);
    engine->auction[body->auction].bids++;
    done(engine);
}

/* --- change and withdrawal ---------------------------------------------------------------- */

/* The subject's n-th bid, NIL: none, or no longer one. */
static uint32_t bid_find(const struct engine *engine, uint32_t auction, uint32_t participant,
                         uint32_t n)
{
    uint32_t entrant = entrant_find(engine, auction, participant), id;
    if (entrant == NIL || n == 0) return NIL;
    id = pair_find(&engine->bid_index, pair_key(entrant, n));
    return id != NIL && engine->bid[id].withdrawn ? NIL : id;
}

static enum reason rebid_check(const struct engine *engine, const struct command *command,
                               uint32_t *out_bid)
{
    const struct command_rebid *body = &command->body.rebid;
    enum reason reason = subject_check(engine, command, false);
    struct offer offer = {body->auction, command->subject, body->qty, body->price, 0, 0};
    if (reason == REASON_NONE) reason = auction_check(engine, command, body->auction, true);
    if (reason != REASON_NONE) return reason;
    *out_bid = bid_find(engine, body->auction, command->subject, body->n);
    if (*out_bid == NIL) return REASON_UNKNOWN_ORDER;
    offer.old_qty = engine->bid[*out_bid].qty;
    offer.old_deposit = engine->bid[*out_bid].deposit;
    return figures_check(engine, &offer);
}

void auction_rebid_apply(struct engine *engine, const struct command *command)
{
    const struct command_rebid *body = &command->body.rebid;
    uint32_t id = NIL, position = NIL;
    enum reason reason = rebid_check(engine, command, &id);
    const struct auction *auction = &engine->auction[body->auction];
    struct bid *bid;
    uint8_t zone = 0;
    if (reason == REASON_NONE) { /* the bidder may trade elsewhere by now */
        zone = zone_of(engine, command->subject, auction->instrument);
        position = position_open(engine, command->subject, auction->instrument, zone);
        if (position == NIL) reason = REASON_CAPACITY;
    }
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    bid = &engine->bid[id];
    share_change(engine, bid->share, body->qty - bid->qty);
    cash_release(engine, command->subject, bid->deposit);
    bid_uncount(engine, bid);
    bid->qty = body->qty;
    bid->price = body->price;
    bid->zone = zone;
    bid->position = position;
    bid->sequence = command->sequence;
    bid->deposit = deposit_of(auction, bid->qty, bid->price);
    cash_hold(engine, command->subject, bid->deposit);
    bid_count(engine, bid);
    bid_to_end(engine, body->auction, id);
    done(engine);
}

static enum reason withdraw_check(const struct engine *engine, const struct command *command,
                                  uint32_t *out_bid)
{
    const struct command_withdraw *body = &command->body.withdraw;
    enum reason reason = subject_check(engine, command, true);
    const struct auction *auction;
    if (reason != REASON_NONE) return reason;
    if (body->auction >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[body->auction];
    if (!auction->revocable) return REASON_NOT_ALLOWED;
    if (is_frozen(engine, auction->instrument)) return REASON_FROZEN;
    if (auction->state != AUCTION_STATE_OPEN) return REASON_WRONG_STATE;
    *out_bid = bid_find(engine, body->auction, command->subject, body->n);
    return *out_bid == NIL ? REASON_UNKNOWN_ORDER : REASON_NONE;
}

/* The row stays in the list: a seeded number is drawn for it all the same. */
void auction_withdraw_apply(struct engine *engine, const struct command *command)
{
    uint32_t id = NIL;
    enum reason reason = withdraw_check(engine, command, &id);
    struct bid *bid;
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    bid = &engine->bid[id];
    share_change(engine, bid->share, -bid->qty);
    cash_release(engine, command->subject, bid->deposit);
    bid_uncount(engine, bid);
    bid->deposit = 0;
    bid->withdrawn = 1;
    engine->auction[command->body.withdraw.auction].bids--;
    done(engine);
}
