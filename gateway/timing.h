/* timing.h - the two clocks: one that never goes back, for deadlines; one for people, for stamps.
 *
 * Only the gateway reads clocks; the engine sees nothing but command.time_ns.
 */
#ifndef GATEWAY_TIMING_H
#define GATEWAY_TIMING_H
#include <stdint.h>
#include <time.h>

static inline int64_t timing_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t timing_steady_ns(void)
{
    return timing_of(CLOCK_MONOTONIC);
}

static inline uint64_t timing_steady_ms(void)
{
    return (uint64_t)(timing_steady_ns() / 1000000);
}

static inline int64_t timing_wall_ns(void)
{
    return timing_of(CLOCK_REALTIME);
}
#endif
