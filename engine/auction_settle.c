/* auction_settle.c - after the awards are known: deposits, payment, delivery
 * (decisions 4.15, 12.8).
 *
 * Where it stands is kept in the auction (settling, cursor, first_won), so it can stop after any
 * row; the same code serves `clear`, `settle` and the change of day.
 */
#include "engine/auction.h"
#include "engine/limits_rules.h"

static struct event_award *award_event(struct engine *engine, uint32_t id, const struct bid *bid,
                                       enum award_state state)
{
    struct event_award *event = EMIT(engine, AWARD, award);
    event->qty = bid->awarded;
    event->price = engine->auction[id].price;
    event->auction = id;
    event->participant = bid->participant;
    event->name = engine->auction[id].name;
    event->state = (uint8_t)state;
    return event;
}

/* --- deposits of those who won nothing ---------------------------------------------------- */

static void entry_release(struct engine *engine, struct entrant *entrant)
{
    cash_release(engine, entrant->participant, entrant->deposit);
    entrant->deposit = 0;
}

/* Before rule set 2 rows stayed as they were when an auction was over. */
static void bid_end(struct engine *engine, struct bid *bid)
{
    if (engine->rule_set >= 2) bid->deposit = 0;
}

static void look_at_bid(struct engine *engine, uint32_t id, uint32_t at)
{
    struct bid *bid = &engine->bid[at];
    if (bid->awarded > 0) {
        if (bid->standing != NIL) standing_take(engine, bid);
        if (bid->entrant != NIL) engine->entrant[bid->entrant].won++;
    } else {
        bid_uncount(engine, bid);
        cash_release(engine, bid->participant, bid->deposit);
        bid_end(engine, bid);
        if (engine->rule_set >= 2) bid_free(engine, id, at);
    }
}

static bool settle_losers(struct engine *engine, uint32_t id)
{
    struct auction *auction = &engine->auction[id];
    while (auction->cursor != NIL) {
        uint32_t at = auction->cursor;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        auction->cursor = engine->bid[at].next;
        look_at_bid(engine, id, at);
    }
    return true;
}

static bool settle_entries(struct engine *engine, struct auction *auction)
{
    while (auction->cursor != NIL) {
        struct entrant *entrant = &engine->entrant[auction->cursor];
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        auction->cursor = entrant->next;
        if (entrant->won == 0) entry_release(engine, entrant);
    }
    return true;
}

/* --- payment and delivery ----------------------------------------------------------------- */

/* A zone transfer pays the levy on the greater of price and the buyer's reference, but never more
 * than the price itself. */
static int64_t levy_of(const struct engine *engine, const struct auction *auction, uint8_t zone)
{
    int64_t base, levy;
    if (!auction_crosses(engine, auction, zone)) return 0;
    base = state_zone(engine, auction->instrument, zone)->ref;
    if (base < auction->price) base = auction->price;
    levy = base - price_to_seller(
                      state_link(engine, auction->instrument, auction->seller_zone, zone), base);
    return levy < auction->price ? levy : auction->price;
}

/* Rule set 1 handed the proceeds on award by award; later ones do so after the last. */
static void proceeds_add(struct engine *engine, struct auction *auction, int64_t fen)
{
    if (engine->rule_set >= 2)
        auction->proceeds += fen;
    else if (auction->seller == SELLER_ISSUER)
        engine->treasury += fen;
    else
        engine->participant[auction->seller].cash += fen;
}

/* Money and units of one paid award; returns the levy. */
static int64_t deliver(struct engine *engine, struct auction *auction, const struct bid *bid)
{
    struct instrument *instrument = &engine->instrument[auction->instrument];
    int64_t pays = auction->price * bid->awarded, levy = 0;
    if (auction->seller == SELLER_ISSUER) {
        instrument->issued += bid->awarded;
    } else {
        levy = levy_of(engine, auction, bid->zone) * bid->awarded;
        instrument->auctioned -= bid->awarded;
        auction->frozen -= bid->awarded;
        state_zone(engine, auction->instrument, auction->seller_zone)->fund_cash += levy;
        if (auction_crosses(engine, auction, bid->zone))
            link_move(engine, auction->instrument, auction->seller_zone, bid->zone, bid->awarded);
    }
    proceeds_add(engine, auction, pays - levy);
    auction->delivered += bid->awarded;
    units_arrive(engine, bid->position, bid->awarded);
    gate_bought(engine, bid->participant, auction->instrument, bid->zone, bid->awarded);
    return levy;
}

