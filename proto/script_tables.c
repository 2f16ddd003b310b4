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
#undef WORD_OF

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
    COMMAND("clear", CLEAR, clear_slots, "clear A1", "clears an auction and settles it"),
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
