/* Many producers, each with its own ring, one ready bitmap, one consumer that sleeps on a waker:
 * nothing is lost, doubled or out of order, and nobody sleeps for ever. Clean under TSan.
 */
#include "tests/lib/cmocka_all.h"
#include "gateway/ready.h"
#include "gateway/ring.h"
#include "gateway/waker.h"
#include <pthread.h>

#define PRODUCERS 6u
#define CAPACITY 64u
#define ITEMS 100000u

struct lane {
    struct ring ring;
    uint64_t slots[CAPACITY];
    struct shared *shared;
    uint32_t number;
};

struct shared {
    struct lane lanes[PRODUCERS];
    struct ready ready;
    struct waker consumer;
    struct waker producers[PRODUCERS];
};

static void *produce(void *argument)
{
    struct lane *lane = argument;
    struct shared *shared = lane->shared;
    uint32_t sent = 0;
    uint32_t step = 1;
    while (sent < ITEMS) {
        uint32_t room = ring_room(&lane->ring, 1);
        if (!room) {
            waker_announce(&shared->producers[lane->number]);
            if (!ring_room(&lane->ring, 1))
                waker_sleep(&shared->producers[lane->number], 0);
            else
                waker_cancel(&shared->producers[lane->number]);
            continue;
        }
        uint32_t count = room < step ? room : step;
        if (count > ITEMS - sent) count = ITEMS - sent;
        for (uint32_t i = 0; i < count; i++)
            lane->slots[ring_free_slot(&lane->ring, i)] = (uint64_t)lane->number << 32 | sent++;
        ring_publish(&lane->ring, count);
        ready_set(&shared->ready, lane->number * 40); /* over several words */
        waker_wake(&shared->consumer);
        step = step % 7 + 1;
    }
    return NULL;
}

static uint32_t drain(struct shared *shared, uint64_t mask[READY_WORDS], uint32_t *received)
{
    uint32_t count = 0;
    ready_swap(&shared->ready, mask);
    for (uint32_t slot = 0; (slot = ready_next(mask, slot)) < CONNECTIONS_MAX;) {
        mask[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
        struct lane *lane = &shared->lanes[slot / 40];
        uint32_t ready = ring_ready(&lane->ring);
        for (uint32_t i = 0; i < ready; i++) {
            uint64_t item = lane->slots[ring_full_slot(&lane->ring, i)];
            assert_int_equal(item >> 32, lane->number);
            assert_int_equal((uint32_t)item, received[lane->number]++);
        }
        ring_take(&lane->ring, ready);
        waker_wake(&shared->producers[lane->number]);
        count += ready;
    }
    return count;
}

static void test_all_arrive_in_order(void **state)
{
    (void)state;
    static struct shared shared;
    pthread_t threads[PRODUCERS];
    uint32_t received[PRODUCERS] = {0};
    uint64_t mask[READY_WORDS] = {0};
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        shared.lanes[i].number = i;
        shared.lanes[i].shared = &shared;
        ring_init(&shared.lanes[i].ring, CAPACITY);
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &shared.lanes[i]), 0);
    }
    for (uint32_t left = PRODUCERS * ITEMS; left;) {
        uint32_t got = drain(&shared, mask, received);
        if (!got) {
            waker_announce(&shared.consumer);
            got = drain(&shared, mask, received);
            if (got)
                waker_cancel(&shared.consumer);
            else
                waker_sleep(&shared.consumer, 0);
        }
        left -= got;
    }
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(received[i], ITEMS);
    }
}

/* A wake that comes before the sleep is not lost, and a timeout ends a sleep nobody ends. */
static void test_waker(void **state)
{
    (void)state;
    static struct waker waker;
    waker_announce(&waker);
    waker_wake(&waker);
    waker_sleep(&waker, 0); /* returns at once: somebody was here */
    waker_announce(&waker);
    waker_sleep(&waker, 1);
    assert_int_equal(atomic_load(&waker.sleeping), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_arrive_in_order),
        cmocka_unit_test(test_waker),
    };
    return cmocka_run_group_tests_name("ring_threads", tests, NULL, NULL);
}
