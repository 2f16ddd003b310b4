/* A flow file is read whole or not at all, and every wrong record is named. Method: take one good
 * file apart byte by byte. */
#include "bench/neutral.h"
#include "tests/lib/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORDS 3

static void good(uint8_t bytes[RECORDS * NEUTRAL_RECORD_BYTES])
{
    const struct neutral_record records[RECORDS] = {
        {.op = NEUTRAL_LIMIT, .order_id = 1, .price = 5000, .quantity = 70, .account = 1000},
        {.op = NEUTRAL_IOC, .side = 1, .order_id = 2, .price = 4999, .quantity = 30, .account = 1},
        {.op = NEUTRAL_CANCEL, .order_id = 1, .price = 5000},
    };
    for (size_t i = 0; i < RECORDS; i++) {
        neutral_put(bytes + i * NEUTRAL_RECORD_BYTES, &records[i]);
    }
}

static int load(const uint8_t *bytes, size_t size, struct neutral *out, struct fault_text *why)
{
    char path[] = "/tmp/lingnan-flow-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, size), size);
    assert_int_equal(close(descriptor), 0);
    int status = neutral_load(path, out, why);
    assert_int_equal(unlink(path), 0);
    return status;
}

static void test_reads_what_was_put(void **state)
{
    (void)state;
    uint8_t bytes[RECORDS * NEUTRAL_RECORD_BYTES];
    struct neutral flow = {0};
    struct fault_text why = {0};
    good(bytes);
    assert_int_equal(load(bytes, sizeof bytes, &flow, &why), 0);
    assert_int_equal(flow.count, RECORDS);
    assert_int_equal(flow.orders, 2);
    assert_int_equal(flow.instruments, 1);
    assert_int_equal(flow.price_max, 5000);
    assert_int_equal(flow.levels, 1);
    assert_int_equal(flow.records[1].side, 1);
    assert_int_equal(flow.records[1].quantity, 30);
    assert_int_equal(flow.records[0].account, 1000);
    neutral_free(&flow);
}

/* The layout is the one everybody's files have. */
static void test_golden_bytes(void **state)
{
    (void)state;
    static const uint8_t golden[NEUTRAL_RECORD_BYTES] = {
        3,    1,    0x34, 0x12, 4, 3, 2, 1, 8,    7, 6, 5, 4, 3, 2, 1,
        0x10, 0x20, 0x30, 0,    0, 0, 0, 0, 0xe8, 3, 0, 0, 0, 0, 0, 0};
    uint8_t bytes[NEUTRAL_RECORD_BYTES];
    neutral_put(bytes, &(struct neutral_record){.op = NEUTRAL_REDUCE,
                                                .side = 1,
                                                .instrument = 0x1234,
                                                .price = 0x01020304,
                                                .order_id = UINT64_C(0x0102030405060708),
                                                .quantity = 0x302010,
                                                .account = 1000});
    assert_memory_equal(bytes, golden, sizeof golden);
}

static void test_wrong_fields_are_named(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint8_t value;
        const char *place;
    } wrong[] = {
        {0, 0, "record 0: op"},
        {0, 5, "record 0: op"},
        {1, 2, "record 0: side"},
        {3, 0x10, "record 0: instrument"},
        {8, 0, "record 0: order id"},
        {8, 9, "record 0: order id"},
        {15, 1, "record 0: order id"},
        {16, 0, "record 0: quantity"},
        {23, 1, "record 0: quantity"},
        {24, 0xe9, "record 0: account"},
        {28, 1, "record 0: zero"},
        {32 + 8, 1, "record 1: order id (used before)"},
        {32 + 24, 0, "record 1: account"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t bytes[RECORDS * NEUTRAL_RECORD_BYTES];
        struct neutral flow = {0};
        struct fault_text why = {0};
        good(bytes);
        bytes[wrong[i].offset] = wrong[i].value;
        assert_int_equal(load(bytes, sizeof bytes, &flow, &why), ERR_MALFORMED);
        assert_string_equal(why.text, wrong[i].place);
        assert_null(flow.records);
    }
}

static void test_torn_and_missing_files(void **state)
{
    (void)state;
    uint8_t bytes[RECORDS * NEUTRAL_RECORD_BYTES];
    struct neutral flow = {0};
    struct fault_text why = {0};
    good(bytes);
    assert_int_equal(load(bytes, sizeof bytes - 1, &flow, &why), ERR_MALFORMED);
    assert_int_equal(load(bytes, 0, &flow, &why), ERR_MALFORMED);
    assert_int_equal(neutral_load("/nowhere/at/all", &flow, &why), ERR_NOT_FOUND);
    assert_int_equal(neutral_load("/", &flow, &why), ERR_DISK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_was_put),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_wrong_fields_are_named),
        cmocka_unit_test(test_torn_and_missing_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
