/* script_tables.c - every verb and every key of the market script, in one place.
 *
 * Reading, printing, help and the check of SCRIPT.md all walk these rows.
 */
#include "proto/script_parts.h"

#define WORD_OF(number, name, word) [number] = word,
static const char *const side_words[] = {SIDE_LIST(WORD_OF)};
static const char *const order_type_words[] = {ORDER_TYPE_LIST(WORD_OF)};
static const char *const tif_words[] = {TIF_LIST(WORD_OF)};
static const char *const phase_words[] = {PHASE_LIST(WORD_OF)};
static const char *const stp_words[] = {STP_LIST(WORD_OF)};
static const char *const participant_type_words[] = {PARTICIPANT_TYPE_LIST(WORD_OF)};
static const char *const family_words[] = {FAMILY_LIST(WORD_OF)};
static const char *const regime_words[] = {REGIME_LIST(WORD_OF)};
static const char *const undersubscribed_words[] = {UNDERSUBSCRIBED_LIST(WORD_OF)};
static const char *const tie_words[] = {TIE_LIST(WORD_OF)};
static const char *const unsold_words[] = {UNSOLD_LIST(WORD_OF)};
static const char *const basis_words[] = {BASIS_LIST(WORD_OF)};
static const char *const method_words[] = {METHOD_LIST(WORD_OF)};
static const char *const close_words[] = {CLOSE_RULE_LIST(WORD_OF)};
static const char *const gate_words[] = {GATE_KIND_LIST(WORD_OF)};
static const char *const day_words[] = {DAY_KIND_LIST(WORD_OF)};
#undef WORD_OF
/* Lines say states in capitals, commands in small letters. */
static const char *const stage_words[] = {"open",      "cleared",      "partial", "failed",
                                          "announced", "registration", "closed",  "settled"};
static const char *const permit_words[] = {"escrow", "delivered", "refused"};
static const char *const steps_words[] = {"auto", "manual"};
_Static_assert(sizeof stage_words / sizeof stage_words[0] == AUCTION_STATE_COUNT, "every state");
_Static_assert(sizeof permit_words / sizeof permit_words[0] == PERMIT_COUNT, "every decision");

#define ITEM(member) offsetof(struct script_item, member)
#define BODY(member) offsetof(struct script_item, command.body.member)
#define ROW(name, slot_kind, slot_use, place, otherwise)                                           \
    {                                                                                              \
        .key = (name), .kind = SLOT_##slot_kind, .use = USE_##slot_use, .offset = (place),         \
        .fallback = (otherwise)                                                                    \
    }
#define WORDS(name, list, slot_use, place, otherwise)                                              \
    {                                                                                              \
        .key = (name), .kind = SLOT_WORD, .use = USE_##slot_use, .offset = (place),                \
        .fallback = (otherwise), .words = list##_words,                                            \
        .word_count = sizeof list##_words / sizeof list##_words[0]                                 \
    }
#define SET(name, list, slot_use, place, otherwise)                                                \
    {                                                                                              \
        .key = (name), .kind = SLOT_SET, .use = USE_##slot_use, .offset = (place),                 \
        .fallback = (otherwise), .words = list##_words,                                            \
        .word_count = sizeof list##_words / sizeof list##_words[0]                                 \
    }
#define ALL(name, slot_kind, slot_use, place, everything)                                          \
    {                                                                                              \
        .key = (name), .kind = SLOT_##slot_kind, .use = USE_##slot_use, .offset = (place),         \
        .fallback = (everything), .all = true                                                      \
    }

/* clang-format off */
static const struct slot zone_slots[] = {ROW("name", NEW_NAME, WORD, BODY(zone.name), 0)};
static const struct slot instrument_slots[] = {
    ROW("name", NEW_NAME, WORD, BODY(instrument.name), 0),
    WORDS("family", family, KEY, BODY(instrument.family), FAMILY_CARBON),
    ROW("lot", I64, KEY, BODY(instrument.lot), UNSET),
    ROW("tick", I64, KEY, BODY(instrument.tick), UNSET),
    ROW("ref", I64, KEY, BODY(instrument.ref_price), UNSET),
    ROW("band_ppm", I64, KEY, BODY(instrument.band_ppm), UNSET),
    ROW("t_plus", I64, KEY, BODY(instrument.t_plus), UNSET),
    ROW("fee_ppm", I64, KEY, BODY(instrument.fee_ppm), UNSET),
    ROW("block_from", I64, KEY, BODY(instrument.block_from), UNSET),
    WORDS("stp", stp, KEY, BODY(instrument.stp), UNSET_ENUM),
    WORDS("phase", phase, KEY, BODY(instrument.phase), UNSET_ENUM)};
