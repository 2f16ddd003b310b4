/* lock.h - the resale lock: units bought stay locked until the exchange's business day comes.
 *
 * A position's locked units lie in rows, one for each release day, earliest first; the rows of one
 * release day also form a list, so that the change of day visits only what it frees. A position
 * always has room for its first row; limits.locks bounds the further ones of all together.
 * Invariant:  position.locked is the sum of its rows (until the first change of day after the rule
 *             set rose: units locked before have none); release days lie at most T_PLUS_MAX + 1
 *             ahead.
 * Source: market.md 4 ("Entry freezes"); docs/decisions/0010, 10.2. Private to engine/.
 */
#ifndef ENGINE_LOCK_H
#define ENGINE_LOCK_H
#include "engine/state.h"

#define LOCK_DAYS 8 /* lists of release days, by the day's low bits */
_Static_assert(T_PLUS_MAX + 1 < LOCK_DAYS, "a list holds one release day only");

/* The business day on which units bought now become free; 0: they are free at once. */
uint32_t lock_release(const struct engine *engine, uint16_t instrument);

/* Locks units that have just come in. Needs: release > business_day. */
void lock_add(struct engine *engine, uint32_t position, uint32_t release, int64_t qty);

/* Takes units out of the lock of that release day, before it ends; where rows had to be merged, out
 * of the next later one. Returns how many there were, at most qty; the caller moves them on. */
int64_t lock_take(struct engine *engine, uint32_t position, uint32_t release, int64_t qty);

/* Frees what the present business day releases. True: all is free. */
bool lock_free_some(struct engine *engine);

/* The rule set rose: units locked under the first become free at the next change of day, as they
 * would have. True: all is free. */
void lock_adopt(struct engine *engine);
bool lock_free_adopted(struct engine *engine, uint32_t *at);

/* Asserts the invariant over the whole state. Slow. */
void lock_check(const struct engine *engine);
#endif
