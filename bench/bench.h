/* bench.h - `lingnan bench ...`: what this machine does with this build.
 *
 * Figures, never verdicts: nothing here has a time limit. What must be equal (the tape of all
 * engines) is compared all the same, and a difference is an error.
 * Threads:  each function is called from the main thread.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H
#include "bench/drive.h"

/* The row of the program's table. argv[0] is fit for a usage line. Returns the exit status: 0, 1
 * (the engines disagree), or a number of sysexits.h. */
int bench_main(int argc, char **argv);

/* The verbs, each with its own options; argv[0] is the verb. */
int bench_flow(int argc, char **argv);
int bench_book(int argc, char **argv);
int bench_compare(int argc, char **argv);
int bench_road(int argc, char **argv);
int bench_skeleton(int argc, char **argv);

/* One measured run of a whole flow in a fresh engine. */
struct bench_result {
    struct tape tape;
    uint64_t duration_ns; /* around the loop that applies, nothing else */
};

/* `latency` NULL: one call with the whole flow. Else one call per record, each counted there in ns,
 * and duration_ns includes reading the clock. Returns 0 or an ERR_*; `why` says what. */
int bench_run(const struct drive *drive, const struct neutral *flow, unsigned zones,
              struct histogram *latency, struct bench_result *out, struct fault_text *why);

/* Prints `<verb>: <why>` on standard error and returns the exit status that says the same. */
int bench_fail(const char *verb, int fault, const struct fault_text *why);

/* A whole decimal number in low..high. */
bool bench_number(const char *text, uint64_t low, uint64_t high, uint64_t *out);
#endif
