/* The audit finds a clean directory clean and names what is not.
 * Method: audit a market of several days; beside a running server; then with one thing wrong at a
 * time: a flipped bit, a row of the view that says something else, a forged digest. */
#include "persist/audit.h"
#include "engine/engine.h"
#include "persist/bytes.h"
#include "persist/shadow.h"
#include "persist/view_inside.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/leader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_view(struct leader *leader)
{
    const struct shadow_options options = {.journal = leader->journal,
                                           .directory = leader->scratch->data};
    struct shadow *shadow;
    struct fault_text why;
    assert_int_equal(shadow_open(&options, &shadow, &why), 0);
    while (shadow_step(shadow, 0, &why) > 0)
        continue;
    shadow_close(shadow);
}

static struct leader *make_market(struct scratch *scratch)
{
    struct leader *leader = leader_open(scratch);
    leader_set_up(leader);
    for (int day = 0; day < 2; day++) {
        leader_trade(leader, 600);
        leader_auction(leader);
        leader_next_day(leader);
    }
    leader_trade(leader, 100);
    return leader;
}

static int audit(struct scratch *scratch, struct audit_result *result)
{
    int fault = audit_directory(scratch->data, NULL, NULL, result);
    if (fault) assert_true(result->text.text[0] != '\0');
    return fault;
}

static void count_lines(void *context, const char *line)
{
    assert_true(strlen(line) > 0);
    ++*(int *)context;
}

static void test_clean_directory(void **state)
{
    struct scratch *scratch = *state;
    struct leader *leader = make_market(scratch);
    write_view(leader);
    uint8_t digest[HASH_BYTES];
    digest_state(leader->engine, digest);
    uint64_t sequence = engine_sequence(leader->engine), trades = engine_trades(leader->engine);
    uint64_t entries = journal_committed(leader->journal);
    leader_close(leader);
    struct audit_result result;
    int lines = 0;
    int fault = audit_directory(scratch->data, count_lines, &lines, &result);
    if (fault) print_error("%s: %s\n", fault_name(fault), result.text.text);
    assert_int_equal(fault, 0);
    assert_true(lines > 0);
    assert_int_equal(result.entries, entries);
    assert_int_equal(result.commands, sequence);
    assert_int_equal(result.sequence, sequence);
    assert_int_equal(result.trades, trades);
    assert_true(trades > 100);
    assert_memory_equal(result.state_digest, digest, HASH_BYTES);
    assert_int_equal(result.instruments, 2);
    assert_true(result.view_compared);
    assert_int_equal(result.view_trades, trades);
    assert_true(result.view_accounts >= 2 * LEADER_PARTICIPANTS);
    assert_true(result.view_orders > 0);
    assert_int_equal(result.digests_compared, entries - 2);
}

/* Random markets, the view flushed at random places: what it keeps is what a replay gives. */
static void test_random_markets(void **state)
{
    struct scratch *scratch = *state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        scratch_remove(scratch->data);
        struct leader *leader = leader_open(scratch);
        leader->seed = seed;
        leader_set_up(leader);
        for (int part = 0; part < 6; part++) {
            leader_trade(leader, 40 + 50 * (uint32_t)(seed % 5));
            if (part % 2) leader_auction(leader);
            if (part % 3 == 2) leader_next_day(leader);
            write_view(leader);
        }
        leader_close(leader);
        struct audit_result result;
        int fault = audit(scratch, &result);
        if (fault) print_error("seed %d: %s\n", (int)seed, result.text.text);
        assert_int_equal(fault, 0);
        assert_true(result.view_compared);
        assert_int_equal(result.view_sequence, result.sequence);
    }
}

static void test_without_a_view_or_behind(void **state)
{
    struct scratch *scratch = *state;
    struct leader *leader = make_market(scratch);
    struct audit_result result;
    leader_close(leader);
    assert_int_equal(audit(scratch, &result), 0);
    assert_false(result.view_present);
    leader = leader_open(scratch);
    write_view(leader);
    leader_trade(leader, 30);
    leader_close(leader);
    assert_int_equal(audit(scratch, &result), 0); /* compared where it stands */
    assert_true(result.view_compared);
    assert_true(result.view_sequence < result.sequence);
}

static void test_beside_the_server(void **state)
{
    struct scratch *scratch = *state;
    struct leader *leader = make_market(scratch);
    write_view(leader);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct audit_result result;
        if (audit_directory(scratch->data, NULL, NULL, &result)) _exit(1);
        _exit(result.view_present && result.trades > 0 ? 0 : 2);
    }
    leader_trade(leader, 400); /* meanwhile */
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    leader_close(leader);
}

