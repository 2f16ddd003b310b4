/* histogram.c - see histogram.h. */
#include "bench/histogram.h"
#include "engine/assert.h"

uint64_t histogram_upper(size_t bucket)
{
    ASSERT(bucket < HISTOGRAM_BUCKETS);
    if (bucket < HISTOGRAM_STEPS) return bucket;
    unsigned shift = (unsigned)(bucket / HISTOGRAM_STEPS) - 1;
    uint64_t step = bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS;
    return (step << shift) + ((UINT64_C(1) << shift) - 1);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        into->counts[i] += from->counts[i];
    }
    into->total += from->total;
    if (from->max > into->max) into->max = from->max;
}

uint64_t histogram_percentile(const struct histogram *histogram, uint64_t per_million)
{
    ASSERT(per_million <= 1000000);
    if (histogram->total == 0) return 0;
    unsigned __int128 product = (unsigned __int128)histogram->total * per_million;
    uint64_t rank = (uint64_t)((product + 999999) / 1000000);
    uint64_t seen = 0;
    if (rank == 0) rank = 1;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen >= rank) {
            uint64_t upper = histogram_upper(i);
            return upper < histogram->max ? upper : histogram->max;
        }
    }
    return histogram->max;
}
