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
    CHECK(SHOWN, shown, "", .shown = 1);
    CHECK(PARKED, parked, "", .left = 1);
}

static void test_stops_and_agreements(void **state)
{
    (void)state;
    know_bare("T1", "bakery");
    CHECK(TRIGGERED, triggered, "triggered order=T1", .client_id = {"T1"}, .participant = 1,
          .order_id = 9);
    CHECK(TRIGGERED, triggered, "triggered order=- oid=9", .participant = 1, .order_id = 9);
    CHECK(INTERRUPTED, interrupted, "interrupted instrument=CO2 zone=GBA price=7100 last=6300",
          .zone = 1, .price = 7100, .last = 6300);
    CHECK(RENT, rent, "rent instrument=CO2 from=EWN to=GBA levy_ppm=45000", .to_zone = 1,
          .levy_ppm = 45000);
    CHECK(BLOCK_TRADE, block_trade,
          "block-trade n=3 instrument=CO2 block=K1 seller=mill buyer=bakery from=EWN to=GBA "
          "received=100 delivered=120 buyer_price=6304 seller_price=5100 pays=630400 gets=612000 "
          "fund=18400",
          .n = 3, .name = {"K1"}, .buyer = 1, .to_zone = 1, .received = 100, .delivered = 120,
          .buyer_price = 6304, .seller_price = 5100, .pays = 630400, .gets = 612000, .fund = 18400,
          .buyer_fee = 5);
    CHECK(PENDING, pending, "pending block=K1", .name = {"K1"}, .command = COMMAND_BLOCK);
    CHECK(PENDING, pending, "pending bust=17", .n = 17, .command = COMMAND_BUST);
    CHECK(BUSTED, busted,
          "busted n=3 instrument=CO2 seller=mill buyer=bakery from=EWN to=GBA received=100 "
          "delivered=120 pays=630400 gets=612000 fund=18400 cause=fat-finger",
          .n = 3, .buyer = 1, .to_zone = 1, .received = 100, .delivered = 120, .pays = 630400,
          .gets = 612000, .fund = 18400, .cause = {"fat-finger"});
    CHECK(PERMITTED, permitted, "escrow n=5 deadline=2026-06-02", .n = 5, .deadline = 20606);
    CHECK(PERMITTED, permitted, "permit n=5 state=DELIVERED", .n = 5, .state = PERMIT_DELIVERED);
    CHECK(PERMITTED, permitted, "permit n=5 state=REFUSED", .n = 5, .state = PERMIT_REFUSED);
}

static void test_stages_and_seeds(void **state)
{
    (void)state;
    CHECK(SETTLED, settled, "settled instrument=CO2 trades=12 units=4100 cash=24800000",
          .trades = 12, .units = 4100, .cash = 24800000);
    CHECK(STAGE, stage, "stage auction=A1 state=REGISTRATION", .name = {"A1"},
          .state = AUCTION_STATE_REGISTRATION);
    CHECK(CONTAINED, contained, "containment auction=A1 qty=50000 trigger=1200", .name = {"A1"},
          .qty = 50000, .trigger_price = 1200);
    CHECK(SEED, seed,
          "seed commit=ab00000000000000000000000000000000000000000000000000000000000000 "
          "instrument=NOX",
          .value = {0xab}, .auction = AUCTION_NONE, .instrument = 1);
    CHECK(SEED, seed,
          "seed reveal=ab00000000000000000000000000000000000000000000000000000000000000 "
          "auction=A1",
          .value = {0xab}, .instrument = INSTRUMENT_NONE, .kind = SEED_KIND_REVEAL);
    CHECK(RETIRED, retired, "retired instrument=NOX", .instrument = 1);
    CHECK(RULES, rules, "rules set=2", .set = 2);
}

static void test_rows_of_orders_and_offers(void **state)
{
    (void)state;
    CHECK(ROW_OPEN_MORE, row_open_more,
          "open order=mill/T1 instrument=CO2 side=buy left=300 price=6400 stop=6350",
          .client_id = {"T1"}, .left = 300, .price = 6400, .stop_price = 6350);
    CHECK(ROW_OPEN_MORE, row_open_more,
          "open order=- instrument=CO2 side=sell left=300 price=6400 oid=4 display=100 stop=6450",
          .order_id = 4, .side = SIDE_SELL, .left = 300, .price = 6400, .display = 100,
          .stop_price = 6450);
    CHECK(ROW_OFFER, row_offer,
          "offer auction=A1 instrument=CO2 regime=EU seller=reserve offer=500 reserve=937 bids=7 "
          "price=0 sold=0 state=OPEN",
          .name = {"A1"}, .regime = REGIME_EU, .seller = SELLER_ISSUER, .offer = 500,
          .reserve_price = 937, .bids = 7, .agency = PARTICIPANT_NONE);
    CHECK(ROW_OFFER, row_offer,
          "offer auction=A1 instrument=CO2 regime=custom seller=mill offer=500 reserve=937 bids=0 "
          "price=0 sold=0 state=REGISTRATION containment=50 trigger=1200 entry_deposit=1000 "
          "registered=2 agency=bakery agency_ppm=20000 instalments=4 pay_until=2026-06-02 "
          "revocable=1 unsold_reserve=70",
          .name = {"A1"}, .offer = 500, .reserve_price = 937, .state = AUCTION_STATE_REGISTRATION,
          .containment = 50, .trigger_price = 1200, .entry_deposit = 1000, .registered = 2,
          .agency = 1, .agency_ppm = 20000, .instalments = 4, .pay_until = 20606, .revocable = 1,
          .unsold_reserve = 70);
}