static const struct slot link_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(link.instrument), 0),
    ROW("from", ZONE, WORD, BODY(link.from_zone), 0),
    ROW("to", ZONE, WORD, BODY(link.to_zone), 0),
    ROW("ratio", RATIO, KEY, BODY(link.rn), 1),
    ROW("levy_ppm", I64, KEY, BODY(link.levy_ppm), 0),
    ROW("allowed", FLAG, KEY, BODY(link.allowed), 1)};
static const struct slot limit_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(limit.instrument), 0),
    ROW("from", ZONE, WORD, BODY(limit.from_zone), 0),
    ROW("to", ZONE, WORD, BODY(limit.to_zone), 0),
    ROW("lo", I64, KEY, BODY(limit.lo), INT64_MIN),
    ROW("hi", I64, KEY, BODY(limit.hi), INT64_MAX)};
static const struct slot ref_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(ref.instrument), 0),
    ROW("zone", ZONE, WORD, BODY(ref.zone), 0),
    ROW("price", I64, NEEDED_KEY, BODY(ref.price), 0)};
static const struct slot participant_slots[] = {
    ROW("name", NEW_NAME, WORD, BODY(participant.name), 0),
    ROW("zone", ZONE, NEEDED_KEY, BODY(participant.zone), 0),
    ROW("group", NAME, KEY, BODY(participant.group), 0),
    WORDS("type", participant_type, KEY, BODY(participant.type), PARTICIPANT_TYPE_COVERED),
    ROW("city", NAME, KEY, BODY(participant.city), 0),
    ROW("sector", NAME, KEY, BODY(participant.sector), 0)};
static const struct slot member_slots[] = {
    ROW("participant", PARTICIPANT, WORD, BODY(member.account), 0),
    ROW("instrument", INSTRUMENT, WORD, BODY(member.instrument), 0),
    ROW("zone", ZONE, NEEDED_KEY, BODY(member.zone), 0),
    ROW("from", DAY, KEY, BODY(member.from_day), 0)};
static const struct slot deposit_slots[] = {
    ROW("participant", PARTICIPANT, WORD, BODY(deposit.account), 0),
    ROW("cash", I64, NEEDED_KEY, BODY(deposit.cash), 0)};
static const struct slot issue_slots[] = {
    ROW("participant", PARTICIPANT, WORD, BODY(issue.account), 0),
    ROW("instrument", INSTRUMENT, WORD, BODY(issue.instrument), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(issue.qty), 0)};
static const struct slot order_slots[] = {
    ROW("order", ORDER, WORD, BODY(order.client_id), 0),
    ROW("participant", SUBJECT, WORD, ITEM(command.subject), 0),
    ROW("instrument", INSTRUMENT, WORD, BODY(order.instrument), 0),
    WORDS("side", side, WORD, BODY(order.side), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(order.qty), 0),
    ROW("price", I64, KEY, BODY(order.price), 0),
    WORDS("type", order_type, KEY, BODY(order.type), ORDER_TYPE_LIMIT),
    ROW("stop", I64, KEY, BODY(order.stop_price), 0),
    WORDS("tif", tif, KEY, BODY(order.tif), TIF_DAY),
    ROW("until", DAY, KEY, BODY(order.until_day), 0),
    ROW("display", I64, KEY, BODY(order.display), 0),
    ROW("min", I64, KEY, BODY(order.minimum), 0),
    ROW("post", FLAG, KEY, BODY(order.post_only), 0)};
static const struct slot cancel_slots[] = {
    ROW("order", ORDER, WORD, BODY(cancel.client_id), 0),
    ROW("oid", U64, KEY, BODY(cancel.order_id), 0)};
static const struct slot replace_slots[] = {
    ROW("order", ORDER, WORD, BODY(replace.client_id), 0),
    ROW("oid", U64, KEY, BODY(replace.order_id), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(replace.qty), 0),
    ROW("price", I64, KEY, BODY(replace.price), UNSET)};
static const struct slot cancel_all_slots[] = {
    ALL("participant", PARTICIPANT, WORD, BODY(cancel_all.account), PARTICIPANT_ALL),
    ALL("instrument", INSTRUMENT, OPTIONAL_WORD, BODY(cancel_all.instrument), INSTRUMENT_ALL)};
static const struct slot phase_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(phase.instrument), 0),
    WORDS("phase", phase, WORD, BODY(phase.phase), 0)};
