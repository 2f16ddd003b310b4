/* test_auction.c - clearings that take many steps.
 *
 * Goal:   a clearing gives the same events however little one command may do; until it is done its
 *         instrument is frozen and the others trade, and every invariant holds after each step; two
 *         clearings at once wait for each other and come out as if alone.
 * Method: engines with different bounds of work get the same bids; the events of `clear` and of all
 *         its steps are compared byte by byte, but for sequence numbers and the silent DONE. A
 *         hundred thousand bids, a million with LINGNAN_TEST_FULL=1.
 */
#include "tests/lib/cmocka_all.h"
#include "engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct market {
    struct engine *engine;
    void *memory;
    struct event_buffer out;
    uint64_t sequence;
    uint64_t random;
    uint64_t hash;   /* of the events of clearings so far */
    uint64_t events; /* how many */
    uint32_t auctions;
};

#define PEOPLE 64
#define RICH (INT64_C(1) << 50) /* fen: enough for every bid */

static struct command plain(uint8_t type)
{
    struct command command;
    memset(&command, 0, sizeof command);
    command.type = type;
    command.actor = command.subject = PARTICIPANT_NONE;
    return command;
}

static struct name name_of(char letter, unsigned number)
{
    struct name name = {{0}};
    char text[NAME_BYTES];
    snprintf(text, sizeof text, "%c%u", letter, number);
    memcpy(name.text, text, strlen(text));
    return name;
}

