/* test_wire.c - frames: bounds first, then contents; nothing written that would not be read.
 *
 * Method: golden frames read back, every prefix asks for more, lengths at and beyond the bounds,
 *         full frames, wrong items with their place, random mutations under the sanitizer. */
#include "tests/lib/cmocka_all.h"
#include "proto/wire.h"
#include "tests/proto/golden.h"
#include "tests/proto/samples.h"
#include "tests/proto/test_time.h"
#include <stdlib.h>

static struct dice dice;

static struct wire_frame frame_of(const struct wire_writer *writer)
{
    struct wire_frame frame;
    size_t used = 0;
    assert_int_equal(wire_frame_get(writer->bytes, writer->used, &frame, &used), 0);
    assert_int_equal(used, writer->used);
    return frame;
}

#define SINGLE_TEST(message)                                                                       \
    static void test_##message##_comes_back(void **state)                                          \
    {                                                                                              \
        (void)state;                                                                               \
        for (int round = 0; round < 100; round++) {                                                \
            uint8_t bytes[512], again[512];                                                        \
            struct wire_##message in, out;                                                         \
            struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};                \
            struct wire_writer second = {.bytes = again, .capacity = sizeof again};                \
            sample_wire_##message(&dice, &in);                                                     \
            fix_##message(&in);                                                                    \
            assert_true(wire_##message##_put(&writer, &in));                                       \
            struct wire_frame frame = frame_of(&writer);                                           \
            memset(&out, 0, sizeof out);                                                           \
            assert_int_equal(wire_##message##_get(&frame, &out, NULL), 0);                         \
            assert_true(wire_##message##_put(&second, &out));                                      \
            assert_int_equal(writer.used, second.used);                                            \
            assert_memory_equal(bytes, again, writer.used);                                        \
            second = (struct wire_writer){.bytes = again, .capacity = writer.used - 1};            \
            assert_false(wire_##message##_put(&second, &out));                                     \
            assert_int_equal(second.used, 0);                                                      \
            struct codec_place place;                                                              \
            frame.size--;                                                                          \
            assert_int_equal(wire_##message##_get(&frame, &out, &place), ERR_MALFORMED);           \
            assert_string_equal(place.field, "length");                                            \
            frame.size++;                                                                          \
            frame.count = 1;                                                                       \
            assert_int_equal(wire_##message##_get(&frame, &out, &place), ERR_MALFORMED);           \
            assert_string_equal(place.field, "count");                                             \
        }                                                                                          \
    }
#define fix_challenge(message) (void)(message)
#define fix_logon(message) (void)(message)
#define fix_welcome(message) (void)(message)
#define fix_digest(message) (void)(message)
#define fix_busy(message) (void)(message)
#define fix_fault(message) (void)(message)
#define fix_query(message)                                                                         \
    if ((message)->query.kind == 0) (message)->query.kind = QUERY_TRADES
SINGLE_TEST(challenge)
SINGLE_TEST(logon)
SINGLE_TEST(welcome)
SINGLE_TEST(query)
SINGLE_TEST(digest)
SINGLE_TEST(busy)
SINGLE_TEST(fault)

static uint8_t big[FRAME_MAX + 4096];

static void test_lengths_are_bounded(void **state)
{
    (void)state;
    struct wire_frame frame;
    size_t used = 0;
    uint8_t head[8] = {0};
    for (size_t size = 0; size < 4; size++) {
        assert_int_equal(wire_frame_get(head, size, &frame, &used), 1);
        assert_int_equal(used, FRAME_HEAD);
    }
    for (uint32_t length = 0; length < 4; length++) {
        head[0] = (uint8_t)length;
        assert_int_equal(wire_frame_get(head, sizeof head, &frame, &used), ERR_MALFORMED);
    }
    head[0] = 4;
    assert_int_equal(wire_frame_get(head, sizeof head, &frame, &used), 0);
    uint32_t most = FRAME_MAX - 4;
    memcpy(head, &most, sizeof most); /* the test machines are little-endian */
    assert_int_equal(wire_frame_get(head, sizeof head, &frame, &used), 1);
    assert_int_equal(used, FRAME_MAX);
    most++;
    memcpy(head, &most, sizeof most);
    assert_int_equal(wire_frame_get(head, 4, &frame, &used), ERR_TOO_LONG);
    memset(head, 0xff, 4);
    assert_int_equal(wire_frame_get(head, sizeof head, &frame, &used), ERR_TOO_LONG);
}

static void test_a_full_frame_of_commands(void **state)
{
    (void)state;
    struct command command, back;
    struct wire_writer writer = {.bytes = big, .capacity = sizeof big};
    assert_true(wire_open(&writer, WIRE_COMMANDS));
    size_t count = 0;
    sample_command(&dice, COMMAND_PARTICIPANT, &command); /* the largest */
    while (wire_command_put(&writer, &command))
        count++;
    assert_int_equal(count, FRAME_ITEMS_MAX);
    wire_close(&writer);
    struct wire_frame frame = frame_of(&writer);
    struct wire_reader reader = wire_reader_of(&frame);
    for (size_t index = 0; index < count; index++) {
        assert_false(wire_reader_done(&reader));
        assert_int_equal(wire_command_get(&reader, &back, NULL), 0);
        assert_true(back.lane == command.lane && back.id == command.id);
        assert_true(back.type == command.type);
    }
    assert_true(wire_reader_done(&reader));
    assert_int_equal(wire_command_get(&reader, &back, NULL), ERR_MALFORMED);
    frame.count = FRAME_ITEMS_MAX + 1;
    reader = wire_reader_of(&frame);
    assert_int_equal(wire_command_get(&reader, &back, NULL), ERR_MALFORMED);
}

static void test_rows_stop_at_the_frame_bound(void **state)
{
    (void)state;
    _Alignas(8) uint8_t memory[512], back[512];
    struct wire_rows head = {.ticket = 7, .last = 1}, head_back;
    struct wire_writer writer = {.bytes = big, .capacity = sizeof big};
    size_t count = 0;
    assert_true(wire_open(&writer, WIRE_ROWS));
    assert_true(wire_rows_put(&writer, &head));
    const struct event *event = sample_event(&dice, EVENT_TRADE, memory);
    while (wire_row_put(&writer, event))
        count++;
    wire_close(&writer);
    assert_true(count > 500 && count < FRAME_ITEMS_MAX && writer.used <= FRAME_MAX);
    struct wire_frame frame = frame_of(&writer);
    struct wire_reader reader = wire_reader_of(&frame);
    assert_int_equal(wire_rows_get(&reader, &head_back, NULL), 0);
    assert_true(head_back.ticket == 7 && head_back.last == 1);
    for (size_t index = 0; index < count; index++) {
        struct event_buffer buffer = {.bytes = back, .capacity = sizeof back};
        assert_int_equal(wire_row_get(&reader, &buffer), 0);
        assert_memory_equal(back, memory, event->size);
    }
    assert_true(wire_reader_done(&reader));
}

static void test_answers_and_reports(void **state)
{
    (void)state;
    struct wire_writer writer = {.bytes = big, .capacity = sizeof big};
    struct wire_answer answer, answer_back;
    struct wire_report report, report_back;
    assert_true(wire_open(&writer, WIRE_ANSWERS));
    sample_wire_answer(&dice, &answer);
    for (int index = 0; index < FRAME_ITEMS_MAX; index++)
        assert_true(wire_answer_put(&writer, &answer));
    assert_false(wire_answer_put(&writer, &answer));
    wire_close(&writer);
    struct wire_frame frame = frame_of(&writer);
    struct wire_reader reader = wire_reader_of(&frame);
    memset(&answer_back, 0, sizeof answer_back);
    while (reader.left)
        assert_int_equal(wire_answer_get(&reader, &answer_back, NULL), 0);
    assert_memory_equal(&answer, &answer_back, sizeof answer);
    assert_int_equal(wire_answer_get(&reader, &answer_back, NULL), ERR_MALFORMED);

    writer.used = 0;
    assert_true(wire_open(&writer, WIRE_REPORTS));
    sample_wire_report(&dice, &report);
    for (int index = 0; index < FRAME_ITEMS_MAX; index++)
        assert_true(wire_report_put(&writer, &report));
    wire_close(&writer);
    frame = frame_of(&writer);
    frame.size--; /* the last one is cut */
    reader = wire_reader_of(&frame);
    for (int index = 0; index < FRAME_ITEMS_MAX - 1; index++)
        assert_int_equal(wire_report_get(&reader, &report_back, NULL), 0);
    struct codec_place place;
    assert_int_equal(wire_report_get(&reader, &report_back, &place), ERR_MALFORMED);
    assert_string_equal(place.field, "size");
}

/* A frame of one order with one byte changed. */
static void expect_wrong(size_t at, uint8_t value, const char *field, size_t offset)
{
    uint8_t bytes[512];
    struct command command;
    struct codec_place place = {"", 0};
    struct dice fixed = {.fixed = true};
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    sample_command(&fixed, COMMAND_ORDER, &command);
    command.lane = 1;
    command.id = 1;
    (void)wire_open(&writer, WIRE_COMMANDS);
    (void)wire_command_put(&writer, &command);
    wire_close(&writer);
    bytes[at] = value;
    struct wire_frame frame = frame_of(&writer);
    struct wire_reader reader = wire_reader_of(&frame);
    assert_int_equal(wire_command_get(&reader, &command, &place), ERR_MALFORMED);
    assert_string_equal(place.field, field);
    assert_int_equal(place.offset, offset);
}

static void test_a_wrong_command_is_placed(void **state)
{
    (void)state;
    expect_wrong(6, 0, "count", 6);
    expect_wrong(8, 15, "size", 8);
    expect_wrong(9, 1, "size", 8);
    expect_wrong(8, 97, "size", 24);
    expect_wrong(10, 0, "type", 24);
    expect_wrong(10, COMMAND_CANCEL, "size", 24);
    expect_wrong(11, 1, "zero", 11);
    expect_wrong(12, 0, "lane", 12);
    expect_wrong(16, 0, "id", 16);
    expect_wrong(24 + 81, 9, "post_only", 24 + 81);
}

static void test_the_feed_is_public(void **state)
{
    (void)state;
    _Alignas(8) uint8_t memory[512], back[512];
    for (uint16_t type = 1; type < EVENT_END; type++) {
        if (codec_event_struct(type) == 0) continue;
        struct event *event = sample_event(&dice, type, memory);
        event->flags = 0;
        bool is_public = wire_feed_public(event, (struct event *)(void *)back);
        bool private_event =
            type == EVENT_ACCEPTED || type == EVENT_REJECTED || type == EVENT_CANCELLED ||
            type == EVENT_REPLACED || type == EVENT_RESTED || type == EVENT_CALL_FILL ||
            type == EVENT_AWARD || type == EVENT_ROW_ACCOUNT || type == EVENT_ROW_OPEN ||
            type == EVENT_ROW_AUCTION || type == EVENT_SHOWN || type == EVENT_PARKED ||
            type == EVENT_TRIGGERED || type == EVENT_PENDING || type == EVENT_ROW_OPEN_MORE ||
            type == EVENT_ROW_OFFER || type == EVENT_ROW_HOLDER || type == EVENT_ROW_BLOCK;
        if (private_event) assert_false(is_public);
        event->flags = EVENT_FLAG_REPEAT;
        assert_false(wire_feed_public(event, (struct event *)(void *)back));
    }
    struct event_trade *trade =
        (struct event_trade *)(void *)sample_event(&dice, EVENT_TRADE, memory);
    trade->head.flags = 0;
    assert_true(wire_feed_public(&trade->head, (struct event *)(void *)back));
    const struct event_trade *seen = (const struct event_trade *)(const void *)back;
    assert_true(seen->n == trade->n && seen->pays == trade->pays && seen->fund == trade->fund);
    assert_true(seen->maker_participant == PARTICIPANT_NONE && seen->maker_order == 0);
    assert_true(seen->taker_participant == PARTICIPANT_NONE && seen->taker_order == 0);
    assert_true(seen->maker_client.text[0] == 0 && seen->taker_client.text[0] == 0);
    assert_true(seen->buyer_fee == 0 && seen->seller_fee == 0);
}

static void test_the_feed_names_nobody(void **state)
{
    (void)state;
    _Alignas(8) uint8_t memory[512];
    struct event_block_trade block;
    struct event_busted busted;
    struct event_permitted permitted;
    sample_event(&dice, EVENT_BLOCK_TRADE, memory)->flags = 0;
    assert_true(wire_feed_public((const struct event *)(const void *)memory, &block.head));
    assert_true(block.seller == PARTICIPANT_NONE && block.buyer == PARTICIPANT_NONE);
    assert_true(block.buyer_fee == 0 && block.seller_fee == 0 && block.name.text[0] == 0);
    sample_event(&dice, EVENT_BUSTED, memory)->flags = 0;
    assert_true(wire_feed_public((const struct event *)(const void *)memory, &busted.head));
    assert_true(busted.seller == PARTICIPANT_NONE && busted.buyer == PARTICIPANT_NONE);
    assert_true(busted.buyer_fee == 0 && busted.seller_fee == 0 && busted.cause.text[0] == 0);
    sample_event(&dice, EVENT_PERMITTED, memory)->flags = 0;
    assert_true(wire_feed_public((const struct event *)(const void *)memory, &permitted.head));
    assert_true(permitted.seller == PARTICIPANT_NONE && permitted.buyer == PARTICIPANT_NONE);
}

static void test_a_feed_message_comes_back(void **state)
{
    (void)state;
    _Alignas(8) uint8_t memory[512], back[512];
    uint8_t bytes[1024];
    struct wire_feed feed, feed_back;
    struct wire_reader reader;
    sample_wire_feed(&dice, &feed);
    feed.count = 1;
    size_t size = wire_feed_put(bytes, sizeof bytes, &feed);
    assert_int_equal(size, WIRE_FEED_HEAD);
    assert_int_equal(wire_feed_put(bytes, WIRE_FEED_HEAD - 1, &feed), 0);
    const struct event *event = sample_event(&dice, EVENT_ROW_LEVEL, memory);
    size += codec_event_put(bytes + size, sizeof bytes - size, event);
    memset(&feed_back, 0, sizeof feed_back);
    assert_int_equal(wire_feed_get(bytes, size, &feed_back, &reader), 0);
    assert_int_equal(feed_back.instrument, feed.instrument);
    assert_int_equal(feed_back.number, feed.number);
    struct event_buffer buffer = {.bytes = back, .capacity = sizeof back};
    assert_int_equal(wire_row_get(&reader, &buffer), 0);
    assert_memory_equal(back, memory, event->size);
    assert_true(wire_reader_done(&reader));
    assert_int_equal(wire_row_get(&reader, &buffer), ERR_MALFORMED);
    for (size_t cut = 0; cut < WIRE_FEED_HEAD; cut++)
        assert_int_equal(wire_feed_get(bytes, cut, &feed_back, &reader), ERR_MALFORMED);
}

/* Reads whatever the frame says it is. Returns items that were taken. */
static size_t read_frame(const struct wire_frame *frame)
{
    union {
        struct wire_logon logon;
        struct wire_challenge challenge;
        struct wire_welcome welcome;
        struct wire_query query;
        struct wire_digest digest;
        struct wire_busy busy;
        struct wire_fault fault;
        struct wire_answer answer;
        struct wire_report report;
        struct wire_rows rows;
        struct command command;
    } out;
    _Alignas(8) uint8_t back[512];
    struct event_buffer buffer = {.bytes = back, .capacity = sizeof back};
    struct codec_place place;
    struct wire_reader reader = wire_reader_of(frame);
    size_t taken = 0;
    taken += wire_logon_get(frame, &out.logon, &place) == 0;
    taken += wire_challenge_get(frame, &out.challenge, &place) == 0;
    taken += wire_welcome_get(frame, &out.welcome, &place) == 0;
    taken += wire_query_get(frame, &out.query, &place) == 0;
    taken += wire_digest_get(frame, &out.digest, &place) == 0;
    taken += wire_busy_get(frame, &out.busy, &place) == 0;
    taken += wire_fault_get(frame, &out.fault, &place) == 0;
    while (wire_command_get(&reader, &out.command, &place) == 0)
        taken++;
    reader = wire_reader_of(frame);
    while (wire_answer_get(&reader, &out.answer, &place) == 0)
        taken++;
    reader = wire_reader_of(frame);
    while (wire_report_get(&reader, &out.report, &place) == 0)
        taken++;
    reader = wire_reader_of(frame);
    if (wire_rows_get(&reader, &out.rows, &place) == 0)
        while (buffer.used = 0, wire_row_get(&reader, &buffer) == 0)
            taken++;
    return taken;
}

static void test_prefixes_ask_for_more(void **state)
{
    (void)state;
    static struct golden list[GOLDEN_COUNT_MAX];
    size_t count = golden_make(list), used = 0;
    struct wire_frame frame;
    for (size_t index = 0; index < count; index++) {
        if (strncmp(list[index].name, "frame", 5) != 0) continue;
        for (size_t size = 0; size < list[index].size; size++)
            assert_int_equal(wire_frame_get(list[index].bytes, size, &frame, &used), 1);
        assert_int_equal(wire_frame_get(list[index].bytes, list[index].size, &frame, &used), 0);
        bool empty = frame.type == WIRE_HEARTBEAT || frame.type == WIRE_LOGOFF;
        if (!empty) assert_true(read_frame(&frame) > 0);
    }
}

static void test_mutations_never_crash(void **state)
{
    (void)state;
    static struct golden list[GOLDEN_COUNT_MAX];
    size_t count = golden_make(list);
    struct test_time time = test_time_start(60);
    uint64_t tried = 0, taken = 0;
    for (; test_time_left(&time, tried); tried++) {
        struct golden bad = list[dice_below(&dice, count)];
        uint64_t changes = 1 + dice_below(&dice, 4);
        for (uint64_t change = 0; change < changes; change++)
            bad.bytes[dice_below(&dice, bad.size)] = (uint8_t)dice_roll(&dice);
        uint8_t *exact = malloc(bad.size);
        struct wire_frame frame;
        size_t used = 0;
        assert_non_null(exact);
        memcpy(exact, bad.bytes, bad.size);
        if (wire_frame_get(exact, bad.size, &frame, &used) == 0) taken += read_frame(&frame) > 0;
        free(exact);
    }
    print_message("# %llu mutations, %llu read\n", (unsigned long long)tried,
                  (unsigned long long)taken);
    assert_true(taken > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_challenge_comes_back),
                                       cmocka_unit_test(test_logon_comes_back),
                                       cmocka_unit_test(test_welcome_comes_back),
                                       cmocka_unit_test(test_query_comes_back),
                                       cmocka_unit_test(test_digest_comes_back),
                                       cmocka_unit_test(test_busy_comes_back),
                                       cmocka_unit_test(test_fault_comes_back),
                                       cmocka_unit_test(test_lengths_are_bounded),
                                       cmocka_unit_test(test_a_full_frame_of_commands),
                                       cmocka_unit_test(test_rows_stop_at_the_frame_bound),
                                       cmocka_unit_test(test_answers_and_reports),
                                       cmocka_unit_test(test_a_wrong_command_is_placed),
                                       cmocka_unit_test(test_the_feed_is_public),
                                       cmocka_unit_test(test_the_feed_names_nobody),
                                       cmocka_unit_test(test_a_feed_message_comes_back),
                                       cmocka_unit_test(test_prefixes_ask_for_more),
                                       cmocka_unit_test(test_mutations_never_crash)};
    dice = test_time_dice();
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
