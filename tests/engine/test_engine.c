/* test_engine.c - the engine at its own door.
 *
 * Goal:   whatever command comes, every invariant holds afterwards, the state is a function of the
 *         commands alone, and a full table is a reason, never a fault.
 * Method: seeded random commands, sensible ones and ones whose every field is noise, over small
 *         tables; engine_check() after each; the canonical walks of two engines compared.
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
};

static const struct engine_limits small = {.zones = 3,
                                           .instruments = 2,
                                           .participants = 8,
                                           .orders = 64,
                                           .names = 96,
                                           .levels = 64,
                                           .positions = 40,
                                           .auctions = 4,
                                           .bids = 12,
                                           .lanes = 4,
                                           .lane_window = 8};

static struct market market_open(struct engine_limits limits, uint64_t seed)
{
    struct market market = {.random = seed * 2 + 1};
    size_t size;
    assert_true(engine_limits_complete(&limits));
    size = engine_memory(&limits);
    market.memory = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_non_null(market.memory);
    memset(market.memory, 0, size);
    market.engine = engine_init(market.memory, size, &limits);
    market.out.capacity = engine_events_max(&limits);
    market.out.bytes = aligned_alloc(64, (market.out.capacity + 63) / 64 * 64);
    assert_non_null(market.out.bytes);
    return market;
}

static void market_close(struct market *market)
{
    free(market->memory);
    free(market->out.bytes);
}

static uint64_t draw(struct market *market, uint64_t below)
{
    market->random = market->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (market->random >> 33) % below;
}

static struct name name_of(char letter, unsigned number)
{
    struct name name = {{0}};
    char text[NAME_BYTES];
    snprintf(text, sizeof text, "%c%u", letter, number);
    memcpy(name.text, text, strlen(text));
    return name;
}

/* Applies and returns the first event. */
static const struct event *apply(struct market *market, struct command *command)
{
    command->sequence = ++market->sequence;
    command->time_ns = (int64_t)market->sequence;
    market->out.used = 0;
    engine_apply(market->engine, command, &market->out);
    return event_next(&market->out, NULL);
}

static enum reason reason_of(const struct event *event)
{
    if (event->type != EVENT_REJECTED) return REASON_NONE;
    return (enum reason)((const struct event_rejected *)(const void *)event)->reason;
}

static struct command plain(uint8_t type)
{
    struct command command;
    memset(&command, 0, sizeof command);
    command.type = type;
    command.actor = command.subject = PARTICIPANT_NONE;
    return command;
}

static void set_up(struct market *market)
{
    struct command command;
    for (unsigned zone = 0; zone < 2; zone++) {
        command = plain(COMMAND_ZONE);
        command.body.zone.name = name_of('Z', zone);
        assert_int_equal(reason_of(apply(market, &command)), REASON_NONE);
    }
    for (unsigned i = 0; i < 2; i++) {
        command = plain(COMMAND_INSTRUMENT);
        command.body.instrument =
            (struct command_instrument){.name = name_of('X', i),
                                        .lot = 1 + 4 * i,
                                        .tick = 1 + i,
                                        .ref_price = 100,
                                        .band_ppm = 500000,
                                        .fee_ppm = 2000,
                                        .block_from = 0,
                                        .t_plus = i,
                                        .stp = (uint8_t)(i ? STP_DECREMENT : STP_CANCEL_INCOMING),
                                        .phase = PHASE_CONTINUOUS};
        assert_int_equal(reason_of(apply(market, &command)), REASON_NONE);
        for (unsigned way = 0; way < 2; way++) {
            command = plain(COMMAND_LINK);
            command.body.link = (struct command_link){.instrument = (uint16_t)i,
                                                      .from_zone = (uint8_t)way,
                                                      .to_zone = (uint8_t)!way,
                                                      .rn = way ? 1 : 6,
                                                      .rd = way ? 1 : 5,
                                                      .levy_ppm = way ? 0 : 30000,
                                                      .allowed = 1};
            assert_int_equal(reason_of(apply(market, &command)), REASON_NONE);
        }
        command = plain(COMMAND_LIMIT);
        command.body.limit = (struct command_limit){
            .instrument = (uint16_t)i, .from_zone = 0, .to_zone = 1, .lo = -40, .hi = 60};
        assert_int_equal(reason_of(apply(market, &command)), REASON_NONE);
    }
    for (unsigned p = 0; p < 6; p++) {
        command = plain(COMMAND_PARTICIPANT);
        command.body.participant.name = name_of('p', p);
        command.body.participant.group = name_of('g', p / 2);
        command.body.participant.zone = (uint8_t)(p % 2);
        assert_int_equal(reason_of(apply(market, &command)), REASON_NONE);
        command = plain(COMMAND_DEPOSIT);
        command.body.deposit = (struct command_deposit){.account = p, .cash = 200000};
        assert_int_equal(reason_of(apply(market, &command)), REASON_NONE);
        for (uint16_t i = 0; i < 2; i++) {
            command = plain(COMMAND_ISSUE);
            command.body.issue = (struct command_issue){.account = p, .instrument = i, .qty = 500};
            assert_int_equal(reason_of(apply(market, &command)), REASON_NONE);
        }
    }
}

