/* demo_auction.c - real auctions, bid again: offer, reserve and results as published, single bids
 * constructed. The exchange has to find the published price and volume by itself. */
#include "gateway/demo/demo_looks.h"
#include "gateway/demo/demo_table.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct published {
    char date[16];
    char instrument[NAME_BYTES + 1];
    char regime[NAME_BYTES + 1];
    char status[16];
    char name[NAME_BYTES + 1];
    int64_t offer, bid_volume, participants, winners, reserve, highest, lowest, clearing, sold;
};

struct bids { /* what the constructed bids add up to */
    int64_t count, volume, highest, lowest, winners;
};

static void read_published(const struct demo_table *table, struct published *out)
{
    *out = (struct published){.offer = demo_number(table, "offered_t"),
                              .bid_volume = demo_number(table, "bid_volume_t"),
                              .participants = demo_number(table, "participants"),
                              .winners = demo_number(table, "winners"),
                              .reserve = demo_number(table, "reserve_fen"),
                              .highest = demo_number(table, "highest_fen"),
                              .lowest = demo_number(table, "lowest_fen"),
                              .clearing = demo_number(table, "clearing_fen"),
                              .sold = demo_number(table, "sold_t")};
    snprintf(out->date, sizeof out->date, "%s", demo_text(table, "date"));
    snprintf(out->instrument, sizeof out->instrument, "%s", demo_text(table, "instrument"));
    snprintf(out->regime, sizeof out->regime, "%s", demo_text(table, "regime"));
    snprintf(out->status, sizeof out->status, "%s", demo_text(table, "status"));
    snprintf(out->name, sizeof out->name, "A-%s", out->date);
}

static int64_t holding(struct demo *demo, const char *person, const char *instrument)
{
    struct name name;
    struct event_row_account rows[4];
    struct query query = demo_query(QUERY_ACCOUNT);
    if (!directory_name_of(person, strlen(person), &name)) return 0;
    query.participant = directory_participant(demo->directory, &name);
    query.instrument = demo_instrument(demo, instrument);
    const size_t count = demo_rows(demo, &query, EVENT_ROW_ACCOUNT, rows, sizeof rows[0], 4);
    int64_t units = 0;
    for (size_t i = 0; i < count; i++)
        units += rows[i].free + rows[i].held + rows[i].locked;
    return units;
}

/* Everybody bids through a connection of their own, in the order of the table (ties go by time). */
static struct bids place_bids(struct demo *demo, const struct published *auction)
{
    struct bids bids = {.lowest = INT64_MAX};
    struct demo_table table;
    demo_table_open(&table, "auction_bids.csv");
    while (demo_table_next(&table) && !demo->fault) {
        if (strcmp(demo_text(&table, "date"), auction->date) != 0) continue;
        struct demo_person *person = demo_person(demo, demo_text(&table, "bidder"));
        struct demo_voice *voice = demo_person_voice(demo, person);
        const int64_t qty = demo_number(&table, "qty_t");
        const int64_t price = demo_number(&table, "price_fen");
        if (!voice) break;
        const enum reason reason = demo_ask(voice, "bid %s %s qty=%" PRId64 " price=%" PRId64,
                                            auction->name, person->name, qty, price);
        if (demo_voice_fault(demo, voice)) break;
        if (reason != REASON_NONE) {
            demo_check(demo, false, "%s refused %s", voice->said, reason_name(reason));
        }
        bids.count++;
        bids.volume += qty;
        bids.highest = price > bids.highest ? price : bids.highest;
        bids.lowest = price < bids.lowest ? price : bids.lowest;
    }
    return bids;
}

static int64_t count_winners(struct demo *demo, const struct published *auction)
{
    struct demo_table table;
    int64_t winners = 0;
    demo_table_open(&table, "auction_bids.csv");
    while (demo_table_next(&table)) {
        if (strcmp(demo_text(&table, "date"), auction->date) != 0) continue;
        winners += holding(demo, demo_text(&table, "bidder"), auction->instrument) > 0;
    }
    return winners;
}

static const char *state_word(uint8_t state)
{
    static const char *const words[] = {
#define STATE_WORD(number, name, word) [number] = word,
        AUCTION_STATE_LIST(STATE_WORD)
#undef STATE_WORD
    };
    return state < sizeof words / sizeof words[0] ? words[state] : "-";
}

