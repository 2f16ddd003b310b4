/* Every engine trades the same: the naive book, the engine's own book, the whole engine; and over
 * two zones the whole engine and the naive coupled book. Method: small generated flows of every
 * kind and some seeds, and a few flows by hand where the naive books must be right themselves. */
#include "bench/bench.h"
#include "bench/generator.h"
#include "tests/lib/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COMMANDS 20000 /* shallow; past its first phase, when the book is built up */
#define SEEDS 3

static struct tape run(const struct drive *drive, const struct neutral *flow, unsigned zones)
{
    struct bench_result result = {0};
    struct fault_text why = {0};
    int status = bench_run(drive, flow, zones, NULL, &result, &why);
    if (status != 0) print_error("%s: %s\n", drive->name, why.text);
    assert_int_equal(status, 0);
    return result.tape;
}

static void assert_same(const struct tape *a, const struct tape *b)
{
    assert_int_equal(a->trades, b->trades);
    assert_int_equal(a->quantity, b->quantity);
    assert_int_equal(a->notional, b->notional);
    assert_int_equal(a->hash, b->hash);
}

static void make_flow(const char *kind, uint64_t seed, uint64_t commands, struct neutral *out)
{
    char path[] = "/tmp/lingnan-drive-XXXXXX";
    struct fault_text why = {0};
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_int_equal(generator_write(kind, seed, commands, file, &why), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(neutral_load(path, out, &why), 0);
    assert_int_equal(unlink(path), 0);
}

static void test_one_tape(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t commands;
    } kinds[] = {{"shallow", COMMANDS}, {"deep", 160000}, {"multi", 120000}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct neutral flow = {0};
            make_flow(kinds[i].name, seed, kinds[i].commands, &flow);
            struct tape naive = run(&drive_naive, &flow, 1);
            struct tape book = run(&drive_book, &flow, 1);
            struct tape whole = run(&drive_whole, &flow, 1);
            assert_same(&book, &naive);
            assert_same(&whole, &naive);
            struct tape coupled = run(&drive_naive, &flow, 2);
            book = run(&drive_book, &flow, 2);
            whole = run(&drive_whole, &flow, 2);
            assert_same(&book, &coupled);
            assert_same(&whole, &coupled);
            neutral_free(&flow);
        }
    }
}

/* Timing each record apart changes nothing but the figures. */
static void test_latency_run(void **state)
{
    (void)state;
    struct neutral flow = {0};
    struct fault_text why = {0};
    struct bench_result result = {0};
    struct histogram *latency = calloc(1, sizeof *latency);
    assert_non_null(latency);
    make_flow("shallow", 9, COMMANDS, &flow);
    struct tape naive = run(&drive_naive, &flow, 1);
    assert_int_equal(bench_run(&drive_whole, &flow, 1, latency, &result, &why), 0);
    assert_same(&result.tape, &naive);
    assert_int_equal(latency->total, COMMANDS);
    neutral_free(&flow);
    free(latency);
}

#define BUY 0
#define SELL 1
static struct neutral_record order(uint8_t op, uint8_t side, uint64_t id, uint32_t price,
                                   uint64_t quantity, uint32_t account)
{
    return (struct neutral_record){.op = op,
                                   .side = side,
                                   .order_id = id,
                                   .price = price,
                                   .quantity = quantity,
                                   .account = account};
}

/* Place kept on reduce and partial fill; a reduce that takes all is a cancel; what is gone stays
 * gone; an IOC leaves nothing; trades at the resting price. */
static void test_rules_of_the_flow(void **state)
{
    (void)state;
    struct neutral_record records[] = {
        order(NEUTRAL_LIMIT, SELL, 1, 100, 10, 1), order(NEUTRAL_LIMIT, SELL, 2, 100, 10, 2),
        order(NEUTRAL_LIMIT, SELL, 3, 99, 5, 3),   order(NEUTRAL_REDUCE, SELL, 1, 100, 4, 0),
        order(NEUTRAL_LIMIT, BUY, 4, 100, 8, 4),   order(NEUTRAL_REDUCE, SELL, 2, 100, 10, 0),
        order(NEUTRAL_CANCEL, SELL, 2, 100, 0, 0), order(NEUTRAL_REDUCE, SELL, 3, 99, 1, 0),
        order(NEUTRAL_CANCEL, SELL, 9, 99, 0, 0),  order(NEUTRAL_IOC, BUY, 5, 101, 9, 5),
        order(NEUTRAL_IOC, SELL, 6, 1, 9, 6),      order(NEUTRAL_LIMIT, SELL, 7, 101, 1, 7),
        order(NEUTRAL_LIMIT, BUY, 8, 200, 2, 7),
    };
    struct neutral flow = {.records = records,
                           .count = sizeof records / sizeof records[0],
                           .orders = 9,
                           .instruments = 1,
                           .price_max = 200,
                           .levels = 8};
    struct tape wanted = {0};
    tape_trade(&wanted, 3, 4, 99, 5);
    tape_trade(&wanted, 1, 4, 100, 3);
    tape_trade(&wanted, 1, 5, 100, 3);
    tape_trade(&wanted, 7, 8, 101, 1);
    struct tape naive = run(&drive_naive, &flow, 1);
    struct tape book = run(&drive_book, &flow, 1);
    struct tape whole = run(&drive_whole, &flow, 1);
    assert_same(&naive, &wanted);
    assert_same(&book, &wanted);
    assert_same(&whole, &wanted);
}

/* Two zones: the best price of both; at one price the own zone first, then the older order. */
static void test_rules_of_two_zones(void **state)
{
    (void)state;
    struct neutral_record records[] = {
        order(NEUTRAL_LIMIT, SELL, 1, 100, 10, 2), order(NEUTRAL_LIMIT, SELL, 2, 100, 10, 1),
        order(NEUTRAL_LIMIT, SELL, 3, 99, 10, 2),  order(NEUTRAL_LIMIT, BUY, 4, 100, 25, 1),
        order(NEUTRAL_LIMIT, BUY, 5, 98, 5, 1),    order(NEUTRAL_LIMIT, BUY, 6, 98, 5, 2),
        order(NEUTRAL_IOC, SELL, 7, 98, 7, 2),
    };
    struct neutral flow = {.records = records,
                           .count = sizeof records / sizeof records[0],
                           .orders = 7,
                           .instruments = 1,
                           .price_max = 100,
                           .levels = 8};
    struct tape wanted = {0};
    tape_trade(&wanted, 3, 4, 99, 10);
    tape_trade(&wanted, 2, 4, 100, 10);
    tape_trade(&wanted, 1, 4, 100, 5);
    tape_trade(&wanted, 6, 7, 98, 5);
    tape_trade(&wanted, 5, 7, 98, 2);
    struct tape naive = run(&drive_naive, &flow, 2);
    struct tape book = run(&drive_book, &flow, 2);
    struct tape whole = run(&drive_whole, &flow, 2);
    assert_same(&naive, &wanted);
    assert_same(&book, &wanted);
    assert_same(&whole, &wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_tape),
        cmocka_unit_test(test_latency_run),
        cmocka_unit_test(test_rules_of_the_flow),
        cmocka_unit_test(test_rules_of_two_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
