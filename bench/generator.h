/* generator.h - writes neutral order flows: seeded, integer only, the same bytes on every machine.
 *
 * Three kinds. All mix 57.7 % limit orders, 37.5 % cancels, 3 % immediate-or-cancel and 1.8 %
 * reduces once the book is built up; while it is built up (the first `live` records) there are only
 * limit orders that rest. 22.5 % of the later limit orders reach the other side's best price.
 *   shallow  one instrument,       1 000 live orders on about 200 prices
 *   deep     one instrument,     100 000 live orders on about 10 000 prices
 *   multi    64 instruments,      64 000 live orders in all; popularity Zipf(0.8)
 * The shares hold from about 20 times `live` records on; GENERATOR_COMMANDS satisfies all three.
 *
 * Method: the generator keeps a naive book of its own flow, so that it knows the best prices and
 * which orders live. One cancel in eight, more or less, names an order that is gone: the share is
 * what keeps the number of live orders at its target.
 */
#ifndef BENCH_GENERATOR_H
#define BENCH_GENERATOR_H
#include "bench/neutral.h"
#include <stdio.h>

#define GENERATOR_COMMANDS UINT64_C(2000000) /* default number of records */
#define GENERATOR_SEED UINT64_C(1)

/* True if there is a kind of this name. */
int generator_knows(const char *kind);

/* Needs: a known kind, 1 <= commands <= NEUTRAL_RECORDS_MAX. Returns 0, ERR_NO_MEMORY or ERR_DISK.
 */
int generator_write(const char *kind, uint64_t seed, uint64_t commands, FILE *out,
                    struct fault_text *why);
#endif
