/* script_print.c - events and rows as text, keys in exactly the order of script.md. */
#include "engine/reason.h"
#include "proto/script_parts.h"
#include <string.h>

#define AS(type, event) ((const struct type *)(const void *)(event))

#define WORD_OF(number, name, word) [number] = word,
static const char *const side_words[] = {SIDE_LIST(WORD_OF)};
static const char *const phase_words[] = {PHASE_LIST(WORD_OF)};
static const char *const stp_words[] = {STP_LIST(WORD_OF)};
static const char *const family_words[] = {FAMILY_LIST(WORD_OF)};
static const char *const regime_words[] = {REGIME_LIST(WORD_OF)};
static const char *const cancel_words[] = {CANCEL_REASON_LIST(WORD_OF)};
static const char *const auction_words[] = {AUCTION_STATE_LIST(WORD_OF)};
static const char *const award_words[] = {AWARD_STATE_LIST(WORD_OF)};
#undef WORD_OF
static const char *const command_verbs[] = {
#define VERB_OF(number, name, member, verb) [number] = verb,
    COMMAND_LIST(VERB_OF)
#undef VERB_OF
};

/* The line under construction and where names come from. */
struct page {
    struct script_text text;
    const struct script *script;
};

static void key(struct page *page, const char *name)
{
    script_put(&page->text, " ", 1);
    script_put_text(&page->text, name);
    script_put(&page->text, "=", 1);
}

static void number(struct page *page, const char *name, int64_t value)
{
    key(page, name);
    script_put_i64(&page->text, value);
}

static void positive(struct page *page, const char *name, uint64_t value)
{
    key(page, name);
    script_put_u64(&page->text, value);
}

static void word(struct page *page, const char *name, const char *text)
{
    key(page, name);
    script_put_text(&page->text, text);
}

static void named(struct page *page, const char *name, const struct name *value)
{
    key(page, name);
    script_put_name(&page->text, value);
}

static void zone(struct page *page, const char *name, uint8_t id)
{
    named(page, name, directory_zone_name(page->script->directory, id));
}

static void instrument(struct page *page, uint16_t id)
{
    named(page, "instrument", directory_instrument_name(page->script->directory, id));
}

static void participant(struct page *page, const char *name, uint32_t id)
{
    named(page, name, directory_participant_name(page->script->directory, id));
}

static void order(struct page *page, const char *name, const struct name *id, uint32_t owner)
{
    key(page, name);
    script_put_order(&page->text, page->script, id, owner);
}

/* At the end of a line whose order has no client id. */
static void public_id(struct page *page, const char *name, const struct name *id, uint64_t order_id)
{
    if (id->text[0] == '\0' && order_id != ORDER_ID_NONE) positive(page, name, order_id);
}

static void start(struct page *page, const char *verb)
{
    script_put_text(&page->text, verb);
}

static void put_accepted(struct page *page, const struct event_accepted *event)
{
    start(page, "accepted");
    order(page, "order", &event->client_id, event->participant);
    positive(page, "seq", event->head.sequence);
    public_id(page, "oid", &event->client_id, event->order_id);
}

/* Orders are called as the refused line called them, if that is the line read last. */
static void put_rejected(struct page *page, const struct event_rejected *event)
{
    const struct script *script = page->script;
    struct order_key meant = {event->client_id, event->participant};
    bool of_order = event->command == COMMAND_ORDER || event->command == COMMAND_CANCEL ||
                    event->command == COMMAND_REPLACE;
    start(page, "rejected");
    if (!of_order) {
        word(page, "command", command_verbs[event->command]);
    } else if (script->named.size && script->named.type == event->command &&
               memcmp(&script->named.key, &meant, sizeof meant) == 0) {
        key(page, "order");
        script_put(&page->text, script->named.text, script->named.size);
    } else {
        order(page, "order", &event->client_id, event->participant);
    }
    word(page, "reason", reason_name((enum reason)event->reason));
    if (of_order) public_id(page, "oid", &event->client_id, event->order_id);
}

static void put_trade(struct page *page, const struct event_trade *event)
{
    bool maker_sells = event->maker_side == SIDE_SELL;
    start(page, "trade");
    positive(page, "n", event->n);
    instrument(page, event->instrument);
    order(page, "maker", &event->maker_client, event->maker_participant);
    order(page, "taker", &event->taker_client, event->taker_participant);
    order(page, "seller", maker_sells ? &event->maker_client : &event->taker_client,
          maker_sells ? event->maker_participant : event->taker_participant);
    order(page, "buyer", maker_sells ? &event->taker_client : &event->maker_client,
          maker_sells ? event->taker_participant : event->maker_participant);
    zone(page, "from", event->from_zone);
    zone(page, "to", event->to_zone);
    number(page, "received", event->received);
    number(page, "delivered", event->delivered);
    number(page, "buyer_price", event->buyer_price);
    number(page, "seller_price", event->seller_price);
    number(page, "pays", event->pays);
    number(page, "gets", event->gets);
    number(page, "fund", event->fund);
    public_id(page, "maker_oid", &event->maker_client, event->maker_order);
    public_id(page, "taker_oid", &event->taker_client, event->taker_order);
}

