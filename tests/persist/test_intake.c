/* The queue to the journal keeps order and contents, and says when it is full.
 * Method: fill and empty it by hand at every wrap; two threads with records of changing size (the
 * suite 'threads' runs this under ThreadSanitizer). */
#include "persist/intake.h"
#include "tests/lib/cmocka_all.h"
#include <pthread.h>
#include <sched.h>
#include <string.h>

#define CAPACITY 4096u
#define RECORDS 100000u

static uint8_t payload[CAPACITY];

static struct entry make(uint64_t index, size_t size)
{
    memset(payload, (int)(index & 0xFF), size);
    return (struct entry){.index = index, .commands = payload, .commands_size = size};
}

static void check(const struct entry *entry, uint64_t index, size_t size)
{
    assert_int_equal(entry->index, index);
    assert_int_equal(entry->commands_size, size);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(entry->commands[i], index & 0xFF);
}

static void test_full_and_empty(void **state)
{
    (void)state;
    struct intake intake;
    assert_int_equal(intake_init(&intake, CAPACITY), 0);
    uint64_t pushed = 0, dropped = 0;
    struct entry entry;
    for (int round = 0; round < 200; round++) {
        size_t size = 1 + (size_t)round * 7 % 900;
        struct entry next = make(pushed + 1, size);
        while (intake_push(&intake, &next)) {
            pushed++;
            next = make(pushed + 1, size);
        }
        assert_true(pushed > dropped);
        assert_true(intake_used(&intake) + 2 * intake_record(size) > CAPACITY);
        uint64_t position = intake_first(&intake);
        while (intake_next(&intake, &position, &entry))
            check(&entry, ++dropped, size);
        intake_drop(&intake, position);
        assert_int_equal(dropped, pushed);
        assert_int_equal(intake_used(&intake), 0);
    }
    intake_deinit(&intake);
}

static void test_cut_forgets_the_newest(void **state)
{
    (void)state;
    struct intake intake;
    assert_int_equal(intake_init(&intake, CAPACITY), 0);
    struct entry entry;
    for (uint64_t index = 1; index <= 3; index++) {
        struct entry next = make(index, 100);
        assert_true(intake_push(&intake, &next));
    }
    uint64_t position = intake_first(&intake);
    assert_true(intake_next(&intake, &position, &entry));
    intake_cut(&intake, position);
    assert_false(intake_next(&intake, &position, &entry));
    struct entry other = make(9, 50);
    assert_true(intake_push(&intake, &other));
    assert_true(intake_next(&intake, &position, &entry));
    check(&entry, 9, 50);
    intake_deinit(&intake);
}

static size_t size_of(uint64_t index)
{
    return 1 + (size_t)(index * 2654435761u >> 7) % 700;
}

static void *produce(void *context)
{
    static uint8_t bytes[1024];
    struct intake *intake = context;
    for (uint64_t index = 1; index <= RECORDS; index++) {
        memset(bytes, (int)(index & 0xFF), size_of(index));
        struct entry entry = {.index = index, .commands = bytes, .commands_size = size_of(index)};
        while (!intake_push(intake, &entry))
            sched_yield();
    }
    return NULL;
}

static void test_two_threads(void **state)
{
    (void)state;
    struct intake intake;
    assert_int_equal(intake_init(&intake, CAPACITY), 0);
    pthread_t producer;
    assert_int_equal(pthread_create(&producer, NULL, produce, &intake), 0);
    uint64_t seen = 0;
    while (seen < RECORDS) {
        struct entry entry;
        uint64_t position = intake_first(&intake), before = seen;
        while (intake_next(&intake, &position, &entry)) {
            seen++;
            assert_int_equal(entry.index, seen);
            assert_int_equal(entry.commands_size, size_of(seen));
            assert_int_equal(entry.commands[0], seen & 0xFF);
            assert_int_equal(entry.commands[entry.commands_size - 1], seen & 0xFF);
        }
        intake_drop(&intake, position);
        if (seen == before) sched_yield();
    }
    pthread_join(producer, NULL);
    intake_deinit(&intake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_and_empty),
        cmocka_unit_test(test_cut_forgets_the_newest),
        cmocka_unit_test(test_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
