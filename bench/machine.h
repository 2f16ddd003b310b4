/* machine.h - what was measured on: recorded beside every result, because figures of different
 * machines or builds cannot be compared.
 *
 * Threads:  no state.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H
#include <jansson.h>
#include <stdint.h>

/* cpu, cores, memory, kernel, compiler, build type, commit if known, UTC date. New reference; NULL:
 * no memory. */
json_t *machine_describe(void);

uint64_t machine_now_ns(void); /* CLOCK_MONOTONIC */

/* A cheap clock for single commands (the time stamp counter where there is one) and its scale. */
uint64_t machine_ticks(void);
uint64_t machine_ticks_per_second(void); /* measured once, 20 ms */
#endif
