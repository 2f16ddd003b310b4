/* The views of the zones: changes on top of a snapshot give what the engine's own look gives, and
 * numbers have no gap. Method: random orders over two linked zones with a cap, views followed as a
 * subscriber would, compared with `book local=1` after every message. */
#include "engine/assert.h"
#include "gateway/feed_views.h"
#include "gateway/gateway_limits.h"
#include "proto/wire.h"
#include "tests/lib/cmocka_all.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct level {
    int64_t price, qty;
    uint8_t zone, side;
};

static struct engine *engine;
static struct event_buffer events;
static struct feed_views *views;
static struct level book[4096];
static size_t levels;
static uint64_t number;
static unsigned messages, snapshots, indicatives;
static uint64_t seed = 20261124;

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static void set_level(const struct event_row_level *row)
{
    size_t at = 0;
    while (at < levels && (book[at].price != row->price || book[at].zone != row->zone ||
                           book[at].side != row->side))
        at++;
    if (row->qty == 0) {
        assert_true(at < levels); /* only what was there goes */
        book[at] = book[--levels];
        return;
    }
    if (at == levels) levels++;
    book[at] = (struct level){row->price, row->qty, row->zone, row->side};
}

static bool heard(void *context)
{
    (void)context;
    return true;
}

static void take(void *context, const uint8_t *bytes, size_t size)
{
    struct wire_feed feed;
    struct wire_reader rows;
    (void)context;
    assert_int_equal(wire_feed_get(bytes, size, &feed, &rows), 0);
    assert_int_equal(feed.instrument, FEED_VIEW_BIT);
    assert_int_equal(feed.number, feed.snapshot ? number : number + 1);
    assert_int_equal(feed.sequence, engine_sequence(engine));
    number = feed.number;
    messages++;
    snapshots += feed.snapshot;
    if (feed.snapshot) levels = 0;
    while (!wire_reader_done(&rows)) {
        _Alignas(8) uint8_t room[1024];
        struct event_buffer row = {.bytes = room, .capacity = sizeof room};
        assert_int_equal(wire_row_get(&rows, &row), 0);
        const struct event *event = event_next(&row, NULL);
        if (event->type == EVENT_ROW_LEVEL)
            set_level((const struct event_row_level *)(const void *)event);
        else
            indicatives++;
    }
}

static void apply(struct command command)
{
    command.sequence = engine_sequence(engine) + 1;
    command.time_ns = (int64_t)command.sequence;
    events.used = 0;
    engine_apply(engine, &command, &events);
    feed_views_note(views, &command, &events);
}

/* Every level the engine shows is in the followed book, and there are no others. */
static void compare(void)
{
    size_t count = 0;
    for (uint8_t zone = 0; zone < 2; zone++) {
        static _Alignas(8) uint8_t room[1 << 16];
        const struct look_query look = {
            .look = LOOK_BOOK, .zone = zone, .local = 1, .rows_max = FEED_VIEW_LEVELS};
        struct event_buffer rows = {.bytes = room, .capacity = sizeof room};
        assert_int_equal(engine_look(engine, &look, &rows), REASON_NONE);
        for (const struct event *row = event_next(&rows, NULL); row; row = event_next(&rows, row)) {
            const struct event_row_level *level = (const void *)row;
            size_t at = 0;
            while (at < levels && (book[at].price != level->price || book[at].zone != zone ||
                                   book[at].side != level->side))
                at++;
            assert_true(at < levels && book[at].qty == level->qty);
            count++;
        }
    }
    assert_int_equal(count, levels);
}

static void set_up(void)
{
    struct command command = {.type = COMMAND_ZONE, .body.zone.name = {"EWN"}};
    apply(command);
    command.body.zone.name = (struct name){"GBA"};
    apply(command);
    command = (struct command){.type = COMMAND_INSTRUMENT,
                               .body.instrument = {.name = {"CO2"},
                                                   .lot = 1,
                                                   .tick = 1,
                                                   .ref_price = 1000,
                                                   .band_ppm = 500000,
                                                   .stp = STP_ALLOW,
                                                   .phase = PHASE_CONTINUOUS}};
    apply(command);
    command = (struct command){
        .type = COMMAND_LINK,
        .body.link = {.rn = 6, .rd = 5, .levy_ppm = 30000, .to_zone = 1, .allowed = 1}};
    apply(command);
    command = (struct command){.type = COMMAND_LIMIT,
                               .body.limit = {.lo = -200, .hi = 200, .to_zone = 1}};
    apply(command);
    for (uint32_t id = 0; id < 2; id++) {
        command = (struct command){.type = COMMAND_PARTICIPANT,
                                   .body.participant = {.name = {"p"}, .zone = (uint8_t)id}};
        command.body.participant.name.text[1] = (char)('0' + id);
        apply(command);
        command =
            (struct command){.type = COMMAND_DEPOSIT, .body.deposit = {INT64_C(1000000000000), id}};
        apply(command);
        command = (struct command){.type = COMMAND_ISSUE,
                                   .body.issue = {.qty = 100000000, .account = id}};
        apply(command);
    }
}

static void random_command(void)
{
    struct command order = {
        .type = COMMAND_ORDER,
        .subject = draw(2),
        .body.order = {
            .qty = 1 + draw(60), .price = 900 + draw(200), .side = (uint8_t)draw(2), .display = 0}};
    struct command phase = {.type = COMMAND_PHASE,
                            .body.phase = {.phase = draw(2) ? PHASE_CALL : PHASE_CONTINUOUS}};
    struct command all = {.type = COMMAND_CANCEL_ALL, .body.cancel_all = {draw(2), 0}};
    uint32_t kind = draw(60);
    apply(kind == 0 ? phase : kind == 1 ? all : order);
}

static void test_changes_lead_to_the_book(void **state)
{
    uint64_t now_ms = 0;
    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        random_command();
        if (draw(4)) continue;
        now_ms += FEED_VIEW_MS;
        feed_views_step(views, engine, now_ms);
        compare();
    }
    assert_true(messages > 500 && snapshots > 10 && indicatives > 10);
}

/* Nothing happens, nothing is said but snapshots; too early, nothing at all. */
static void test_quiet_and_early(void **state)
{
    unsigned before;
    uint64_t now_ms = UINT64_C(10000000);
    (void)state;
    feed_views_step(views, engine, now_ms);
    before = messages;
    random_command();
    feed_views_step(views, engine, now_ms + FEED_VIEW_MS - 1);
    assert_int_equal(messages, before);
    feed_views_step(views, engine, now_ms + FEED_VIEW_MS);
    before = messages;
    feed_views_step(views, engine, now_ms + 2 * FEED_VIEW_MS);
    assert_int_equal(messages, before);
    feed_views_step(views, engine, now_ms + FEED_SNAPSHOT_MS + FEED_VIEW_MS);
    assert_int_equal(messages, before + 1);
    compare();
}

static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT(memory != MAP_FAILED);
    return memory;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_changes_lead_to_the_book),
                                       cmocka_unit_test(test_quiet_and_early)};
    struct engine_limits limits = {.instruments = 2, .zones = 2};
    struct feed_views_options options = {.limits = &limits, .heard = heard, .send = take};
    int failed;
    ASSERT(engine_limits_complete(&limits));
    engine = engine_init(reserve(engine_memory(&limits)), engine_memory(&limits), &limits);
    events.capacity = engine_events_max(&limits);
    events.bytes = reserve(events.capacity);
    views = feed_views_create(&options);
    set_up();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    feed_views_destroy(views);
    return failed;
}
