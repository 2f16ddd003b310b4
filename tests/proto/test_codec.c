/* test_codec.c - every command and event survives the bytes, and no bytes survive that should not.
 *
 * Method: random contents (the seed is printed), golden bytes read back, every prefix, every single
 *         wrong byte of small enums, and random mutations; inputs lie at the end of their own heap
 *         block, so that the sanitizer sees a read behind them. TEST_SECONDS scales the mutations.
 */
#include "tests/lib/cmocka_all.h"
#include "tests/proto/golden.h"
#include "tests/proto/samples.h"
#include "tests/proto/test_time.h"
#include <stdlib.h>

static struct dice dice;

static void check_command(const struct command *command)
{
    uint8_t bytes[CODEC_COMMAND_MAX];
    struct command back;
    size_t used = 0;
    memset(&back, 0, sizeof back);
    size_t size = codec_command_put(bytes, sizeof bytes, command);
    assert_int_equal(size, CODEC_COMMAND_HEAD + codec_body_size(command->type));
    assert_int_equal(codec_command_get(bytes, size, &back, &used), 0);
    assert_int_equal(used, size);
    uint8_t again[CODEC_COMMAND_MAX];
    assert_int_equal(codec_command_put(again, sizeof again, &back), size);
    assert_memory_equal(bytes, again, size);
    assert_true(back.type == command->type && back.role == command->role);
    assert_true(back.lane == command->lane && back.id == command->id);
    assert_true(back.sequence == command->sequence && back.time_ns == command->time_ns);
    assert_true(back.actor == command->actor && back.subject == command->subject);
    for (size_t room = 0; room < size; room++)
        assert_int_equal(codec_command_put(again, room, command), 0);
}

static void test_commands_come_back(void **state)
{
    (void)state;
    struct command command;
    for (uint8_t type = 1; type < COMMAND_END; type++)
        for (int round = 0; round < 200; round++) {
            sample_command(&dice, type, &command);
            check_command(&command);
        }
}

static void test_events_come_back(void **state)
{
    (void)state;
    _Alignas(8) uint8_t memory[512], back[512];
    uint8_t bytes[CODEC_EVENT_MAX];
    for (uint16_t type = 1; type < EVENT_END; type++) {
        if (codec_event_struct(type) == 0) continue;
        for (int round = 0; round < 200; round++) {
            const struct event *event = sample_event(&dice, type, memory);
            struct event_buffer buffer = {.bytes = back, .capacity = sizeof back};
            size_t used = 0;
            size_t size = codec_event_put(bytes, sizeof bytes, event);
            assert_true(size > CODEC_EVENT_HEAD);
            memset(back, 0xaa, sizeof back);
            assert_int_equal(codec_event_get(bytes, size, &buffer, &used), 0);
            assert_int_equal(used, size);
            assert_int_equal(buffer.used, event->size);
            assert_memory_equal(back, memory, event->size);
            assert_int_equal(codec_event_put(bytes, size - 1, event), 0);
        }
    }
}

static void test_an_event_needs_room(void **state)
{
    (void)state;
    _Alignas(8) uint8_t memory[512], back[512];
    uint8_t bytes[CODEC_EVENT_MAX];
    const struct event *event = sample_event(&dice, EVENT_TRADE, memory);
    size_t used = 0, size = codec_event_put(bytes, sizeof bytes, event);
    struct event_buffer buffer = {.bytes = back, .capacity = event->size - 8u};
    assert_int_equal(codec_event_get(bytes, size, &buffer, &used), ERR_LIMIT);
    assert_int_equal(buffer.used, 0);
}

/* A copy that ends where its block ends. */
static int get_command(const uint8_t *bytes, size_t size, struct codec_place *place)
{
    struct command out;
    size_t used = 0;
    uint8_t *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    int fault = codec_command_check(exact, size, &out, &used, place);
    if (!fault) assert_true(used <= size);
    free(exact);
    return fault;
}

static int get_event(const uint8_t *bytes, size_t size)
{
    _Alignas(8) uint8_t back[512];
    struct event_buffer buffer = {.bytes = back, .capacity = sizeof back};
    size_t used = 0;
    uint8_t *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    int fault = codec_event_get(exact, size, &buffer, &used);
    if (!fault) assert_true(used <= size);
    free(exact);
    return fault;
}

static void test_prefixes_are_malformed(void **state)
{
    (void)state;
    static struct golden list[GOLDEN_COUNT_MAX];
    size_t count = golden_make(list);
    struct codec_place place;
    for (size_t index = 0; index < count; index++)
        for (size_t size = 0; size < list[index].size; size++) {
            if (strncmp(list[index].name, "command", 7) == 0) {
                assert_int_equal(get_command(list[index].bytes, size, &place), ERR_MALFORMED);
                assert_string_equal(place.field, "size");
            }
            if (strncmp(list[index].name, "event", 5) == 0)
                assert_int_equal(get_event(list[index].bytes, size), ERR_MALFORMED);
        }
}

