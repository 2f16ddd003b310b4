/* tape.h - what an engine traded, as four numbers that every engine must agree on.
 *
 * The hash takes trades in the order of execution: start 0, per trade
 *     h = h * 0x9e3779b97f4a7c15 + (maker ^ taker << 1 ^ quantity << 40)   mod 2^64
 * with the flow's own order ids, so it does not depend on how an engine names orders.
 */
#ifndef BENCH_TAPE_H
#define BENCH_TAPE_H
#include <stdbool.h>
#include <stdint.h>

#define TAPE_MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)

struct tape {
    uint64_t trades;
    uint64_t quantity;
    uint64_t notional; /* price x quantity, mod 2^64 */
    uint64_t hash;
};

static inline void tape_trade(struct tape *tape, uint64_t maker, uint64_t taker, uint64_t price,
                              uint64_t quantity)
{
    tape->trades++;
    tape->quantity += quantity;
    tape->notional += price * quantity;
    tape->hash = tape->hash * TAPE_MULTIPLIER + (maker ^ taker << 1 ^ quantity << 40);
}

static inline bool tape_equal(const struct tape *a, const struct tape *b)
{
    return a->trades == b->trades && a->quantity == b->quantity && a->notional == b->notional &&
           a->hash == b->hash;
}
#endif
