/* bundle.c - who owns what an auction offers: small owners' lots sold together, their proceeds, and
 * what becomes of unsold units (decisions 12.7, 12.9).
 */
#include "engine/auction.h"
#include "engine/limits_rules.h"

/* --- the command -------------------------------------------------------------------------- */

static enum reason owner_check(const struct engine *engine, const struct auction *auction,
                               uint32_t owner)
{
    const struct instrument *instrument = &engine->instrument[auction->instrument];
    if (!auction_is_early(auction) || auction->bids > 0) return REASON_WRONG_STATE;
    if (auction->seller == SELLER_ISSUER || instrument->family != FAMILY_ECO ||
        owner == auction->seller ||
        zone_of(engine, owner, auction->instrument) != auction->seller_zone)
        return REASON_NOT_ALLOWED;
    return REASON_NONE;
}

static enum reason bundle_check(const struct engine *engine, const struct command *command)
{
    const struct command_bundle *body = &command->body.bundle;
    const struct auction *auction;
    enum reason reason;
    uint32_t position;
    if (!auction_may_run(command)) return REASON_NOT_ALLOWED;
    if (body->auction >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[body->auction];
    if (body->account >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (is_frozen(engine, auction->instrument)) return REASON_FROZEN;
    reason = owner_check(engine, auction, body->account);
    if (reason != REASON_NONE) return reason;
    if (body->qty < 1 || body->qty > QTY_MAX - auction->offer) return REASON_QTY_RANGE;
    if (body->qty % auction->lot != 0) return REASON_LOT;
    position = position_find(engine, body->account, auction->instrument, auction->seller_zone);
    if (position == NIL || engine->position[position].free < body->qty) return REASON_UNITS_SHORT;
    return REASON_NONE;
}

static uint32_t owner_find(const struct engine *engine, const struct auction *auction,
                           uint32_t participant)
{
    uint32_t at = auction->first_owner;
    while (at != NIL && engine->owner[at].participant != participant)
        at = engine->owner[at].next;
    return at;
}

static uint32_t owner_open(struct engine *engine, struct auction *auction, uint32_t participant)
{
    uint32_t id = owner_find(engine, auction, participant);
    if (id != NIL) return id;
    if (auction->owners == BUNDLE_OWNERS_MAX) return NIL;
    id = engine->owners_free;
    if (id != NIL)
        engine->owners_free = engine->owner[id].next;
    else if (engine->owners < engine->limits.rules)
        id = engine->owners++;
    else
        return NIL;
    engine->owner[id] = (struct owner){.participant = participant, .next = NIL};
    if (auction->last_owner == NIL)
        auction->first_owner = id;
    else
        engine->owner[auction->last_owner].next = id;
    auction->last_owner = id;
    auction->owners++;
    return id;
}

void bundle_apply(struct engine *engine, const struct command *command)
{
    const struct command_bundle *body = &command->body.bundle;
    enum reason reason = bundle_check(engine, command);
    struct auction *auction = &engine->auction[body->auction];
    uint32_t owner = NIL;
    if (reason == REASON_NONE) {
        owner = owner_open(engine, auction, body->account);
        if (owner == NIL) reason = REASON_CAPACITY;
    }
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    engine->owner[owner].qty += body->qty;
    auction->offer += body->qty;
    auction->bundled += body->qty;
    units_hold(engine, auction,
               position_find(engine, body->account, auction->instrument, auction->seller_zone),
               body->qty);
    done(engine);
}

/* --- payout ------------------------------------------------------------------------------- */

/* One owner's part: of the fen and of the lots that go back. The seller's is the first. */
struct part {
    int64_t qty;
    int64_t fen;
    int64_t lots;
    uint32_t participant;
};

static int64_t *of_fen(struct part *part)
{
    return &part->fen;
}
static int64_t *of_lots(struct part *part)
{
    return &part->lots;
}

/* Splits `total` by quantity, largest remainder, ties to who comes first. */
static void split(struct part *parts, uint32_t count, int64_t total, int64_t *field(struct part *))
{
    int128 rest[BUNDLE_OWNERS_MAX + 1], whole = 0;
    int64_t left = total;
    for (uint32_t i = 0; i < count; i++)
        whole += parts[i].qty;
    for (uint32_t i = 0; i < count; i++) {
        *field(&parts[i]) = (int64_t)((int128)total * parts[i].qty / whole);
        rest[i] = (int128)total * parts[i].qty % whole;
        left -= *field(&parts[i]);
    }
    for (; left > 0; left--) { /* fewer than `count` are left */
        uint32_t best = 0;
        for (uint32_t i = 1; i < count; i++)
            if (rest[i] > rest[best]) best = i;
        *field(&parts[best]) += 1;
        rest[best] = -1;
    }
}

/* The agency has its part of what every owner gets. */
static int64_t agency_part(const struct auction *auction, int64_t fen)
{
    if (auction->agency == PARTICIPANT_NONE) return 0;
    return divide_floor((int128)fen * auction->agency_ppm, PPM);
}

static void pay_owner(struct engine *engine, const struct auction *auction, uint32_t owner,
                      int64_t fen)
{
    int64_t agency = agency_part(auction, fen);
    if (agency > 0) engine->participant[auction->agency].cash += agency;
    if (owner == SELLER_ISSUER)
        engine->treasury += fen - agency;
    else
        engine->participant[owner].cash += fen - agency;
}

static void owners_free(struct engine *engine, struct auction *auction)
{
    if (auction->first_owner == NIL) return;
    engine->owner[auction->last_owner].next = engine->owners_free;
    engine->owners_free = auction->first_owner;
    auction->first_owner = auction->last_owner = NIL;
    auction->owners = 0;
}

/* Units of the offer that nobody got, defaults among them. What was delivered counts as the offer's
 * first: the containment keeps what it did not have to give. */
static int64_t unsold_units(const struct auction *auction)
{
    return auction->delivered < auction->offer ? auction->offer - auction->delivered : 0;
}

static void pay_bundle(struct engine *engine, struct auction *auction)
{
    int64_t unsold = unsold_units(auction);
    struct part parts[BUNDLE_OWNERS_MAX + 1];
    uint32_t count = 1;
    parts[0] =
        (struct part){.qty = auction->offer - auction->bundled, .participant = auction->seller};
    for (uint32_t at = auction->first_owner; at != NIL; at = engine->owner[at].next)
        parts[count++] = (struct part){.qty = engine->owner[at].qty,
                                       .participant = engine->owner[at].participant};
    split(parts, count, auction->proceeds, of_fen);
    split(parts, count, unsold / auction->lot, of_lots);
    parts[0].qty += auction->frozen + auction->delivered - auction->offer;
    parts[0].lots += (auction->frozen - unsold) / auction->lot;
    for (uint32_t i = 0; i < count; i++) {
        int64_t back = parts[i].lots * auction->lot;
        uint32_t position =
            position_find(engine, parts[i].participant, auction->instrument, auction->seller_zone);
        pay_owner(engine, auction, parts[i].participant, parts[i].fen);
        units_release(engine, auction, position, back);
        gate_sold(engine, parts[i].participant, auction->instrument, auction->seller_zone,
                  parts[i].qty - back);
    }
    owners_free(engine, auction);
}

/* --- unsold units of the issuer ----------------------------------------------------------- */

static void issuer_unsold(struct engine *engine, struct auction *auction, uint32_t id)
{
    struct auction_place *place = &engine->auction_place[auction->instrument];
    int64_t qty = unsold_units(auction);
    if (engine->rule_set < 2 || qty == 0) return;
    if (auction->unsold == UNSOLD_RESERVE) place->unsold += qty;
    if (auction->unsold != UNSOLD_NEXT_N) return;
    auction->carry_left = qty;
    auction->carry_times = auction->instalments;
    auction->carry_share = qty / auction->instalments / auction->lot * auction->lot;
    auction->carry_next = place->first_carry;
    place->first_carry = id;
}

void bundle_pay_out(struct engine *engine, struct auction *auction, uint32_t id)
{
    uint32_t position;
    if (auction->owners > 0) {
        pay_bundle(engine, auction);
    } else {
        pay_owner(engine, auction, auction->seller, auction->proceeds);
        if (auction->seller == SELLER_ISSUER) {
            issuer_unsold(engine, auction, id);
        } else {
            position =
                position_find(engine, auction->seller, auction->instrument, auction->seller_zone);
            units_release(engine, auction, position, auction->frozen);
            gate_sold(engine, auction->seller, auction->instrument, auction->seller_zone,
                      auction->delivered);
        }
    }
    auction->proceeds = 0;
}
