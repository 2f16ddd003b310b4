/* Every write, sync and allocation of shadow and view is made to fail once, in turn: it is said,
 * the next step or the next start goes on, and the tables are complete in the end. Method:
 * fault_trap.h around the life of a shadow beside a finished journal. */
#include "engine/engine.h"
#include "persist/shadow.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/fault_trap.h"
#include "tests/persist/leader.h"
#include <errno.h>
#include <stdio.h>

#define STEPS_MAX 1000u

/* A shadow's life under the trap. Returns the first fault. */
static int live(struct leader *leader)
{
    const struct shadow_options options = {
        .journal = leader->journal, .directory = leader->scratch->data, .view_map_bytes = 1u << 17};
    struct shadow *shadow;
    struct fault_text why = {{0}};
    int first = shadow_open(&options, &shadow, &why);
    if (first) return first;
    int result = 1;
    for (unsigned step = 0; result != 0 && step < STEPS_MAX; step++) {
        result = shadow_step(shadow, (int64_t)step * SHADOW_FLUSH_NS, &why);
        if (result < 0 && first == 0) first = result;
    }
    if (result == 0) result = shadow_flush(shadow, &why); /* the trap may still be waiting */
    if (result < 0 && first == 0) first = result;
    shadow_close(shadow);
    return first;
}

static void assert_complete(struct leader *leader)
{
    const struct shadow_options options = {.journal = leader->journal,
                                           .directory = leader->scratch->data,
                                           .view_map_bytes = 1u << 17,
                                           .view_verify = true};
    struct shadow *shadow;
    struct fault_text why;
    assert_int_equal(shadow_open(&options, &shadow, &why), 0);
    while (shadow_step(shadow, 0, &why) > 0)
        continue;
    assert_int_equal(shadow_flush(shadow, &why), 0);
    uint64_t rows;
    assert_int_equal(view_verify(shadow_view(shadow), VIEW_TRADES, &rows, &why), 0);
    assert_int_equal(rows, engine_trades(leader->engine));
    assert_int_equal(view_state(shadow_view(shadow))->index, journal_committed(leader->journal));
    shadow_close(shadow);
}

static void fail_each(struct scratch *scratch, enum fault_kind kind, int code)
{
    struct leader *leader = leader_open(scratch);
    leader_set_up(leader);
    leader_trade(leader, 300);
    char view[256];
    snprintf(view, sizeof view, "%s/view", scratch->data);
    unsigned failed = 0;
    bool hit = true;
    for (unsigned n = 0; hit; n++) {
        scratch_remove(view);
        fault_trap_arm(kind, n, code);
        int fault = live(leader);
        hit = fault_trap_hit();
        fault_trap_disarm();
        failed += fault != 0;
        if (!hit) assert_int_equal(fault, 0);
        assert_complete(leader);
        assert_true(n < 20000);
    }
    print_message("# %u faults met\n", failed);
    assert_true(failed > 0);
    leader_close(leader);
}

static void test_every_write_fails_once(void **state)
{
    fail_each(*state, FAULT_WRITES, ENOSPC);
}

static void test_every_sync_fails_once(void **state)
{
    fail_each(*state, FAULT_SYNCS, EIO);
}

static void test_every_allocation_fails_once(void **state)
{
    fail_each(*state, FAULT_ALLOCATIONS, ENOMEM);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_every_write_fails_once),
        CASE(test_every_sync_fails_once),
        CASE(test_every_allocation_fails_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
