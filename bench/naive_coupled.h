/* naive_coupled.h - the naive book over two zones: the check of `--zones=2`.
 *
 * Accounts with an odd number are in zone 0, even ones in zone 1; the link between the zones is
 * open both ways, 1/1, without levy or limit. An incoming order takes the best price of both zones;
 * at the same price its own zone first, then the older order (market.md 6.4 with two zones).
 *
 * Threads:  one at a time. Plain C from outside.
 */
#ifndef BENCH_NAIVE_COUPLED_H
#define BENCH_NAIVE_COUPLED_H
#include "bench/neutral.h"
#include "bench/tape.h"

#define NAIVE_COUPLED_ZONES 2

#ifdef __cplusplus
extern "C" {
#endif
struct naive_coupled;

struct naive_coupled *naive_coupled_create(uint32_t instruments); /* NULL: no memory */
void naive_coupled_destroy(struct naive_coupled *book);
void naive_coupled_run(struct naive_coupled *book, const struct neutral_record *records,
                       size_t count, struct tape *tape);
#ifdef __cplusplus
}
#endif

static inline unsigned naive_coupled_zone(uint32_t account)
{
    return account % 2 == 1 ? 0 : 1;
}
#endif
