/* Producer, journal thread, helper and reader work side by side (suite 'threads': also under
 * ThreadSanitizer) and the reader never sees what is not committed.
 * Method: four threads over several segments, every command checked by the reader. */
#include "persist/journal.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/scratch.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define ENTRIES 600u
#define COUNT 64u

struct desk {
    struct scratch *scratch;
    struct journal *journal;
    _Atomic bool submitted_all;
    _Atomic bool committed_all;
    _Atomic int fault;
    struct fault_text why;
};

static void *produce(void *context)
{
    struct desk *desk = context;
    uint64_t last = 0;
    for (unsigned i = 0; i < ENTRIES;) {
        if (journal_room(desk->journal) == JOURNAL_NONE) {
            sched_yield();
            continue;
        }
        const struct entry entry = scratch_entry(desk->scratch, last, COUNT);
        int fault = journal_submit(desk->journal, &entry);
        if (fault == ERR_BUSY) {
            sched_yield();
            continue;
        }
        if (fault) {
            atomic_store(&desk->fault, fault);
            break;
        }
        last += COUNT;
        i++;
    }
    atomic_store(&desk->submitted_all, true);
    return NULL;
}

static void *commit(void *context)
{
    struct desk *desk = context;
    for (;;) {
        bool last = atomic_load(&desk->submitted_all);
        int entries = journal_step(desk->journal);
        if (entries < 0) atomic_store(&desk->fault, entries);
        if (entries < 0 || (entries == 0 && last)) break;
        if (entries == 0) sched_yield();
    }
    atomic_store(&desk->committed_all, true);
    return NULL;
}

static void *prepare(void *context)
{
    struct desk *desk = context;
    struct fault_text why;
    while (!atomic_load(&desk->committed_all)) {
        int made = journal_prepare_step(desk->journal, &why);
        if (made < 0) atomic_store(&desk->fault, made);
        sched_yield();
    }
    return NULL;
}

static void test_four_threads(void **state)
{
    struct desk desk = {.scratch = *state, .journal = scratch_open(*state)};
    struct journal_reader *reader;
    assert_int_equal(journal_reader_open(desk.journal, &reader), 0);
    void *(*const bodies[])(void *) = {produce, commit, prepare};
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, bodies[i], &desk), 0);
    uint64_t seen = 0;
    int got = 0;
    while (got >= 0 && seen < ENTRIES + 1 && atomic_load(&desk.fault) == 0) {
        struct entry entry;
        got = journal_reader_next(reader, &entry, &desk.why);
        if (got == 1) {
            seen++;
            assert_int_equal(entry.index, seen);
            assert_true(journal_committed(desk.journal) >= seen);
        } else {
            sched_yield();
        }
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&desk.fault), 0);
    assert_int_equal(seen, ENTRIES + 1);
    assert_true(journal_segments(desk.journal) >= 3);
    journal_reader_close(reader);
    journal_close(desk.journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_four_threads, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
