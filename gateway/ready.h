/* ready.h - one bit per connection: "its ring has something". Many set, one swaps.
 *
 * A producer publishes into its own ring first and sets its bit afterwards; the consumer swaps all
 * bits out and then reads the rings. So a bit may be set for an empty ring (harmless), but a full
 * ring without a bit is one whose producer has not come that far: it will set it.
 * Threads:  ready_set from any thread; ready_swap from one. Setting is a single atomic OR: a
 *           producer stopped before or after it delays nobody else.
 */
#ifndef GATEWAY_READY_H
#define GATEWAY_READY_H
#include "gateway/gateway_limits.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define READY_WORDS (CONNECTIONS_MAX / 64)

struct ready {
    _Atomic uint64_t words[READY_WORDS];
};

static inline void ready_set(struct ready *ready, uint32_t slot)
{
    atomic_fetch_or_explicit(&ready->words[slot / 64], UINT64_C(1) << (slot % 64),
                             memory_order_acq_rel);
}

/* Adds all set bits to `mask` and clears them. Returns false when none was set. */
static inline bool ready_swap(struct ready *ready, uint64_t mask[READY_WORDS])
{
    bool any = false;
    for (uint32_t i = 0; i < READY_WORDS; i++) {
        if (!atomic_load_explicit(&ready->words[i], memory_order_relaxed)) continue;
        mask[i] |= atomic_exchange_explicit(&ready->words[i], 0, memory_order_acq_rel);
        any = true;
    }
    return any;
}

/* The first set bit of `mask` at or after `from`, walking round once; CONNECTIONS_MAX: none. */
uint32_t ready_next(const uint64_t mask[READY_WORDS], uint32_t from);
#endif