static void put_cancelled(struct page *page, const struct event_cancelled *event)
{
    start(page, "cancelled");
    order(page, "order", &event->client_id, event->participant);
    number(page, "left", event->left);
    word(page, "reason", cancel_words[event->reason]);
    public_id(page, "oid", &event->client_id, event->order_id);
}

static void put_replaced(struct page *page, const struct event_replaced *event)
{
    start(page, "replaced");
    order(page, "order", &event->client_id, event->participant);
    number(page, "left", event->left);
    number(page, "price", event->price);
    positive(page, "kept_priority", event->kept_priority);
    public_id(page, "oid", &event->client_id, event->order_id);
}

static void put_phase(struct page *page, const struct event_phase *event)
{
    start(page, "phase");
    instrument(page, event->instrument);
    word(page, "to", phase_words[event->phase]);
}

static void put_call(struct page *page, const struct event_call *event)
{
    start(page, "auction");
    instrument(page, event->instrument);
    zone(page, "zone", event->zone);
    number(page, "price", event->price);
    number(page, "volume", event->volume);
}

static void put_call_fill(struct page *page, const struct event_call_fill *event)
{
    start(page, "auction-fill");
    instrument(page, event->instrument);
    order(page, "order", &event->client_id, event->participant);
    zone(page, "zone", event->zone);
    number(page, "price", event->price);
    number(page, "qty", event->qty);
    public_id(page, "oid", &event->client_id, event->order_id);
}

static void put_call_flow(struct page *page, const struct event_call_flow *event)
{
    start(page, "auction-flow");
    instrument(page, event->instrument);
    zone(page, "from", event->from_zone);
    zone(page, "to", event->to_zone);
    number(page, "received", event->received);
    number(page, "delivered", event->delivered);
    number(page, "fund", event->fund);
}

static void put_cleared(struct page *page, const struct event_cleared *event)
{
    start(page, "cleared");
    named(page, "auction", &event->name);
    number(page, "price", event->price);
    number(page, "sold", event->sold);
    word(page, "state", auction_words[event->state]);
}

static void put_award(struct page *page, const struct event_award *event)
{
    start(page, "award");
    named(page, "auction", &event->name);
    participant(page, "participant", event->participant);
    number(page, "qty", event->qty);
    number(page, "price", event->price);
    if (event->state != AWARD_STATE_DELIVERED) word(page, "state", award_words[event->state]);
}

static void put_link(struct page *page, const struct event_link *event)
{
    start(page, "link");
    instrument(page, event->instrument);
    zone(page, "from", event->from_zone);
    zone(page, "to", event->to_zone);
    word(page, "state", event->congested ? "CONGESTED" : "OPEN");
    number(page, "balance", event->balance);
}

/* ---- Rows ---- */

static void put_row_level(struct page *page, const struct event_row_level *row)
{
    start(page, "level");
    instrument(page, row->instrument);
    zone(page, "zone", row->zone);
    word(page, "side", row->side == SIDE_BUY ? "bid" : "ask");
    number(page, "price", row->price);
    number(page, "qty", row->qty);
    positive(page, "orders", row->orders);
}

static void put_row_account(struct page *page, const struct event_row_account *row)
{
    start(page, "account");
    participant(page, "participant", row->participant);
    instrument(page, row->instrument);
    number(page, "free", row->free);
    number(page, "held", row->held);
    number(page, "locked", row->locked);
    number(page, "surrendered", row->surrendered);
    number(page, "cash", row->cash);
    number(page, "cash_held", row->cash_held);
    if (!row->own_zone && row->zone != ZONE_NONE) zone(page, "zone", row->zone);
}

static void put_row_open(struct page *page, const struct event_row_open *row)
{
    start(page, "open");
    order(page, "order", &row->client_id, row->participant);
    instrument(page, row->instrument);
    word(page, "side", side_words[row->side]);
    number(page, "left", row->left);
    number(page, "price", row->price);
    public_id(page, "oid", &row->client_id, row->order_id);
}

static void put_row_fund(struct page *page, const struct event_row_fund *row)
{
    start(page, "fund");
    instrument(page, row->instrument);
    zone(page, "zone", row->zone);
    number(page, "cash", row->cash);
    number(page, "retired", row->retired);
}

static void bound(struct page *page, const char *name, int64_t value, int64_t unlimited)
{
    if (value == unlimited)
        word(page, name, "-");
    else
        number(page, name, value);
}

static void put_row_balance(struct page *page, const struct event_row_balance *row)
{
    start(page, "balance");
    instrument(page, row->instrument);
    zone(page, "from", row->from_zone);
    zone(page, "to", row->to_zone);
    number(page, "net", row->net);
    bound(page, "lo", row->lo, INT64_MIN);
    bound(page, "hi", row->hi, INT64_MAX);
}

