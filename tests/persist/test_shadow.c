/* The shadow follows the journal to the leader's state and writes a view that says the same.
 * Method: run a market, follow it in steps, compare state digests and rows; take the view away,
 * damage it, let the map overflow; forge a digest. */
#include "persist/shadow.h"
#include "engine/engine.h"
#include "persist/digest.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/leader.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct shadow *open_shadow(struct leader *leader, struct shadow_options options)
{
    options.journal = leader->journal;
    options.directory = leader->scratch->data;
    struct shadow *shadow = NULL;
    struct fault_text why = {{0}};
    int fault = shadow_open(&options, &shadow, &why);
    if (fault) print_error("%s: %s\n", fault_name(fault), why.text);
    assert_int_equal(fault, 0);
    return shadow;
}

static void follow(struct shadow *shadow)
{
    struct fault_text why = {{0}};
    int applied;
    int64_t now_ns = 0;
    while ((applied = shadow_step(shadow, now_ns, &why)) > 0)
        now_ns += 1000000;
    if (applied < 0) print_error("%s: %s\n", fault_name(applied), why.text);
    assert_int_equal(applied, 0);
}

static void flush(struct shadow *shadow)
{
    struct fault_text why = {{0}};
    int fault = shadow_flush(shadow, &why);
    if (fault) print_error("%s: %s\n", fault_name(fault), why.text);
    assert_int_equal(fault, 0);
}

static void assert_same_state(const struct leader *leader, const struct shadow *shadow)
{
    uint8_t one[HASH_BYTES], other[HASH_BYTES];
    digest_state(leader->engine, one);
    digest_state(shadow_engine(shadow), other);
    assert_memory_equal(one, other, HASH_BYTES);
    assert_int_equal(shadow_sequence(shadow), engine_sequence(leader->engine));
    assert_int_equal(shadow_index(shadow), journal_committed(leader->journal));
}

static void make_market(struct leader *leader)
{
    leader_set_up(leader);
    for (int day = 0; day < 2; day++) {
        leader_trade(leader, 500);
        leader_auction(leader);
        leader_next_day(leader);
    }
    leader_trade(leader, 200);
}

struct tally {
    uint64_t next_n;
    uint64_t rows;
    int64_t units;
};

static int count_trade(void *context, const struct event *row, const struct command *issue)
{
    struct tally *tally = context;
    const struct event_trade *trade = (const void *)row;
    assert_null(issue);
    assert_int_equal(trade->n, tally->next_n);
    tally->next_n++;
    tally->rows++;
    return 0;
}

static void assert_all_trades(struct shadow *shadow)
{
    struct tally tally = {.next_n = 1};
    struct fault_text why;
    const struct view_filter all = VIEW_ALL;
    uint64_t next = 1, trades = engine_trades(shadow_engine(shadow));
    while (tally.rows < trades) {
        uint64_t before = tally.rows;
        assert_int_equal(
            view_trades(shadow_view(shadow), next, 7, &all, count_trade, &tally, &next, &why), 0);
        assert_true(tally.rows > before);
    }
    assert_int_equal(next, trades + 1);
    assert_int_equal(view_state(shadow_view(shadow))->trades, trades);
}

static int count_unit(void *context, const struct event *row, const struct command *issue)
{
    struct tally *tally = context;
    tally->rows++;
    if (issue) tally->units += issue->body.issue.qty;
    if (row && row->type == EVENT_AWARD)
        tally->units += ((const struct event_award *)(const void *)row)->qty;
    return 0;
}

static void test_view_says_what_happened(void **state)
{
    struct leader *leader = leader_open(*state);
    make_market(leader);
    assert_true(engine_trades(leader->engine) > 100);
    struct shadow *shadow = open_shadow(leader, (struct shadow_options){0});
    assert_false(shadow_rebuilt(shadow));
    follow(shadow);
    flush(shadow);
    assert_same_state(leader, shadow);
    assert_all_trades(shadow);
    struct tally tally = {0};
    struct fault_text why;
    assert_int_equal(
        view_rows(shadow_view(shadow), VIEW_ALLOCATIONS, 0, UINT32_MAX, count_unit, &tally, &why),
        0);
    assert_true(tally.rows > LEADER_PARTICIPANTS); /* issues and awards */
    assert_int_equal(tally.units, LEADER_PARTICIPANTS * 2 * 50000 + 2 * 500);
    uint64_t rows;
    assert_int_equal(view_verify(shadow_view(shadow), VIEW_ORDERS, &rows, &why), 0);
    assert_true(rows > 0);
    assert_int_equal(view_verify(shadow_view(shadow), VIEW_CALL_FILLS, &rows, &why), 0);
    assert_true(rows > 0);
    shadow_close(shadow);
    leader_close(leader);
}

