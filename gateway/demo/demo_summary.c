/* demo_summary.c - the table a regulator would ask for, from the exchange's own answers, beside
 * what the participants' reports add up to. */
#include "gateway/demo/demo_looks.h"
#include <inttypes.h>
#include <string.h>
#include <time.h>

static const struct traded {
    const char *name;
    const char *unit;
    const char *zones[3]; /* NULL: no more */
    const char *links[3][2];
} traded[] = {
    {"GDEA-23", "t", {"EWN", "GBA"}, {{"EWN", "GBA"}}},
    {"GDEA-24", "t", {"EWN", "GBA"}, {{"EWN", "GBA"}}},
    {"PHCER-23", "t", {"EWN", "GBA"}, {{"EWN", "GBA"}}},
    {"ENER-23", "tce", {"EWN", "GBA"}, {{"EWN", "GBA"}}},
    {"WATR-DJ-23",
     "1000 m3",
     {"DJ-UP", "DJ-MID", "DJ-LOW"},
     {{"DJ-UP", "DJ-MID"}, {"DJ-MID", "DJ-LOW"}, {"DJ-UP", "DJ-LOW"}}},
    {"SO2-23", "kg", {"NONKEY", "KEY"}, {{"NONKEY", "KEY"}}},
    {"COD-DJ-23", "kg", {"DJ-UP", "DJ-MID", "DJ-LOW"}, {{"DJ-UP", "DJ-MID"}, {"DJ-MID", "DJ-LOW"}}},
};
#define TRADED (sizeof traded / sizeof traded[0])

static void fetch_late(struct demo *demo)
{
    const struct timespec pause = {.tv_nsec = 100000000};
    nanosleep(&pause, NULL);
    for (size_t i = 0; i < demo->count; i++) {
        if (demo->people[i].voice) demo_tally_fetch(&demo->tally, demo->people[i].voice);
    }
}

static struct event_row_fund fund_of(struct demo *demo, const char *instrument, const char *zone)
{
    struct event_row_fund rows[DEMO_ZONES_MAX];
    struct event_row_fund none = {.cash = 0};
    struct query query = demo_query(QUERY_FUND);
    query.instrument = demo_instrument(demo, instrument);
    const size_t count =
        demo_rows(demo, &query, EVENT_ROW_FUND, rows, sizeof rows[0], DEMO_ZONES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].zone == demo_zone(demo, zone)) return rows[i];
    }
    return none;
}

static void print_zones(struct demo *demo)
{
    printf("%-11s %-7s %-7s %10s %10s %12s %16s %12s %9s\n", "right", "unit", "zone", "bought",
           "sold", "mean CNY", "bought+sold CNY", "to fund CNY", "retired");
    for (size_t i = 0; i < TRADED; i++) {
        const uint16_t instrument = demo_instrument(demo, traded[i].name);
        for (size_t z = 0; z < 3 && traded[i].zones[z]; z++) {
            const uint8_t zone = demo_zone(demo, traded[i].zones[z]);
            const struct demo_cell *cell = &demo->tally.all[instrument][zone];
            const struct event_row_fund fund = fund_of(demo, traded[i].name, traded[i].zones[z]);
            printf("%-11s %-7s %-7s %10s %10s %12s %16s %12s %9s\n", z ? "" : traded[i].name,
                   z ? "" : traded[i].unit, traded[i].zones[z], demo_grouped(cell->bought),
                   demo_grouped(cell->sold), demo_cny(demo_cell_price(cell)),
                   demo_cny(cell->paid + cell->got), demo_cny(fund.cash),
                   demo_grouped(fund.retired));
        }
    }
}

static void print_links(struct demo *demo)
{
    printf("\n%-11s %-17s %12s %24s %12s\n", "right", "link", "net received", "allowed", "room");
    for (size_t i = 0; i < TRADED; i++) {
        for (size_t k = 0; k < 3 && traded[i].links[k][0]; k++) {
            const struct event_row_balance row =
                demo_balance(demo, traded[i].name, traded[i].links[k][0], traded[i].links[k][1]);
            const bool open_end = row.hi == INT64_MAX;
            char allowed[64] = "no cap";
            char link[32];
            if (!open_end) {
                snprintf(allowed, sizeof allowed, "%s .. %s", demo_grouped(row.lo),
                         demo_grouped(row.hi));
            }
            snprintf(link, sizeof link, "%s -> %s", traded[i].links[k][0], traded[i].links[k][1]);
            printf("%-11s %-17s %12s %24s %12s\n", k ? "" : traded[i].name, link,
                   demo_grouped(row.net), allowed, open_end ? "-" : demo_grouped(row.hi - row.net));
        }
    }
}