static void test_rows_of_prices_and_terms(void **state)
{
    (void)state;
    CHECK(ROW_INDICATIVE, row_indicative,
          "indicative instrument=CO2 zone=GBA price=6300 volume=400 bids=0 asks=150", .zone = 1,
          .price = 6300, .volume = 400, .asks = 150);
    CHECK(ROW_PRICES, row_prices,
          "prices instrument=CO2 zone=EWN ref=1 band_low=2 band_high=3 last=4 open=5 high=6 low=7 "
          "close=8 vwap=9 volume=10 turnover=11 block_volume=12 block_turnover=13",
          .ref = 1, .band_low = 2, .band_high = 3, .last = 4, .open = 5, .high = 6, .low = 7,
          .close = 8, .vwap = 9, .volume = 10, .turnover = 11, .block_volume = 12,
          .block_turnover = 13);
    CHECK(ROW_HOLDER, row_holder, "holder instrument=CO2 group=mill units=12 ppm=6 limit=15",
          .group = {"mill"}, .units = 12, .ppm = 6, .limit = 15);
    CHECK(ROW_HOLDER, row_holder, "holder instrument=CO2 group=mill units=12 ppm=6 limit=-",
          .group = {"mill"}, .units = 12, .ppm = 6, .limit = -1);
    CHECK(ROW_TERMS, row_terms,
          "terms instrument=CO2 basis=CN-permitted methods=agreement,listing approval=GD-7 "
          "fee_ppm=1 block_fee_ppm=2 auction_fee_ppm=3 block_band_ppm=4 dynamic_ppm=5 "
          "close=GD-2019 close_floor=6 holders_max=7 t_plus=8 conditional=1 deadline_days=9 "
          "vintage=2026 live_rent=0 investors=1 holders=10 retired=0",
          .basis = BASIS_CN_PERMITTED, .methods = METHOD_BIT(AGREEMENT) | METHOD_BIT(LISTING),
          .approval = {"GD-7"}, .fee_ppm = 1, .block_fee_ppm = 2, .auction_fee_ppm = 3,
          .block_band_ppm = 4, .dynamic_ppm = 5, .close_rule = CLOSE_RULE_GD_2019, .close_floor = 6,
          .holders_max = 7, .holders = 10, .t_plus = 8, .deadline_days = 9, .vintage = 2026,
          .conditional = 1, .investors = 1);
    CHECK(ROW_GATE, row_gate, "gate instrument=CO2 zone=GBA kind=block allow=1 net=-20 buying=3",
          .zone = 1, .allow = 1, .net = -20, .buying = 3);
    CHECK(ROW_GATE, row_gate, "gate instrument=CO2 city=Z kind=ratio allow=1 net=0 buying=0",
          .city = {"Z"}, .zone = ZONE_NONE, .allow = 1, .kind = GATE_KIND_RATIO);
    CHECK(ROW_BLOCK, row_block,
          "agreement block=K1 instrument=CO2 seller=mill buyer=bakery qty=2 price=51 by=buyer",
          .name = {"K1"}, .buyer = 1, .qty = 2, .price = 51);
    CHECK(ROW_JOB, row_job, "job instrument=- command=day since=9", .instrument = INSTRUMENT_NONE,
          .command = COMMAND_DAY, .since = 9);
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
    (void)world_item(&world, "click K1 mill bakery/R qty=1");
    CHECK(REJECTED, rejected, "rejected order=K1 reason=LOT", .client_id = {"K1"},
          .command = COMMAND_CLICK, .reason = REASON_LOT);
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
    assert_int_equal(verbs, 66);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_orders),
                                       TEST(test_cancel_reasons),
                                       TEST(test_calls_and_auctions),
                                       TEST(test_silent_events),
                                       TEST(test_rows),
                                       TEST(test_stops_and_agreements),
                                       TEST(test_stages_and_seeds),
                                       TEST(test_rows_of_orders_and_offers),
                                       TEST(test_rows_of_prices_and_terms),
                                       TEST(test_a_repeat_says_so_last),
                                       TEST(test_rejections_use_the_refused_lines_words),
                                       TEST(test_digest_and_help)};
    return cmocka_run_group_tests_name("script print", tests, NULL, NULL);
}