static struct command random_order(struct market *market)
{
    struct command command = plain(COMMAND_ORDER);
    struct command_order *order = &command.body.order;
    command.subject = (uint32_t)draw(market, 7);
    if (draw(market, 3)) order->client_id = name_of('o', (unsigned)draw(market, 60));
    order->instrument = (uint16_t)draw(market, 2);
    order->qty = (int64_t)(5 * (1 + draw(market, 12)));
    order->price = (int64_t)(80 + 2 * draw(market, 25));
    order->side = (uint8_t)draw(market, 2);
    order->type = (uint8_t)(draw(market, 10) == 0);
    order->tif = (uint8_t)(draw(market, 3) ? TIF_DAY : draw(market, 4));
    return command;
}

/* A sensible command of any kind but the description of the market. */
static struct command random_command(struct market *market)
{
    struct command command;
    uint64_t what = draw(market, 100);
    if (what < 60) return random_order(market);
    if (what < 75) {
        command = plain(COMMAND_CANCEL);
        command.subject = (uint32_t)draw(market, 6);
        if (draw(market, 2))
            command.body.cancel.client_id = name_of('o', (unsigned)draw(market, 60));
        else
            command.body.cancel.order_id = draw(market, 8) << 32 | (1 + draw(market, 64));
        return command;
    }
    if (what < 88) {
        command = plain(COMMAND_REPLACE);
        command.body.replace.order_id = draw(market, 8) << 32 | (1 + draw(market, 64));
        command.body.replace.qty = (int64_t)(5 * (1 + draw(market, 12)));
        command.body.replace.price = draw(market, 2) ? UNSET : (int64_t)(80 + 2 * draw(market, 25));
        return command;
    }
    if (what < 92) {
        command = plain(COMMAND_PHASE);
        command.body.phase.instrument = (uint16_t)draw(market, 2);
        command.body.phase.phase = draw(market, 2) ? PHASE_CALL : PHASE_CONTINUOUS;
        return command;
    }
    if (what < 94) {
        command = plain(COMMAND_DAY);
        command.body.day.day = engine_day(market->engine) + 1;
        return command;
    }
    if (what < 96) {
        command = plain(COMMAND_LIMIT);
        command.body.limit = (struct command_limit){.instrument = (uint16_t)draw(market, 2),
                                                    .from_zone = 0,
                                                    .to_zone = 1,
                                                    .lo = -(int64_t)draw(market, 100),
                                                    .hi = (int64_t)draw(market, 100)};
        return command;
    }
    command = plain(COMMAND_CANCEL_ALL);
    command.body.cancel_all.account = (uint32_t)draw(market, 6);
    command.body.cancel_all.instrument = draw(market, 2) ? INSTRUMENT_ALL : 0;
    return command;
}

/* Every byte of the body and the header's ids are noise, some of it near the truth. */
static struct command noise_command(struct market *market)
{
    struct command command = plain((uint8_t)(1 + draw(market, COMMAND_END - 1)));
    uint8_t *body = (uint8_t *)&command.body;
    uint64_t width = 1 + draw(market, 8);
    for (size_t i = 0; i < sizeof command.body; i++)
        body[i] = draw(market, width) ? (uint8_t)draw(market, 4) : (uint8_t)draw(market, 256);
    command.role = (uint8_t)(draw(market, 3) ? 0 : draw(market, ROLE_COUNT));
    command.actor = (uint32_t)draw(market, 9);
    command.subject = (uint32_t)draw(market, 9);
    command.lane = (uint32_t)draw(market, 6);
    command.id = draw(market, 40) + market->sequence / 8;
    return command;
}

struct bytes {
    uint64_t hash;
    size_t size;
};