static const struct slot uncross_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(uncross.instrument), 0)};
static const struct slot day_slots[] = {ROW("date", DAY, WORD, BODY(day.day), 0)};
static const struct slot period_slots[] = {ROW("year", U16, WORD, BODY(period.year), 0)};
static const struct slot auction_slots[] = {
    ROW("name", NEW_NAME, WORD, BODY(auction.name), 0),
    ROW("instrument", INSTRUMENT, WORD, BODY(auction.instrument), 0),
    WORDS("regime", regime, KEY, BODY(auction.regime), REGIME_CUSTOM),
    ROW("seller", SELLER, KEY, BODY(auction.seller), SELLER_ISSUER),
    ROW("offer", I64, NEEDED_KEY, BODY(auction.offer), 0),
    ROW("reserve", I64, KEY, BODY(auction.reserve_price), UNSET),
    ROW("lot", I64, KEY, BODY(auction.lot), UNSET),
    ROW("floor_min", I64, KEY, BODY(auction.floor_min), UNSET),
    ROW("share_ppm", I64, KEY, BODY(auction.share_ppm), UNSET),
    ROW("deposit_ppm", I64, KEY, BODY(auction.deposit_ppm), UNSET),
    WORDS("undersubscribed", undersubscribed, KEY, BODY(auction.undersubscribed), UNSET_ENUM),
    WORDS("tie", tie, KEY, BODY(auction.tie), UNSET_ENUM),
    WORDS("unsold", unsold, KEY, BODY(auction.unsold), UNSET_ENUM)};
static const struct slot bid_slots[] = {
    ROW("auction", AUCTION, WORD, BODY(bid.auction), 0),
    ROW("participant", SUBJECT, WORD, ITEM(command.subject), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(bid.qty), 0),
    ROW("price", I64, NEEDED_KEY, BODY(bid.price), 0)};
static const struct slot clear_slots[] = {ROW("auction", AUCTION, WORD, BODY(clear.auction), 0)};

static const struct slot rules_slots[] = {ROW("set", U32, WORD, BODY(rules.set), 0)};
static const struct slot step_slots[] = {ROW("steps", U32, KEY, BODY(step.steps), 1)};
static const struct slot terms_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(terms.instrument), 0),
    WORDS("basis", basis, KEY, BODY(terms.basis), UNSET_ENUM),
    SET("methods", method, KEY, BODY(terms.methods), UNSET_ENUM),
    ROW("approval", NEW_NAME, KEY, BODY(terms.approval), 0),
    ROW("fee_ppm", I64, KEY, BODY(terms.fee_ppm), UNSET),
    ROW("block_fee_ppm", I64, KEY, BODY(terms.block_fee_ppm), UNSET),
    ROW("auction_fee_ppm", I64, KEY, BODY(terms.auction_fee_ppm), UNSET),
    ROW("block_band_ppm", I64, KEY, BODY(terms.block_band_ppm), UNSET),
    ROW("dynamic_ppm", I64, KEY, BODY(terms.dynamic_ppm), UNSET),
    WORDS("close", close, KEY, BODY(terms.close_rule), UNSET_ENUM),
    ROW("close_floor", I64, KEY, BODY(terms.close_floor), UNSET),
    ROW("holders_max", I64, KEY, BODY(terms.holders_max), UNSET),
    ROW("t_plus", I64, KEY, BODY(terms.t_plus), UNSET),
    ROW("conditional", FLAG, KEY, BODY(terms.conditional), UNSET_ENUM),
    ROW("deadline_days", I64, KEY, BODY(terms.deadline_days), UNSET),
    ROW("vintage", I64, KEY, BODY(terms.vintage), UNSET),
    ROW("live_rent", FLAG, KEY, BODY(terms.live_rent), UNSET_ENUM),
    ROW("investors", FLAG, KEY, BODY(terms.investors), UNSET_ENUM)};
static const struct slot strip_slots[] = {
    ROW("name", NEW_NAME, WORD, BODY(strip.name), 0),
    ROW("legs", LEGS, NEEDED_KEY, BODY(strip.leg), 0)};
static const struct slot retire_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(retire.instrument), 0)};
static const struct slot city_slots[] = {
    ROW("name", NEW_NAME, WORD, BODY(city.name), 0),
    ROW("zone", ZONE, KEY, BODY(city.zone), ZONE_NONE),
    ROW("from", DAY, KEY, BODY(city.from_day), 0),
    ALL("instrument", INSTRUMENT, KEY, BODY(city.instrument), INSTRUMENT_ALL),
    ROW("investors", FLAG, KEY, BODY(city.investors), UNSET_ENUM)};
