/* auction_open.c - an auction before its clearing: opening, terms, states, seed (decision 12.1).
 *
 *   ANNOUNCED -> REGISTRATION -> OPEN -> CLOSED -> CLEARED | PARTIAL | FAILED -> SETTLED
 *   ANNOUNCED -> OPEN, REGISTRATION -> CLOSED
 */
#include "engine/auction.h"
#include "engine/auction_regime.h"
#include "engine/calendar.h"

#define INSTALMENTS 4 /* of next-n, when nobody says otherwise */

#define TO(state) (1u << AUCTION_STATE_##state)
static const unsigned legal_moves[AUCTION_STATE_COUNT] = {
    [AUCTION_STATE_ANNOUNCED] = TO(REGISTRATION) | TO(OPEN),
    [AUCTION_STATE_REGISTRATION] = TO(OPEN) | TO(CLOSED),
    [AUCTION_STATE_OPEN] = TO(CLOSED),
};

bool auction_may_run(const struct command *command)
{
    return command->role == ROLE_SYSTEM || command->role == ROLE_REGULATOR ||
           command->role == ROLE_OPERATOR;
}

bool auction_is_initial(const struct engine *engine, const struct auction *auction)
{
    return auction->seller == SELLER_ISSUER ||
           engine->participant[auction->seller].type == PARTICIPANT_TYPE_RESERVE;
}

/* Does the delivery cross a zone border? What the issuer or a reserve hands out does not: an
 * initial allocation is no transfer. */
bool auction_crosses(const struct engine *engine, const struct auction *auction, uint8_t zone)
{
    return !auction_is_initial(engine, auction) && auction->seller_zone != zone;
}

/* Over a border only where units move one to one and nothing limits them: then the award of one
 * bidder can never take the room of another. */
bool auction_reaches(const struct engine *engine, const struct auction *auction, uint8_t zone)
{
    const struct link *link;
    if (!auction_crosses(engine, auction, zone)) return true;
    link = state_link(engine, auction->instrument, auction->seller_zone, zone);
    return link->allowed && link->rn == link->rd &&
           link_room(engine, auction->instrument, auction->seller_zone, zone) == INT64_MAX;
}