static void sink(void *context, const void *bytes, size_t size)
{
    struct bytes *sum = context;
    for (size_t i = 0; i < size; i++)
        sum->hash = (sum->hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
    sum->size += size;
}

static struct bytes walk(const struct market *market)
{
    struct bytes sum = {0};
    engine_walk(market->engine, sink, &sum);
    return sum;
}

static unsigned rounds(unsigned usual)
{
    return getenv("LINGNAN_TEST_FULL") ? usual * 50 : usual;
}

static void test_invariants_hold_after_every_command(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct market market = market_open(small, seed);
        uint64_t trades;
        set_up(&market);
        for (unsigned i = 0; i < rounds(2500); i++) {
            struct command command = random_command(&market);
            apply(&market, &command);
            engine_check(market.engine);
        }
        trades = engine_trades(market.engine);
        if (trades < 50)
            fail_msg("seed %llu: only %llu trades", (unsigned long long)seed,
                     (unsigned long long)trades);
        market_close(&market);
    }
}

static void test_noise_is_answered(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct market market = market_open(small, seed + 1000);
        set_up(&market);
        for (unsigned i = 0; i < rounds(3000); i++) {
            struct command command =
                draw(&market, 3) ? noise_command(&market) : random_command(&market);
            assert_non_null(apply(&market, &command));
            if (i % 16 == 0) engine_check(market.engine);
        }
        market_close(&market);
    }
}

static void test_state_is_a_function_of_the_commands(void **state)
{
    struct engine_limits large = {.zones = 3, .instruments = 2, .participants = 8};
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct market a = market_open(large, seed), b;
        struct engine_limits roomier = {.lane_window = large.lane_window};
        roomier.orders = 4096;
        roomier.levels = 999;
        b = market_open(roomier, seed);
        set_up(&a);
        set_up(&b);
        for (unsigned i = 0; i < 3000; i++) {
            struct command command = random_command(&a);
            if (draw(&a, 4) == 0) {
                command.lane = 1 + (uint32_t)draw(&a, 3);
                command.id = draw(&a, 30) + i / 4;
            }
            apply(&a, &command);
            apply(&b, &command);
            assert_int_equal(a.out.used, b.out.used);
            assert_memory_equal(a.out.bytes, b.out.bytes, a.out.used);
        }
        assert_true(walk(&a).hash == walk(&b).hash && walk(&a).size == walk(&b).size);
        market_close(&a);
        market_close(&b);
    }
}

/* Fills one table after the other; the reason names it and everything else goes on. */
static void test_full_tables_are_reasons(void **state)
{
    struct market market = market_open(small, 7);
    struct command command;
    enum reason reason = REASON_NONE;
    (void)state;
    set_up(&market);
    command = plain(COMMAND_ZONE);
    command.body.zone.name = name_of('t', 0);
    assert_int_equal(reason_of(apply(&market, &command)), REASON_NONE);
    command.body.zone.name = name_of('f', 0);
    assert_int_equal(reason_of(apply(&market, &command)), REASON_CAPACITY);
    command = plain(COMMAND_INSTRUMENT);
    command.body.instrument.name = name_of('t', 0);
    command.body.instrument.ref_price = UNSET;
    command.body.instrument.lot = command.body.instrument.tick = 1;
    command.body.instrument.stp = UNSET_ENUM;
    assert_int_equal(reason_of(apply(&market, &command)), REASON_CAPACITY);
    for (unsigned p = 6; p < 9; p++) {
        command = plain(COMMAND_PARTICIPANT);
        command.body.participant.name = name_of('p', p);
        reason = reason_of(apply(&market, &command));
    }
    assert_int_equal(reason, REASON_CAPACITY);
    for (unsigned i = 0; i < 65; i++) {
        command = plain(COMMAND_ORDER);
        command.subject = 0;
        command.body.order = (struct command_order){.qty = 1, .price = 60, .side = SIDE_BUY};
        reason = reason_of(apply(&market, &command));
        if (i < 64) assert_int_equal(reason, REASON_NONE);
    }
    assert_int_equal(reason, REASON_BOOK_FULL);
    command = plain(COMMAND_CANCEL_ALL);
    command.body.cancel_all =
        (struct command_cancel_all){.account = 0, .instrument = INSTRUMENT_ALL};
    apply(&market, &command);
    for (unsigned i = 0; i < 97; i++) { /* ids are remembered after the orders are gone */
        command = plain(COMMAND_ORDER);
        command.subject = 0;
        command.body.order = (struct command_order){
            .client_id = name_of('n', i), .qty = 1, .price = 60, .tif = TIF_IOC};
        reason = reason_of(apply(&market, &command));
        if (i < 96) assert_int_equal(reason, REASON_NONE);
    }
    assert_int_equal(reason, REASON_CAPACITY);
    engine_check(market.engine);
    market_close(&market);
}