static const struct slot status_slots[] = {
    ROW("participant", PARTICIPANT, WORD, BODY(status.account), 0),
    ROW("active", FLAG, NEEDED_KEY, BODY(status.active), 0)};
static const struct slot quota_slots[] = {
    ALL("participant", PARTICIPANT, WORD, BODY(quota.account), PARTICIPANT_ALL),
    ROW("open_orders", I64, KEY, BODY(quota.open_orders), UNSET),
    ROW("rate", I64, KEY, BODY(quota.rate), UNSET)};
static const struct slot discount_slots[] = {
    ROW("participant", PARTICIPANT, WORD, BODY(discount.account), 0),
    ROW("ppm", I64, NEEDED_KEY, BODY(discount.ppm), 0),
    ROW("until", DAY, KEY, BODY(discount.until_day), 0)};
static const struct slot holding_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(holding.instrument), 0),
    ROW("group", NAME, KEY, BODY(holding.group), 0),
    WORDS("type", participant_type, KEY, BODY(holding.type), PARTICIPANT_TYPE_COVERED),
    ROW("units", I64, KEY, BODY(holding.units), UNSET),
    ROW("ppm", I64, KEY, BODY(holding.ppm), UNSET),
    ROW("from", DAY, KEY, BODY(holding.from_day), 0)};
static const struct slot gate_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(gate.instrument), 0),
    ROW("zone", ZONE, OPTIONAL_WORD, BODY(gate.zone), ZONE_NONE),
    ROW("city", NAME, KEY, BODY(gate.city), 0),
    ROW("closed", FLAG, NEEDED_KEY, BODY(gate.closed), 0),
    ROW("allow", I64, KEY, BODY(gate.allow), 0),
    WORDS("kind", gate, KEY, BODY(gate.kind), GATE_KIND_BLOCK)};
static const struct slot tranche_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, BODY(tranche.instrument), 0),
    ROW("from", ZONE, WORD, BODY(tranche.from_zone), 0),
    ROW("to", ZONE, WORD, BODY(tranche.to_zone), 0),
    ROW("lo", I64, KEY, BODY(tranche.lo), INT64_MIN),
    ROW("hi", I64, KEY, BODY(tranche.hi), INT64_MAX),
    ROW("from", DAY, KEY, BODY(tranche.from_day), 0)};
static const struct slot calendar_slots[] = {
    ROW("date", DAY, WORD, BODY(calendar.day), 0),
    WORDS("kind", day, NEEDED_KEY, BODY(calendar.kind), 0)};
static const struct slot seed_slots[] = {
    ROW("commit", SEED, KEY, BODY(seed.value), SEED_KIND_COMMIT),
    ROW("reveal", SEED, KEY, BODY(seed.value), SEED_KIND_REVEAL),
    ALL("instrument", INSTRUMENT, KEY, BODY(seed.instrument), INSTRUMENT_NONE),
    ALL("auction", AUCTION, KEY, BODY(seed.auction), AUCTION_NONE)};
static const struct slot click_slots[] = {
    ROW("order", ORDER, WORD, BODY(click.client_id), 0),
    ROW("participant", SUBJECT, WORD, ITEM(command.subject), 0),
    ROW("maker", MAKER, WORD, BODY(click.maker_client_id), 0),
    ROW("oid", U64, KEY, BODY(click.maker_order), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(click.qty), 0),
    ALL("instrument", INSTRUMENT, KEY, BODY(click.instrument), INSTRUMENT_NONE)};
static const struct slot block_slots[] = {
    ROW("block", NEW_NAME, WORD, BODY(block.name), 0),
    ROW("seller", PARTICIPANT, WORD, BODY(block.seller), 0),
    ROW("buyer", PARTICIPANT, WORD, BODY(block.buyer), 0),
    ROW("instrument", INSTRUMENT, WORD, BODY(block.instrument), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(block.qty), 0),
    ROW("price", I64, NEEDED_KEY, BODY(block.price), 0)};
static const struct slot bust_slots[] = {
    ROW("n", U64, NEEDED_KEY, BODY(bust.n), 0),
    ROW("cause", NAME, KEY, BODY(bust.cause), 0)};
static const struct slot permit_slots[] = {
    ROW("n", U64, NEEDED_KEY, BODY(permit.n), 0),
    WORDS("decision", permit, NEEDED_KEY, BODY(permit.decision), 0)};