/* A settled auction no longer says how it was cleared: it was partial if not all was sold. */
static uint8_t outcome(const struct event_row_offer *row)
{
    if (row->state != AUCTION_STATE_SETTLED) return row->state;
    return row->sold < row->offer ? AUCTION_STATE_PARTIAL : AUCTION_STATE_CLEARED;
}

static bool agrees(int64_t published, int64_t here)
{
    return published == 0 || published == here; /* 0: not published */
}

static void report(struct demo *demo, const struct published *auction, const struct bids *bids)
{
    struct event_row_offer row = {.offer = 0};
    struct query query = demo_query(QUERY_AUCTION);
    struct name name;
    if (!directory_name_of(auction->name, strlen(auction->name), &name)) return;
    query.auction = directory_auction(demo->directory, &name);
    (void)demo_rows(demo, &query, EVENT_ROW_OFFER, &row, sizeof row, 1);
    printf("%s %-8s %-12s published: offer %s t, reserve %s, bids %s .. %s, price %s, sold %s t\n",
           auction->date, auction->instrument, auction->regime, demo_grouped(auction->offer),
           demo_cny(auction->reserve), auction->lowest ? demo_cny(auction->lowest) : "?",
           auction->highest ? demo_cny(auction->highest) : "?", demo_cny(auction->clearing),
           demo_grouped(auction->sold));
    printf("%-33sthe exchange: %" PRId64 " bids for %s t, price %s, sold %s t, %" PRId64
           " winners, %s\n",
           "", bids->count, demo_grouped(bids->volume), demo_cny(row.price), demo_grouped(row.sold),
           bids->winners, state_word(outcome(&row)));
    demo_check(demo, row.offer == auction->offer && row.reserve_price == auction->reserve,
               "offer and reserve as published");
    demo_check(demo,
               agrees(auction->bid_volume, bids->volume) &&
                   agrees(auction->participants, bids->count) &&
                   agrees(auction->highest, bids->highest) && agrees(auction->lowest, bids->lowest),
               "bid volume, bidders, highest and lowest bid as published");
    demo_check(demo,
               row.price == auction->clearing && row.sold == auction->sold &&
                   strcmp(state_word(outcome(&row)), auction->status) == 0 &&
                   agrees(auction->winners, bids->winners),
               "clearing price, volume sold, state and winners as published");
}

static int hold_auction(struct demo *demo, const struct published *auction, const char *seller)
{
    struct demo_voice *regulator = demo->regulator;
    struct demo_voice *market_operator = demo->market_operator;
    enum reason reason = demo_go_to(demo, auction->date);
    if (reason == REASON_NONE) {
        reason = demo_ask(regulator,
                          "auction %s %s regime=%s seller=%s offer=%" PRId64 " reserve=%" PRId64,
                          auction->name, auction->instrument, auction->regime, seller,
                          auction->offer, auction->reserve);
    }
    if (demo_voice_fault(demo, market_operator) || demo_learn(regulator)) {
        return demo_voice_fault(demo, regulator);
    }
    if (reason != REASON_NONE) {
        demo_check(demo, false, "auction of %s opened: %s", auction->date, reason_name(reason));
        return demo->fault;
    }
    struct bids bids = place_bids(demo, auction);
    reason = demo_ask(regulator, "clear %s", auction->name);
    if (reason != REASON_NONE) demo_check(demo, false, "cleared: %s", reason_name(reason));
    if (demo_voice_fault(demo, regulator)) return demo->fault;
    bids.winners = count_winners(demo, auction);
    report(demo, auction, &bids);
    return demo->fault;
}