static void print_funds(struct demo *demo)
{
    static const char *const zones[] = {"EWN", "GBA", "KEY", "NONKEY", "DJ-UP", "DJ-MID", "DJ-LOW"};
    puts(
        "\necological fund, income by zone (levy and congestion rent of what the zone sold), CNY:");
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        int64_t cash = 0;
        for (size_t i = 0; i < TRADED; i++)
            cash += fund_of(demo, traded[i].name, zones[z]).cash;
        printf("  %-7s %16s\n", zones[z], demo_cny(cash));
    }
}

static void print_reconciliation(struct demo *demo)
{
    struct event_row_units units[DEMO_INSTRUMENTS_MAX];
    struct event_row_cash cash = {.deposited = 0};
    struct query query = demo_query(QUERY_RECONCILE);
    const size_t count =
        demo_rows(demo, &query, EVENT_ROW_UNITS, units, sizeof units[0], DEMO_INSTRUMENTS_MAX);
    (void)demo_rows(demo, &query, EVENT_ROW_CASH, &cash, sizeof cash, 1);
    int64_t difference = cash.difference;
    puts("\nreconciliation: issued = free + held + locked + surrendered + retired + in auctions");
    for (size_t i = 0; i < count; i++) {
        difference |= units[i].difference;
        printf("  %-11.32s %12s = %s + %s + %s + %s + %s + %s, difference %" PRId64 "\n",
               directory_instrument_name(demo->directory, units[i].instrument)->text,
               demo_grouped(units[i].issued), demo_grouped(units[i].free),
               demo_grouped(units[i].held), demo_grouped(units[i].locked),
               demo_grouped(units[i].surrendered), demo_grouped(units[i].retired),
               demo_grouped(units[i].auctioned), units[i].difference);
    }
    printf("  money CNY   %s paid in = %s free + %s held + %s funds + %s fees + %s treasury, "
           "difference %" PRId64 "\n",
           demo_cny(cash.deposited), demo_cny(cash.free), demo_cny(cash.held), demo_cny(cash.fund),
           demo_cny(cash.operator_fees), demo_cny(cash.treasury), cash.difference);
    demo_check(demo, count > 0 && cash.deposited > 0 && difference == 0,
               "units and money reconcile with zero difference");
}

struct counted {
    uint64_t trades;
    uint64_t last;
    int64_t fund;
};

static void count_trade(void *context, const struct event *row)
{
    struct counted *counted = context;
    if (row->type != EVENT_TRADE) return;
    const struct event_trade *trade = (const struct event_trade *)(const void *)row;
    counted->trades++;
    counted->last = trade->n;
    counted->fund += trade->fund;
}

/* The exchange's table of trades beside the reports that the participants got. */
static void compare_trades(struct demo *demo)
{
    struct counted counted = {0};
    struct demo_voice *voice = demo->regulator;
    struct query query = demo_query(QUERY_TRADES);
    struct ln_answer answer;
    uint64_t before;
    do {
        before = counted.trades;
        query.from = counted.last + 1;
        query.rows_max = 1000;
        voice->fault =
            ln_query(voice->client, &query, count_trade, &counted, &answer, DEMO_TIMEOUT_MS);
    } while (!voice->fault && counted.trades > before);
    if (demo_voice_fault(demo, voice)) return;
    printf("\n%" PRIu64 " book trades, %" PRIu64 " fills in calls, %" PRIu64
           " execution reports received by the participants\n",
           counted.trades, demo->tally.call_fills, demo->tally.reports);
    demo_check(demo, counted.trades > 0 && counted.trades == demo->tally.book_buys,
               "every trade in the exchange's table was reported to its buyer, and none else");
}

int demo_summary(struct demo *demo, uint64_t *out_sequence, uint8_t out_hash[32])
{
    struct query query = demo_query(QUERY_DIGEST);
    struct ln_answer answer = {.sequence = 0};
    struct demo_voice *voice = demo->regulator;
    fetch_late(demo);
    puts("\nWHAT HAPPENED  (participants' own execution reports; funds and links from the "
         "exchange)");
    print_zones(demo);
    print_links(demo);
    print_funds(demo);
    print_reconciliation(demo);
    compare_trades(demo);
    if (demo->fault) return demo->fault;
    voice->fault = ln_query(voice->client, &query, count_trade, &(struct counted){0}, &answer,
                            DEMO_TIMEOUT_MS);
    *out_sequence = answer.sequence;
    memcpy(out_hash, answer.hash, sizeof answer.hash);
    return demo_voice_fault(demo, voice);
}