/* Adds the events to the hash, without what may differ. */
static void take_events(struct market *market)
{
    const struct event *event = event_next(&market->out, NULL);
    for (; event; event = event_next(&market->out, event)) {
        const uint8_t *bytes = (const uint8_t *)event;
        if (event->type == EVENT_DONE) continue;
        market->events++;
        for (size_t i = sizeof *event; i < event->size; i++)
            market->hash = (market->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
}

static enum reason apply(struct market *market, struct command command)
{
    const struct event *event;
    command.sequence = ++market->sequence;
    command.time_ns = (int64_t)market->sequence;
    market->out.used = 0;
    engine_apply(market->engine, &command, &market->out);
    event = event_next(&market->out, NULL);
    if (event->type == EVENT_NAMED && command.type == COMMAND_AUCTION) market->auctions++;
    if (event->type != EVENT_REJECTED) return REASON_NONE;
    return (enum reason)((const struct event_rejected *)(const void *)event)->reason;
}

static uint64_t draw(struct market *market, uint64_t below)
{
    market->random = market->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (market->random >> 33) % below;
}

static void set_up(struct market *market, int64_t cash)
{
    struct command command = plain(COMMAND_ZONE);
    command.body.zone.name = name_of('Z', 0);
    assert_int_equal(apply(market, command), REASON_NONE);
    for (unsigned i = 0; i < 3; i++) {
        command = plain(COMMAND_INSTRUMENT);
        command.body.instrument = (struct command_instrument){.name = name_of('X', i),
                                                              .lot = 1,
                                                              .tick = 1,
                                                              .ref_price = 1000,
                                                              .band_ppm = 500000,
                                                              .family = FAMILY_ECO,
                                                              .phase = PHASE_CONTINUOUS};
        assert_int_equal(apply(market, command), REASON_NONE);
    }
    for (unsigned p = 0; p < PEOPLE; p++) {
        command = plain(COMMAND_PARTICIPANT);
        command.body.participant.name = name_of('p', p);
        command.body.participant.group = name_of('g', p / 2);
        assert_int_equal(apply(market, command), REASON_NONE);
        command = plain(COMMAND_DEPOSIT);
        command.body.deposit = (struct command_deposit){.account = p, .cash = cash};
        assert_int_equal(apply(market, command), REASON_NONE);
    }
}

static struct market market_open(uint32_t bids, uint32_t work, int64_t cash)
{
    struct engine_limits limits = {.zones = 2,
                                   .instruments = 4,
                                   .participants = PEOPLE,
                                   .orders = 256,
                                   .names = 256,
                                   .levels = 256,
                                   .positions = 512,
                                   .auctions = 1024,
                                   .bids = bids,
                                   .lanes = 1,
                                   .lane_window = 8,
                                   .work = work};
    struct market market = {.random = 5, .hash = 1};
    size_t size;
    assert_true(engine_limits_complete(&limits));
    size = (engine_memory(&limits) + 63) / 64 * 64;
    market.memory = aligned_alloc(64, size);
    assert_non_null(market.memory);
    memset(market.memory, 0, size);
    market.engine = engine_init(market.memory, size, &limits);
    market.out.capacity = engine_events_max(&limits);
    market.out.bytes = aligned_alloc(64, (market.out.capacity + 63) / 64 * 64);
    assert_non_null(market.out.bytes);
    set_up(&market, cash);
    return market;
}

static void market_close(struct market *market)
{
    free(market->memory);
    free(market->out.bytes);
}

/* Auction number `id` of one instrument with `count` bids at `prices` prices. */
static void hold(struct market *market, unsigned id, uint16_t instrument, uint8_t tie,
                 uint32_t count, uint64_t prices)
{
    struct command command = plain(COMMAND_AUCTION);
    command.body.auction = (struct command_auction){.name = name_of('A', id),
                                                    .offer = (int64_t)count * 20,
                                                    .reserve_price = 1000,
                                                    .lot = 1,
                                                    .floor_min = 1,
                                                    .share_ppm = PPM,
                                                    .deposit_ppm = PPM,
                                                    .seller = SELLER_ISSUER,
                                                    .instrument = instrument,
                                                    .tie = tie};
    assert_int_equal(apply(market, command), REASON_NONE);
    command = plain(COMMAND_SEED);
    command.body.seed.auction = id;
    command.body.seed.instrument = INSTRUMENT_NONE;
    command.body.seed.value[3] = 9;
    if (tie == TIE_SEEDED_RANDOM) assert_int_equal(apply(market, command), REASON_NONE);
    for (uint32_t i = 0; i < count; i++) {
        struct command bid = plain(COMMAND_BID);
        bid.subject = (uint32_t)draw(market, PEOPLE);
        bid.body.bid.qty = (int64_t)(1 + draw(market, 99));
        bid.body.bid.price = (int64_t)(990 + draw(market, prices));
        bid.body.bid.auction = id;
        assert_int_equal(apply(market, bid), REASON_NONE);
    }
    command.body.seed.kind = SEED_KIND_REVEAL;
    if (tie == TIE_SEEDED_RANDOM) assert_int_equal(apply(market, command), REASON_NONE);
}

static enum reason clear(struct market *market, unsigned id)
{
    struct command command = plain(COMMAND_CLEAR);
    command.body.clear.auction = id;
    enum reason reason = apply(market, command);
    if (reason == REASON_NONE) take_events(market);
    return reason;
}

/* One step; false: there was nothing left to do. */
static bool step(struct market *market)
{
    struct command command = plain(COMMAND_STEP);
    if (!engine_pending(market->engine)) return false;
    command.body.step.steps = 1;
    assert_int_equal(apply(market, command), REASON_NONE);
    take_events(market);
    return true;
}

/* --- the same events ---------------------------------------------------------------------- */

static void test_any_bound_gives_the_same_events(void **state)
{
    static const uint32_t bounds[] = {WORK_NONE, 1, 7, 64, 4096};
    (void)state;
    for (uint8_t tie = 0; tie < TIE_COUNT; tie++) {
        uint64_t hash = 0, events = 0;
        for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
            struct market market = market_open(2000, bounds[i], RICH);
            hold(&market, 0, 0, tie, 700, 40);
            assert_int_equal(clear(&market, 0), REASON_NONE);
            while (step(&market))
                engine_check(market.engine);
            engine_check(market.engine);
            if (i == 0) {
                hash = market.hash;
                events = market.events;
                assert_true(events > 200);
            }
            assert_true(market.hash == hash && market.events == events);
            market_close(&market);
        }
    }
}

static void test_a_hundred_thousand_bids(void **state)
{
    uint32_t count = getenv("LINGNAN_TEST_FULL") ? 1000000 : 100000;
    (void)state;
    for (uint8_t tie = 0; tie < TIE_COUNT; tie++) {
        struct market whole = market_open(count, WORK_NONE, RICH),
                      parts = market_open(count, WORK_MAX, RICH);
        unsigned steps = 0;
        hold(&whole, 0, 0, tie, count, 5000);
        hold(&parts, 0, 0, tie, count, 5000);
        assert_int_equal(clear(&whole, 0), REASON_NONE);
        assert_int_equal(clear(&parts, 0), REASON_NONE);
        while (step(&parts))
            steps++;
        assert_false(engine_pending(whole.engine));
        assert_true(steps >= count / WORK_MAX && steps <= 10 * (count / WORK_MAX + 1));
        assert_true(whole.hash == parts.hash && whole.events == parts.events);
        hold(&parts, 1, 0, tie, count, 50); /* every row has come back */
        market_close(&whole);
        market_close(&parts);
    }
}

/* --- others meanwhile --------------------------------------------------------------------- */

static struct command order(uint16_t instrument, uint8_t side, uint32_t who)
{
    struct command command = plain(COMMAND_ORDER);
    command.subject = who;
    command.body.order = (struct command_order){
        .qty = 1, .price = 1000, .instrument = instrument, .side = side, .tif = TIF_DAY};
    return command;
}

static void test_frozen_while_others_trade(void **state)
{
    struct market market = market_open(600, 8, RICH);
    struct command issue = plain(COMMAND_ISSUE), bid = plain(COMMAND_BID), day = plain(COMMAND_DAY);
    uint64_t trades;
    (void)state;
    issue.body.issue = (struct command_issue){.account = 1, .instrument = 1, .qty = 1000};
    assert_int_equal(apply(&market, issue), REASON_NONE);
    hold(&market, 0, 0, TIE_TIME, 500, 40);
    trades = engine_trades(market.engine);
    assert_int_equal(clear(&market, 0), REASON_NONE);
    assert_true(engine_pending(market.engine));
    bid.subject = 3;
    bid.body.bid = (struct command_bid){.qty = 1, .price = 1000};
    day.body.day.day = 9;
    do {
        assert_int_equal(apply(&market, order(0, SIDE_BUY, 4)), REASON_FROZEN);
        assert_int_equal(apply(&market, bid), REASON_FROZEN);
        assert_int_equal(clear(&market, 0), REASON_FROZEN);
        assert_int_equal(apply(&market, day), REASON_FROZEN);
        assert_int_equal(apply(&market, order(1, SIDE_SELL, 1)), REASON_NONE);
        assert_int_equal(apply(&market, order(1, SIDE_BUY, 4)), REASON_NONE);
        engine_check(market.engine);
        step(&market);
    } while (engine_pending(market.engine));
    assert_true(engine_trades(market.engine) - trades > 100);
    assert_int_equal(apply(&market, order(0, SIDE_BUY, 4)), REASON_NONE);
    assert_int_equal(clear(&market, 0), REASON_WRONG_STATE);
    market_close(&market);
}

/* The scratch of a clearing is one auction's at a time: the second waits, on whichever side of the
 * first its instrument stands. */
static void test_two_clearings_wait_for_each_other(void **state)
{
    (void)state;
    for (uint16_t first = 0; first < 2; first++) {
        struct market alone = market_open(1000, WORK_NONE, RICH),
                      both = market_open(1000, 16, RICH);
        uint16_t second = (uint16_t)(1 - first);
        for (unsigned i = 0; i < 2; i++) {
            struct market *market = i == 0 ? &alone : &both;
            hold(market, 0, first, TIE_PRO_RATA, 400, 20);
            hold(market, 1, second, TIE_SEEDED_RANDOM, 400, 20);
        }
        assert_int_equal(clear(&alone, 0), REASON_NONE);
        assert_int_equal(clear(&alone, 1), REASON_NONE);
        assert_int_equal(clear(&both, 0), REASON_NONE);
        assert_int_equal(clear(&both, 1), REASON_NONE);
        while (step(&both))
            engine_check(both.engine);
        assert_int_equal(both.events, alone.events);
        for (uint32_t p = 0; p < PEOPLE; p++) {
            struct look_query look = {.look = LOOK_ACCOUNT, .participant = p};
            for (look.instrument = 0; look.instrument < 2; look.instrument++) {
                alone.out.used = both.out.used = 0;
                assert_int_equal(engine_look(alone.engine, &look, &alone.out), REASON_NONE);
                assert_int_equal(engine_look(both.engine, &look, &both.out), REASON_NONE);
                assert_int_equal(alone.out.used, both.out.used);
                assert_memory_equal(alone.out.bytes, both.out.bytes, alone.out.used);
            }
        }
        market_close(&alone);
        market_close(&both);
    }
}

/* --- everything at random ----------------------------------------------------------------- */

static struct command random_auction(struct market *market)
{
    struct command command = plain(COMMAND_AUCTION);
    uint32_t seller = (uint32_t)draw(market, 12);
    command.body.auction =
        (struct command_auction){.name = name_of('A', (unsigned)draw(market, 4000)),
                                 .offer = (int64_t)(10 * (1 + draw(market, 9))),
                                 .reserve_price = (int64_t)(990 + draw(market, 8)),
                                 .lot = draw(market, 3) ? 1 : 5,
                                 .floor_min = 1,
                                 .share_ppm = draw(market, 3) ? PPM : PPM / 2,
                                 .deposit_ppm = draw(market, 2) ? PPM : PPM / 20,
                                 .seller = seller > 5 ? SELLER_ISSUER : seller,
                                 .instrument = (uint16_t)draw(market, 2),
                                 .undersubscribed = (uint8_t)draw(market, 3),
                                 .tie = (uint8_t)draw(market, 3),
                                 .unsold = (uint8_t)draw(market, 3)};
    return command;
}

static struct command random_terms(struct market *market, uint32_t auction)
{
    struct command command = plain(COMMAND_AUCTION_TERMS);
    command.body.auction_terms = (struct command_auction_terms){
        .containment = draw(market, 2) ? UNSET : (int64_t)(10 * draw(market, 4)),
        .trigger_price = draw(market, 2) ? UNSET : 996,
        .entry_deposit = draw(market, 3) ? UNSET : 100,
        .agency_ppm = draw(market, 2) ? UNSET : 33333,
        .instalments = draw(market, 2) ? UNSET : (int64_t)draw(market, 4),
        .auction = auction,
        .agency = draw(market, 2) ? PARTICIPANT_NONE : (uint32_t)draw(market, 6),
        .pay_until = draw(market, 2) ? 0 : engine_day(market->engine) + 1,
        .revocable = (uint8_t)(draw(market, 2) ? 1 : UNSET_ENUM),
        .announced = (uint8_t)(draw(market, 5) == 0)};
    return command;
}

/* What somebody does in an auction, or with a standing bid. */
static struct command random_bid(struct market *market, uint32_t auction)
{
    static const uint8_t types[] = {COMMAND_BID,   COMMAND_BID,      COMMAND_BID,     COMMAND_BID,
                                    COMMAND_REBID, COMMAND_WITHDRAW, COMMAND_REGISTER};
    struct command command = plain(types[draw(market, sizeof types)]);
    int64_t qty = (int64_t)(5 * (1 + draw(market, 8))), price = (int64_t)(990 + draw(market, 15));
    command.subject = (uint32_t)draw(market, 8);
    if (command.type == COMMAND_BID)
        command.body.bid = (struct command_bid){.qty = qty, .price = price, .auction = auction};
    else if (command.type == COMMAND_REBID)
        command.body.rebid = (struct command_rebid){
            .qty = qty, .price = price, .auction = auction, .n = (uint32_t)draw(market, 4)};
    else if (command.type == COMMAND_WITHDRAW)
        command.body.withdraw =
            (struct command_withdraw){.auction = auction, .n = (uint32_t)draw(market, 4)};
    else
        command.body.enrol.auction = auction;
    return command;
}

static struct command random_rest(struct market *market, uint32_t auction)
{
    static const uint8_t types[] = {COMMAND_CLEAR, COMMAND_SETTLE, COMMAND_STAGE, COMMAND_SEED,
                                    COMMAND_SEED,  COMMAND_DAY,    COMMAND_BUNDLE};
    struct command command = plain(types[draw(market, sizeof types)]);
    if (command.type == COMMAND_CLEAR)
        command.body.clear.auction = auction;
    else if (command.type == COMMAND_SETTLE)
        command.body.settle.auction = auction;
    else if (command.type == COMMAND_STAGE)
        command.body.stage = (struct command_stage){
            .auction = auction, .state = (uint8_t)draw(market, AUCTION_STATE_COUNT)};
    else if (command.type == COMMAND_SEED)
        command.body.seed = (struct command_seed){
            .auction = auction, .instrument = INSTRUMENT_NONE, .kind = (uint8_t)draw(market, 2)};
    else if (command.type == COMMAND_DAY)
        command.body.day.day = engine_day(market->engine) + 1;
    else
        command.body.bundle = (struct command_bundle){
            .qty = 5, .auction = auction, .account = (uint32_t)draw(market, 6)};
    return command;
}

static struct command random_command(struct market *market)
{
    uint32_t auction = market->auctions - (uint32_t)draw(market, 4) - 1;
    uint64_t what = draw(market, 100);
    struct command command;
    if (what < 6) return random_auction(market);
    if (what < 12) return random_terms(market, auction);
    if (what < 62) return random_bid(market, auction);
    if (what < 90) return random_rest(market, auction);
    command = plain(COMMAND_STANDING);
    command.subject = (uint32_t)draw(market, 8);
    command.body.standing = (struct command_standing){.qty = (int64_t)(3 * draw(market, 9)),
                                                      .price = (int64_t)(990 + draw(market, 15)),
                                                      .instrument = (uint16_t)draw(market, 2)};
    return command;
}

/* Owners of two eco-credits. */
static void issue_some(struct market *market)
{
    for (uint32_t p = 0; p < 6; p++) {
        struct command issue = plain(COMMAND_ISSUE);
        issue.body.issue = (struct command_issue){.account = p, .qty = 200};
        assert_int_equal(apply(market, issue), REASON_NONE);
        issue.body.issue.instrument = 1;
        assert_int_equal(apply(market, issue), REASON_NONE);
    }
}

static void test_random_auctions_keep_the_invariants(void **state)
{
    unsigned rounds = getenv("LINGNAN_TEST_FULL") ? 100000 : 4000;
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        static const uint32_t bounds[] = {1, 3, WORK_NONE};
        struct market market = market_open(24, bounds[seed % 3], 120000);
        unsigned awards = 0;
        market.random = seed * 77;
        issue_some(&market);
        for (unsigned i = 0; i < rounds; i++) {
            (void)apply(&market, random_command(&market));
            engine_check(market.engine);
            while (draw(&market, 3) && step(&market))
                engine_check(market.engine);
            awards = (unsigned)market.events;
        }
        assert_true(seed % 3 == 2 || awards > 20);
        market_close(&market);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_bound_gives_the_same_events),
        cmocka_unit_test(test_a_hundred_thousand_bids),
        cmocka_unit_test(test_frozen_while_others_trade),
        cmocka_unit_test(test_two_clearings_wait_for_each_other),
        cmocka_unit_test(test_random_auctions_keep_the_invariants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
