/* look_auction.c - what everybody may know of auctions: never a bid, only how many there are. */
#include "engine/look.h"

static void auction_row(const struct auction *auction, uint32_t id, struct page *page)
{
    struct event_row_auction *row = ROW(page, AUCTION, auction);
    if (!row) return;
    row->name = auction->name;
    row->offer = auction->offer;
    row->reserve_price = auction->reserve_price;
    row->price = auction->price;
    row->sold = auction->sold;
    row->auction = id;
    row->seller = auction->seller;
    row->bids = auction->bids;
    row->instrument = auction->instrument;
    row->regime = auction->regime;
    row->state = auction->state;
}

static void offer_row(const struct engine *engine, uint32_t id, struct page *page)
{
    const struct auction *auction = &engine->auction[id];
    struct event_row_offer *row = ROW(page, OFFER, offer);
    if (!row) return;
    row->name = auction->name;
    row->offer = auction->offer;
    row->reserve_price = auction->reserve_price;
    row->price = auction->price;
    row->sold = auction->sold;
    row->containment = auction->containment;
    row->trigger_price = auction->trigger_price;
    row->entry_deposit = auction->entry_deposit;
    row->agency_ppm = auction->agency_ppm;
    row->instalments = auction->instalments;
    row->unsold_reserve = engine->auction_place[auction->instrument].unsold;
    row->auction = id;
    row->seller = auction->seller;
    row->bids = auction->bids;
    row->registered = auction->registered;
    row->agency = auction->agency;
    row->pay_until = auction->pay_until;
    row->instrument = auction->instrument;
    row->regime = auction->regime;
    row->state = auction->state;
    row->revocable = auction->revocable;
}

enum reason look_auction(const struct engine *engine, const struct look_query *query,
                         struct event_buffer *out)
{
    struct page page = page_of(query, out);
    bool all = query->auction == AUCTION_NONE;
    if (!all && query->auction >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    for (uint32_t id = all ? 0 : query->auction; id < engine->auctions && !page.full; id++) {
        if (!all && id != query->auction) break;
        if (engine->rule_set < 2)
            auction_row(&engine->auction[id], id, &page);
        else
            offer_row(engine, id, &page);
    }
    return REASON_NONE;
}
