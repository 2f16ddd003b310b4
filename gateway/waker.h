/* waker.h - how a thread sleeps until there is work, without a lost wake-up and without a lock.
 *
 * The sleeper announces itself (waker_announce), looks for work once more, and only then sleeps.
 * Whoever brings work publishes it first and then calls waker_wake. Both sides exchange the same
 * word, so one of them always sees the other: either the sleeper sees the work or the waker sees
 * the announcement. The system call is made only when somebody sleeps.
 * Threads:  one sleeper, any number of wakers.
 */
#ifndef GATEWAY_WAKER_H
#define GATEWAY_WAKER_H
#include <stdatomic.h>
#include <stdint.h>

struct waker {
    _Alignas(64) _Atomic uint32_t sleeping;
};

static inline void waker_announce(struct waker *waker)
{
    atomic_exchange_explicit(&waker->sleeping, 1, memory_order_acq_rel);
}

/* The sleeper found work after all. */
static inline void waker_cancel(struct waker *waker)
{
    atomic_exchange_explicit(&waker->sleeping, 0, memory_order_acq_rel);
}

/* Sleeps until waker_wake, or timeout_ms (0: none), or for no reason. Needs: waker_announce. */
void waker_sleep(struct waker *waker, uint32_t timeout_ms);

/* The futex call of waker_wake. */
void waker_call(struct waker *waker);

static inline void waker_wake(struct waker *waker)
{
    if (atomic_exchange_explicit(&waker->sleeping, 0, memory_order_acq_rel)) waker_call(waker);
}
#endif
