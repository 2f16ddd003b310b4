/* test_directory.c - names and ids, both ways, learnt from events in any order. */
#include "tests/lib/cmocka_all.h"
#include "proto/directory.h"
#include "engine/command.h"
#include <stdio.h>
#include <string.h>

static struct name name_of(const char *text)
{
    struct name name = {{0}};
    memcpy(name.text, text, strlen(text));
    return name;
}

static void learn(struct directory *directory, uint16_t type, uint8_t command, uint32_t id,
                  const char *text, uint8_t zone)
{
    /* NAMED and ROW_NAME have the same fields. */
    struct event_named event = {.head = {.type = type, .size = sizeof event},
                                .name = name_of(text),
                                .id = id,
                                .command = command,
                                .zone = zone};
    assert_int_equal(directory_learn(directory, &event.head), 0);
}

static void check_text(const struct name *name, const char *text)
{
    assert_int_equal(directory_name_size(name), strlen(text));
    assert_memory_equal(name->text, text, strlen(text));
}

static void test_names_and_ids(void **state)
{
    (void)state;
    struct directory *directory = directory_create();
    struct name name = name_of("EWN");
    assert_non_null(directory);
    assert_int_equal(directory_zone(directory, &name), ZONE_NONE);
    learn(directory, EVENT_NAMED, COMMAND_ZONE, 0, "EWN", 0);
    learn(directory, EVENT_ROW_NAME, COMMAND_PARTICIPANT, 0, "EWN", 7); /* kinds are apart */
    learn(directory, EVENT_NAMED, COMMAND_AUCTION, 5, "A5", 0);
    struct event_row_instrument row = {.head = {.type = EVENT_ROW_INSTRUMENT, .size = sizeof row},
                                       .name = name_of("CO2"),
                                       .instrument = 3};
    assert_int_equal(directory_learn(directory, &row.head), 0);
    assert_int_equal(directory_zone(directory, &name), 0);
    assert_int_equal(directory_participant(directory, &name), 0);
    assert_int_equal(directory_participant_zone(directory, 0), 7);
    assert_int_equal(directory_participant_zone(directory, 1), ZONE_NONE);
    name = name_of("CO2");
    assert_int_equal(directory_instrument(directory, &name), 3);
    name = name_of("A5");
    assert_int_equal(directory_auction(directory, &name), 5);
    assert_true(directory_participant(directory, &name) == PARTICIPANT_NONE);
    assert_true(directory_instrument(directory, &name) == INSTRUMENT_NONE);
    assert_true(directory_zone(directory, &name) == ZONE_NONE);
    check_text(directory_zone_name(directory, 0), "EWN");
    check_text(directory_auction_name(directory, 5), "A5");
    check_text(directory_auction_name(directory, 4), "-");
    check_text(directory_auction_name(directory, AUCTION_NONE), "-");
    check_text(directory_instrument_name(directory, 3), "CO2");
    check_text(directory_participant_name(directory, 99), "-");
    assert_int_equal(directory_zones(directory), 1);
    assert_int_equal(directory_participants(directory), 1);
    assert_int_equal(directory_auctions(directory), 0); /* 0 to 4 are not known */
    assert_int_equal(directory_instruments(directory), 0);
    directory_destroy(directory);
}

static void test_what_is_ignored(void **state)
{
    (void)state;
    struct directory *directory = directory_create();
    struct event_accepted other = {.head = {.type = EVENT_ACCEPTED, .size = sizeof other}};
    learn(directory, EVENT_NAMED, COMMAND_ORDER, 0, "X", 0);
    learn(directory, EVENT_NAMED, COMMAND_ZONE, ZONES_MAX, "Z", 0);
    learn(directory, EVENT_NAMED, COMMAND_PARTICIPANT, PARTICIPANTS_MAX, "P", 0);
    learn(directory, EVENT_NAMED, COMMAND_ZONE, 0, "", 0);
    learn(directory, EVENT_NAMED, COMMAND_ZONE, 0, "a b", 0);
    assert_int_equal(directory_learn(directory, &other.head), 0);
    assert_int_equal(directory_zones(directory), 0);
    learn(directory, EVENT_NAMED, COMMAND_ZONE, 0, "A", 0);
    learn(directory, EVENT_NAMED, COMMAND_ZONE, 0, "B", 0); /* an id keeps its name */
    learn(directory, EVENT_NAMED, COMMAND_ZONE, 1, "A", 0); /* a name keeps its id */
    check_text(directory_zone_name(directory, 0), "A");
    check_text(directory_zone_name(directory, 1), "-");
    directory_destroy(directory);
    directory_destroy(NULL);
}

static void test_many(void **state)
{
    (void)state;
    struct directory *directory = directory_create();
    const uint32_t count = 50000;
    char text[NAME_BYTES];
    for (uint32_t step = 0; step < count; step++) { /* in an order that is not the ids' */
        uint32_t id = (step * 7919) % count;
        (void)snprintf(text, sizeof text, "firm-%u", id);
        learn(directory, EVENT_NAMED, COMMAND_PARTICIPANT, id, text, (uint8_t)(id % 3));
    }
    assert_int_equal(directory_participants(directory), count);
    for (uint32_t id = 0; id < count; id++) {
        (void)snprintf(text, sizeof text, "firm-%u", id);
        struct name name = name_of(text);
        assert_int_equal(directory_participant(directory, &name), id);
        check_text(directory_participant_name(directory, id), text);
        assert_int_equal(directory_participant_zone(directory, id), id % 3);
    }
    directory_destroy(directory);
}

static void test_name_of(void **state)
{
    (void)state;
    struct name name = name_of("kept");
    assert_true(directory_name_of("a.B_9-", 6, &name));
    check_text(&name, "a.B_9-");
    name = name_of("kept");
    assert_false(directory_name_of("", 0, &name));
    assert_false(directory_name_of("a b", 3, &name));
    assert_false(directory_name_of("a\0b", 3, &name));
    assert_false(directory_name_of("a\0", 2, &name));
    assert_false(directory_name_of("012345678901234567890123456789012", 33, &name));
    check_text(&name, "kept");
    assert_true(directory_name_of("01234567890123456789012345678901", 32, &name));
    assert_int_equal(directory_name_size(&name), 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_and_ids),
                                       cmocka_unit_test(test_what_is_ignored),
                                       cmocka_unit_test(test_many), cmocka_unit_test(test_name_of)};
    return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
