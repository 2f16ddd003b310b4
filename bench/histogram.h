/* histogram.h - counts durations in log-linear buckets, so a percentile costs no memory per sample.
 *
 * Every power of two is cut into HISTOGRAM_STEPS equal buckets: a value is known to 1.6 % (exactly
 * below 2 x HISTOGRAM_STEPS). Percentiles name the upper end of their bucket, never less than the
 * truth; the maximum is exact.
 *
 * Bound:    any uint64_t; 30 KiB each.
 * Threads:  one at a time; merge the histograms of several threads when they have ended.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SHIFT 6
#define HISTOGRAM_STEPS (1u << HISTOGRAM_SHIFT)
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_SHIFT + 1) * HISTOGRAM_STEPS)

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    uint64_t max;
};

static inline size_t histogram_bucket(uint64_t value)
{
    if (value < HISTOGRAM_STEPS) return (size_t)value;
    unsigned top = 63u - (unsigned)__builtin_clzll(value); /* >= HISTOGRAM_SHIFT */
    unsigned shift = top - HISTOGRAM_SHIFT;
    return (size_t)(shift + 1) * HISTOGRAM_STEPS + (size_t)((value >> shift) - HISTOGRAM_STEPS);
}

static inline void histogram_add(struct histogram *histogram, uint64_t value)
{
    histogram->counts[histogram_bucket(value)]++;
    histogram->total++;
    if (value > histogram->max) histogram->max = value;
}

/* The largest value that falls into a bucket. */
uint64_t histogram_upper(size_t bucket);

void histogram_merge(struct histogram *into, const struct histogram *from);

/* The value that per_million of all samples do not pass: 500 000 is the median. 0 without samples.
 */
uint64_t histogram_percentile(const struct histogram *histogram, uint64_t per_million);
#endif
