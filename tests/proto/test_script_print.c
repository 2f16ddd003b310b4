/* test_script_print.c - every event and row prints exactly the line of script.md.
 *
 * Method: literal lines; how orders are called; a repeat; a buffer that is too small by one. */
#include "tests/lib/cmocka_all.h"
#include "engine/reason.h"
#include "tests/proto/script_world.h"

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world = world_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_end(&world);
    return 0;
}

static void check(const struct event *event, const char *line)
{
    char text[SCRIPT_LINE_MAX + 1];
    size_t size = script_event(world.script, event, text, SCRIPT_LINE_MAX);
    text[size] = '\0';
    assert_string_equal(text, line);
    for (size_t room = 0; room < size; room++)
        assert_int_equal(script_event(world.script, event, text, room), 0);
    assert_int_equal(script_event(world.script, event, text, size), size);
}

#define HEAD(NAME, suffix)                                                                         \
    {                                                                                              \
        .type = EVENT_##NAME, .size = sizeof(struct event_##suffix), .sequence = 7                 \
    }
#define CHECK(NAME, suffix, line, ...)                                                             \
    check(&(struct event_##suffix){.head = HEAD(NAME, suffix), __VA_ARGS__}.head, line)

/* The order was written bare: its events say so. */
static void know_bare(const char *id, const char *participant)
{
    char line[160];
    struct script_item item;
    struct event_accepted accepted = {.head = HEAD(ACCEPTED, accepted)};
    (void)snprintf(line, sizeof line, "order %s %s CO2 buy qty=1 price=1", id, participant);
    item = world_item(&world, line);
    assert_int_equal(script_applied(world.script, &item.command, &accepted.head), 0);
}

static void test_orders(void **state)
{
    (void)state;
    know_bare("S2", "mill");
    know_bare("B1", "bakery");
    CHECK(ACCEPTED, accepted, "accepted order=S2 seq=7", .client_id = {"S2"}, .order_id = 9);
    CHECK(ACCEPTED, accepted, "accepted order=mill/S3 seq=7", .client_id = {"S3"}, .order_id = 9);
    CHECK(ACCEPTED, accepted, "accepted order=- seq=7 oid=9", .order_id = 9);
    CHECK(REJECTED, rejected, "rejected order=B1 reason=UNITS_SHORT", .client_id = {"B1"},
          .participant = 1, .command = COMMAND_ORDER, .reason = REASON_UNITS_SHORT);
    CHECK(REJECTED, rejected, "rejected order=- reason=UNKNOWN_ORDER oid=5",
          .participant = PARTICIPANT_NONE, .order_id = 5, .command = COMMAND_CANCEL,
          .reason = REASON_UNKNOWN_ORDER);
    CHECK(REJECTED, rejected, "rejected command=cancel-all reason=NOT_ALLOWED",
          .command = COMMAND_CANCEL_ALL, .reason = REASON_NOT_ALLOWED);
    CHECK(CANCELLED, cancelled, "cancelled order=B1 left=300 reason=IOC", .client_id = {"B1"},
          .participant = 1, .left = 300, .reason = CANCEL_REASON_IOC);
    CHECK(REPLACED, replaced, "replaced order=S2 left=900 price=5010 kept_priority=0",
          .client_id = {"S2"}, .left = 900, .price = 5010);
    CHECK(TRADE, trade,
          "trade n=1 instrument=CO2 maker=S2 taker=B1 seller=S2 buyer=B1 from=EWN to=GBA "
          "received=1000 delivered=1200 buyer_price=6180 seller_price=5000 pays=6180000 "
          "gets=6000000 fund=180000",
          .n = 1, .maker_client = {"S2"}, .taker_client = {"B1"}, .taker_participant = 1,
          .maker_side = SIDE_SELL, .from_zone = 0, .to_zone = 1, .received = 1000,
          .delivered = 1200, .buyer_price = 6180, .seller_price = 5000, .pays = 6180000,
          .gets = 6000000, .fund = 180000, .maker_order = 3, .taker_order = 4);
    CHECK(TRADE, trade,
          "trade n=2 instrument=CO2 maker=- taker=B1 seller=B1 buyer=- from=EWN to=EWN received=1 "
          "delivered=1 buyer_price=2 seller_price=2 pays=2 gets=2 fund=0 maker_oid=3",
          .n = 2, .taker_client = {"B1"}, .taker_participant = 1, .maker_side = SIDE_BUY,
          .received = 1, .delivered = 1, .buyer_price = 2, .seller_price = 2, .pays = 2, .gets = 2,
          .maker_order = 3, .taker_order = 4);
}

static void test_cancel_reasons(void **state)
{
    (void)state;
    static const char *const words[] = {"USER", "IOC",     "FOK",  "MARKET",   "SELF_TRADE", "POST",
                                        "MIN",  "EXPIRED", "BAND", "OPERATOR", "INTERRUPTED"};
    assert_int_equal(sizeof words / sizeof words[0], CANCEL_REASON_COUNT);
    for (uint8_t reason = 0; reason < CANCEL_REASON_COUNT; reason++) {
        char line[100];
        (void)snprintf(line, sizeof line, "cancelled order=mill/A left=1 reason=%s", words[reason]);
        CHECK(CANCELLED, cancelled, line, .client_id = {"A"}, .left = 1, .reason = reason);
    }
}

static void test_calls_and_auctions(void **state)
{
    (void)state;
    know_bare("B7", "bakery");
    CHECK(PHASE, phase, "phase instrument=CO2 to=call", .phase = PHASE_CALL);
    CHECK(CALL, call, "auction instrument=CO2 zone=GBA price=6300 volume=400", .zone = 1,
          .price = 6300, .volume = 400);
    CHECK(CALL_FILL, call_fill, "auction-fill instrument=CO2 order=B7 zone=GBA price=6300 qty=300",
          .client_id = {"B7"}, .participant = 1, .zone = 1, .price = 6300, .qty = 300);
    CHECK(CALL_FLOW, call_flow,
          "auction-flow instrument=CO2 from=EWN to=GBA received=250 delivered=300 fund=105000",
          .to_zone = 1, .received = 250, .delivered = 300, .fund = 105000);
    CHECK(CLEARED, cleared, "cleared auction=A1 price=988 sold=500000 state=CLEARED",
          .name = {"A1"}, .price = 988, .sold = 500000, .state = AUCTION_STATE_CLEARED);
    CHECK(AWARD, award, "award auction=A1 participant=mill qty=150000 price=988", .name = {"A1"},
          .qty = 150000, .price = 988);
    CHECK(AWARD, award, "award auction=A1 participant=mill qty=150000 price=988 state=DEFAULTED",
          .name = {"A1"}, .qty = 150000, .price = 988, .state = AWARD_STATE_DEFAULTED);
    CHECK(LINK, link, "link instrument=CO2 from=EWN to=GBA state=CONGESTED balance=1000",
          .to_zone = 1, .congested = 1, .balance = 1000);
    CHECK(LINK, link, "link instrument=CO2 from=GBA to=EWN state=OPEN balance=-1000",
          .from_zone = 1, .balance = -1000);
}

static void test_silent_events(void **state)
{
    (void)state;
    CHECK(RESTED, rested, "", .left = 1);
    CHECK(DONE, done, "", .command = COMMAND_DEPOSIT);
    CHECK(NAMED, named, "", .command = COMMAND_ZONE);
    CHECK(CLOSE, close, "", .close = 1);
}

static void test_rows(void **state)
{
    (void)state;
    know_bare("B1", "bakery");
    CHECK(ROW_LEVEL, row_level,
          "level instrument=CO2 zone=GBA side=bid price=6310 qty=300 orders=1", .zone = 1,
          .side = SIDE_BUY, .price = 6310, .qty = 300, .orders = 1);
    CHECK(ROW_ACCOUNT, row_account,
          "account participant=mill instrument=CO2 free=0 held=0 locked=0 surrendered=0 "
          "cash=6000000 cash_held=0",
          .cash = 6000000, .own_zone = 1);
    CHECK(ROW_ACCOUNT, row_account,
          "account participant=mill instrument=CO2 free=1 held=2 locked=3 surrendered=4 cash=5 "
          "cash_held=6 zone=GBA",
          .free = 1, .held = 2, .locked = 3, .surrendered = 4, .cash = 5, .cash_held = 6,
          .zone = 1);
    CHECK(ROW_ACCOUNT, row_account,
          "account participant=mill instrument=- free=0 held=0 locked=0 surrendered=0 cash=5 "
          "cash_held=0",
          .cash = 5, .instrument = INSTRUMENT_NONE, .zone = ZONE_NONE);
    CHECK(ROW_OPEN, row_open, "open order=B1 instrument=CO2 side=buy left=300 price=6310",
          .client_id = {"B1"}, .participant = 1, .left = 300, .price = 6310);
    CHECK(ROW_FUND, row_fund, "fund instrument=CO2 zone=EWN cash=180000 retired=200",
          .cash = 180000, .retired = 200);
    CHECK(ROW_BALANCE, row_balance,
          "balance instrument=CO2 from=EWN to=GBA net=1000 lo=-1000 hi=1000", .to_zone = 1,
          .net = 1000, .lo = -1000, .hi = 1000);
    CHECK(ROW_BALANCE, row_balance, "balance instrument=CO2 from=EWN to=GBA net=0 lo=- hi=-",
          .to_zone = 1, .lo = INT64_MIN, .hi = INT64_MAX);
    CHECK(ROW_UNITS, row_units,
          "units instrument=CO2 issued=10 free=4 held=3 locked=2 surrendered=1 retired=0 "
          "auctioned=0 difference=0",
          .issued = 10, .free = 4, .held = 3, .locked = 2, .surrendered = 1);
    CHECK(ROW_CASH, row_cash,
          "money deposited=10 free=4 held=3 fund=2 operator=1 treasury=0 difference=0",
          .deposited = 10, .free = 4, .held = 3, .fund = 2, .operator_fees = 1);
    CHECK(ROW_AUCTION, row_auction,
          "offer auction=A1 instrument=CO2 regime=GD-2015 seller=reserve offer=500000 "
          "reserve=937 bids=7 price=988 sold=500000 state=CLEARED",
          .name = {"A1"}, .regime = REGIME_GD_2015, .seller = SELLER_ISSUER, .offer = 500000,
          .reserve_price = 937, .bids = 7, .price = 988, .sold = 500000,
          .state = AUCTION_STATE_CLEARED);
    CHECK(ROW_NAME, row_name, "known zone=EWN id=0", .name = {"EWN"}, .command = COMMAND_ZONE);
    CHECK(ROW_NAME, row_name, "known participant=mill id=3 zone=GBA", .name = {"mill"}, .id = 3,
          .zone = 1, .command = COMMAND_PARTICIPANT);
    CHECK(ROW_INSTRUMENT, row_instrument,
          "known instrument=CO2 id=0 family=carbon lot=1 tick=1 band_ppm=100000 t_plus=1 "
          "fee_ppm=2000 block_from=100000 stp=cancel-incoming phase=closed",
          .name = {"CO2"}, .lot = 1, .tick = 1, .band_ppm = 100000, .t_plus = 1, .fee_ppm = 2000,
          .block_from = 100000);
}

static void test_a_repeat_says_so_last(void **state)
{
    (void)state;
    struct event_accepted accepted = {.head = HEAD(ACCEPTED, accepted), .order_id = 9};
    accepted.head.flags = EVENT_FLAG_REPEAT;
    check(&accepted.head, "accepted order=- seq=7 oid=9 repeat=1");
    struct event_done done = {.head = HEAD(DONE, done)};
    done.head.flags = EVENT_FLAG_REPEAT;
    check(&done.head, "");
}

/* A rejection calls the order as its own line did; the living order keeps its line's form. */
static void test_rejections_use_the_refused_lines_words(void **state)
{
    (void)state;
    know_bare("Q", "mill");
    (void)world_item(&world, "order mill/Q mill CO2 buy qty=1 price=1");
    CHECK(REJECTED, rejected, "rejected order=mill/Q reason=DUPLICATE_ID", .client_id = {"Q"},
          .command = COMMAND_ORDER, .reason = REASON_DUPLICATE_ID);
    CHECK(CANCELLED, cancelled, "cancelled order=Q left=1 reason=USER", .client_id = {"Q"},
          .left = 1);
    (void)world_item(&world, "cancel mill/Q");
    CHECK(REJECTED, rejected, "rejected order=mill/Q reason=PHASE", .client_id = {"Q"},
          .command = COMMAND_CANCEL, .reason = REASON_PHASE);
    know_bare("bakery/R", "bakery");
    (void)world_item(&world, "order R bakery CO2 buy qty=1 price=1");
    CHECK(REJECTED, rejected, "rejected order=R reason=DUPLICATE_ID", .client_id = {"R"},
          .participant = 1, .command = COMMAND_ORDER, .reason = REASON_DUPLICATE_ID);
    CHECK(CANCELLED, cancelled, "cancelled order=bakery/R left=1 reason=USER", .client_id = {"R"},
          .participant = 1, .left = 1);
}

static void test_digest_and_help(void **state)
{
    (void)state;
    uint8_t hash[32];
    char text[SCRIPT_LINE_MAX + 1];
    for (uint8_t index = 0; index < 32; index++)
        hash[index] = index;
    size_t size = script_digest(12, hash, text, SCRIPT_LINE_MAX);
    text[size] = '\0';
    assert_string_equal(text, "digest seq=12 hash="
                              "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    assert_int_equal(script_digest(12, hash, text, size - 1), 0);
    size_t verbs = 0;
    while (script_help(verbs))
        verbs++;
    assert_int_equal(verbs, 32);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_orders),
                                       TEST(test_cancel_reasons),
                                       TEST(test_calls_and_auctions),
                                       TEST(test_silent_events),
                                       TEST(test_rows),
                                       TEST(test_a_repeat_says_so_last),
                                       TEST(test_rejections_use_the_refused_lines_words),
                                       TEST(test_digest_and_help)};
    return cmocka_run_group_tests_name("script print", tests, NULL, NULL);
}
