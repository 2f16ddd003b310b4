/* script_rows.c - what looking prints, keys in exactly the order of script.md. */
#include "proto/script_page.h"

#define WORD_OF(number, name, word) [number] = word,
static const char *const side_words[] = {SIDE_LIST(WORD_OF)};
static const char *const phase_words[] = {PHASE_LIST(WORD_OF)};
static const char *const stp_words[] = {STP_LIST(WORD_OF)};
static const char *const family_words[] = {FAMILY_LIST(WORD_OF)};
static const char *const regime_words[] = {REGIME_LIST(WORD_OF)};
static const char *const auction_words[] = {AUCTION_STATE_LIST(WORD_OF)};
static const char *const basis_words[] = {BASIS_LIST(WORD_OF)};
static const char *const method_words[] = {METHOD_LIST(WORD_OF)};
static const char *const close_words[] = {CLOSE_RULE_LIST(WORD_OF)};
static const char *const gate_words[] = {GATE_KIND_LIST(WORD_OF)};
#undef WORD_OF

void print_row_level(struct script_page *page, const struct event_row_level *event)
{
    page_start(page, "level");
    page_instrument(page, event->instrument);
    page_zone(page, "zone", event->zone);
    page_word(page, "side", event->side == SIDE_BUY ? "bid" : "ask");
    page_number(page, "price", event->price);
    page_number(page, "qty", event->qty);
    page_positive(page, "orders", event->orders);
}

void print_row_account(struct script_page *page, const struct event_row_account *event)
{
    page_start(page, "account");
    page_participant(page, "participant", event->participant);
    page_instrument(page, event->instrument);
    page_number(page, "free", event->free);
    page_number(page, "held", event->held);
    page_number(page, "locked", event->locked);
    page_number(page, "surrendered", event->surrendered);
    page_number(page, "cash", event->cash);
    page_number(page, "cash_held", event->cash_held);
    if (!event->own_zone && event->zone != ZONE_NONE) page_zone(page, "zone", event->zone);
}

void print_row_open(struct script_page *page, const struct event_row_open *event)
{
    page_start(page, "open");
    page_order(page, "order", &event->client_id, event->participant);
    page_instrument(page, event->instrument);
    page_word(page, "side", side_words[event->side]);
    page_number(page, "left", event->left);
    page_number(page, "price", event->price);
    page_public_id(page, "oid", &event->client_id, event->order_id);
}

void print_row_open_more(struct script_page *page, const struct event_row_open_more *event)
{
    page_start(page, "open");
    page_order(page, "order", &event->client_id, event->participant);
    page_instrument(page, event->instrument);
    page_word(page, "side", side_words[event->side]);
    page_number(page, "left", event->left);
    page_number(page, "price", event->price);
    page_public_id(page, "oid", &event->client_id, event->order_id);
    page_nonzero(page, "display", event->display);
    page_nonzero(page, "stop", event->stop_price);
}

void print_row_fund(struct script_page *page, const struct event_row_fund *event)
{
    page_start(page, "fund");
    page_instrument(page, event->instrument);
    page_zone(page, "zone", event->zone);
    page_number(page, "cash", event->cash);
    page_number(page, "retired", event->retired);
}

void print_row_balance(struct script_page *page, const struct event_row_balance *event)
{
    page_start(page, "balance");
    page_instrument(page, event->instrument);
    page_zone(page, "from", event->from_zone);
    page_zone(page, "to", event->to_zone);
    page_number(page, "net", event->net);
    page_bound(page, "lo", event->lo, INT64_MIN);
    page_bound(page, "hi", event->hi, INT64_MAX);
}

void print_row_units(struct script_page *page, const struct event_row_units *event)
{
    page_start(page, "units");
    page_instrument(page, event->instrument);
    page_number(page, "issued", event->issued);
    page_number(page, "free", event->free);
    page_number(page, "held", event->held);
    page_number(page, "locked", event->locked);
    page_number(page, "surrendered", event->surrendered);
    page_number(page, "retired", event->retired);
    page_number(page, "auctioned", event->auctioned);
    page_number(page, "difference", event->difference);
}

void print_row_cash(struct script_page *page, const struct event_row_cash *event)
{
    page_start(page, "money");
    page_number(page, "deposited", event->deposited);
    page_number(page, "free", event->free);
    page_number(page, "held", event->held);
    page_number(page, "fund", event->fund);
    page_number(page, "operator", event->operator_fees);
    page_number(page, "treasury", event->treasury);
    page_number(page, "difference", event->difference);
}

void print_row_auction(struct script_page *page, const struct event_row_auction *event)
{
    page_start(page, "offer");
    page_named(page, "auction", &event->name);
    page_instrument(page, event->instrument);
    page_word(page, "regime", regime_words[event->regime]);
    if (event->seller == SELLER_ISSUER)
        page_word(page, "seller", "reserve");
    else
        page_participant(page, "seller", event->seller);
    page_number(page, "offer", event->offer);
    page_number(page, "reserve", event->reserve_price);
    page_positive(page, "bids", event->bids);
    page_number(page, "price", event->price);
    page_number(page, "sold", event->sold);
    page_word(page, "state", auction_words[event->state]);
}

