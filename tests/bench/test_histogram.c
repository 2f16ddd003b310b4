/* A percentile is never below the truth and at most 1.6 % above it. Method: every bucket's edges,
 * and known samples. */
#include "bench/histogram.h"
#include "tests/lib/cmocka_all.h"
#include <stdlib.h>

static void test_buckets_join(void **state)
{
    (void)state;
    uint64_t next = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint64_t upper = histogram_upper(i);
        assert_int_equal(histogram_bucket(next), i);
        assert_int_equal(histogram_bucket(upper), i);
        assert_true(upper >= next && upper - next <= next / HISTOGRAM_STEPS);
        next = upper + 1;
    }
    assert_int_equal(next, 0); /* the last bucket ends with the largest number */
}

static void test_percentiles(void **state)
{
    (void)state;
    struct histogram *one = calloc(2, sizeof *one);
    assert_non_null(one);
    struct histogram *other = one + 1;
    assert_int_equal(histogram_percentile(one, 500000), 0);
    for (uint64_t i = 1; i <= 500; i++) {
        histogram_add(one, i);
        histogram_add(other, 500 + i);
    }
    histogram_merge(one, other);
    assert_int_equal(one->total, 1000);
    assert_int_equal(one->max, 1000);
    assert_in_range(histogram_percentile(one, 500000), 500, 508);
    assert_in_range(histogram_percentile(one, 990000), 990, 1000);
    assert_int_equal(histogram_percentile(one, 1000000), 1000);
    assert_int_equal(histogram_percentile(one, 0), 1);
    free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_join),
        cmocka_unit_test(test_percentiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
