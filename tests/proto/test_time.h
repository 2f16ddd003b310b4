/* test_time.h - seeds and budgets of the random tests of this room.
 *
 * LINGNAN_SEED repeats a run; TEST_SECONDS (600 in a whole test run) scales the rounds: a budget is
 * a number of rounds, so that nothing depends on how fast the machine is.
 */
#ifndef TESTS_PROTO_TEST_TIME_H
#define TESTS_PROTO_TEST_TIME_H
#include "tests/proto/samples.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline struct dice test_time_dice(void)
{
    const char *given = getenv("LINGNAN_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)now.tv_nsec + 1;
    printf("# LINGNAN_SEED=%llu\n", (unsigned long long)seed);
    fflush(stdout);
    return (struct dice){.state = seed ? seed : 1};
}

struct test_time {
    uint64_t rounds;
};

/* So many thousand rounds for each 100 seconds of TEST_SECONDS; 100 when it is unset. */
static inline struct test_time test_time_start(uint64_t thousands)
{
    const char *given = getenv("TEST_SECONDS");
    uint64_t seconds = given ? strtoull(given, NULL, 10) : 100;
    return (struct test_time){.rounds = thousands * 10 * (seconds < 10 ? 10 : seconds)};
}
static inline bool test_time_left(const struct test_time *time, uint64_t done)
{
    return done < time->rounds;
}
#endif
