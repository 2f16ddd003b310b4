/* demo_call.c - one day of GDEA-24 that starts with an opening auction of both regions.
 *
 * The call fills the link up and leaves a rent on it; the regulator gives new room, which a call of
 * its own hands out; then one order would jump over the dynamic band, and a call follows instead of
 * the trade. Reference prices are the real monthly mean of 2023-12 and what a seller in EWN gets
 * of it behind the levy; every order is an example.
 */
#include "gateway/demo/demo_feed.h"
#include "gateway/demo/demo_looks.h"
#include <inttypes.h>
#include <string.h>

#define DAY "2023-12-15"
#define SERIES "GDEA-24"
#define OWN_LEVY_PPM 30000
#define ROWS_MAX 8

struct wish {
    const char *name;
    const char *side;
    int64_t qty;
    int64_t price;
};

/* EWN offers more than its own buyer wants; GBA wants more than its own seller offers. */
static const struct wish opening[] = {
    {"cement-yunfu-1", "sell", 1500, 6200},    {"cement-meizhou-1", "sell", 1500, 6250},
    {"cement-shaoguan-1", "sell", 1500, 6300}, {"dc-yunfu-1", "buy", 800, 6320},
    {"white-foshan-1", "sell", 700, 6580},     {"dc-guangzhou-1", "buy", 1500, 6700},
    {"dc-foshan-1", "buy", 1500, 6650},        {"dc-dongguan-1", "buy", 1000, 6600},
};
#define OPENING (sizeof opening / sizeof opening[0])

struct zone_price {
    int64_t price, volume;
};

struct result { /* of a call, by zone */
    struct zone_price ewn, gba;
};

static bool same(const struct result *a, const struct result *b)
{
    return a->ewn.price == b->ewn.price && a->ewn.volume == b->ewn.volume &&
           a->gba.price == b->gba.price && a->gba.volume == b->gba.volume;
}

static void order(struct demo *demo, const char *number, const struct wish *wish)
{
    struct demo_voice *voice = demo_person_voice(demo, demo_person(demo, wish->name));
    if (!voice) return;
    const enum reason reason =
        demo_ask(voice, "order %s %s " SERIES " %s qty=%" PRId64 " price=%" PRId64, number,
                 wish->name, wish->side, wish->qty, wish->price);
    if (reason) demo_check(demo, false, "%s refused %s", voice->said, reason_name(reason));
    (void)demo_voice_fault(demo, voice);
}

static void must(struct demo *demo, struct demo_voice *voice, const char *line)
{
    const enum reason reason = demo_ask(voice, "%s", line);
    if (reason) demo_check(demo, false, "%s: %s", line, reason_name(reason));
    (void)demo_voice_fault(demo, voice);
}

static struct result indicative(struct demo *demo)
{
    struct event_row_indicative rows[ROWS_MAX];
    struct result result = {.ewn = {0}};
    struct query query = demo_query(QUERY_INDICATIVE);
    query.instrument = demo_instrument(demo, SERIES);
    const size_t count =
        demo_rows(demo, &query, EVENT_ROW_INDICATIVE, rows, sizeof rows[0], ROWS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct zone_price price = {rows[i].price, rows[i].volume};
        if (rows[i].zone == demo_zone(demo, "EWN")) result.ewn = price;
        if (rows[i].zone == demo_zone(demo, "GBA")) result.gba = price;
    }
    return result;
}

static void print_result(const char *what, const struct result *result)
{
    printf("  %-34s %10s %8s %10s %8s\n", what, demo_cny(result->ewn.price),
           demo_grouped(result->ewn.volume), demo_cny(result->gba.price),
           demo_grouped(result->gba.volume));
}

/* What the next call did in both zones, from the public market data. */
static struct result published(struct demo *demo, struct demo_feed *feed)
{
    struct result result = {.ewn = {0}};
    for (int zones = 2; zones > 0; zones--) {
        const struct event *event = demo_feed_next(feed, EVENT_CALL);
        if (!event) break;
        const struct event_call *call = (const struct event_call *)(const void *)event;
        const struct zone_price price = {call->price, call->volume};
        if (call->zone == demo_zone(demo, "EWN")) result.ewn = price;
        if (call->zone == demo_zone(demo, "GBA")) result.gba = price;
    }
    return result;
}

static int64_t fund(struct demo *demo)
{
    struct event_row_fund rows[DEMO_ZONES_MAX];
    struct query query = demo_query(QUERY_FUND);
    int64_t cash = 0;
    query.instrument = demo_instrument(demo, SERIES);
    const size_t count =
        demo_rows(demo, &query, EVENT_ROW_FUND, rows, sizeof rows[0], DEMO_ZONES_MAX);
    for (size_t i = 0; i < count; i++)
        cash += rows[i].cash;
    return cash;
}

