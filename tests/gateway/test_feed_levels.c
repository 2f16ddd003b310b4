/* Levels added up from events must be the levels the engine shows, whatever happens in the book. */
#include "tests/lib/cmocka_all.h"
#include "engine/engine.h"
#include "gateway/feed_levels.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define COMMANDS 60000u
#define CHECK_EVERY 97u

static struct engine *engine;
static struct event_buffer events;
static struct event_buffer rows;
static struct feed_levels *levels;
static struct command command;

static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    return memory;
}

static struct command *make(uint8_t type)
{
    memset(&command, 0, sizeof command);
    command.type = type;
    command.actor = PARTICIPANT_NONE;
    command.subject = PARTICIPANT_NONE;
    return &command;
}

/* Applies the command and gives its events to the levels. Returns the first event's type. */
static uint16_t apply(void)
{
    command.sequence = engine_sequence(engine) + 1;
    command.time_ns = engine_time(engine) + 1;
    events.used = 0;
    engine_apply(engine, &command, &events);
    for (const struct event *event = event_next(&events, NULL); event;
         event = event_next(&events, event))
        feed_levels_note(levels, event);
    return event_next(&events, NULL)->type;
}

static void name(struct name *out, const char *text)
{
    memset(out, 0, sizeof *out);
    memcpy(out->text, text, strlen(text));
}

static void make_market(void)
{
    static const char *const zones[] = {"EWN", "GBA"};
    static const char *const people[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 2; i++) {
        name(&make(COMMAND_ZONE)->body.zone.name, zones[i]);
        assert_int_equal(apply(), EVENT_NAMED);
    }
    make(COMMAND_INSTRUMENT)->body.instrument =
        (struct command_instrument){.lot = 1,
                                    .tick = 1,
                                    .ref_price = 1000,
                                    .band_ppm = 100000,
                                    .stp = STP_DECREMENT,
                                    .phase = PHASE_CONTINUOUS};
    name(&command.body.instrument.name, "CO2");
    assert_int_equal(apply(), EVENT_NAMED);
    for (uint8_t i = 0; i < 2; i++) {
        make(COMMAND_LINK)->body.link = (struct command_link){
            .rn = i ? 1 : 6, .rd = i ? 1 : 5, .from_zone = i, .to_zone = 1 - i, .allowed = 1};
        assert_int_equal(apply(), EVENT_DONE);
    }
    for (uint32_t i = 0; i < 4; i++) {
        make(COMMAND_PARTICIPANT)->body.participant.zone = (uint8_t)(i % 2);
        name(&command.body.participant.name, people[i]);
        assert_int_equal(apply(), EVENT_NAMED);
        make(COMMAND_DEPOSIT)->body.deposit =
            (struct command_deposit){.cash = 1000000000000, .account = i};
        assert_int_equal(apply(), EVENT_DONE);
        make(COMMAND_ISSUE)->body.issue = (struct command_issue){.qty = 100000000, .account = i};
        assert_int_equal(apply(), EVENT_DONE);
    }
}

struct sum {
    uint64_t count;
    uint64_t hash; /* order does not matter: levels are summed */
};

static void add(struct sum *sum, int64_t price, int64_t qty, uint32_t orders, uint8_t zone,
                uint8_t side)
{
    uint64_t mixed = (uint64_t)price * 31 + zone * 7u + side;
    mixed = mixed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)qty;
    mixed = mixed * UINT64_C(0x9e3779b97f4a7c15) + orders;
    sum->hash += mixed * UINT64_C(0x9e3779b97f4a7c15);
    sum->count++;
}

static void add_level(void *context, const struct feed_level *level)
{
    if (level->qty) add(context, level->price, level->qty, level->orders, level->zone, level->side);
}