bool auction_is_early(const struct auction *auction)
{
    return auction->state == AUCTION_STATE_ANNOUNCED ||
           auction->state == AUCTION_STATE_REGISTRATION || auction->state == AUCTION_STATE_OPEN;
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

/* From rule set 2 on: what kinds of instrument and seller may be auctioned, and how. */
static enum reason kind_check(const struct engine *engine, const struct command_auction *a)
{
    const struct instrument *row = &engine->instrument[a->instrument];
    bool issuer = a->seller == SELLER_ISSUER;
    if (row->legs > 0 || !(row->terms.methods & METHOD_BIT(AUCTION)) ||
        !terms_approved(&row->terms))
        return REASON_NOT_ALLOWED;
    if (!issuer && row->terms.conditional &&
        engine->participant[a->seller].type != PARTICIPANT_TYPE_RESERVE)
        return REASON_NOT_ALLOWED;
    return a->unsold == UNSOLD_NEXT_N && !issuer ? REASON_NOT_ALLOWED : REASON_NONE;
}

/* Rule set 1 asked for the name before it looked at the regime. */
static enum reason names_check(const struct engine *engine, struct command_auction *a)
{
    const struct instrument *row = &engine->instrument[a->instrument];
    bool old = engine->rule_set < 2, taken;
    enum reason reason;
    if (a->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (!old && row->retired) return REASON_NOT_ALLOWED;
    if (!old && is_frozen(engine, a->instrument)) return REASON_FROZEN;
    if (a->seller != SELLER_ISSUER && a->seller >= engine->participants)
        return REASON_UNKNOWN_PARTICIPANT;
    taken = engine_find_auction(engine, &a->name) != AUCTION_NONE;
    if (old && taken) return REASON_DUPLICATE_ID;
    if (!auction_regime_fill(a, row->lot, engine->rule_set)) return REASON_NOT_ALLOWED;
    reason = old ? REASON_NONE : kind_check(engine, a);
    return reason == REASON_NONE && taken ? REASON_DUPLICATE_ID : reason;
}

/* Fills the command's open fields and says whether the auction may open. */
static enum reason open_check(const struct engine *engine, struct command_auction *a)
{
    enum reason reason = names_check(engine, a);
    if (reason == REASON_NONE) reason = numbers_check(a);
    if (reason != REASON_NONE) return reason;
    if (a->seller == SELLER_ISSUER) {
        if (a->offer > QTY_MAX - engine->instrument[a->instrument].issued) return REASON_QTY_RANGE;
    } else {
        uint8_t zone = zone_of(engine, a->seller, a->instrument);
        uint32_t position = position_find(engine, a->seller, a->instrument, zone);
        if (position == NIL || engine->position[position].free < a->offer)
            return REASON_UNITS_SHORT;
    }
    return engine->auctions == engine->limits.auctions ? REASON_CAPACITY : REASON_NONE;
}

/* Takes this auction's part of one earlier auction's unsold units; what would pass the bound of all
 * units stays for the next. */
static void carry_take(struct auction *auction, struct auction *earlier, int64_t most)
{
    int64_t part = earlier->carry_times == 1 ? earlier->carry_left : earlier->carry_share;
    part = part / auction->lot * auction->lot;
    if (part > most - auction->offer) part = 0;
    auction->offer += part;
    earlier->carry_left -= part;
    earlier->carry_times--;
}

/* Unsold units of earlier auctions of the issuer join the offer (12.7). */
static void carry_join(struct engine *engine, struct auction *auction)
{
    const struct instrument *instrument = &engine->instrument[auction->instrument];
    uint32_t *link = &engine->auction_place[auction->instrument].first_carry;
    while (*link != NIL) {
        struct auction *earlier = &engine->auction[*link];
        carry_take(auction, earlier, QTY_MAX - instrument->issued);
        if (earlier->carry_times == 0)
            *link = earlier->carry_next;
        else
            link = &earlier->carry_next;
    }
}

static void row_fill(struct auction *row, const struct command_auction *a, uint32_t rule_set)
{
    *row = (struct auction){
        .name = a->name,
        .offer = a->offer,
        .reserve_price = a->reserve_price,
        .lot = a->lot,
        .floor_min = a->floor_min,
        .share_ppm = a->share_ppm,
        .deposit_ppm = a->deposit_ppm,
        .seller = a->seller,
        .first_bid = NIL,
        .last_bid = NIL,
        .instrument = a->instrument,
        .regime = a->regime,
        .undersubscribed = a->undersubscribed,
        .tie = a->tie,
        .unsold = a->unsold,
        .state = AUCTION_STATE_OPEN,
        .seller_zone = ZONE_NONE,
        .revocable = rule_set < 2 ? 0 : auction_regime_revocable(a->regime),
        .instalments = a->unsold == UNSOLD_NEXT_N ? INSTALMENTS : 0,
        .live = 1,
        .agency = PARTICIPANT_NONE,
        .cursor = NIL,
        .first_owner = NIL,
        .last_owner = NIL,
        .first_entrant = NIL,
        .last_entrant = NIL,
        .first_share = NIL,
        .first_won = NIL,
        .last_won = NIL,
        .carry_next = NIL,
    };
}

void auction_open_apply(struct engine *engine, const struct command *command)
{
    struct command_auction a = command->body.auction;
    struct auction *row;
    struct event_named *named;
    enum reason reason = REASON_NOT_ALLOWED;
    if (auction_may_run(command) && !name_reserved(&a.name)) reason = open_check(engine, &a);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    row = &engine->auction[engine->auctions];
    row_fill(row, &a, engine->rule_set);
    if (a.seller != SELLER_ISSUER) {
        row->seller_zone = zone_of(engine, a.seller, a.instrument);
        units_hold(engine, row, position_find(engine, a.seller, a.instrument, row->seller_zone),
                   a.offer);
    } else if (engine->rule_set >= 2) {
        carry_join(engine, row);
    }
    engine->instrument[a.instrument].auctions++;
    name_index_add(&engine->auction_index, &a.name, engine->auctions);
    named = EMIT(engine, NAMED, named);
    named->name = a.name;
    named->id = engine->auctions++;
    named->command = COMMAND_AUCTION;
    named->zone = ZONE_NONE;
}

/* --- terms -------------------------------------------------------------------------------- */

static void keep(int64_t *field, int64_t present)
{
    if (*field == UNSET) *field = present;
}

/* The terms as they would be: what the command leaves open stays. */
static struct command_auction_terms merged(const struct auction *auction,
                                           const struct command_auction_terms *given)
{
    struct command_auction_terms terms = *given;
    keep(&terms.containment, auction->containment);
    keep(&terms.trigger_price, auction->trigger_price);
    keep(&terms.entry_deposit, auction->entry_deposit);
    keep(&terms.agency_ppm, auction->agency_ppm);
    keep(&terms.instalments, auction->instalments);
    if (terms.agency == PARTICIPANT_NONE) terms.agency = auction->agency;
    if (terms.pay_until <= 0) terms.pay_until = auction->pay_until;
    if (terms.revocable == UNSET_ENUM) terms.revocable = auction->revocable;
    if (terms.announced == UNSET_ENUM) terms.announced = 0;
    return terms;
}

static bool inside(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most;
}

static enum reason terms_numbers(const struct engine *engine, const struct auction *auction,
                                 const struct command_auction_terms *terms)
{
    if (!inside(terms->containment, 0, QTY_MAX - auction->offer) ||
        !inside(terms->trigger_price, 0, PRICE_MAX) ||
        !inside(terms->entry_deposit, 0, MONEY_MAX) ||
        !inside(terms->agency_ppm, 0, AGENCY_PPM_MAX) ||
        !inside(terms->instalments, 0, INSTALMENTS_MAX) || terms->revocable > 1 ||
        terms->announced > 1)
        return REASON_QTY_RANGE;
    if (terms->pay_until != auction->pay_until && terms->pay_until < engine->day)
        return REASON_QTY_RANGE;
    return terms->containment % auction->lot != 0 ? REASON_LOT : REASON_NONE;
}

/* Units a reserve has to set aside for its containment, beyond what it has already. */
static int64_t containment_hold(const struct auction *auction,
                                const struct command_auction_terms *terms)
{
    return auction->seller == SELLER_ISSUER ? 0 : terms->containment - auction->containment;
}

static enum reason terms_check(const struct engine *engine, const struct command *command,
                               struct command_auction_terms *terms)
{
    const struct auction *auction;
    enum reason reason;
    uint32_t id = terms->auction, position;
    bool none = terms->instalments == 0;
    if (!auction_may_run(command)) return REASON_NOT_ALLOWED;
    if (id >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[id];
    *terms = merged(auction, terms);
    if (terms->agency != PARTICIPANT_NONE && terms->agency >= engine->participants)
        return REASON_UNKNOWN_PARTICIPANT;
    if (is_frozen(engine, auction->instrument)) return REASON_FROZEN;
    if (!auction_is_early(auction) || auction->first_bid != NIL || auction->registered > 0)
        return REASON_WRONG_STATE;
    if (terms->containment > 0 && !auction_is_initial(engine, auction)) return REASON_NOT_ALLOWED;
    reason = none ? REASON_QTY_RANGE : terms_numbers(engine, auction, terms);
    if (reason != REASON_NONE || auction->seller == SELLER_ISSUER) return reason;
    position = position_find(engine, auction->seller, auction->instrument, auction->seller_zone);
    return engine->position[position].free < containment_hold(auction, terms) ? REASON_UNITS_SHORT
                                                                              : REASON_NONE;
}

void auction_terms_apply(struct engine *engine, const struct command *command)
{
    struct command_auction_terms terms = command->body.auction_terms;
    enum reason reason = terms_check(engine, command, &terms);
    struct auction *auction;
    int64_t hold;
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    auction = &engine->auction[terms.auction];
    hold = containment_hold(auction, &terms);
    if (hold != 0) {
        uint32_t position =
            position_find(engine, auction->seller, auction->instrument, auction->seller_zone);
        if (hold > 0)
            units_hold(engine, auction, position, hold);
        else
            units_release(engine, auction, position, -hold);
    }
    auction->containment = terms.containment;
    auction->trigger_price = terms.trigger_price;
    auction->entry_deposit = terms.entry_deposit;
    auction->agency_ppm = terms.agency_ppm;
    auction->agency = terms.agency;
    auction->instalments = (uint8_t)terms.instalments;
    auction->pay_until = terms.pay_until;
    auction->revocable = terms.revocable;
    if (terms.announced) auction->state = AUCTION_STATE_ANNOUNCED;
    done(engine);
}

/* --- states ------------------------------------------------------------------------------- */

static enum reason stage_check(const struct engine *engine, const struct command *command)
{
    const struct command_stage *body = &command->body.stage;
    const struct auction *auction;
    if (!auction_may_run(command)) return REASON_NOT_ALLOWED;
    if (body->auction >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[body->auction];
    if (is_frozen(engine, auction->instrument)) return REASON_FROZEN;
    if (body->state >= AUCTION_STATE_COUNT || !(legal_moves[auction->state] >> body->state & 1u))
        return REASON_WRONG_STATE;
    return REASON_NONE;
}

void auction_stage_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = stage_check(engine, command);
    struct auction *auction;
    struct event_stage *event;
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    auction = &engine->auction[command->body.stage.auction];
    auction->state = command->body.stage.state;
    event = EMIT(engine, STAGE, stage);
    event->auction = command->body.stage.auction;
    event->instrument = auction->instrument;
    event->state = auction->state;
    event->name = auction->name;
}

/* --- seed --------------------------------------------------------------------------------- */

static bool may_commit(const struct auction *auction)
{
    return auction_is_early(auction) && auction->bids == 0 && auction->seeding == SEEDING_NONE;
}

static bool may_reveal(const struct auction *auction)
{
    return (auction->state == AUCTION_STATE_OPEN || auction->state == AUCTION_STATE_CLOSED) &&
           auction->seeding == SEEDING_COMMITTED;
}

static enum reason seed_check(const struct engine *engine, const struct command_seed *body)
{
    const struct auction *auction;
    if (body->auction >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[body->auction];
    if (body->kind >= SEED_KIND_COUNT) return REASON_NOT_ALLOWED;
    if (is_frozen(engine, auction->instrument)) return REASON_FROZEN;
    if (body->kind == SEED_KIND_COMMIT ? !may_commit(auction) : !may_reveal(auction))
        return REASON_WRONG_STATE;
    return REASON_NONE;
}

/* A revealed seed lets everybody know the order of equal bids, so bidding ends with it. */
enum reason auction_seed(struct engine *engine, const struct command_seed *body)
{
    enum reason reason = seed_check(engine, body);
    struct auction *auction;
    if (reason != REASON_NONE) return reason;
    auction = &engine->auction[body->auction];
    if (body->kind == SEED_KIND_COMMIT) {
        memcpy(auction->commit, body->value, SEED_BYTES);
        auction->seeding = SEEDING_COMMITTED;
    } else {
        memcpy(auction->seed, body->value, SEED_BYTES);
        auction->seeding = SEEDING_REVEALED;
        auction->state = AUCTION_STATE_CLOSED;
    }
    seed_say(engine, body);
    return REASON_NONE;
}
