/* test_day.c - the change of day from outside: locks, marks, ids, and that its work is bounded.
 *
 * Method: a small market is driven through its door by seeded random days: purchases under resale
 *         locks of 0 to 5 days, weekend sessions, orders that expire, people who move. After every
 *         command and every step engine_check() looks at the whole state. The locks are compared
 *         with a plain list that remembers each purchase.
 */
#include "tests/lib/cmocka_all.h"
#include "engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE 6
#define PURCHASES 4096
#define PRICE 5000

struct market {
    struct engine *engine;
    void *memory;
    struct event_buffer out;
    struct event_buffer look;
    uint64_t sequence;
    uint64_t random;
    int32_t day;
    uint32_t business_day;
    bool session;
};

static uint64_t draw(struct market *market, uint64_t below)
{
    market->random = market->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (market->random >> 33) % below;
}

static void *zeroed(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_non_null(memory);
    memset(memory, 0, size);
    return memory;
}

static struct market market_open(struct engine_limits limits, uint64_t seed)
{
    struct market market = {.random = seed * 2 + 1};
    limits.orders = 1024;
    limits.names = 4096;
    limits.levels = 1024;
    limits.positions = 64;
    limits.bids = 16;
    limits.lanes = 4;
    limits.lane_window = 8;
    assert_true(engine_limits_complete(&limits));
    market.memory = zeroed(engine_memory(&limits));
    market.engine = engine_init(market.memory, engine_memory(&limits), &limits);
    market.out.capacity = engine_events_max(&limits);
    market.out.bytes = zeroed(market.out.capacity);
    market.look.capacity = 4096;
    market.look.bytes = zeroed(market.look.capacity);
    return market;
}

static void market_close(struct market *market)
{
    free(market->memory);
    free(market->out.bytes);
    free(market->look.bytes);
}

/* Applies and says the reason, REASON_NONE when it was taken. */
static uint8_t apply(struct market *market, struct command command)
{
    const struct event *first;
    command.sequence = ++market->sequence;
    command.time_ns = (int64_t)market->sequence;
    command.role = ROLE_SYSTEM;
    market->out.used = 0;
    engine_apply(market->engine, &command, &market->out);
    engine_check(market->engine);
    first = event_next(&market->out, NULL);
    assert_non_null(first);
    if (first->type != EVENT_REJECTED) return REASON_NONE;
    return ((const struct event_rejected *)(const void *)first)->reason;
}

static struct command plain(uint8_t type)
{
    return (struct command){.type = type, .actor = PARTICIPANT_NONE, .subject = PARTICIPANT_NONE};
}

static struct name name_of(const char *text, uint32_t number)
{
    struct name name = {{0}};
    char bytes[NAME_BYTES + 1];
    int size = snprintf(bytes, sizeof bytes, "%s%u", text, number);
    memcpy(name.text, bytes, (size_t)size);
    return name;
}

/* Works off what the last command left; every step is bounded. Returns how many it took. */
static uint32_t finish(struct market *market)
{
    uint32_t steps = 0;
    struct command command = plain(COMMAND_STEP);
    command.body.step.steps = 1;
    for (; engine_pending(market->engine); steps++)
        assert_int_equal(apply(market, command), REASON_NONE);
    return steps;
}

static void set_up(struct market *market, int64_t t_plus)
{
    struct command command;
    for (uint32_t zone = 0; zone < 2; zone++) {
        command = plain(COMMAND_ZONE);
        command.body.zone.name = name_of("Z", zone);
        assert_int_equal(apply(market, command), REASON_NONE);
    }
    for (uint32_t id = 0; id < 2; id++) {
        command = plain(COMMAND_INSTRUMENT);
        command.body.instrument = (struct command_instrument){.name = name_of("X", id),
                                                              .lot = 1,
                                                              .tick = 1,
                                                              .ref_price = PRICE,
                                                              .band_ppm = 100000,
                                                              .t_plus = t_plus,
                                                              .phase = PHASE_CONTINUOUS};
        assert_int_equal(apply(market, command), REASON_NONE);
    }
    for (uint32_t id = 0; id < PEOPLE; id++) {
        command = plain(COMMAND_PARTICIPANT);
        command.body.participant.name = name_of("p", id);
        command.body.participant.group = name_of("p", id);
        assert_int_equal(apply(market, command), REASON_NONE);
        command = plain(COMMAND_DEPOSIT);
        command.body.deposit.account = id;
        command.body.deposit.cash = INT64_C(1000000000000);
        assert_int_equal(apply(market, command), REASON_NONE);
    }
    command = plain(COMMAND_ISSUE);
    command.body.issue = (struct command_issue){.qty = 10000000, .account = 0, .instrument = 0};
    assert_int_equal(apply(market, command), REASON_NONE);
    command.body.issue.instrument = 1;
    assert_int_equal(apply(market, command), REASON_NONE);
}