static void compare(unsigned seed)
{
    struct sum shown = {0, 0};
    struct sum kept = {0, 0};
    feed_levels_changes(levels, NULL, NULL);
    feed_levels_book(levels, 0, UINT32_MAX, add_level, &kept);
    for (uint8_t zone = 0; zone < 2; zone++) {
        struct look_query look = {.look = LOOK_BOOK, .zone = zone, .rows_max = 5000};
        rows.used = 0;
        assert_int_equal(engine_look(engine, &look, &rows), REASON_NONE);
        for (const struct event *row = event_next(&rows, NULL); row; row = event_next(&rows, row)) {
            const struct event_row_level *level = (const void *)row;
            add(&shown, level->price, level->qty, level->orders, level->zone, level->side);
        }
    }
    if (shown.count != kept.count || shown.hash != kept.hash)
        fail_msg("seed %u sequence %llu: the engine shows %llu levels, the feed %llu", seed,
                 (unsigned long long)engine_sequence(engine), (unsigned long long)shown.count,
                 (unsigned long long)kept.count);
}

static uint64_t ids[4096]; /* orders that may still be alive */

static void trade_once(unsigned *seed)
{
    uint32_t who = (uint32_t)rand_r(seed) % 4;
    int dice = engine_pending(engine) ? 100 : rand_r(seed) % 100;
    uint64_t known = ids[(uint32_t)rand_r(seed) % 4096];
    if (dice == 100) {
        make(COMMAND_STEP)->body.step.steps = 1;
    } else if (dice < 60) {
        struct command_order *order = &make(COMMAND_ORDER)->body.order;
        order->qty = rand_r(seed) % 60 + 1;
        order->price = 960 + rand_r(seed) % 90;
        order->side = (uint8_t)(rand_r(seed) % 2);
        order->tif = (uint8_t)(rand_r(seed) % 8 == 0 ? TIF_IOC : TIF_DAY);
        if (order->tif == TIF_DAY && rand_r(seed) % 4 == 0) order->display = 1 + order->qty / 4;
        if (rand_r(seed) % 10 == 0) {
            order->type = ORDER_TYPE_STOP_LIMIT;
            order->stop_price = 960 + rand_r(seed) % 90;
            order->display = 0;
        }
    } else if (dice < 80) {
        make(COMMAND_CANCEL)->body.cancel.order_id = known;
    } else if (dice < 97) {
        struct command_replace *replace = &make(COMMAND_REPLACE)->body.replace;
        replace->order_id = known;
        replace->qty = rand_r(seed) % 60 + 1;
        replace->price = rand_r(seed) % 2 ? UNSET : 960 + rand_r(seed) % 90;
    } else if (dice < 99) {
        make(COMMAND_PHASE)->body.phase.phase =
            (uint8_t)(rand_r(seed) % 3 ? PHASE_CONTINUOUS : PHASE_CALL);
    } else if (rand_r(seed) % 8 == 0) {
        make(COMMAND_DAY)->body.day.day = engine_day(engine) + 1;
    } else {
        make(COMMAND_UNCROSS);
    }
    if (dice < 97) {
        command.role = ROLE_ENTERPRISE;
        command.actor = who;
        command.subject = who;
    }
    if (apply() == EVENT_ACCEPTED)
        ids[(uint32_t)rand_r(seed) % 4096] =
            ((const struct event_accepted *)(const void *)events.bytes)->order_id;
}

static void test_levels_follow_the_book(void **state)
{
    (void)state;
    struct engine_limits limits = {.participants = 8, .orders = 20000, .levels = 5000, .work = 20};
    unsigned seed = (unsigned)time(NULL);
    unsigned first = seed;
    fprintf(stderr, "# seed %u\n", seed);
    assert_true(engine_limits_complete(&limits));
    size_t size = engine_memory(&limits);
    engine = engine_init(reserve(size), size, &limits);
    events.capacity = engine_events_max(&limits);
    events.bytes = reserve(events.capacity);
    rows.capacity = 16u << 20;
    rows.bytes = reserve(rows.capacity);
    levels = feed_levels_create(limits.levels, limits.instruments);
    assert_non_null(levels);
    make_market();
    for (uint32_t i = 0; i < COMMANDS; i++) {
        trade_once(&seed);
        if (i % CHECK_EVERY == 0) compare(first);
    }
    compare(first);
    assert_true(engine_trades(engine) > 1000);
    feed_levels_destroy(levels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_levels_follow_the_book)};
    return cmocka_run_group_tests_name("feed_levels", tests, NULL, NULL);
}
