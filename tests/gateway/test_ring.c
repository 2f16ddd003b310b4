/* The ring of one producer and one consumer, in one thread: order, bounds, wrapping. */
#include "tests/lib/cmocka_all.h"
#include "gateway/ready.h"
#include "gateway/ring.h"

static void test_order_and_bound(void **state)
{
    (void)state;
    struct ring ring;
    uint32_t slots[8];
    ring_init(&ring, 8);
    uint32_t next = 0;
    uint32_t expected = 0;
    for (int round = 0; round < 1000; round++) {
        uint32_t count = (uint32_t)round % 9;
        assert_int_equal(ring_room(&ring, 8), 8);
        for (uint32_t i = 0; i < count; i++)
            slots[ring_free_slot(&ring, i)] = next++;
        ring_publish(&ring, count);
        assert_int_equal(ring_room(&ring, 8), 8 - count);
        assert_int_equal(ring_ready(&ring), count);
        assert_int_equal(ring_empty(&ring), count == 0);
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(slots[ring_full_slot(&ring, i)], expected++);
        ring_take(&ring, count);
    }
}

/* Nothing is visible before it is published, and taking half leaves the other half. */
static void test_publish_and_take_in_parts(void **state)
{
    (void)state;
    struct ring ring;
    uint32_t slots[4];
    ring_init(&ring, 4);
    slots[ring_free_slot(&ring, 0)] = 1;
    slots[ring_free_slot(&ring, 1)] = 2;
    assert_int_equal(ring_ready(&ring), 0);
    ring_publish(&ring, 2);
    assert_int_equal(ring_ready(&ring), 2);
    ring_take(&ring, 1);
    assert_int_equal(ring_ready(&ring), 1);
    assert_int_equal(slots[ring_full_slot(&ring, 0)], 2);
    assert_int_equal(ring_room(&ring, 4), 3);
}

/* The counters pass 2^32 without anybody noticing. */
static void test_counters_wrap(void **state)
{
    (void)state;
    struct ring ring;
    uint32_t slots[4];
    ring_init(&ring, 4);
    atomic_store(&ring.put, UINT32_MAX - 1);
    atomic_store(&ring.taken, UINT32_MAX - 1);
    ring.taken_seen = UINT32_MAX - 1;
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(ring_room(&ring, 4), 4);
        slots[ring_free_slot(&ring, 0)] = i;
        ring_publish(&ring, 1);
        assert_int_equal(ring_ready(&ring), 1);
        assert_int_equal(slots[ring_full_slot(&ring, 0)], i);
        ring_take(&ring, 1);
    }
}

static void test_bytes_in_two_pieces(void **state)
{
    (void)state;
    struct ring ring;
    uint8_t slots[16];
    uint32_t size;
    ring_init(&ring, 16);
    assert_true(ring_bytes_put(&ring, slots, "0123456789", 10));
    assert_false(ring_bytes_put(&ring, slots, "abcdefg", 7)); /* 6 left: nothing is written */
    assert_int_equal(ring_ready(&ring), 10);
    ring_take(&ring, 10);
    assert_true(ring_bytes_put(&ring, slots, "abcdefghij", 10));
    const uint8_t *piece = ring_bytes_piece(&ring, slots, 0, ring_ready(&ring), &size);
    assert_int_equal(size, 6);
    assert_memory_equal(piece, "abcdef", 6);
    piece = ring_bytes_piece(&ring, slots, 6, 10, &size);
    assert_int_equal(size, 4);
    assert_memory_equal(piece, "ghij", 4);
    piece = ring_bytes_piece(&ring, slots, 8, 10, &size);
    assert_int_equal(size, 2);
    assert_memory_equal(piece, "ij", 2);
}

static void test_ready_walks_round(void **state)
{
    (void)state;
    static struct ready ready;
    uint64_t mask[READY_WORDS] = {0};
    assert_false(ready_swap(&ready, mask));
    assert_int_equal(ready_next(mask, 0), CONNECTIONS_MAX);
    ready_set(&ready, 3);
    ready_set(&ready, 64);
    ready_set(&ready, CONNECTIONS_MAX - 1);
    assert_true(ready_swap(&ready, mask));
    assert_false(ready_swap(&ready, mask)); /* swapped out, but the mask keeps them */
    assert_int_equal(ready_next(mask, 0), 3);
    assert_int_equal(ready_next(mask, 3), 3);
    assert_int_equal(ready_next(mask, 4), 64);
    assert_int_equal(ready_next(mask, 65), CONNECTIONS_MAX - 1);
    mask[READY_WORDS - 1] = 0;
    assert_int_equal(ready_next(mask, 65), 3); /* round once */
    mask[0] = 0;
    assert_int_equal(ready_next(mask, 65), 64); /* and back to the same word */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_bound),   cmocka_unit_test(test_publish_and_take_in_parts),
        cmocka_unit_test(test_counters_wrap),     cmocka_unit_test(test_bytes_in_two_pieces),
        cmocka_unit_test(test_ready_walks_round),
    };
    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