static void fund_add(struct engine *engine, const struct auction *auction, const struct bid *bid,
                     int64_t fen)
{
    uint8_t zone = auction->seller == SELLER_ISSUER ? bid->zone : auction->seller_zone;
    state_zone(engine, auction->instrument, zone)->fund_cash += fen;
}

/* Who cannot pay loses the deposit, and the entry deposit with it. */
static void award_default(struct engine *engine, uint32_t id, const struct bid *bid)
{
    struct auction *auction = &engine->auction[id];
    struct event_award *event = award_event(engine, id, bid, AWARD_STATE_DEFAULTED);
    int64_t forfeited = bid->deposit;
    if (bid->entrant != NIL) {
        struct entrant *entrant = &engine->entrant[bid->entrant];
        engine->participant[bid->participant].cash_held -= entrant->deposit;
        forfeited += entrant->deposit;
        entrant->deposit = 0;
    }
    fund_add(engine, auction, bid, forfeited);
    event->fund = forfeited;
}

/* Can the units still go where the bidder trades now? They could when the awards were made. */
static bool still_reached(struct engine *engine, const struct auction *auction, struct bid *bid)
{
    uint8_t zone = zone_of(engine, bid->participant, auction->instrument);
    uint32_t position = bid->position;
    if (!auction_reaches(engine, auction, zone)) return false;
    if (zone != bid->zone)
        position = position_open(engine, bid->participant, auction->instrument, zone);
    if (position == NIL) return false;
    bid->zone = zone;
    bid->position = position;
    return true;
}

static void settle_award(struct engine *engine, uint32_t id, uint32_t at)
{
    struct auction *auction = &engine->auction[id];
    struct bid *bid = &engine->bid[at];
    struct participant *winner = &engine->participant[bid->participant];
    int64_t ppm = engine->instrument[auction->instrument].terms.auction_fee_ppm;
    int64_t cost = auction->price * bid->awarded, fee = 0;
    if (engine->rule_set >= 2 && ppm > 0)
        fee = fee_of(fee_rate(engine, bid->participant, ppm), cost);
    bid_uncount(engine, bid);
    if (!still_reached(engine, auction, bid)) { /* nobody's fault: the award is void */
        cash_release(engine, bid->participant, bid->deposit);
        award_event(engine, id, bid, AWARD_STATE_DEFAULTED);
    } else if ((int128)bid->deposit + winner->cash < (int128)cost + fee) {
        winner->cash_held -= bid->deposit;
        bid->defaulted = 1;
        award_default(engine, id, bid);
    } else {
        struct event_award *event = award_event(engine, id, bid, AWARD_STATE_DELIVERED);
        cash_release(engine, bid->participant, bid->deposit);
        winner->cash -= cost + fee;
        engine->operator_fees += fee;
        event->fund = deliver(engine, auction, bid);
    }
    if (bid->entrant != NIL && --engine->entrant[bid->entrant].won == 0)
        entry_release(engine, &engine->entrant[bid->entrant]);
    bid_end(engine, bid);
}

/* A payment on a later day: the awards are only told. */
static bool tell_awards(struct engine *engine, uint32_t id)
{
    struct auction *auction = &engine->auction[id];
    while (auction->cursor != NIL) {
        const struct bid *bid = &engine->bid[auction->cursor];
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        award_event(engine, id, bid, AWARD_STATE_AWARDED);
        auction->cursor = bid->won_next;
    }
    return true;
}

/* The awards are a chain through memory in no order, and each would wait for the row before it. The
 * scratch of the clearing most likely still says which rows come soon: only a hint, whatever is in
 * it. */
static void hint(const struct engine *engine, struct auction *auction)
{
    uint32_t soon = ++auction->cursor + 12;
    if (soon < engine->limits.bids)
        __builtin_prefetch(&engine->bid[engine->rank[engine->rank_side][soon].bid]);
}

