/* A restart replays to the state it left, and refuses a journal that does not.
 * Method: run a market, close, recover, compare digests; then forge one digest, one rule set, one
 * sequence. */
#include "persist/recover.h"
#include "engine/engine.h"
#include "persist/shadow.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/leader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_restart_replays_to_the_same_digest(void **state)
{
    struct leader *leader = leader_open(*state);
    leader_set_up(leader);
    for (int day = 0; day < 3; day++) {
        leader_trade(leader, 400);
        leader_auction(leader);
        leader_next_day(leader);
    }
    assert_true(engine_trades(leader->engine) > 100);
    uint8_t before[HASH_BYTES], after[HASH_BYTES];
    struct digest_chain chain = leader->start.chain;
    uint64_t sequence = engine_sequence(leader->engine);
    uint64_t entries = journal_committed(leader->journal);
    digest_state(leader->engine, before);
    leader_close(leader);

    leader = leader_open(*state);
    digest_state(leader->engine, after);
    assert_memory_equal(before, after, HASH_BYTES);
    assert_int_equal(leader->start.entries, entries);
    assert_int_equal(leader->start.commands, sequence);
    assert_int_equal(leader->start.sequence, sequence);
    assert_true(leader->start.events >= sequence);
    assert_int_equal(leader->start.digests_compared, entries - 2); /* not genesis and first */
    assert_memory_equal(leader->start.chain.digest, chain.digest, HASH_BYTES);
    leader_trade(leader, 50); /* and goes on */
    leader_close(leader);
    leader_close(leader_open(*state));
}

/* Recovery of what a leader has journalled; its fault. */
static int recover_again(struct scratch *scratch, struct fault_text *why)
{
    struct journal *journal = scratch_open(scratch);
    const struct engine_limits *limits = journal_limits(journal);
    size_t size = (engine_memory(limits) + 63) / 64 * 64;
    void *memory = aligned_alloc(64, size);
    assert_non_null(memory);
    memset(memory, 0, size);
    struct event_buffer events = {.capacity = engine_events_max(limits)};
    events.bytes = malloc(events.capacity);
    assert_non_null(events.bytes);
    struct recovery *result = aligned_alloc(64, (sizeof *result + 63) / 64 * 64);
    int fault =
        recover(journal, engine_init(memory, size, limits), &events, NULL, NULL, result, why);
    free(result);
    free(events.bytes);
    free(memory);
    journal_close(journal);
    return fault;
}

static void test_forged_digest_stops_the_start(void **state)
{
    struct leader *leader = leader_open(*state);
    leader_set_up(leader);
    leader->forge_digest = true;
    leader_trade(leader, 40);
    char sequence[64];
    snprintf(sequence, sizeof sequence, "rule set %d", RULE_SET_NEWEST);
    leader_close(leader);
    struct fault_text why;
    assert_int_equal(recover_again(*state, &why), ERR_DIGEST);
    assert_non_null(strstr(why.text, "sequence"));
    assert_non_null(strstr(why.text, sequence));
}

static void test_unknown_rule_set_stops_the_start(void **state)
{
    struct leader *leader = leader_open(*state);
    leader_set_up(leader);
    leader->rule_set = RULE_SET_NEWEST + 1;
    _Static_assert(RULE_SET_NEWEST == 2, "the text below names the next one");
    leader_trade(leader, 5);
    leader_close(leader);
    struct fault_text why;
    assert_int_equal(recover_again(*state, &why), ERR_VERSION);
    assert_non_null(strstr(why.text, "rule set 3"));
}

/* Two programs that are not at the same rules at the same command must not go on together. */
static void test_another_rule_set_stops_the_start(void **state)
{
    struct leader *leader = leader_open(*state);
    leader_set_up(leader);
    leader->rule_set = RULE_SET_FIRST;
    leader_trade(leader, 5);
    leader_close(leader);
    struct fault_text why;
    assert_int_equal(recover_again(*state, &why), ERR_VERSION);
    assert_non_null(strstr(why.text, "rule set 1, the exchange is at 2"));
}

/* An entry with a right checksum whose commands are not what its head says. */
static void submit_raw(struct scratch *scratch, void (*spoil)(struct entry *))
{
    struct journal *journal = scratch_open(scratch);
    struct entry entry = scratch_entry(scratch, journal_committed_sequence(journal), 3);
    spoil(&entry);
    assert_int_equal(journal_submit(journal, &entry), 0);
    assert_int_equal(journal_step(journal), 1);
    journal_close(journal);
}

static void one_too_few(struct entry *entry)
{
    entry->commands_size -= 10;
}
static void one_too_many(struct entry *entry)
{
    entry->count = 2;
}
static void another_time(struct entry *entry)
{
    entry->time_ns++;
}
static void digest_out_of_nowhere(struct entry *entry)
{
    entry->digest_sequence = 1;
}

static void test_entries_that_lie_stop_the_start(void **state)
{
    struct scratch *scratch = *state;
    const struct {
        void (*spoil)(struct entry *);
        int fault;
    } cases[] = {
        {one_too_few, ERR_MALFORMED},
        {one_too_many, ERR_MALFORMED},
        {another_time, ERR_GAP},
        {digest_out_of_nowhere, ERR_DIGEST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scratch_remove(scratch->data);
        submit_raw(scratch, cases[i].spoil);
        struct fault_text why;
        assert_int_equal(recover_again(scratch, &why), cases[i].fault);
        assert_non_null(strstr(why.text, "journal entry 2"));
    }
}

/* A journal that has lost its end is noticed by the view, which never runs ahead. */
static void test_view_ahead_of_the_journal(void **state)
{
    struct scratch *scratch = *state;
    struct leader *leader = leader_open(scratch);
    leader_set_up(leader);
    leader_close(leader);
    char command[700];
    snprintf(command, sizeof command, "cp -r '%s/journal' '%s/old'", scratch->data, scratch->path);
    assert_int_equal(system(command), 0);
    leader = leader_open(scratch);
    leader_trade(leader, 20);
    const struct shadow_options options = {.journal = leader->journal, .directory = scratch->data};
    struct shadow *shadow;
    struct fault_text why;
    assert_int_equal(shadow_open(&options, &shadow, &why), 0);
    while (shadow_step(shadow, 0, &why) > 0)
        continue;
    shadow_close(shadow);
    leader_close(leader);
    snprintf(command, sizeof command, "rm -r '%s/journal' && mv '%s/old' '%s/journal'",
             scratch->data, scratch->path, scratch->data);
    assert_int_equal(system(command), 0);
    assert_int_equal(recover_again(scratch, &why), ERR_GAP);
    assert_non_null(strstr(why.text, "the view knows entry"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_restart_replays_to_the_same_digest), CASE(test_forged_digest_stops_the_start),
        CASE(test_unknown_rule_set_stops_the_start),   CASE(test_another_rule_set_stops_the_start),
        CASE(test_entries_that_lie_stop_the_start),    CASE(test_view_ahead_of_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
