/* The market file: tried as a whole, every bad line named, capacities joined field by field. */
#include "tests/lib/cmocka_all.h"
#include "gateway/market_file.h"
#include "tests/gateway/raw_client.h"
#include <stdio.h>
#include <string.h>

static char directory[256];
static char path[300];
static struct fault_text why;
static struct market_file market;
static const struct engine_limits nothing_asked;

static int setup(void **state)
{
    (void)state;
    raw_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/market", directory);
    memset(&market, 0, sizeof market);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    market_file_free(&market);
    raw_remove_directory(directory);
    return 0;
}

static int read_text(const char *text)
{
    raw_write_file(path, text);
    return market_file_read(path, &nothing_asked, &market, &why);
}

static void test_lines_become_commands(void **state)
{
    (void)state;
    assert_int_equal(read_text("# a market\n"
                               "capacity orders=77 zones=2\n\n"
                               "time 2026-06-01T09:30:00\n"
                               "zone EWN\n"
                               "participant mill zone=EWN   # known by then\n"
                               "deposit mill cash=5\n"),
                     0);
    assert_int_equal(market.count, 3);
    assert_int_equal(market.commands[0].type, COMMAND_ZONE);
    assert_int_equal(market.commands[1].body.participant.zone, 0);
    assert_int_equal(market.commands[2].body.deposit.account, 0);
    assert_int_equal(market.commands[2].role, ROLE_SYSTEM);
    assert_int_equal(market.limits.orders, 77);
    assert_int_equal(market.limits.zones, 2);
    assert_true(market.limits.participants > 0); /* completed */
}

static void refuse(const char *text, const char *said)
{
    assert_int_equal(read_text(text), ERR_MALFORMED);
    if (!strstr(why.text, said)) fail_msg("%s instead of %s", why.text, said);
    assert_int_equal(market.count, 0);
}

/* Which commands need steps behind them is told, and the trial has taken them. */
static void test_long_commands_are_marked(void **state)
{
    (void)state;
    assert_int_equal(read_text("capacity work=2\nzone EWN\ninstrument CO2 ref=100 phase=call\n"
                               "participant mill zone=EWN\nissue mill CO2 qty=9\n"
                               "order A mill CO2 sell qty=1 price=100\n"
                               "order B mill CO2 sell qty=1 price=100\n"
                               "order C mill CO2 sell qty=1 price=100\n"
                               "cancel-all - CO2\n"
                               "order D mill CO2 sell qty=9 price=100\n"),
                     0);
    assert_int_equal(market.count, 9);
    for (size_t i = 0; i < market.count; i++)
        assert_int_equal(market.leaves_work[i], market.commands[i].type == COMMAND_CANCEL_ALL);
}

static void test_bad_lines_are_named(void **state)
{
    (void)state;
    refuse("zone EWN\nzoned GBA\n", "error line=2 column=1");
    refuse("zone EWN\n\n  zone EWN\n", "line=3 column=1 reason=DUPLICATE_ID");
    refuse("deposit mill cash=5\n", "line=1 column=1 reason=UNKNOWN_PARTICIPANT");
    refuse("zone EWN\nbook CO2 zone=EWN\n", "line=2");
    refuse("zone EWN\ncapacity orders=5\n", "line=2"); /* too late */
    char longest[1400];
    memset(longest, 'z', sizeof longest);
    longest[sizeof longest - 1] = 0;
    refuse(longest, "line=1");
}

static void test_files_that_cannot_be_read(void **state)
{
    (void)state;
    assert_int_equal(market_file_read("/nowhere/market", &nothing_asked, &market, &why),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(why.text, "/nowhere/market"));
    assert_int_equal(market_file_read(directory, &nothing_asked, &market, &why), ERR_DISK);
}

static void test_capacities_are_joined(void **state)
{
    (void)state;
    struct engine_limits into = {.orders = 10, .lanes = 4};
    struct engine_limits from = {.orders = 10, .bids = 6};
    assert_int_equal(market_file_join(&into, &from, "the journal", &why), 0);
    assert_int_equal(into.bids, 6);
    assert_int_equal(into.lanes, 4);
    from.lanes = 5;
    assert_int_equal(market_file_join(&into, &from, "the journal", &why), ERR_CONFLICT);
    assert_non_null(strstr(why.text, "capacity lanes: asked for 4, the journal says 5"));
    struct engine_limits asked = {.orders = 9};
    raw_write_file(path, "capacity orders=8\nzone EWN\n");
    assert_int_equal(market_file_read(path, &asked, &market, &why), ERR_CONFLICT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_lines_become_commands), CASE(test_long_commands_are_marked),
        CASE(test_bad_lines_are_named),   CASE(test_files_that_cannot_be_read),
        CASE(test_capacities_are_joined),
    };
    return cmocka_run_group_tests_name("market_file", tests, NULL, NULL);
}
