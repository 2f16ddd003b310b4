/* Every write, sync and allocation of the journal is made to fail once, in turn: the fault is
 * reported, nothing that was reported as committed is lost, and the next start works.
 * Method: the linker wraps the calls of this program, the statically linked LMDB included; the n-th
 * call fails until a run passes without meeting its n-th call. */
#include "persist/journal.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/scratch.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITES, SYNCS, ALLOCATIONS, KINDS };

static struct {
    bool armed;
    enum kind kind;
    unsigned left; /* calls of this kind that still succeed */
    bool hit;
    int code;
} trap;

static bool fails(enum kind kind)
{
    if (!trap.armed || trap.kind != kind || trap.hit) return false;
    if (trap.left-- > 0) return false;
    trap.hit = true;
    errno = trap.code;
    return true;
}

/* clang-format off */
ssize_t __real_pwrite(int, const void *, size_t, off_t);
ssize_t __real_pwrite64(int, const void *, size_t, off_t);
ssize_t __real_write(int, const void *, size_t);
ssize_t __real_writev(int, const struct iovec *, int);
int __real_fdatasync(int);
int __real_fsync(int);
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_aligned_alloc(size_t, size_t);
ssize_t __wrap_pwrite(int, const void *, size_t, off_t);
ssize_t __wrap_pwrite64(int, const void *, size_t, off_t);
ssize_t __wrap_write(int, const void *, size_t);
ssize_t __wrap_writev(int, const struct iovec *, int);
int __wrap_fdatasync(int);
int __wrap_fsync(int);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void *__wrap_aligned_alloc(size_t, size_t);
/* clang-format on */

ssize_t __wrap_pwrite(int file, const void *bytes, size_t size, off_t at)
{
    return fails(WRITES) ? -1 : __real_pwrite(file, bytes, size, at);
}
ssize_t __wrap_pwrite64(int file, const void *bytes, size_t size, off_t at)
{
    return fails(WRITES) ? -1 : __real_pwrite64(file, bytes, size, at);
}
ssize_t __wrap_write(int file, const void *bytes, size_t size)
{
    return fails(WRITES) ? -1 : __real_write(file, bytes, size);
}
ssize_t __wrap_writev(int file, const struct iovec *parts, int count)
{
    return fails(WRITES) ? -1 : __real_writev(file, parts, count);
}
int __wrap_fdatasync(int file)
{
    return fails(SYNCS) ? -1 : __real_fdatasync(file);
}
int __wrap_fsync(int file)
{
    return fails(SYNCS) ? -1 : __real_fsync(file);
}
void *__wrap_malloc(size_t size)
{
    return fails(ALLOCATIONS) ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size)
{
    return fails(ALLOCATIONS) ? NULL : __real_calloc(count, size);
}
void *__wrap_realloc(void *old, size_t size)
{
    return fails(ALLOCATIONS) ? NULL : __real_realloc(old, size);
}
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails(ALLOCATIONS) ? NULL : __real_aligned_alloc(alignment, size);
}

static void arm(enum kind kind, unsigned left, int code)
{
    trap.kind = kind;
    trap.left = left;
    trap.code = code;
    trap.hit = false;
    trap.armed = true;
}

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
    trap.armed = false;
    journal_close(journal);
    return fault;
}

static void fail_each(struct scratch *scratch, enum kind kind, int code, bool fresh)
{
    unsigned failed = 0;
    for (unsigned n = 0;; n++) {
        uint64_t reported = 0;
        if (fresh) scratch_remove(scratch->data);
        arm(kind, n, code);
        int fault = live(scratch, &reported);
        bool hit = trap.hit;
        trap.armed = false;
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
    fail_each(*state, WRITES, ENOSPC, true);
}

static void test_every_write_fails_once_later(void **state)
{
    fail_each(*state, WRITES, EIO, false);
}

static void test_every_sync_fails_once(void **state)
{
    fail_each(*state, SYNCS, EIO, true);
    fail_each(*state, SYNCS, EIO, false);
}

static void test_every_allocation_fails_once(void **state)
{
    fail_each(*state, ALLOCATIONS, ENOMEM, true);
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