/* A script cannot name an unknown zone, the wire can: every command with a zone refuses it. */
static void test_unknown_zone_is_a_reason(void **state)
{
    struct market market = market_open(small, 7);
    struct command bad[6] = {plain(COMMAND_LINK),   plain(COMMAND_LIMIT),
                             plain(COMMAND_REF),    plain(COMMAND_PARTICIPANT),
                             plain(COMMAND_MEMBER), plain(COMMAND_GATE)};
    (void)state;
    set_up(&market);
    bad[0].body.link = (struct command_link){.to_zone = 9, .rn = 1, .rd = 1, .allowed = 1};
    bad[1].body.limit = (struct command_limit){.to_zone = 9, .lo = -1, .hi = 1};
    bad[2].body.ref = (struct command_ref){.zone = 9, .price = 100};
    bad[3].body.participant.name = name_of('q', 0);
    bad[3].body.participant.zone = 9;
    bad[4].body.member = (struct command_member){.zone = 9};
    bad[5].body.gate = (struct command_gate){.zone = 9, .closed = 1};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(reason_of(apply(&market, &bad[i])), REASON_UNKNOWN_ZONE);
    market_close(&market);
}

/* An old public id never answers for the next order in its slot. */
static void test_reused_slot_has_another_id(void **state)
{
    struct market market = market_open(small, 9);
    struct command order = plain(COMMAND_ORDER), cancel = plain(COMMAND_CANCEL);
    const struct event *event;
    uint64_t first, second;
    (void)state;
    set_up(&market);
    order.subject = 0;
    order.body.order = (struct command_order){.qty = 1, .price = 60, .side = SIDE_BUY};
    event = apply(&market, &order);
    first = ((const struct event_accepted *)(const void *)event)->order_id;
    cancel.body.cancel.order_id = first;
    assert_int_equal(apply(&market, &cancel)->type, EVENT_CANCELLED);
    event = apply(&market, &order);
    second = ((const struct event_accepted *)(const void *)event)->order_id;
    assert_int_equal((uint32_t)first, (uint32_t)second); /* same slot */
    assert_true(first != second);
    assert_int_equal(reason_of(apply(&market, &cancel)), REASON_UNKNOWN_ORDER);
    cancel.body.cancel.order_id = second;
    assert_int_equal(apply(&market, &cancel)->type, EVENT_CANCELLED);
    market_close(&market);
}

/* Prices from one tick to the highest there is, far apart: found again in order. */
static void test_any_price_in_the_book(void **state)
{
    struct engine_limits limits = small;
    struct market market;
    struct command command;
    int64_t last = PRICE_MAX;
    struct look_query look = {.look = LOOK_BOOK, .zone = 0};
    const struct event *row = NULL;
    unsigned rows = 0;
    (void)state;
    limits.orders = 1000;
    limits.levels = 1000;
    market = market_open(limits, 3);
    set_up(&market);
    command = plain(COMMAND_REF);
    command.body.ref.price = (PRICE_MAX - 1) / 2;
    command.body.ref.instrument = 0;
    assert_int_equal(reason_of(apply(&market, &command)), REASON_NONE);
    command = plain(COMMAND_DEPOSIT);
    command.body.deposit = (struct command_deposit){.account = 0, .cash = MONEY_MAX / 2};
    assert_int_equal(reason_of(apply(&market, &command)), REASON_NONE);
    for (unsigned i = 0; i < 900; i++) {
        command = plain(COMMAND_ORDER);
        command.subject = 0;
        command.body.order = (struct command_order){
            .qty = 1,
            .side = SIDE_BUY,
            .price = (PRICE_MAX / 4) + 1 + (int64_t)(draw(&market, 1u << 31) * 16)};
        assert_int_equal(reason_of(apply(&market, &command)), REASON_NONE);
    }
    engine_check(market.engine);
    market.out.used = 0;
    assert_int_equal(engine_look(market.engine, &look, &market.out), REASON_NONE);
    while ((row = event_next(&market.out, row)) != NULL) {
        const struct event_row_level *level = (const struct event_row_level *)(const void *)row;
        assert_true(level->price < last);
        last = level->price;
        rows += level->orders;
    }
    assert_int_equal(rows, 900);
    market_close(&market);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invariants_hold_after_every_command),
        cmocka_unit_test(test_noise_is_answered),
        cmocka_unit_test(test_state_is_a_function_of_the_commands),
        cmocka_unit_test(test_full_tables_are_reasons),
        cmocka_unit_test(test_unknown_zone_is_a_reason),
        cmocka_unit_test(test_reused_slot_has_another_id),
        cmocka_unit_test(test_any_price_in_the_book),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
