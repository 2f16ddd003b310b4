/* Market data as a subscriber receives it: numbered without gaps, stripped of everything private,
 * with snapshots that agree with the messages. */
#include "tests/lib/cmocka_all.h"
#include "gateway/feed_port.h"
#include "proto/wire.h"
#include "tests/gateway/raw_client.h"
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char directory[256];
static char url[300];
static struct feed_port *feed;
static void *memory;
static size_t memory_size;
static struct engine *engine;
static struct event_buffer events;
static nng_socket sub;

/* An engine with one zone and one instrument, so that there is a topic to tell of. */
static void make_engine(void)
{
    struct engine_limits limits = {.participants = 4, .orders = 100, .instruments = 4};
    struct command command;
    assert_true(engine_limits_complete(&limits));
    memory_size = engine_memory(&limits);
    memory = mmap(NULL, memory_size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    engine = engine_init(memory, memory_size, &limits);
    events.capacity = engine_events_max(&limits);
    events.bytes = malloc(events.capacity);
    memset(&command, 0, sizeof command);
    command.sequence = 1;
    command.type = COMMAND_ZONE;
    memcpy(command.body.zone.name.text, "EWN", 3);
    engine_apply(engine, &command, &events);
    memset(&command.body, 0, sizeof command.body);
    command.sequence = 2;
    command.type = COMMAND_INSTRUMENT;
    command.body.instrument.lot = 1;
    command.body.instrument.tick = 1;
    command.body.instrument.ref_price = 1000;
    memcpy(command.body.instrument.name.text, "CO2", 3);
    engine_apply(engine, &command, &events);
    events.used = 0;
}

static int setup(void **state)
{
    (void)state;
    struct fault_text why = {.text = ""};
    int port;
    raw_make_directory(directory, sizeof directory);
    snprintf(url, sizeof url, "ipc://%s/feed", directory);
    make_engine();
    assert_int_equal(feed_port_open(engine, &feed, &why), 0);
    assert_int_equal(feed_port_listen(feed, url, &port, &why), 0);
    assert_int_equal(nng_sub0_open(&sub), 0);
    assert_int_equal(nng_socket_set(sub, NNG_OPT_SUB_SUBSCRIBE, "", 0), 0);
    assert_int_equal(nng_socket_set_ms(sub, NNG_OPT_RECVTIMEO, 20000), 0);
    assert_int_equal(nng_dial(sub, url, NULL, 0), 0);
    while (!feed_port_tick(feed)) /* until the subscriber is known */
        usleep(1000);
    feed_port_attend(feed);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    nng_close(sub);
    feed_port_close(feed);
    munmap(memory, memory_size);
    free(events.bytes);
    raw_remove_directory(directory);
    return 0;
}

static struct wire_feed head;
static uint8_t row_bytes[1 << 16];
static struct event_buffer rows;

static void receive(void)
{
    void *bytes;
    size_t size;
    struct wire_reader reader;
    assert_int_equal(nng_recv(sub, &bytes, &size, NNG_FLAG_ALLOC), 0);
    assert_int_equal(wire_feed_get(bytes, size, &head, &reader), 0);
    rows = (struct event_buffer){.bytes = row_bytes, .capacity = sizeof row_bytes};
    while (reader.left)
        assert_int_equal(wire_row_get(&reader, &rows), 0);
    nng_free(bytes, size);
}

static void put(const void *event, size_t size)
{
    memcpy(events.bytes + events.used, event, size);
    events.used += size;
}

static void put_rested(uint64_t sequence, int64_t left, int64_t price)
{
    struct event_rested rested = {
        .head = {.type = EVENT_RESTED, .size = sizeof rested, .sequence = sequence},
        .order_id = 77,
        .left = left,
        .price = price,
        .participant = 3,
        .side = SIDE_SELL};
    put(&rested, sizeof rested);
}

static void put_trade(uint64_t sequence, int64_t qty, int64_t left)
{
    struct event_trade trade = {
        .head = {.type = EVENT_TRADE, .size = sizeof trade, .sequence = sequence},
        .n = 1,
        .maker_order = 77,
        .taker_order = 78,
        .received = qty,
        .delivered = qty,
        .buyer_price = 1000,
        .seller_price = 1000,
        .buyer_fee = 5,
        .maker_left = left,
        .maker_client = {"secret"},
        .maker_participant = 3,
        .taker_participant = 2,
        .maker_side = SIDE_SELL};
    put(&trade, sizeof trade);
}

static void test_messages_are_numbered_and_public(void **state)
{
    (void)state;
    receive(); /* the snapshot of an empty book */
    assert_int_equal(head.snapshot, 1);
    assert_int_equal(head.number, 0);
    assert_int_equal(head.count, 0);
    uint64_t epoch = head.epoch;
    put_rested(3, 10, 1000);
    feed_port_publish(feed, &events, 1234);
    receive();
    assert_int_equal(head.snapshot, 0);
    assert_int_equal(head.epoch, epoch);
    assert_int_equal(head.number, 1);
    assert_int_equal(head.sequence, 3);
    assert_int_equal(head.time_ns, 1234);
    assert_int_equal(head.count, 1); /* RESTED names an order; the level does not */
    const struct event_row_level *level = (const void *)event_next(&rows, NULL);
    assert_int_equal(level->head.type, EVENT_ROW_LEVEL);
    assert_int_equal(level->qty, 10);
    assert_int_equal(level->price, 1000);
    assert_int_equal(level->orders, 1);
    events.used = 0;
    put_trade(4, 4, 6);
    feed_port_publish(feed, &events, 1235);
    receive();
    assert_int_equal(head.number, 2);
    assert_int_equal(head.count, 2);
    const struct event_trade *trade = (const void *)event_next(&rows, NULL);
    assert_int_equal(trade->received, 4);
    assert_int_equal(trade->maker_participant, PARTICIPANT_NONE);
    assert_int_equal(trade->taker_participant, PARTICIPANT_NONE);
    assert_int_equal(trade->maker_order, ORDER_ID_NONE);
    assert_int_equal(trade->maker_client.text[0], 0);
    assert_int_equal(trade->buyer_fee, 0);
    level = (const void *)event_next(&rows, &trade->head);
    assert_int_equal(level->qty, 6);
    events.used = 0;
    put_trade(5, 6, 0);
    feed_port_publish(feed, &events, 1236);
    receive();
    level = (const void *)event_next(&rows, event_next(&rows, NULL));
    assert_int_equal(level->qty, 0); /* the level is gone */
    assert_int_equal(level->orders, 0);
}

static void test_snapshots_repeat_the_number(void **state)
{
    (void)state;
    receive();
    put_rested(3, 10, 1000);
    put_rested(4, 5, 1001);
    feed_port_publish(feed, &events, 1);
    receive();
    assert_int_equal(head.count, 2);
    assert_true(feed_port_tick(feed));
    feed_port_attend(feed);
    receive();
    assert_int_equal(head.snapshot, 1);
    assert_int_equal(head.number, 1);
    assert_int_equal(head.sequence, 4);
    assert_int_equal(head.count, 2);
    int64_t sum = 0;
    for (const struct event *row = event_next(&rows, NULL); row; row = event_next(&rows, row))
        sum += ((const struct event_row_level *)(const void *)row)->qty;
    assert_int_equal(sum, 15);
    events.used = 0;
    put_rested(5, 1, 1002);
    feed_port_publish(feed, &events, 2);
    receive();
    assert_int_equal(head.number, 2); /* no number was spent on the snapshot */
}

/* A repeated answer tells nobody anything new. */
static void test_repeats_are_silent(void **state)
{
    (void)state;
    receive();
    put_rested(3, 10, 1000);
    ((struct event *)(void *)events.bytes)->flags = EVENT_FLAG_REPEAT;
    feed_port_publish(feed, &events, 1);
    events.used = 0;
    put_rested(4, 10, 1000);
    feed_port_publish(feed, &events, 2);
    receive();
    assert_int_equal(head.number, 1);
    assert_int_equal(((const struct event_row_level *)(const void *)event_next(&rows, NULL))->qty,
                     10);
}

static void test_an_address_that_cannot_be(void **state)
{
    (void)state;
    struct fault_text why = {.text = ""};
    int port;
    assert_int_equal(feed_port_listen(feed, url, &port, &why), ERR_CONNECT); /* taken */
    assert_non_null(strstr(why.text, url));
    assert_int_equal(feed_port_listen(feed, "tcp://127.0.0.1:0", &port, &why), 0);
    assert_true(port > 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_messages_are_numbered_and_public),
        CASE(test_snapshots_repeat_the_number),
        CASE(test_repeats_are_silent),
        CASE(test_an_address_that_cannot_be),
    };
    return cmocka_run_group_tests_name("feed_port", tests, NULL, NULL);
}