static const struct slot auction_terms_slots[] = {
    ROW("auction", AUCTION, WORD, BODY(auction_terms.auction), 0),
    ROW("containment", I64, KEY, BODY(auction_terms.containment), UNSET),
    ROW("trigger", I64, KEY, BODY(auction_terms.trigger_price), UNSET),
    ROW("entry_deposit", I64, KEY, BODY(auction_terms.entry_deposit), UNSET),
    ALL("agency", PARTICIPANT, KEY, BODY(auction_terms.agency), PARTICIPANT_NONE),
    ROW("agency_ppm", I64, KEY, BODY(auction_terms.agency_ppm), UNSET),
    ROW("instalments", I64, KEY, BODY(auction_terms.instalments), UNSET),
    ROW("pay_until", DAY, KEY, BODY(auction_terms.pay_until), 0),
    ROW("revocable", FLAG, KEY, BODY(auction_terms.revocable), UNSET_ENUM),
    ROW("announced", FLAG, KEY, BODY(auction_terms.announced), UNSET_ENUM)};
static const struct slot stage_slots[] = {
    ROW("auction", AUCTION, WORD, BODY(stage.auction), 0),
    WORDS("state", stage, WORD, BODY(stage.state), 0)};
static const struct slot register_slots[] = {
    ROW("auction", AUCTION, WORD, BODY(enrol.auction), 0),
    ROW("participant", SUBJECT, WORD, ITEM(command.subject), 0)};
static const struct slot rebid_slots[] = {
    ROW("auction", AUCTION, WORD, BODY(rebid.auction), 0),
    ROW("participant", SUBJECT, WORD, ITEM(command.subject), 0),
    ROW("n", U32, NEEDED_KEY, BODY(rebid.n), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(rebid.qty), 0),
    ROW("price", I64, NEEDED_KEY, BODY(rebid.price), 0)};
static const struct slot withdraw_slots[] = {
    ROW("auction", AUCTION, WORD, BODY(withdraw.auction), 0),
    ROW("participant", SUBJECT, WORD, ITEM(command.subject), 0),
    ROW("n", U32, NEEDED_KEY, BODY(withdraw.n), 0)};
static const struct slot settle_slots[] = {
    ROW("auction", AUCTION, WORD, BODY(settle.auction), 0)};
static const struct slot standing_slots[] = {
    ROW("participant", SUBJECT, WORD, ITEM(command.subject), 0),
    ROW("instrument", INSTRUMENT, WORD, BODY(standing.instrument), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(standing.qty), 0),
    ROW("price", I64, KEY, BODY(standing.price), 0)};
static const struct slot bundle_slots[] = {
    ROW("auction", AUCTION, WORD, BODY(bundle.auction), 0),
    ROW("participant", PARTICIPANT, WORD, BODY(bundle.account), 0),
    ROW("qty", I64, NEEDED_KEY, BODY(bundle.qty), 0)};

static const struct slot steps_slots[] = {WORDS("mode", steps, WORD, ITEM(steps_manual), 0)};
static const struct slot time_slots[] = {ROW("time", CLOCK, WORD, ITEM(time_ns), 0)};
static const struct slot capacity_slots[] = {
    ROW("zones", U32, KEY, ITEM(limits.zones), 0),
    ROW("instruments", U32, KEY, ITEM(limits.instruments), 0),
    ROW("participants", U32, KEY, ITEM(limits.participants), 0),
    ROW("orders", U32, KEY, ITEM(limits.orders), 0),
    ROW("names", U32, KEY, ITEM(limits.names), 0),
    ROW("levels", U32, KEY, ITEM(limits.levels), 0),
    ROW("positions", U32, KEY, ITEM(limits.positions), 0),
    ROW("auctions", U32, KEY, ITEM(limits.auctions), 0),
    ROW("bids", U32, KEY, ITEM(limits.bids), 0),
    ROW("lanes", U32, KEY, ITEM(limits.lanes), 0),
    ROW("lane_window", U32, KEY, ITEM(limits.lane_window), 0),
    ROW("rules", U32, KEY, ITEM(limits.rule_set), 0),
    ROW("work", U32, KEY, ITEM(limits.work), 0),
    ROW("extras", U32, KEY, ITEM(limits.extras), 0),
    ROW("trades", U32, KEY, ITEM(limits.trades), 0),
    ROW("locks", U32, KEY, ITEM(limits.locks), 0),
    ROW("cities", U32, KEY, ITEM(limits.cities), 0),
    ROW("rows", U32, KEY, ITEM(limits.rules), 0)};

static const struct slot book_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, ITEM(query.instrument), 0),
    ROW("zone", ZONE, KEY, ITEM(query.zone), UINT8_MAX),
    ROW("local", FLAG, KEY, ITEM(query.local), 0),
    ROW("rows", U32, KEY, ITEM(query.rows_max), 0)};