static void test_golden_bytes_are_read(void **state)
{
    (void)state;
    static struct golden list[GOLDEN_COUNT_MAX];
    size_t count = golden_make(list);
    for (size_t index = 0; index < count; index++) {
        if (strncmp(list[index].name, "command", 7) == 0)
            assert_int_equal(get_command(list[index].bytes, list[index].size, NULL), 0);
        if (strncmp(list[index].name, "event", 5) == 0)
            assert_int_equal(get_event(list[index].bytes, list[index].size), 0);
    }
}

/* One wrong field of an order: the place names it. */
static void expect_wrong(size_t offset, uint8_t value, const char *field, size_t where)
{
    struct dice fixed = {.fixed = true};
    struct command command;
    uint8_t bytes[CODEC_COMMAND_MAX];
    struct codec_place place;
    sample_command(&fixed, COMMAND_ORDER, &command);
    size_t size = codec_command_put(bytes, sizeof bytes, &command);
    bytes[offset] = value;
    assert_int_equal(get_command(bytes, size, &place), ERR_MALFORMED);
    assert_string_equal(place.field, field);
    assert_int_equal(place.offset, where);
}

static void test_a_wrong_field_is_named(void **state)
{
    (void)state;
    const size_t body = CODEC_COMMAND_HEAD;
    expect_wrong(0, 1, "size", 0);
    expect_wrong(2, 0, "type", 2);
    expect_wrong(2, COMMAND_END, "type", 2);
    expect_wrong(3, ROLE_COUNT, "role", 3);
    expect_wrong(body + 78, SIDE_COUNT, "side", body + 78);
    expect_wrong(body + 79, ORDER_TYPE_COUNT, "type", body + 79);
    expect_wrong(body + 80, TIF_COUNT, "tif", body + 80);
    expect_wrong(body + 81, 2, "post_only", body + 81);
    expect_wrong(body + 3, '/', "client_id", body);
    expect_wrong(body + 31, 'a', "client_id", body);
}

static bool name_good(const char *text, bool or_empty)
{
    struct name name = {{0}};
    memcpy(name.text, text, strnlen(text, NAME_BYTES));
    return codec_name_valid(&name, or_empty);
}

static void test_names(void **state)
{
    (void)state;
    assert_true(name_good("a", false));
    assert_true(name_good("GDEA-23.x_Y", false));
    assert_true(name_good("0123456789abcdef0123456789abcdef", false));
    assert_true(name_good("", true));
    assert_false(name_good("", false));
    for (int byte = 1; byte < 256; byte++) {
        char text[3] = {'a', (char)byte, 0};
        bool good = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-",
                           byte) != NULL;
        assert_int_equal(name_good(text, false), good);
    }
    for (size_t at = 1; at < NAME_BYTES; at++) { /* a hole, then more */
        struct name name = {"0123456789abcdef0123456789abcde"};
        name.text[NAME_BYTES - 1] = 'f';
        name.text[at - 1] = '\0';
        assert_false(codec_name_valid(&name, true));
    }
}

static void test_mutations_never_crash(void **state)
{
    (void)state;
    static struct golden list[GOLDEN_COUNT_MAX];
    size_t count = golden_make(list);
    struct test_time time = test_time_start(60);
    uint64_t tried = 0, taken = 0;
    while (test_time_left(&time, tried)) {
        struct golden bad = list[dice_below(&dice, count)];
        uint64_t changes = 1 + dice_below(&dice, 4);
        for (uint64_t change = 0; change < changes; change++)
            bad.bytes[dice_below(&dice, bad.size)] = (uint8_t)dice_roll(&dice);
        size_t size = dice_below(&dice, 4) ? bad.size : dice_below(&dice, bad.size + 1);
        taken += get_command(bad.bytes, size, NULL) == 0;
        taken += get_event(bad.bytes, size) == 0;
        tried++;
    }
    print_message("# %llu mutations, %llu still valid\n", (unsigned long long)tried,
                  (unsigned long long)taken);
    assert_true(taken > 0); /* the mutations are not all absurd */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_commands_come_back),
                                       cmocka_unit_test(test_events_come_back),
                                       cmocka_unit_test(test_an_event_needs_room),
                                       cmocka_unit_test(test_prefixes_are_malformed),
                                       cmocka_unit_test(test_golden_bytes_are_read),
                                       cmocka_unit_test(test_a_wrong_field_is_named),
                                       cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_mutations_never_crash)};
    dice = test_time_dice();
    return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
