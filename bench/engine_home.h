/* engine_home.h - an engine with its memory, its events and a market that fits a flow.
 *
 * The market: one or two zones, every instrument of the flow with the carbon family's fee and
 * resale lock, self-trades allowed, a band that holds every price of the flow, all in continuous
 * trading. With two zones: links 1/1 both ways without levy or limit.
 *
 * Owns:     the memory (mapped, touched only as it is used).
 * Threads:  one at a time.
 */
#ifndef BENCH_ENGINE_HOME_H
#define BENCH_ENGINE_HOME_H
#include "bench/neutral.h"
#include "engine/engine.h"

#define ENGINE_HOME_TIME_NS INT64_C(1780277400000000000) /* one morning; the flow has no clock */

struct engine_home {
    struct engine *engine;
    void *memory;
    size_t memory_size;
    struct event_buffer events; /* of the last command */
    struct command command;     /* the last one; callers change what differs */
};

/* Returns 0, ERR_LIMIT (the flow needs more than an engine can have), ERR_NO_MEMORY or ERR_REFUSED.
 * After an error engine_home_close is not needed. */
int engine_home_open(struct engine_home *home, const struct neutral *flow, unsigned zones,
                     struct fault_text *why);
void engine_home_close(struct engine_home *home);

/* Applies home->command under the next sequence; returns its first event. */
const struct event *engine_home_apply(struct engine_home *home);

/* One set-up command, by the system. Returns 0 or ERR_REFUSED. */
int engine_home_set_up(struct engine_home *home, const struct command *command,
                       struct fault_text *why);

/* "P7": a letter and a number. */
struct name engine_home_name(char letter, unsigned number);
#endif