static const struct slot account_slots[] = {
    ROW("participant", PARTICIPANT, WORD, ITEM(query.participant), 0),
    ALL("instrument", INSTRUMENT, OPTIONAL_WORD, ITEM(query.instrument), INSTRUMENT_NONE)};
static const struct slot orders_slots[] = {
    ROW("participant", PARTICIPANT, WORD, ITEM(query.participant), 0),
    ROW("from", U64, KEY, ITEM(query.from), 0),
    ROW("rows", U32, KEY, ITEM(query.rows_max), 0)};
static const struct slot fund_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, ITEM(query.instrument), 0)};
static const struct slot balance_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, ITEM(query.instrument), 0),
    ROW("from", ZONE, WORD, ITEM(query.zone), 0),
    ROW("to", ZONE, WORD, ITEM(query.to_zone), 0)};
static const struct slot reconcile_slots[] = {
    ALL("instrument", INSTRUMENT, OPTIONAL_WORD, ITEM(query.instrument), INSTRUMENT_NONE)};
static const struct slot auctions_slots[] = {
    ALL("auction", AUCTION, OPTIONAL_WORD, ITEM(query.auction), AUCTION_NONE)};
static const struct slot directory_slots[] = {
    ROW("from", U64, KEY, ITEM(query.from), 0), ROW("rows", U32, KEY, ITEM(query.rows_max), 0)};
static const struct slot trades_slots[] = {
    ALL("instrument", INSTRUMENT, OPTIONAL_WORD, ITEM(query.instrument), INSTRUMENT_NONE),
    ROW("from", U64, KEY, ITEM(query.from), 1),
    ROW("rows", U32, KEY, ITEM(query.rows_max), 0),
    ALL("participant", PARTICIPANT, KEY, ITEM(query.participant), PARTICIPANT_NONE)};
static const struct slot indicative_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, ITEM(query.instrument), 0)};
static const struct slot holders_slots[] = {
    ROW("instrument", INSTRUMENT, WORD, ITEM(query.instrument), 0),
    ROW("ppm", U64, KEY, ITEM(query.from), 0),
    ROW("rows", U32, KEY, ITEM(query.rows_max), 0)};
static const struct slot blocks_slots[] = {
    ALL("instrument", INSTRUMENT, OPTIONAL_WORD, ITEM(query.instrument), INSTRUMENT_NONE)};

const struct slot script_common[] = {
    ROW("as", ACTOR, KEY, ITEM(command.role), 0),
    ROW("lane", U32, KEY, ITEM(command.lane), 0),
    ROW("id", U64, KEY, ITEM(command.id), 0),
    ROW("subject", SUBJECT, KEY, ITEM(command.subject), 0)};
const size_t script_common_count = sizeof script_common / sizeof script_common[0];