static struct result open_day(struct demo *demo, struct demo_feed *feed)
{
    char number[16];
    struct result foretold = {0};
    must(demo, demo->market_operator, "phase " SERIES " call");
    printf("  %-34s %10s %8s %10s %8s\n", "", "EWN price", "volume", "GBA price", "volume");
    for (size_t i = 0; i < OPENING; i++) {
        snprintf(number, sizeof number, "call-%zu", i + 1);
        order(demo, number, &opening[i]);
        if (i + 3 != OPENING && i + 1 != OPENING) continue;
        foretold = indicative(demo);
        print_result(i + 1 == OPENING ? "indicative, all orders in"
                                      : "indicative, two buyers to come",
                     &foretold);
    }
    must(demo, demo->market_operator, "phase " SERIES " continuous");
    const struct result result = published(demo, feed);
    print_result("the opening auction", &result);
    demo_check(demo, same(&foretold, &result) && result.gba.volume > 0,
               "the opening auction did what the last indicative look had said");
    return result;
}

/* market.md 6.4: what the call found between the regions is the levy until the next one. */
static void look_at_rent(struct demo *demo, struct demo_feed *feed, const struct result *opened)
{
    const struct event_row_balance link = demo_balance(demo, SERIES, "EWN", "GBA");
    const int64_t wanted = opened->gba.price * PPM / opened->ewn.price - PPM;
    const struct event_rent *rent =
        (const struct event_rent *)(const void *)demo_feed_next(feed, EVENT_RENT);
    const int64_t levy = rent ? rent->levy_ppm : 0;
    printf(
        "  link EWN -> GBA: %s t received, room %s: congested; the levy goes from %d to %s ppm\n",
        demo_grouped(link.net), demo_grouped(link.hi - link.net), OWN_LEVY_PPM, demo_grouped(levy));
    demo_check(demo, link.net == link.hi, "the opening auction used the whole room of the link");
    demo_check(demo, levy == wanted && levy > OWN_LEVY_PPM,
               "live rent: the levy in force is the difference the call found");
}

static void give_room(struct demo *demo, struct demo_feed *feed, const struct result *opened)
{
    const struct event_row_balance before = demo_balance(demo, SERIES, "EWN", "GBA");
    const int64_t fund_before = fund(demo);
    must(demo, demo->regulator, "limit " SERIES " EWN GBA lo=-3000 hi=3000");
    const struct result result = published(demo, feed);
    const struct event_row_balance after = demo_balance(demo, SERIES, "EWN", "GBA");
    const int64_t flow = after.net - before.net;
    const int64_t paid = fund(demo) - fund_before;
    print_result("new room, given by a call", &result);
    printf("  %s t more for GBA; the fund of EWN gets %s CNY, %s a tonne\n", demo_grouped(flow),
           demo_cny(paid), demo_cny(flow ? paid / flow : 0));
    demo_check(demo, flow > 0 && result.gba.volume == flow,
               "new room was handed out by an auction, not to the fastest");
    demo_check(demo, flow > 0 && paid == flow * (opened->gba.price - opened->ewn.price),
               "what moved paid the rent of the opening, not the link's own levy");
}

static void interrupt(struct demo *demo, struct demo_feed *feed)
{
    static const struct wish high = {"white-foshan-1", "sell", 300, 6900};
    static const struct wish hasty = {"dc-zhuhai-1", "buy", 1000, 6950};
    static const struct wish calm = {"cement-guangzhou-1", "sell", 500, 6700};
    order(demo, "jump-1", &high);
    order(demo, "jump-2", &hasty);
    const struct event_interrupted *jump =
        (const struct event_interrupted *)(const void *)demo_feed_next(feed, EVENT_INTERRUPTED);
    demo_check(demo, jump && jump->price == high.price,
               "volatility interruption: no trade at %s, 2 %% and more above the last price %s",
               demo_cny(high.price), demo_cny(jump ? jump->last : 0));
    order(demo, "jump-3", &calm); /* taken in the call */
    const struct result foretold = indicative(demo);
    must(demo, demo->market_operator, "phase " SERIES " continuous");
    const struct result result = published(demo, feed);
    print_result("the reopening auction", &result);
    demo_check(demo,
               result.gba.price == foretold.gba.price && result.gba.price == calm.price &&
                   result.gba.volume > 0,
               "the reopening call let a seller come in: %s instead of %s",
               demo_cny(result.gba.price), demo_cny(high.price));
}

int demo_call(struct demo *demo)
{
    struct demo_feed feed;
    char line[128];
    printf(
        "\nA CALL     " DAY ", " SERIES ": opening auction of both regions, congestion, new room,\n"
        "          interruption. Real: the reference price. Examples: every order. CNY; tonnes.\n");
    demo->fault =
        demo_feed_open(&feed, demo->house.feed, demo_instrument(demo, SERIES), &demo->why);
    if (demo->fault) return demo->fault;
    const enum reason dated = demo_go_to(demo, DAY);
    if (dated) demo_check(demo, false, "day " DAY ": %s", reason_name(dated));
    for (size_t i = 0; i < OPENING; i++) {
        if (strcmp(opening[i].side, "sell") != 0) continue;
        snprintf(line, sizeof line, "issue %s " SERIES " qty=2000", opening[i].name);
        must(demo, demo->regulator, line);
    }
    must(demo, demo->regulator, "issue cement-guangzhou-1 " SERIES " qty=2000");
    const struct result opened = open_day(demo, &feed);
    if (!demo->fault) look_at_rent(demo, &feed, &opened);
    if (!demo->fault) give_room(demo, &feed, &opened);
    if (!demo->fault) interrupt(demo, &feed);
    must(demo, demo->market_operator, "phase " SERIES " closed");
    demo_feed_close(&feed);
    return demo->fault;
}