static uint8_t order(struct market *market, uint32_t who, uint16_t instrument, uint8_t side,
                     int64_t qty, int64_t price, struct name id)
{
    struct command command = plain(COMMAND_ORDER);
    command.subject = who;
    command.body.order = (struct command_order){.client_id = id,
                                                .qty = qty,
                                                .price = price,
                                                .instrument = instrument,
                                                .side = side,
                                                .tif = TIF_DAY};
    return apply(market, command);
}

static void next_day(struct market *market, bool session)
{
    struct command command = plain(COMMAND_CALENDAR);
    market->day += 1 + (int32_t)draw(market, 3);
    if (session) {
        command.body.calendar =
            (struct command_calendar){.day = market->day, .kind = DAY_KIND_SESSION};
        assert_int_equal(apply(market, command), REASON_NONE);
    }
    command = plain(COMMAND_DAY);
    command.body.day.day = market->day;
    assert_int_equal(apply(market, command), REASON_NONE);
    finish(market);
    market->session = session;
    if (!session) market->business_day++;
}

static int64_t locked_of(struct market *market, uint32_t who, uint16_t instrument)
{
    const struct event_row_account *row;
    struct look_query query = {.look = LOOK_ACCOUNT, .participant = who, .instrument = instrument};
    market->look.used = 0;
    assert_int_equal(engine_look(market->engine, &query, &market->look), REASON_NONE);
    row = (const void *)event_next(&market->look, NULL);
    assert_non_null(row);
    return row->locked;
}

/* --- locks ---------------------------------------------------------------------------------- */

struct purchase {
    int64_t qty;
    uint32_t who;
    uint32_t release;
    uint16_t instrument;
};

static void buy(struct market *market, struct purchase *row, int64_t t_plus)
{
    row->who = 1 + (uint32_t)draw(market, PEOPLE - 1);
    row->instrument = (uint16_t)draw(market, 2);
    row->qty = 1 + (int64_t)draw(market, 50);
    row->release = market->business_day + market->session + (uint32_t)t_plus;
    if (t_plus == 0) row->release = 0;
    assert_int_equal(
        order(market, 0, row->instrument, SIDE_SELL, row->qty, PRICE, (struct name){{0}}),
        REASON_NONE);
    assert_int_equal(
        order(market, row->who, row->instrument, SIDE_BUY, row->qty, PRICE, (struct name){{0}}),
        REASON_NONE);
}

static void compare_locks(struct market *market, const struct purchase *rows, uint32_t count)
{
    for (uint32_t who = 1; who < PEOPLE; who++)
        for (uint16_t instrument = 0; instrument < 2; instrument++) {
            int64_t locked = 0;
            for (uint32_t at = 0; at < count; at++)
                if (rows[at].who == who && rows[at].instrument == instrument &&
                    rows[at].release > market->business_day)
                    locked += rows[at].qty;
            assert_int_equal(locked_of(market, who, instrument), locked);
        }
}

static void test_locks_are_those_of_a_plain_list(void **state)
{
    (void)state;
    for (int64_t t_plus = 0; t_plus <= T_PLUS_MAX; t_plus++) {
        static struct purchase rows[PURCHASES];
        struct market market = market_open(
            (struct engine_limits){.zones = 2, .instruments = 2, .participants = 8, .work = 3},
            (uint64_t)t_plus + 1);
        uint32_t count = 0;
        set_up(&market, t_plus);
        for (uint32_t day = 0; day < 60; day++) {
            next_day(&market, draw(&market, 4) == 0);
            compare_locks(&market, rows, count);
            for (uint64_t left = draw(&market, 8); left > 0; left--)
                buy(&market, &rows[count++], t_plus);
            compare_locks(&market, rows, count);
        }
        market_close(&market);
    }
}

/* A full table delays, it never refuses, and never by more than the lock of a later purchase. */
static void test_a_full_lock_table_only_delays(void **state)
{
    static struct purchase rows[PURCHASES];
    struct engine_limits limits = {
        .zones = 2, .instruments = 2, .participants = 8, .locks = 2, .work = 5};
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct market market = market_open(limits, seed);
        uint32_t count = 0;
        set_up(&market, T_PLUS_MAX);
        for (uint32_t day = 0; day < 60; day++) {
            next_day(&market, draw(&market, 5) == 0);
            for (uint64_t left = draw(&market, 6); left > 0; left--)
                buy(&market, &rows[count++], T_PLUS_MAX);
            for (uint32_t who = 1; who < PEOPLE; who++) {
                int64_t least = 0;
                for (uint32_t at = 0; at < count; at++)
                    if (rows[at].who == who && rows[at].instrument == 0 &&
                        rows[at].release > market.business_day)
                        least += rows[at].qty;
                assert_true(locked_of(&market, who, 0) >= least);
            }
        }
        for (uint32_t day = 0; day <= T_PLUS_MAX; day++)
            next_day(&market, false);
        compare_locks(&market, rows, count); /* nothing is locked for ever */
        market_close(&market);
    }
}