#define VERB(verb, item_kind, item_number, list, line, sentence)                                   \
    {                                                                                              \
        .help = {(verb), (line), (sentence), SCRIPT_##item_kind >= SCRIPT_LOOK},                   \
        .kind = SCRIPT_##item_kind, .number = (item_number), .slots = (list),                      \
        .slot_count = sizeof(list) / sizeof((list)[0])                                             \
    }
#define COMMAND(verb, NAME, list, line, sentence)                                                  \
    VERB(verb, COMMAND, COMMAND_##NAME, list, line, sentence)
#define LOOK(verb, NAME, list, line, sentence) VERB(verb, LOOK, QUERY_##NAME, list, line, sentence)

const struct script_verb script_verbs[] = {
    VERB("time", CLOCK, 0, time_slots, "time 2026-06-01T09:30:00",
         "stamps what follows; also +250ms (ns, us, ms, s, min) from the present time"),
    VERB("capacity", CAPACITY, 0, capacity_slots, "capacity zones=2 orders=100000",
         "capacities of the exchange; only as the first line"),
    VERB("steps", STEPS, 0, steps_slots, "steps manual",
         "manual: a long command goes on at `step` lines only; auto: before the next line"),
    COMMAND("zone", ZONE, zone_slots, "zone EWN", "creates a zone"),
    COMMAND("instrument", INSTRUMENT, instrument_slots,
            "instrument CO2 family=carbon lot=1 tick=1 ref=5000 band_ppm=1000000 t_plus=0 "
            "fee_ppm=0 block_from=0 stp=allow phase=continuous",
            "creates an instrument; what is left out is the family's default"),
    COMMAND("link", LINK, link_slots, "link CO2 EWN GBA ratio=6/5 levy_ppm=30000 allowed=1",
            "seller zone, buyer zone, units delivered per received; allowed=0 closes it"),
    COMMAND("limit", LIMIT, limit_slots, "limit CO2 EWN GBA lo=-1000 hi=1000",
            "bounds of the net units received, positive in the written direction"),
    COMMAND("ref", REF, ref_slots, "ref CO2 GBA price=6200", "reference price of one zone"),
    COMMAND("participant", PARTICIPANT, participant_slots,
            "participant mill zone=EWN group=mill type=covered city=440200 sector=steel",
            "registers a participant"),
    COMMAND("member", MEMBER, member_slots, "member mill NOX zone=KEY from=2026-01-01",
            "zone of a participant for one instrument, from a day on"),
    COMMAND("deposit", DEPOSIT, deposit_slots, "deposit mill cash=100000", "pays in fen"),
    COMMAND("issue", ISSUE, issue_slots, "issue mill CO2 qty=1200", "issues units"),
    COMMAND("order", ORDER, order_slots,
            "order S2 mill CO2 sell qty=1200 price=5000 type=limit tif=day",
            "enters an order; also stop=, until=DATE, display=, min=, post=1"),
    COMMAND("cancel", CANCEL, cancel_slots, "cancel S2",
            "cancels an order; `cancel - oid=N` names it by its public id"),
    COMMAND("replace", REPLACE, replace_slots, "replace S2 qty=900 price=5010",
            "new open quantity, and price if given"),
    COMMAND("cancel-all", CANCEL_ALL, cancel_all_slots, "cancel-all mill CO2",
            "all orders of a participant (- for everybody), in one instrument or all"),
    COMMAND("phase", PHASE, phase_slots, "phase CO2 call",
            "closed, call, no-cancel, continuous, break, halt, closing, settlement"),
    COMMAND("uncross", UNCROSS, uncross_slots, "uncross CO2", "the call auction"),
    COMMAND("day", DAY, day_slots, "day 2026-06-02", "changes the trading day"),
    COMMAND("period", PERIOD, period_slots, "period 2027",
            "compliance period: balances start anew"),
    COMMAND("auction", AUCTION, auction_slots,
            "auction A1 CO2 regime=GD-2015 seller=reserve offer=500000 reserve=937 floor_min=1000 "
            "share_ppm=500000",
            "opens an auction; also lot=, deposit_ppm=, undersubscribed=, tie=, unsold="),
    COMMAND("bid", BID, bid_slots, "bid A1 mill qty=150000 price=1200", "a sealed bid"),
    COMMAND("clear", CLEAR, clear_slots, "clear A1",
            "clears an auction and, without pay_until, settles it"),
    COMMAND("rules", RULES, rules_slots, "rules 2", "raises the rule set from the next line on"),
    COMMAND("step", STEP, step_slots, "step", "goes on with a long command; see `steps`"),
    COMMAND("terms", TERMS, terms_slots,
            "terms CO2 basis=approved-exchange methods=agreement,call,continuous approval=GD-7 "
            "t_plus=1",
            "what is allowed and due on an instrument; what is left out stays"),
    COMMAND("strip", STRIP, strip_slots, "strip WATR-S legs=WATR-26,WATR-27",
            "creates an instrument that is one unit of each leg"),
    COMMAND("retire", RETIRE, retire_slots, "retire CO2", "cancels all orders; no trading again"),
    COMMAND("city", CITY, city_slots,
            "city Zhaoqing zone=GBA from=2027-01-01 instrument=CO2 investors=0",
            "zone of a city's participants, from a day on"),
    COMMAND("status", STATUS, status_slots, "status mill active=0", "stops a participant, or not"),
    COMMAND("quota", QUOTA, quota_slots, "quota mill open_orders=100 rate=50",
            "most open orders, orders a second (- for all without their own); 0: no bound"),
    COMMAND("discount", DISCOUNT, discount_slots, "discount mill ppm=500000 until=2026-12-31",
            "takes a share off every fee; 0 ends it"),
    COMMAND("position-limit", HOLDING, holding_slots,
            "position-limit CO2 group=mill units=50000 from=2026-07-01",
            "most units of one group, or with type= of every group of a type; also ppm="),
    COMMAND("gate", GATE, gate_slots, "gate CO2 GBA closed=1 allow=0 kind=block",
            "target gate of a zone, or with city= of a city"),
    COMMAND("tranche", TRANCHE, tranche_slots, "tranche CO2 EWN GBA lo=0 hi=5000 from=2026-07-01",
            "a limit that begins on a day"),
    COMMAND("calendar", CALENDAR, calendar_slots, "calendar 2026-06-06 kind=session",
            "marks a day: business, holiday or session"),
    COMMAND("seed", SEED, seed_slots,
            "seed commit=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
            "instrument=CO2",
            "publishes a seed's hash, or with reveal= the seed; also auction="),
    COMMAND("click", CLICK, click_slots, "click K1 mill bakery/S2 qty=100",
            "takes exactly one listed order; `click K1 mill - oid=N` by its public id"),
    COMMAND("block", BLOCK, block_slots, "block K1 mill bakery CO2 qty=200000 price=5100",
            "seller, buyer; executes when both have said it"),
    COMMAND("bust", BUST, bust_slots, "bust n=17 cause=fat-finger",
            "undoes a trade when a second operator says the same"),
    COMMAND("permit", PERMIT, permit_slots, "permit n=5 decision=delivered",
            "delivered or refused: what becomes of a trade in escrow"),
    COMMAND("auction-terms", AUCTION_TERMS, auction_terms_slots,
            "auction-terms A1 entry_deposit=100000 pay_until=2026-06-10 announced=1",
            "further terms before the first bid; also containment=, trigger=, agency=, "
            "agency_ppm=, instalments=, revocable="),
    COMMAND("stage", STAGE, stage_slots, "stage A1 open", "registration, open, closed"),
    COMMAND("register", REGISTER, register_slots, "register A1 mill", "pays the entry deposit"),
    COMMAND("rebid", REBID, rebid_slots, "rebid A1 mill n=2 qty=100000 price=1250",
            "changes the participant's n-th bid of the auction"),
    COMMAND("withdraw", WITHDRAW, withdraw_slots, "withdraw A1 mill n=2", "takes a bid back"),
    COMMAND("settle", SETTLE, settle_slots, "settle A1", "takes the winners' payment, delivers"),
    COMMAND("standing", STANDING, standing_slots, "standing mill PHCER-26 qty=500 price=3000",
            "a bid in every auction of the instrument; qty=0 ends it"),
    COMMAND("bundle", BUNDLE, bundle_slots, "bundle A1 village qty=50",
            "adds a small owner's units to the offer"),
    LOOK("book", BOOK, book_slots, "book CO2 zone=GBA local=0 rows=10",
         "the book, one zone or all; local=1: with the other zones' orders as this zone sees them"),
    LOOK("account", ACCOUNT, account_slots, "account mill CO2", "units and cash of a participant"),
    LOOK("orders", ORDERS, orders_slots, "orders mill", "open orders of a participant"),
    LOOK("fund", FUND, fund_slots, "fund CO2", "ecological funds by zone"),
    LOOK("balance", BALANCE, balance_slots, "balance CO2 EWN GBA", "net flow of a link"),
    LOOK("reconcile", RECONCILE, reconcile_slots, "reconcile CO2",
         "where all units (and, without an instrument, all money) are"),
    LOOK("auctions", AUCTION, auctions_slots, "auctions A1", "auctions, one or all"),
    LOOK("directory", DIRECTORY, directory_slots, "directory from=0 rows=1000", "all names"),
    LOOK("trades", TRADES, trades_slots, "trades CO2 from=1 rows=100 participant=mill",
         "trades by number; a running exchange only"),
    LOOK("indicative", INDICATIVE, indicative_slots, "indicative CO2",
         "what the call would do now: price, volume and what would stay unfilled"),
    LOOK("prices", PRICES, indicative_slots, "prices CO2",
         "reference, band, last, open, high, low, close and volumes of the day"),
    LOOK("holders", HOLDERS, holders_slots, "holders CO2 ppm=50000 rows=100",
         "groups with at least so much of the units issued"),
    LOOK("show-terms", TERMS, indicative_slots, "show-terms CO2", "the terms in force"),
    LOOK("gates", GATES, indicative_slots, "gates CO2", "closed gates and what they have counted"),
    LOOK("blocks", BLOCKS, blocks_slots, "blocks CO2", "agreements that wait for the other side"),
    {.help = {"jobs", "jobs", "long commands that are not finished", true},
     .kind = SCRIPT_LOOK, .number = QUERY_JOBS},
    {.help = {"digest", "digest", "BLAKE2b-256 over the whole state", true},
     .kind = SCRIPT_DIGEST}};
/* clang-format on */
const size_t script_verb_count = sizeof script_verbs / sizeof script_verbs[0];

const struct script_verb_help *script_help(size_t index)
{
    return index < script_verb_count ? &script_verbs[index].help : NULL;
}

bool script_names_subject(const struct script_verb *verb)
{
    for (size_t index = 0; index < verb->slot_count; index++)
        if (verb->slots[index].kind == SLOT_SUBJECT || verb->slots[index].kind == SLOT_ORDER)
            return true;
    return false;
}
