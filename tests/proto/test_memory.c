/* test_memory.c - directory and script when memory runs out: every allocation fails once, in turn.
 *
 * Method: the linker sends malloc, calloc and realloc here; one story of names and orders is told
 *         again and again, with its first, second, ... allocation failing, until it goes through.
 *         What was refused must be ERR_NO_MEMORY, and what is left must be whole (the sanitizer
 *         watches for what is lost). */
#include "tests/lib/cmocka_all.h"
#include "tests/proto/script_world.h"

static long fail_at; /* 0: never */
static long taken;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static bool fails(void)
{
    return ++taken == fail_at;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails() ? NULL : __real_realloc(block, size);
}

static int learn(struct directory *directory, uint8_t command, uint32_t id)
{
    struct event_named event = {
        .head = {.type = EVENT_NAMED, .size = sizeof event}, .id = id, .command = command};
    (void)snprintf(event.name.text, NAME_BYTES, "n%u", id);
    return directory_learn(directory, &event.head);
}

/* Enough names and orders for the tables to grow more than once. */
static int tell(struct directory *directory, struct script *script)
{
    struct event_accepted accepted = {.head = {.type = EVENT_ACCEPTED, .size = sizeof accepted}};
    struct script_item item;
    char line[100];
    int fault = learn(directory, COMMAND_INSTRUMENT, 0);
    for (uint32_t id = 0; id < 400 && !fault; id++) {
        fault = learn(directory, COMMAND_PARTICIPANT, id);
        if (fault) return fault;
        int size = snprintf(line, sizeof line, "order O%u n%u n0 buy qty=1 price=1", id, id);
        fault = script_read(script, line, (size_t)size, &item, NULL);
        if (!fault) fault = script_applied(script, &item.command, &accepted.head);
    }
    return fault;
}

static void test_every_allocation_fails_once(void **state)
{
    (void)state;
    long failures = 0;
    for (long at = 1;; at++) {
        taken = 0;
        fail_at = at;
        struct directory *directory = directory_create();
        struct script *script = directory ? script_create(directory) : NULL;
        int fault = script ? tell(directory, script) : ERR_NO_MEMORY;
        bool happened = taken >= at;
        fail_at = 0;
        if (script && fault) { /* told again with memory, it goes through to the end */
            assert_int_equal(fault, ERR_NO_MEMORY);
            assert_int_equal(tell(directory, script), 0);
        }
        if (script) {
            struct name last = {"n399"};
            assert_int_equal(directory_participant(directory, &last), 399);
            assert_int_equal(directory_participants(directory), 400);
        }
        script_destroy(script);
        directory_destroy(directory);
        if (!happened) break;
        assert_int_equal(fault, ERR_NO_MEMORY);
        failures++;
    }
    print_message("# %ld allocations failed, one by one\n", failures);
    assert_true(failures > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation_fails_once)};
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