/* One rule tried on the failed auction: the same offer, reserve and bids. */
static struct event_row_offer try_rule(struct demo *demo, struct published *auction,
                                       const char *seller, const char *rule, const char *terms)
{
    struct event_row_offer row = {.offer = 0};
    struct query query = demo_query(QUERY_AUCTION);
    struct name name;
    snprintf(auction->name, sizeof auction->name, "A-%s-%s", auction->date, rule);
    enum reason reason = demo_ask(
        demo->regulator, "auction %s %s seller=%s offer=%" PRId64 " reserve=%" PRId64 " %s",
        auction->name, auction->instrument, seller, auction->offer, auction->reserve, terms);
    if (demo_learn(demo->regulator) || reason) {
        demo_check(demo, false, "auction %s: %s", auction->name, reason_name(reason));
        return row;
    }
    const struct bids bids = place_bids(demo, auction);
    reason = demo_ask(demo->regulator, "clear %s", auction->name);
    if (reason) demo_check(demo, false, "cleared: %s", reason_name(reason));
    (void)demo_voice_fault(demo, demo->regulator);
    if (!directory_name_of(auction->name, strlen(auction->name), &name)) return row;
    query.auction = directory_auction(demo->directory, &name);
    (void)demo_rows(demo, &query, EVENT_ROW_OFFER, &row, sizeof row, 1);
    printf("  %-15s %5" PRId64 " %12s %10s %12s %20s  %s\n", rule, bids.count,
           demo_grouped(bids.volume), demo_cny(row.price), demo_grouped(row.sold),
           demo_cny(row.price * row.sold), state_word(outcome(&row)));
    return row;
}

int demo_auction_failed(struct demo *demo)
{
    static const char seller[] = "forest-zhaoqing";
    struct demo_table table;
    struct published auction = {.date = ""};
    demo_table_open(&table, "eco_failed.csv");
    if (demo->fault || !demo_table_next(&table)) return demo->fault;
    snprintf(auction.date, sizeof auction.date, "%s", demo_text(&table, "date"));
    snprintf(auction.instrument, sizeof auction.instrument, "%s", demo_text(&table, "instrument"));
    auction.offer = demo_number(&table, "offered_t");
    auction.reserve = demo_number(&table, "reserve_fen");
    printf("\nNOT SOLD   %s: %s t of 109 villages, %" PRId64 " bidders, published: not sold.\n"
           "          The same offer and bids under two rules. Real: quantity, number of bidders.\n"
           "          Constructed: the single bids.\n",
           auction.date, demo_grouped(auction.offer), demo_number(&table, "participants"));
    const enum reason dated = demo_go_to(demo, auction.date);
    if (dated) demo_check(demo, false, "day %s: %s", auction.date, reason_name(dated));
    printf("  %-15s %5s %12s %10s %12s %20s\n", "rule", "bids", "t", "CNY/t", "sold t",
           "to the villages CNY");
    const struct event_row_offer failed =
        try_rule(demo, &auction, seller, "all-or-nothing", "undersubscribed=cancel-all");
    const int64_t back = holding(demo, seller, auction.instrument);
    const struct event_row_offer partial =
        try_rule(demo, &auction, seller, "partial", "regime=eco-lot");
    demo_check(demo, failed.state == AUCTION_STATE_FAILED && failed.sold == 0,
               "all or nothing: the auction failed, as the published one did");
    demo_check(demo, back == auction.offer, "the villages have their units back");
    demo_check(demo,
               outcome(&partial) == AUCTION_STATE_PARTIAL && partial.sold > 0 &&
                   holding(demo, seller, auction.instrument) == auction.offer - partial.sold,
               "a partial rule would have sold %s t to the same bidders",
               demo_grouped(partial.sold));
    return demo->fault;
}

int demo_auctions_past(struct demo *demo)
{
    struct demo_table table;
    struct published auction;
    puts("\nAUCTIONS  one real primary auction of Guangdong per regime, CNY per tonne.\n"
         "          Real: offer, reserve, bid range, price, volume. Constructed: the single bids.");
    demo_table_open(&table, "primary_auctions.csv");
    while (demo_table_next(&table) && !demo->fault) {
        read_published(&table, &auction);
        hold_auction(demo, &auction, "reserve");
    }
    for (size_t i = 0; i < demo->count; i++) {
        if (demo->people[i].bidder) demo_person_leave(&demo->people[i]);
    }
    return demo->fault;
}

int demo_auction_eco(struct demo *demo)
{
    struct demo_table table;
    struct published auction;
    puts("\nECO-CREDITS  forests of EWN sell to GBA buyers: entrusted auction of forest-shanwei.\n"
         "          Real: quantity and number of bidders (37 villages, Luhe county). Prices were\n"
         "          restored from a notice without decimal points. Constructed: the single bids.");
    demo_table_open(&table, "eco_auctions.csv");
    while (demo_table_next(&table) && !demo->fault) {
        read_published(&table, &auction);
        hold_auction(demo, &auction, "forest-shanwei");
    }
    return demo->fault;
}