/* --- marks ---------------------------------------------------------------------------------- */

static void test_a_full_calendar_is_a_reason(void **state)
{
    struct market market = market_open((struct engine_limits){.zones = 2, .instruments = 2}, 1);
    struct command command = plain(COMMAND_CALENDAR);
    (void)state;
    for (int32_t day = 1; day <= CALENDAR_MAX; day++) {
        command.body.calendar =
            (struct command_calendar){.day = CALENDAR_MAX + 1 - day, .kind = DAY_KIND_HOLIDAY};
        assert_int_equal(apply(&market, command), REASON_NONE);
    }
    command.body.calendar.day = CALENDAR_MAX + 1;
    assert_int_equal(apply(&market, command), REASON_CAPACITY);
    command.body.calendar.kind = DAY_KIND_BUSINESS; /* takes no room */
    assert_int_equal(apply(&market, command), REASON_NONE);
    command.body.calendar = (struct command_calendar){.day = 2, .kind = DAY_KIND_SESSION};
    assert_int_equal(apply(&market, command), REASON_NONE);
    command = plain(COMMAND_DAY);
    command.body.day.day = 2;
    assert_int_equal(apply(&market, command), REASON_NONE);
    finish(&market);
    command = plain(COMMAND_CALENDAR); /* days 1 and 2 are forgotten */
    for (int32_t day = 1; day <= 3; day++) {
        command.body.calendar =
            (struct command_calendar){.day = CALENDAR_MAX + day, .kind = DAY_KIND_HOLIDAY};
        assert_int_equal(apply(&market, command), day < 3 ? REASON_NONE : REASON_CAPACITY);
    }
    market_close(&market);
}

/* --- bounded work --------------------------------------------------------------------------- */

#define MANY 600

/* Everything that a change of day walks is there in numbers, and every step stays small. */
static void test_a_long_change_of_day_takes_steps(void **state)
{
    struct engine_limits limits = {.zones = 2, .instruments = 2, .participants = 8, .work = 16};
    struct market market = market_open(limits, 1);
    struct command command;
    uint32_t steps = 0;
    (void)state;
    set_up(&market, 1);
    next_day(&market, false);
    for (uint32_t at = 0; at < MANY; at++)
        assert_int_equal(order(&market, 1 + at % 5, (uint16_t)(at / 5 % 2), SIDE_BUY, 1,
                               4600 + (int64_t)at % 300, name_of("o", at)),
                         REASON_NONE);
    command = plain(COMMAND_MEMBER);
    command.body.member = (struct command_member){
        .account = 2, .from_day = market.day + 1, .instrument = 1, .zone = 1};
    assert_int_equal(apply(&market, command), REASON_NONE);
    command = plain(COMMAND_DAY);
    command.body.day.day = market.day + 1;
    assert_int_equal(apply(&market, command), REASON_NONE);
    assert_true(engine_pending(market.engine));
    command.body.day.day = market.day + 2;
    assert_int_equal(apply(&market, command), REASON_FROZEN);
    assert_int_equal(order(&market, 1, 0, SIDE_BUY, 1, PRICE, name_of("x", 0)), REASON_FROZEN);
    command = plain(COMMAND_STEP);
    command.body.step.steps = 1;
    for (; engine_pending(market.engine); steps++) {
        uint32_t events = 0;
        assert_int_equal(apply(&market, command), REASON_NONE);
        for (const struct event *event = event_next(&market.out, NULL); event;
             event = event_next(&market.out, event))
            events++;
        assert_true(events <= limits.work + 1 + 2 * limits.zones);
    }
    assert_true(steps >= MANY / limits.work);
    assert_int_equal(order(&market, 1, 0, SIDE_BUY, 1, PRICE, name_of("x", 0)), REASON_NONE);
    assert_int_equal(order(&market, 1, 0, SIDE_BUY, 1, PRICE, name_of("o", 0)),
                     REASON_DUPLICATE_ID);
    market.day++;
    next_day(&market, false);
    assert_int_equal(order(&market, 1, 0, SIDE_BUY, 1, PRICE, name_of("o", 0)), REASON_NONE);
    market_close(&market);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locks_are_those_of_a_plain_list),
        cmocka_unit_test(test_a_full_lock_table_only_delays),
        cmocka_unit_test(test_a_full_calendar_is_a_reason),
        cmocka_unit_test(test_a_long_change_of_day_takes_steps),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
