/* script_print_more.c - the lines of stops, agreements, busts, permits, stages and seeds. */
#include "proto/script_page.h"

#define WORD_OF(number, name, word) [number] = word,
static const char *const auction_words[] = {AUCTION_STATE_LIST(WORD_OF)};
static const char *const permit_words[] = {PERMIT_LIST(WORD_OF)};
static const char *const seed_words[] = {SEED_KIND_LIST(WORD_OF)};
#undef WORD_OF

void print_triggered(struct script_page *page, const struct event_triggered *event)
{
    page_start(page, "triggered");
    page_order(page, "order", &event->client_id, event->participant);
    page_public_id(page, "oid", &event->client_id, event->order_id);
}

void print_interrupted(struct script_page *page, const struct event_interrupted *event)
{
    page_start(page, "interrupted");
    page_instrument(page, event->instrument);
    page_zone(page, "zone", event->zone);
    page_number(page, "price", event->price);
    page_number(page, "last", event->last);
}

void print_rent(struct script_page *page, const struct event_rent *event)
{
    page_start(page, "rent");
    page_instrument(page, event->instrument);
    page_zone(page, "from", event->from_zone);
    page_zone(page, "to", event->to_zone);
    page_number(page, "levy_ppm", event->levy_ppm);
}

void print_block_trade(struct script_page *page, const struct event_block_trade *event)
{
    page_start(page, "block-trade");
    page_positive(page, "n", event->n);
    page_instrument(page, event->instrument);
    page_named(page, "block", &event->name);
    page_participant(page, "seller", event->seller);
    page_participant(page, "buyer", event->buyer);
    page_zone(page, "from", event->from_zone);
    page_zone(page, "to", event->to_zone);
    page_number(page, "received", event->received);
    page_number(page, "delivered", event->delivered);
    page_number(page, "buyer_price", event->buyer_price);
    page_number(page, "seller_price", event->seller_price);
    page_number(page, "pays", event->pays);
    page_number(page, "gets", event->gets);
    page_number(page, "fund", event->fund);
}

void print_pending(struct script_page *page, const struct event_pending *event)
{
    page_start(page, "pending");
    if (event->command == COMMAND_BUST)
        page_positive(page, "bust", event->n);
    else
        page_named(page, page_verbs[event->command], &event->name);
}

void print_busted(struct script_page *page, const struct event_busted *event)
{
    page_start(page, "busted");
    page_positive(page, "n", event->n);
    page_instrument(page, event->instrument);
    page_participant(page, "seller", event->seller);
    page_participant(page, "buyer", event->buyer);
    page_zone(page, "from", event->from_zone);
    page_zone(page, "to", event->to_zone);
    page_number(page, "received", event->received);
    page_number(page, "delivered", event->delivered);
    page_number(page, "pays", event->pays);
    page_number(page, "gets", event->gets);
    page_number(page, "fund", event->fund);
    page_named(page, "cause", &event->cause);
}

void print_permitted(struct script_page *page, const struct event_permitted *event)
{
    bool begins = event->state == PERMIT_ESCROW;
    page_start(page, begins ? "escrow" : "permit");
    page_positive(page, "n", event->n);
    if (begins)
        page_day(page, "deadline", event->deadline);
    else
        page_word(page, "state", permit_words[event->state]);
}

void print_settled(struct script_page *page, const struct event_settled *event)
{
    page_start(page, "settled");
    page_instrument(page, event->instrument);
    page_number(page, "trades", event->trades);
    page_number(page, "units", event->units);
    page_number(page, "cash", event->cash);
}

void print_stage(struct script_page *page, const struct event_stage *event)
{
    page_start(page, "stage");
    page_named(page, "auction", &event->name);
    page_word(page, "state", auction_words[event->state]);
}

void print_contained(struct script_page *page, const struct event_contained *event)
{
    page_start(page, "containment");
    page_named(page, "auction", &event->name);
    page_number(page, "qty", event->qty);
    page_number(page, "trigger", event->trigger_price);
}

void print_seed(struct script_page *page, const struct event_seed *event)
{
    page_start(page, "seed");
    page_key(page, seed_words[event->kind]);
    script_put_hex(&page->text, event->value, SEED_BYTES);
    if (event->auction == AUCTION_NONE)
        page_instrument(page, event->instrument);
    else
        page_named(page, "auction",
                   directory_auction_name(page->script->directory, event->auction));
}

void print_retired(struct script_page *page, const struct event_retired *event)
{
    page_start(page, "retired");
    page_instrument(page, event->instrument);
}

void print_rules(struct script_page *page, const struct event_rules *event)
{
    page_start(page, "rules");
    page_positive(page, "set", event->set);
}