static void put_row_units(struct page *page, const struct event_row_units *row)
{
    start(page, "units");
    instrument(page, row->instrument);
    number(page, "issued", row->issued);
    number(page, "free", row->free);
    number(page, "held", row->held);
    number(page, "locked", row->locked);
    number(page, "surrendered", row->surrendered);
    number(page, "retired", row->retired);
    number(page, "auctioned", row->auctioned);
    number(page, "difference", row->difference);
}

static void put_row_cash(struct page *page, const struct event_row_cash *row)
{
    start(page, "money");
    number(page, "deposited", row->deposited);
    number(page, "free", row->free);
    number(page, "held", row->held);
    number(page, "fund", row->fund);
    number(page, "operator", row->operator_fees);
    number(page, "treasury", row->treasury);
    number(page, "difference", row->difference);
}

static void put_row_auction(struct page *page, const struct event_row_auction *row)
{
    start(page, "offer");
    named(page, "auction", &row->name);
    instrument(page, row->instrument);
    word(page, "regime", regime_words[row->regime]);
    if (row->seller == SELLER_ISSUER)
        word(page, "seller", "reserve");
    else
        participant(page, "seller", row->seller);
    number(page, "offer", row->offer);
    number(page, "reserve", row->reserve_price);
    positive(page, "bids", row->bids);
    number(page, "price", row->price);
    number(page, "sold", row->sold);
    word(page, "state", auction_words[row->state]);
}

static void put_row_instrument(struct page *page, const struct event_row_instrument *row)
{
    start(page, "known");
    named(page, "instrument", &row->name);
    positive(page, "id", row->instrument);
    word(page, "family", family_words[row->family]);
    number(page, "lot", row->lot);
    number(page, "tick", row->tick);
    number(page, "band_ppm", row->band_ppm);
    number(page, "t_plus", row->t_plus);
    number(page, "fee_ppm", row->fee_ppm);
    number(page, "block_from", row->block_from);
    word(page, "stp", stp_words[row->stp]);
    word(page, "phase", phase_words[row->phase]);
}

static void put_row_name(struct page *page, const struct event_row_name *row)
{
    start(page, "known");
    named(page, command_verbs[row->command], &row->name);
    positive(page, "id", row->id);
    if (row->command == COMMAND_PARTICIPANT) zone(page, "zone", row->zone);
}

/* RESTED, DONE, NAMED and CLOSE have no text. */
static bool put_event(struct page *page, const struct event *event)
{
    switch ((enum event_type)event->type) {
#define CASE(NAME, suffix)                                                                         \
    case EVENT_##NAME:                                                                             \
        put_##suffix(page, AS(event_##suffix, event));                                             \
        return true;
        CASE(ACCEPTED, accepted)
        CASE(REJECTED, rejected)
        CASE(TRADE, trade)
        CASE(CANCELLED, cancelled)
        CASE(REPLACED, replaced)
        CASE(PHASE, phase)
        CASE(CALL, call)
        CASE(CALL_FILL, call_fill)
        CASE(CALL_FLOW, call_flow)
        CASE(CLEARED, cleared)
        CASE(AWARD, award)
        CASE(LINK, link)
        CASE(ROW_LEVEL, row_level)
        CASE(ROW_ACCOUNT, row_account)
        CASE(ROW_OPEN, row_open)
        CASE(ROW_FUND, row_fund)
        CASE(ROW_BALANCE, row_balance)
        CASE(ROW_UNITS, row_units)
        CASE(ROW_CASH, row_cash)
        CASE(ROW_AUCTION, row_auction)
        CASE(ROW_INSTRUMENT, row_instrument)
        CASE(ROW_NAME, row_name)
#undef CASE
    case EVENT_RESTED:
    case EVENT_DONE:
    case EVENT_NAMED:
    case EVENT_CLOSE:
    case EVENT_SHOWN:
    case EVENT_PARKED:
    case EVENT_TRIGGERED:
    case EVENT_INTERRUPTED:
    case EVENT_RENT:
    case EVENT_BLOCK_TRADE:
    case EVENT_PENDING:
    case EVENT_BUSTED:
    case EVENT_PERMITTED:
    case EVENT_SETTLED:
    case EVENT_STAGE:
    case EVENT_CONTAINED:
    case EVENT_SEED:
    case EVENT_RETIRED:
    case EVENT_RULES:
    case EVENT_ROW_INDICATIVE:
    case EVENT_ROW_PRICES:
    case EVENT_ROW_HOLDER:
    case EVENT_ROW_TERMS:
    case EVENT_ROW_GATE:
    case EVENT_ROW_BLOCK:
    case EVENT_ROW_JOB:
    case EVENT_END:
        break;
    }
    return false;
}

size_t script_event(struct script *script, const struct event *event, char *out, size_t capacity)
{
    struct page page = {{out, out + capacity, false}, script};
    if (!put_event(&page, event)) return 0;
    if (event->flags & EVENT_FLAG_REPEAT) script_put_text(&page.text, " repeat=1");
    return page.text.full ? 0 : (size_t)(page.text.at - out);
}
