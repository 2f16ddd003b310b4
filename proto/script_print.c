/* script_print.c - the market's events as text, keys in exactly the order of script.md. */
#include "engine/reason.h"
#include "proto/script_page.h"
#include <string.h>

#define WORD_OF(number, name, word) [number] = word,
static const char *const phase_words[] = {PHASE_LIST(WORD_OF)};
static const char *const cancel_words[] = {CANCEL_REASON_LIST(WORD_OF)};
static const char *const auction_words[] = {AUCTION_STATE_LIST(WORD_OF)};
static const char *const award_words[] = {AWARD_STATE_LIST(WORD_OF)};
#undef WORD_OF

void print_accepted(struct script_page *page, const struct event_accepted *event)
{
    page_start(page, "accepted");
    page_order(page, "order", &event->client_id, event->participant);
    page_positive(page, "seq", event->head.sequence);
    page_public_id(page, "oid", &event->client_id, event->order_id);
}

/* Orders are called as the refused line called them, if that is the line read last. */
void print_rejected(struct script_page *page, const struct event_rejected *event)
{
    const struct script *script = page->script;
    struct order_key meant = {event->client_id, event->participant};
    bool of_order = event->command == COMMAND_ORDER || event->command == COMMAND_CANCEL ||
                    event->command == COMMAND_REPLACE || event->command == COMMAND_CLICK;
    page_start(page, "rejected");
    if (!of_order) {
        page_word(page, "command", page_verbs[event->command]);
    } else if (script->named.size && script->named.type == event->command &&
               memcmp(&script->named.key, &meant, sizeof meant) == 0) {
        page_key(page, "order");
        script_put(&page->text, script->named.text, script->named.size);
    } else {
        page_order(page, "order", &event->client_id, event->participant);
    }
    page_word(page, "reason", reason_name((enum reason)event->reason));
    if (of_order) page_public_id(page, "oid", &event->client_id, event->order_id);
}

void print_trade(struct script_page *page, const struct event_trade *event)
{
    bool maker_sells = event->maker_side == SIDE_SELL;
    page_start(page, "trade");
    page_positive(page, "n", event->n);
    page_instrument(page, event->instrument);
    page_order(page, "maker", &event->maker_client, event->maker_participant);
    page_order(page, "taker", &event->taker_client, event->taker_participant);
    page_order(page, "seller", maker_sells ? &event->maker_client : &event->taker_client,
               maker_sells ? event->maker_participant : event->taker_participant);
    page_order(page, "buyer", maker_sells ? &event->taker_client : &event->maker_client,
               maker_sells ? event->taker_participant : event->maker_participant);
    page_zone(page, "from", event->from_zone);
    page_zone(page, "to", event->to_zone);
    page_number(page, "received", event->received);
    page_number(page, "delivered", event->delivered);
    page_number(page, "buyer_price", event->buyer_price);
    page_number(page, "seller_price", event->seller_price);
    page_number(page, "pays", event->pays);
    page_number(page, "gets", event->gets);
    page_number(page, "fund", event->fund);
    page_public_id(page, "maker_oid", &event->maker_client, event->maker_order);
    page_public_id(page, "taker_oid", &event->taker_client, event->taker_order);
}

void print_cancelled(struct script_page *page, const struct event_cancelled *event)
{
    page_start(page, "cancelled");
    page_order(page, "order", &event->client_id, event->participant);
    page_number(page, "left", event->left);
    page_word(page, "reason", cancel_words[event->reason]);
    page_public_id(page, "oid", &event->client_id, event->order_id);
}

void print_replaced(struct script_page *page, const struct event_replaced *event)
{
    page_start(page, "replaced");
    page_order(page, "order", &event->client_id, event->participant);
    page_number(page, "left", event->left);
    page_number(page, "price", event->price);
    page_positive(page, "kept_priority", event->kept_priority);
    page_public_id(page, "oid", &event->client_id, event->order_id);
}

void print_phase(struct script_page *page, const struct event_phase *event)
{
    page_start(page, "phase");
    page_instrument(page, event->instrument);
    page_word(page, "to", phase_words[event->phase]);
}

void print_call(struct script_page *page, const struct event_call *event)
{
    page_start(page, "auction");
    page_instrument(page, event->instrument);
    page_zone(page, "zone", event->zone);
    page_number(page, "price", event->price);
    page_number(page, "volume", event->volume);
}

void print_call_fill(struct script_page *page, const struct event_call_fill *event)
{
    page_start(page, "auction-fill");
    page_instrument(page, event->instrument);
    page_order(page, "order", &event->client_id, event->participant);
    page_zone(page, "zone", event->zone);
    page_number(page, "price", event->price);
    page_number(page, "qty", event->qty);
    page_public_id(page, "oid", &event->client_id, event->order_id);
}

void print_call_flow(struct script_page *page, const struct event_call_flow *event)
{
    page_start(page, "auction-flow");
    page_instrument(page, event->instrument);
    page_zone(page, "from", event->from_zone);
    page_zone(page, "to", event->to_zone);
    page_number(page, "received", event->received);
    page_number(page, "delivered", event->delivered);
    page_number(page, "fund", event->fund);
}

void print_cleared(struct script_page *page, const struct event_cleared *event)
{
    page_start(page, "cleared");
    page_named(page, "auction", &event->name);
    page_number(page, "price", event->price);
    page_number(page, "sold", event->sold);
    page_word(page, "state", auction_words[event->state]);
}

void print_award(struct script_page *page, const struct event_award *event)
{
    page_start(page, "award");
    page_named(page, "auction", &event->name);
    page_participant(page, "participant", event->participant);
    page_number(page, "qty", event->qty);
    page_number(page, "price", event->price);
    if (event->state != AWARD_STATE_DELIVERED) page_word(page, "state", award_words[event->state]);
}

void print_link(struct script_page *page, const struct event_link *event)
{
    page_start(page, "link");
    page_instrument(page, event->instrument);
    page_zone(page, "from", event->from_zone);
    page_zone(page, "to", event->to_zone);
    page_word(page, "state", event->congested ? "CONGESTED" : "OPEN");
    page_number(page, "balance", event->balance);
}

/* ---- Without text: what an order's own lines and looks say already ---- */

#define SILENT(suffix)                                                                             \
    void print_##suffix(struct script_page *page, const struct event_##suffix *event)              \
    {                                                                                              \
        (void)page;                                                                                \
        (void)event;                                                                               \
    }
SILENT(rested)
SILENT(done)
SILENT(named)
SILENT(close)
SILENT(shown)
SILENT(parked)
#undef SILENT

static void print_event(struct script_page *page, const struct event *event)
{
    switch ((enum event_type)event->type) {
#define PRINT_CASE(number, NAME, suffix)                                                           \
    case EVENT_##NAME:                                                                             \
        print_##suffix(page, (const struct event_##suffix *)(const void *)event);                  \
        return;
        EVENT_LIST(PRINT_CASE)
#undef PRINT_CASE
    case EVENT_END:
        break;
    }
}

size_t script_event(struct script *script, const struct event *event, char *out, size_t capacity)
{
    struct script_page page = {{out, out + capacity, false}, script};
    print_event(&page, event);
    if (page.text.at == out) return 0;
    if (event->flags & EVENT_FLAG_REPEAT) script_put_text(&page.text, " repeat=1");
    return page.text.full ? 0 : (size_t)(page.text.at - out);
}
