/* Every write, sync and allocation of the journal is made to fail once, in turn: the fault is
 * reported, nothing that was reported as committed is lost, and the next start works.
 * Method: fault_trap.h; the n-th call fails until a run passes without meeting its n-th call. */
#include "persist/journal.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/fault_trap.h"
#include "tests/persist/scratch.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Runs one life of a journal: open, append through a roll-over, read. Returns the fault met;
 * *out_reported is what was reported as committed. */
static int live(struct scratch *scratch, uint64_t *out_reported)
{
    const struct journal_options options = scratch_options(scratch);
    struct journal *journal;
    struct fault_text why = {{0}};
    int fault = journal_open(&options, &journal, &why);
    if (fault) return fault;
    *out_reported = journal_committed(journal);
    uint32_t segments = journal_segments(journal) + 1;
    while (fault == 0 && journal_segments(journal) < segments) {
        const struct entry entry = scratch_entry(scratch, journal_committed_sequence(journal), 350);
        fault = journal_submit(journal, &entry);
        int entries = fault ? fault : journal_step(journal);
        fault = entries < 0 ? entries : 0;
        if (fault && !journal_failed(journal)) fault = ERR_USAGE; /* it must remember */
        *out_reported = journal_committed(journal);
    }
    if (fault == 0) {
        int made = journal_prepare_step(journal, &why);
        if (made < 0) fault = made;
    }
    if (fault == 0) {
        int64_t entries = scratch_read_all(journal, &why);
        if (entries < 0) fault = (int)entries;
    }
    fault_trap_disarm();
    journal_close(journal);
    return fault;
}

static void fail_each(struct scratch *scratch, enum fault_kind kind, int code, bool fresh)
{
    unsigned failed = 0;
    for (unsigned n = 0;; n++) {
        uint64_t reported = 0;
        if (fresh) scratch_remove(scratch->data);
        fault_trap_arm(kind, n, code);
        int fault = live(scratch, &reported);
        bool hit = fault_trap_hit();
        fault_trap_disarm();
        struct journal *journal = scratch_open(scratch); /* the next start works */
        struct fault_text why;
        assert_true(journal_committed(journal) >= reported);
        assert_int_equal(scratch_read_all(journal, &why), journal_committed(journal));
        journal_close(journal);
        if (!hit) {
            assert_int_equal(fault, 0);
            break;
        }
        failed += fault != 0;
        assert_true(n < 20000);
    }
    print_message("# %u faults met\n", failed);
    assert_true(failed > 0);
}

static void test_every_write_fails_once_from_the_first_start(void **state)
{
    fail_each(*state, FAULT_WRITES, ENOSPC, true);
}

static void test_every_write_fails_once_later(void **state)
{
    fail_each(*state, FAULT_WRITES, EIO, false);
}

static void test_every_sync_fails_once(void **state)
{
    fail_each(*state, FAULT_SYNCS, EIO, true);
    fail_each(*state, FAULT_SYNCS, EIO, false);
}

static void test_every_allocation_fails_once(void **state)
{
    fail_each(*state, FAULT_ALLOCATIONS, ENOMEM, true);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_every_write_fails_once_from_the_first_start),
        CASE(test_every_write_fails_once_later),
        CASE(test_every_sync_fails_once),
        CASE(test_every_allocation_fails_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
