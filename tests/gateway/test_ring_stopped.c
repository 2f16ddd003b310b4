/* The lock-free claim: a producer stopped at any instruction inside its push delays nobody else.
 *
 * Method: a child process pushes into ring 0 for ever, in memory it shares with this process. We
 * single-step it with ptrace. While it stands still after each single instruction, two other
 * producers push and the consumer swaps the ready bitmap and drains: all they pushed must come out
 * at once, and what comes out of ring 0 must be whole and in order.
 */
#include "tests/lib/cmocka_all.h"
#include "gateway/ready.h"
#include "gateway/ring.h"
#include "gateway/waker.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define RINGS 3u
#define CAPACITY 16u
#define STEPS 20000u
#define SPREAD 64u /* ready bits of the rings lie in different words */

struct item {
    uint64_t number;
    uint64_t copies[6]; /* all the same: a torn item would show */
};

struct shared {
    struct ring rings[RINGS];
    struct item slots[RINGS][CAPACITY];
    struct ready ready;
    struct waker consumer;
};

static bool push(struct shared *shared, uint32_t ring, uint64_t number)
{
    if (!ring_room(&shared->rings[ring], 1)) return false;
    struct item *item = &shared->slots[ring][ring_free_slot(&shared->rings[ring], 0)];
    item->number = number;
    for (int i = 0; i < 6; i++)
        item->copies[i] = number;
    ring_publish(&shared->rings[ring], 1);
    ready_set(&shared->ready, ring * SPREAD);
    waker_wake(&shared->consumer);
    return true;
}

__attribute__((noreturn)) static void tracee(struct shared *shared)
{
    uint64_t number = 0;
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    for (;;) {
        if (push(shared, 0, number)) number++;
    }
}

static void drain(struct shared *shared, uint64_t expected[RINGS])
{
    uint64_t mask[READY_WORDS] = {0};
    ready_swap(&shared->ready, mask);
    for (uint32_t slot = 0; (slot = ready_next(mask, slot)) < CONNECTIONS_MAX;) {
        mask[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
        uint32_t ring = slot / SPREAD;
        uint32_t ready = ring_ready(&shared->rings[ring]);
        for (uint32_t i = 0; i < ready; i++) {
            const struct item *item = &shared->slots[ring][ring_full_slot(&shared->rings[ring], i)];
            assert_int_equal(item->number, expected[ring]);
            for (int k = 0; k < 6; k++)
                assert_int_equal(item->copies[k], expected[ring]);
            expected[ring]++;
        }
        ring_take(&shared->rings[ring], ready);
    }
}

static void single_step(pid_t child)
{
    int status;
    assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
}

static void test_a_stopped_producer_delays_nobody(void **state)
{
    (void)state;
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t expected[RINGS] = {0};
    uint64_t pushed = 0;
    uint64_t moved_at = 0; /* steps in which ring 0 brought something */
    int status;
    assert_ptr_not_equal(shared, MAP_FAILED);
    for (uint32_t i = 0; i < RINGS; i++)
        ring_init(&shared->rings[i], CAPACITY);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) tracee(shared);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSTOPPED(status)) skip();
    if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) && errno == EPERM) {
        kill(child, SIGKILL); /* this machine forbids ptrace */
        skip();
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    for (uint32_t step = 0; step < STEPS; step++) {
        single_step(child); /* it stands still now, wherever it is */
        uint64_t before = expected[0];
        for (uint32_t ring = 1; ring < RINGS; ring++)
            assert_true(push(shared, ring, pushed));
        pushed++;
        drain(shared, expected);
        assert_int_equal(expected[1], pushed);
        assert_int_equal(expected[2], pushed);
        moved_at += expected[0] != before;
    }
    assert_true(moved_at > 10); /* the stepped producer came through many pushes */
    assert_int_equal(kill(child, SIGKILL), 0);
    waitpid(child, &status, 0);
    munmap(shared, sizeof *shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stopped_producer_delays_nobody),
    };
    return cmocka_run_group_tests_name("ring_stopped", tests, NULL, NULL);
}
