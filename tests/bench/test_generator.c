/* The generated flows keep the shares that system.md section 7 states, and every seed gives one
 * file. Method: generate each kind into memory, load it back from disk, replay it in the naive book
 * and count. */
#include "bench/generator.h"
#include "bench/naive_book.h"
#include "tests/lib/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Enough of each kind that its shares hold (generator.h). */
#define SHALLOW_COMMANDS 200000
#define DEEP_COMMANDS GENERATOR_COMMANDS
#define MULTI_COMMANDS 1280000

struct shares { /* counts */
    uint64_t limits;
    uint64_t cancels;
    uint64_t reduces;
    uint64_t iocs;
    uint64_t limits_trading;
    uint64_t late; /* cancels and reduces of orders that are gone */
    size_t live;
    size_t levels;
};

static void make_path(char *out, size_t capacity, const char *name)
{
    const char *folder = getenv("TMPDIR");
    assert_true(snprintf(out, capacity, "%s/lingnan-%d-%s", folder ? folder : "/tmp", getpid(),
                         name) < (int)capacity);
}

static void generate(const char *kind, uint64_t seed, uint64_t commands, const char *path)
{
    struct fault_text why = {0};
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(generator_write(kind, seed, commands, file, &why), 0);
    assert_int_equal(fclose(file), 0);
}

static struct shares count(const struct neutral *flow)
{
    struct shares shares = {0};
    struct naive_book *book = naive_book_create(flow->instruments);
    struct tape tape = {0};
    assert_non_null(book);
    for (size_t i = 0; i < flow->count; i++) {
        const struct neutral_record *record = &flow->records[i];
        struct neutral_record found;
        uint64_t before = tape.trades;
        if (record->op == NEUTRAL_CANCEL || record->op == NEUTRAL_REDUCE) {
            shares.late += !naive_book_find(book, record->order_id, &found);
        }
        naive_book_run(book, record, 1, &tape);
        shares.limits += record->op == NEUTRAL_LIMIT;
        shares.cancels += record->op == NEUTRAL_CANCEL;
        shares.reduces += record->op == NEUTRAL_REDUCE;
        shares.iocs += record->op == NEUTRAL_IOC;
        shares.limits_trading += record->op == NEUTRAL_LIMIT && tape.trades > before;
    }
    shares.live = naive_book_live(book);
    shares.levels = naive_book_levels(book);
    naive_book_destroy(book);
    return shares;
}

static void assert_share(uint64_t part, uint64_t whole, uint64_t low_ppm, uint64_t high_ppm)
{
    assert_in_range(part * 1000000 / whole, low_ppm, high_ppm);
}

static void check_kind(const char *kind, uint64_t commands, uint32_t instruments, size_t live,
                       size_t levels_low, size_t levels_high)
{
    char path[256];
    struct neutral flow = {0};
    struct fault_text why = {0};
    make_path(path, sizeof path, kind);
    generate(kind, 7, commands, path);
    assert_int_equal(neutral_load(path, &flow, &why), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(flow.count, commands);
    assert_int_equal(flow.instruments, instruments);
    struct shares shares = count(&flow);
    assert_share(shares.limits, commands, 570000, 620000);
    assert_share(shares.cancels, commands, 350000, 400000);
    assert_share(shares.iocs, commands, 27000, 33000);
    assert_share(shares.reduces, commands, 10000, 25000);
    assert_share(shares.limits_trading, shares.limits, 200000, 250000);
    assert_share(shares.late, commands, 10000, 120000);
    assert_in_range(shares.live, live * 9 / 10, live * 11 / 10);
    assert_in_range(shares.levels, levels_low, levels_high);
    neutral_free(&flow);
}

static void test_shallow(void **state)
{
    (void)state;
    check_kind("shallow", SHALLOW_COMMANDS, 1, 1000, 100, 400);
}

static void test_deep(void **state)
{
    (void)state;
    check_kind("deep", DEEP_COMMANDS, 1, 100000, 9000, 11000);
}

static void test_multi(void **state)
{
    (void)state;
    check_kind("multi", MULTI_COMMANDS, 64, 64000, 6400, 64000);
}

/* Zipf(0.8): the first instrument is 2^0.8 = 1.74 times as popular as the second and 64^0.8 = 27.9
 * times as popular as the last. */
static void test_popularity(void **state)
{
    (void)state;
    char path[256];
    struct neutral flow = {0};
    struct fault_text why = {0};
    uint64_t orders[64] = {0};
    make_path(path, sizeof path, "popularity");
    generate("multi", 3, MULTI_COMMANDS, path);
    assert_int_equal(neutral_load(path, &flow, &why), 0);
    assert_int_equal(unlink(path), 0);
    for (size_t i = 0; i < flow.count; i++) {
        if (flow.records[i].op == NEUTRAL_LIMIT) orders[flow.records[i].instrument]++;
    }
    assert_in_range(orders[0] * 100 / orders[1], 170, 178);
    assert_in_range(orders[0] * 100 / orders[63], 2600, 3000);
    neutral_free(&flow);
}

/* The bytes of a seed are fixed for ever: a hash of them (FNV-1a) stands here. */
static void test_same_bytes_everywhere(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        uint64_t hash;
    } golden[] = {{"shallow", UINT64_C(0xaf3bbc3ac2ae41c9)},
                  {"deep", UINT64_C(0xf3b7a3841e6c03c3)},
                  {"multi", UINT64_C(0x1f0ec54833a8577)}};
    char path[256];
    make_path(path, sizeof path, "golden");
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        generate(golden[i].kind, 1, 150000, path);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        for (int byte; (byte = getc(file)) != EOF;) {
            hash = (hash ^ (uint64_t)byte) * UINT64_C(0x100000001b3);
        }
        assert_int_equal(fclose(file), 0);
        assert_int_equal(hash, golden[i].hash);
    }
    assert_int_equal(unlink(path), 0);
}

static void test_full_disk_is_said(void **state)
{
    (void)state;
    struct fault_text why = {0};
    FILE *file = fopen("/dev/full", "wb");
    assert_non_null(file);
    assert_int_equal(generator_write("shallow", 1, 1000, file, &why), ERR_DISK);
    assert_non_null(strstr(why.text, "record"));
    (void)fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shallow),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_multi),
        cmocka_unit_test(test_popularity),
        cmocka_unit_test(test_same_bytes_everywhere),
        cmocka_unit_test(test_full_disk_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