static void test_rows_wait_for_their_bulk(void **state)
{
    struct leader *leader = leader_open(*state);
    leader_set_up(leader);
    struct shadow *shadow = open_shadow(leader, (struct shadow_options){0});
    struct fault_text why;
    assert_true(shadow_step(shadow, 0, &why) > 0);
    assert_int_equal(shadow_step(shadow, SHADOW_FLUSH_NS - 1, &why), 0);
    assert_int_equal(view_state(shadow_view(shadow))->index, 0);
    assert_int_equal(shadow_step(shadow, SHADOW_FLUSH_NS, &why), 0);
    assert_int_equal(view_state(shadow_view(shadow))->index, journal_committed(leader->journal));
    shadow_close(shadow);
    leader_close(leader);
}

static void test_restart_writes_nothing_twice(void **state)
{
    struct leader *leader = leader_open(*state);
    leader_set_up(leader);
    leader_trade(leader, 300);
    struct shadow *shadow = open_shadow(leader, (struct shadow_options){0});
    follow(shadow);
    shadow_close(shadow);
    leader_trade(leader, 300);
    shadow = open_shadow(leader, (struct shadow_options){.view_verify = true});
    assert_false(shadow_rebuilt(shadow));
    assert_true(view_state(shadow_view(shadow))->index > 1);
    follow(shadow);
    flush(shadow);
    assert_same_state(leader, shadow);
    assert_all_trades(shadow);
    shadow_close(shadow);
    leader_close(leader);
}

static void test_damaged_view_is_made_again(void **state)
{
    struct scratch *scratch = *state;
    struct leader *leader = leader_open(scratch);
    make_market(leader);
    struct shadow *shadow = open_shadow(leader, (struct shadow_options){0});
    follow(shadow);
    shadow_close(shadow);
    char path[256];
    snprintf(path, sizeof path, "%s/view/data.mdb", scratch->data);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    unsigned rebuilt = 0;
    for (uint64_t at = 2 * 4096; at < (uint64_t)found.st_size; at += 4096 + 777) {
        scratch_flip(path, at, 0x20);
        shadow = open_shadow(leader, (struct shadow_options){.view_verify = true});
        rebuilt += shadow_rebuilt(shadow);
        follow(shadow);
        flush(shadow);
        assert_same_state(leader, shadow);
        assert_all_trades(shadow);
        shadow_close(shadow);
    }
    assert_true(rebuilt > 0);
    scratch_remove(path);
    shadow = open_shadow(leader, (struct shadow_options){0});
    follow(shadow);
    flush(shadow);
    assert_all_trades(shadow);
    shadow_close(shadow);
    leader_close(leader);
}

static void test_small_map_grows(void **state)
{
    struct leader *leader = leader_open(*state);
    make_market(leader);
    struct shadow *shadow = open_shadow(leader, (struct shadow_options){.view_map_bytes = 65536});
    follow(shadow);
    flush(shadow);
    assert_all_trades(shadow);
    shadow_close(shadow);
    leader_close(leader);
}

static void test_wrong_digest_stops_the_shadow(void **state)
{
    struct leader *leader = leader_open(*state);
    leader_set_up(leader);
    struct shadow *shadow = open_shadow(leader, (struct shadow_options){.view_skip = true});
    follow(shadow);
    uint64_t sequence = engine_sequence(leader->engine);
    leader->forge_digest = true;
    leader_trade(leader, 30);
    struct fault_text why = {{0}};
    assert_int_equal(shadow_step(shadow, 0, &why), ERR_DIGEST);
    char text[64];
    snprintf(text, sizeof text, "sequence %llu under rule set %d", (unsigned long long)sequence,
             RULE_SET_NEWEST);
    assert_non_null(strstr(why.text, text));
    memset(&why, 0, sizeof why);
    assert_int_equal(shadow_step(shadow, 0, &why), ERR_DIGEST);
    assert_non_null(strstr(why.text, text));
    shadow_close(shadow);
    leader_close(leader);
}

static void count_commands(void *context, const struct command *command,
                           const struct event_buffer *events)
{
    uint64_t *commands = context;
    ++*commands;
    assert_int_equal(command->sequence, *commands);
    assert_non_null(event_next(events, NULL));
}

static void test_watch_sees_every_command(void **state)
{
    struct leader *leader = leader_open(*state);
    leader_set_up(leader);
    uint64_t commands = 0;
    struct shadow *shadow = open_shadow(
        leader, (struct shadow_options){.watch = count_commands, .watch_context = &commands});
    follow(shadow);
    assert_int_equal(commands, engine_sequence(leader->engine));
    shadow_close(shadow);
    leader_close(leader);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_view_says_what_happened),
        CASE(test_rows_wait_for_their_bulk),
        CASE(test_restart_writes_nothing_twice),
        CASE(test_damaged_view_is_made_again),
        CASE(test_small_map_grows),
        CASE(test_wrong_digest_stops_the_shadow),
        CASE(test_watch_sees_every_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