void print_row_offer(struct script_page *page, const struct event_row_offer *event)
{
    page_start(page, "offer");
    page_named(page, "auction", &event->name);
    page_instrument(page, event->instrument);
    page_word(page, "regime", regime_words[event->regime]);
    if (event->seller == SELLER_ISSUER)
        page_word(page, "seller", "reserve");
    else
        page_participant(page, "seller", event->seller);
    page_number(page, "offer", event->offer);
    page_number(page, "reserve", event->reserve_price);
    page_positive(page, "bids", event->bids);
    page_number(page, "price", event->price);
    page_number(page, "sold", event->sold);
    page_word(page, "state", auction_words[event->state]);
    page_nonzero(page, "containment", event->containment);
    page_nonzero(page, "trigger", event->trigger_price);
    page_nonzero(page, "entry_deposit", event->entry_deposit);
    page_nonzero(page, "registered", event->registered);
    if (event->agency != PARTICIPANT_NONE) page_participant(page, "agency", event->agency);
    page_nonzero(page, "agency_ppm", event->agency_ppm);
    page_nonzero(page, "instalments", event->instalments);
    if (event->pay_until) page_day(page, "pay_until", event->pay_until);
    page_nonzero(page, "revocable", event->revocable);
    page_nonzero(page, "unsold_reserve", event->unsold_reserve);
}

void print_row_instrument(struct script_page *page, const struct event_row_instrument *event)
{
    page_start(page, "known");
    page_named(page, "instrument", &event->name);
    page_positive(page, "id", event->instrument);
    page_word(page, "family", family_words[event->family]);
    page_number(page, "lot", event->lot);
    page_number(page, "tick", event->tick);
    page_number(page, "band_ppm", event->band_ppm);
    page_number(page, "t_plus", event->t_plus);
    page_number(page, "fee_ppm", event->fee_ppm);
    page_number(page, "block_from", event->block_from);
    page_word(page, "stp", stp_words[event->stp]);
    page_word(page, "phase", phase_words[event->phase]);
}

void print_row_name(struct script_page *page, const struct event_row_name *event)
{
    page_start(page, "known");
    page_named(page, page_verbs[event->command], &event->name);
    page_positive(page, "id", event->id);
    if (event->command == COMMAND_PARTICIPANT) page_zone(page, "zone", event->zone);
}

void print_row_indicative(struct script_page *page, const struct event_row_indicative *event)
{
    page_start(page, "indicative");
    page_instrument(page, event->instrument);
    page_zone(page, "zone", event->zone);
    page_number(page, "price", event->price);
    page_number(page, "volume", event->volume);
    page_number(page, "bids", event->bids);
    page_number(page, "asks", event->asks);
}

void print_row_prices(struct script_page *page, const struct event_row_prices *event)
{
    page_start(page, "prices");
    page_instrument(page, event->instrument);
    page_zone(page, "zone", event->zone);
    page_number(page, "ref", event->ref);
    page_number(page, "band_low", event->band_low);
    page_number(page, "band_high", event->band_high);
    page_number(page, "last", event->last);
    page_number(page, "open", event->open);
    page_number(page, "high", event->high);
    page_number(page, "low", event->low);
    page_number(page, "close", event->close);
    page_number(page, "vwap", event->vwap);
    page_number(page, "volume", event->volume);
    page_number(page, "turnover", event->turnover);
    page_number(page, "block_volume", event->block_volume);
    page_number(page, "block_turnover", event->block_turnover);
}

void print_row_holder(struct script_page *page, const struct event_row_holder *event)
{
    page_start(page, "holder");
    page_instrument(page, event->instrument);
    page_named(page, "group", &event->group);
    page_number(page, "units", event->units);
    page_number(page, "ppm", event->ppm);
    page_bound(page, "limit", event->limit, -1);
}

void print_row_terms(struct script_page *page, const struct event_row_terms *event)
{
    page_start(page, "terms");
    page_instrument(page, event->instrument);
    page_word(page, "basis", basis_words[event->basis]);
    page_key(page, "methods");
    script_put_set(&page->text, event->methods, method_words, METHOD_COUNT);
    page_named(page, "approval", &event->approval);
    page_number(page, "fee_ppm", event->fee_ppm);
    page_number(page, "block_fee_ppm", event->block_fee_ppm);
    page_number(page, "auction_fee_ppm", event->auction_fee_ppm);
    page_number(page, "block_band_ppm", event->block_band_ppm);
    page_number(page, "dynamic_ppm", event->dynamic_ppm);
    page_word(page, "close", close_words[event->close_rule]);
    page_number(page, "close_floor", event->close_floor);
    page_number(page, "holders_max", event->holders_max);
    page_number(page, "t_plus", event->t_plus);
    page_positive(page, "conditional", event->conditional);
    page_number(page, "deadline_days", event->deadline_days);
    page_number(page, "vintage", event->vintage);
    page_positive(page, "live_rent", event->live_rent);
    page_positive(page, "investors", event->investors);
    page_number(page, "holders", event->holders);
    page_positive(page, "retired", event->retired);
}

void print_row_gate(struct script_page *page, const struct event_row_gate *event)
{
    page_start(page, "gate");
    page_instrument(page, event->instrument);
    if (event->city.text[0])
        page_named(page, "city", &event->city);
    else
        page_zone(page, "zone", event->zone);
    page_word(page, "kind", gate_words[event->kind]);
    page_number(page, "allow", event->allow);
    page_number(page, "net", event->net);
    page_number(page, "buying", event->buying);
}

void print_row_block(struct script_page *page, const struct event_row_block *event)
{
    page_start(page, "agreement");
    page_named(page, "block", &event->name);
    page_instrument(page, event->instrument);
    page_participant(page, "seller", event->seller);
    page_participant(page, "buyer", event->buyer);
    page_number(page, "qty", event->qty);
    page_number(page, "price", event->price);
    page_word(page, "by", event->by_seller ? "seller" : "buyer");
}

void print_row_job(struct script_page *page, const struct event_row_job *event)
{
    page_start(page, "job");
    page_instrument(page, event->instrument);
    page_word(page, "command", page_verbs[event->command]);
    page_positive(page, "since", event->since);
}