static bool settle_payments(struct engine *engine, uint32_t id)
{
    struct auction *auction = &engine->auction[id];
    while (auction->first_won != NIL) {
        uint32_t at = auction->first_won;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        auction->first_won = engine->bid[at].won_next;
        hint(engine, auction);
        settle_award(engine, id, at);
    }
    auction->last_won = NIL;
    return true;
}

/* --- the order of it all ------------------------------------------------------------------ */

static bool settle_shares(struct engine *engine, uint32_t id)
{
    while (engine->auction[id].first_share != NIL) {
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        share_free_first(engine, id);
    }
    return true;
}

static bool settle_bids(struct engine *engine, uint32_t id)
{
    while (engine->rule_set >= 2 && engine->auction[id].first_bid != NIL) {
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        bid_free(engine, id, engine->auction[id].first_bid);
    }
    return true;
}

static bool settle_entrants(struct engine *engine, uint32_t id)
{
    while (engine->auction[id].first_entrant != NIL) {
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        entrant_free(engine, id, engine->auction[id].first_entrant);
    }
    return true;
}

static bool pays_later(const struct auction *auction)
{
    return auction->pay_until > 0 && auction->first_won != NIL;
}

static uint32_t first_of(const struct auction *auction, uint8_t settling)
{
    if (settling == SETTLING_LOSERS) return auction->first_bid;
    if (settling == SETTLING_ENTRIES && auction->registered > 0) return auction->first_entrant;
    if (settling == SETTLING_PAYMENTS) return 0; /* counts them */
    return settling == SETTLING_AWARDS ? auction->first_won : NIL;
}

/* One kind of work; true: there is no more of it. */
static bool settle_some(struct engine *engine, uint32_t id)
{
    struct auction *auction = &engine->auction[id];
    switch ((enum settling)auction->settling) {
    case SETTLING_SHARES:
        return settle_shares(engine, id);
    case SETTLING_LOSERS:
        return settle_losers(engine, id);
    case SETTLING_ENTRIES:
        return settle_entries(engine, auction);
    case SETTLING_AWARDS:
        return !pays_later(auction) || tell_awards(engine, id);
    case SETTLING_PAYMENTS:
        return settle_payments(engine, id);
    case SETTLING_PAYOUT:
        if (!work_left(engine)) return false;
        work_spend(engine, 1 + (int64_t)auction->owners);
        bundle_pay_out(engine, auction, id);
        return true;
    case SETTLING_BIDS:
        return settle_bids(engine, id);
    case SETTLING_ENTRANTS:
        return settle_entrants(engine, id);
    case SETTLING_OVER:
        break;
    }
    return true;
}

static void auction_end(struct engine *engine, struct auction *auction)
{
    auction->live = 0;
    engine->instrument[auction->instrument].auctions--;
    if (engine->rule_set >= 2 && auction->state != AUCTION_STATE_FAILED)
        auction->state = AUCTION_STATE_SETTLED;
}

bool auction_settle_on(struct engine *engine, uint32_t id)
{
    struct auction *auction = &engine->auction[id];
    while (auction->settling != SETTLING_OVER) {
        bool waits;
        if (!settle_some(engine, id)) return false;
        waits = auction->settling == SETTLING_AWARDS && pays_later(auction);
        auction->settling++;
        auction->cursor = first_of(auction, auction->settling);
        if (!waits) continue;
        auction->awaits = 1;
        engine->awaiting++;
        return true;
    }
    auction_end(engine, auction);
    return true;
}

void auction_payment_due(struct engine *engine, uint32_t id)
{
    ASSERT(engine->auction[id].awaits && engine->awaiting > 0);
    engine->auction[id].awaits = 0;
    engine->awaiting--;
}

/* An auction that is due and has begun no longer awaits; it is known by its payments going on. */
bool auction_settle_due(struct engine *engine)
{
    for (uint32_t id = 0; id < engine->auctions; id++) {
        const struct auction *auction = &engine->auction[id];
        bool due = auction->awaits && auction->pay_until < engine->day;
        if (engine->awaiting == 0 && engine->settling == NIL) break;
        if (due) {
            auction_payment_due(engine, id);
            engine->settling = id;
        }
        if (engine->settling != id) continue;
        if (!auction_settle_on(engine, id)) return false;
        engine->settling = NIL;
    }
    return true;
}