static void test_nothing_there(void **state)
{
    struct scratch *scratch = *state;
    struct audit_result result;
    assert_int_equal(audit(scratch, &result), ERR_NOT_FOUND);
    assert_non_null(strstr(result.text.text, scratch->data));
}

static void test_flipped_bit_in_the_journal(void **state)
{
    struct scratch *scratch = *state;
    struct leader *leader = make_market(scratch);
    uint8_t cluster[CLUSTER_BYTES];
    memcpy(cluster, journal_cluster(leader->journal), CLUSTER_BYTES);
    leader_close(leader);
    char path[256];
    snprintf(path, sizeof path, "%s/journal/00000001.seg", scratch->data);
    struct audit_result result;
    unsigned named = 0;
    uint64_t at = 0;
    for (int hit = 0; hit < 12; hit++) {
        at = scratch_find(path, at + 1, cluster, sizeof cluster);
        if (at == UINT64_MAX) break;
        scratch_flip(path, at + 20, 1);
        named += audit(scratch, &result) == ERR_CHECKSUM;
        scratch_flip(path, at + 20, 1);
    }
    assert_true(named > 0);
    assert_int_equal(audit(scratch, &result), 0);
}

/* Rewrites one row of the view, checksum and all. */
static void forge(struct scratch *scratch, enum view_table table, size_t offset)
{
    struct view *view;
    struct fault_text why;
    struct view_options options = {.directory = scratch->data};
    struct view *reader;
    assert_int_equal(view_open_read(scratch->data, &reader, &why), 0);
    memcpy(options.cluster, view_state(reader)->cluster, CLUSTER_BYTES);
    view_close(reader);
    bool rebuilt;
    assert_int_equal(view_open(&options, &view, &rebuilt, &why), 0);
    assert_false(rebuilt);
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    uint8_t key_bytes[VIEW_KEY_MAX], bytes[VIEW_VALUE_MAX];
    assert_int_equal(mdb_txn_begin(view->env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_cursor_open(txn, view->tables[table], &cursor), 0);
    assert_int_equal(mdb_cursor_get(cursor, &key, &value, MDB_LAST), 0);
    memcpy(key_bytes, key.mv_data, key.mv_size);
    memcpy(bytes, value.mv_data, value.mv_size);
    mdb_cursor_close(cursor);
    key.mv_data = key_bytes;
    bytes[VIEW_VALUE_HEAD + offset] ^= 1;
    size_t size = view_seal(bytes, table, key_bytes, key.mv_size, VIEW_EVENT,
                            value.mv_size - VIEW_VALUE_HEAD);
    value = (MDB_val){.mv_size = size, .mv_data = bytes};
    assert_int_equal(mdb_put(txn, view->tables[table], &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    view_close(view);
}

static void test_view_that_says_something_else(void **state)
{
    struct scratch *scratch = *state;
    const enum view_table tables[] = {VIEW_TRADES, VIEW_ACCOUNTS, VIEW_ORDERS};
    for (size_t i = 0; i < 3; i++) {
        scratch_remove(scratch->data);
        struct leader *leader = make_market(scratch);
        write_view(leader);
        leader_close(leader);
        struct audit_result result;
        assert_int_equal(audit(scratch, &result), 0);
        /* An amount behind the event's head; an account's cash for the cash row, which is last. */
        forge(scratch, tables[i], tables[i] == VIEW_ACCOUNTS ? 16 + 32 : 16 + 8);
        assert_int_equal(audit(scratch, &result), ERR_CONFLICT);
        assert_non_null(strstr(result.text.text, view_table_name(tables[i])));
    }
}

static void test_forged_digest(void **state)
{
    struct scratch *scratch = *state;
    struct leader *leader = leader_open(scratch);
    leader_set_up(leader);
    leader->forge_digest = true;
    leader_trade(leader, 10);
    leader_close(leader);
    struct audit_result result;
    assert_int_equal(audit(scratch, &result), ERR_DIGEST);
    assert_int_equal(result.fault, ERR_DIGEST);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_clean_directory),
        CASE(test_random_markets),
        CASE(test_without_a_view_or_behind),
        CASE(test_beside_the_server),
        CASE(test_nothing_there),
        CASE(test_flipped_bit_in_the_journal),
        CASE(test_view_that_says_something_else),
        CASE(test_forged_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
