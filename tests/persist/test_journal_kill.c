/* Whatever the journal has reported as committed survives kill -9 at any moment.
 * Method: a child appends and reports every committed index through a pipe; the parent kills it at
 * a random moment, reopens, reads and checks everything. The seed is printed and can be given as
 * LINGNAN_TEST_SEED; LINGNAN_TEST_FULL=1 runs 2 000 rounds. */
#include "persist/journal.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/scratch.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 40u
#define ROUNDS_FULL 2000u
#define COMMITTED_MAX 3000u /* a fresh directory when the old one has become long */

static uint64_t seed_next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Appends groups of entries of every size until it is killed. Exit statuses are faults. */
static void append_until_killed(struct scratch *scratch, int report, uint64_t seed)
{
    const struct journal_options options = scratch_options(scratch);
    struct journal *journal;
    struct fault_text why;
    if (journal_open(&options, &journal, &why)) _exit(11);
    uint64_t last = journal_committed_sequence(journal);
    for (;;) {
        for (uint64_t group = seed_next(&seed) % 3 + 1; group > 0; group--) {
            uint32_t count = seed_next(&seed) % 4 ? (uint32_t)(seed_next(&seed) % 20) + 1 : 350;
            const struct entry entry = scratch_entry(scratch, last, count);
            if (journal_submit(journal, &entry)) _exit(12);
            last += count;
        }
        if (journal_step(journal) <= 0) _exit(13);
        uint64_t committed = journal_committed(journal);
        if (write(report, &committed, sizeof committed) != sizeof committed) _exit(14);
        if (journal_prepare_step(journal, &why) < 0) _exit(15);
    }
}

static uint64_t kill_one(struct scratch *scratch, uint64_t *seed)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    uint64_t child_seed = seed_next(seed);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        append_until_killed(scratch, ends[1], child_seed);
    }
    close(ends[1]);
    long wait_us = (long)(seed_next(seed) % 30000);
    const struct timespec pause = {.tv_nsec = wait_us * 1000};
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* it never gave up by itself */
    uint64_t reported = 0, one;
    while (read(ends[0], &one, sizeof one) == sizeof one)
        reported = one;
    close(ends[0]);
    return reported;
}

static void test_reported_is_there_after_a_kill(void **state)
{
    struct scratch *scratch = *state;
    const char *given = getenv("LINGNAN_TEST_SEED");
    const char *full = getenv("LINGNAN_TEST_FULL");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("# seed %llu\n", (unsigned long long)seed);
    unsigned rounds = full && strcmp(full, "1") == 0 ? ROUNDS_FULL : ROUNDS;
    uint64_t durable = 1;
    for (unsigned round = 0; round < rounds; round++) {
        uint64_t reported = kill_one(scratch, &seed);
        struct journal *journal = scratch_open(scratch);
        struct fault_text why = {{0}};
        assert_true(journal_committed(journal) >= reported);
        assert_true(journal_committed(journal) >= durable); /* nothing older went away either */
        durable = journal_committed(journal);
        assert_int_equal(scratch_read_all(journal, &why), durable);
        journal_close(journal);
        if (durable > COMMITTED_MAX) {
            scratch_remove(scratch->data);
            durable = 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reported_is_there_after_a_kill, scratch_setup,
                                        scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
