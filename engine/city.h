/* city.h - where a participant trades, and what happens to its orders when that changes.
 *
 * Source: market.md 2 and 6; decision 10.3, 13.3. Private to engine/.
 */
#ifndef ENGINE_CITY_H
#define ENGINE_CITY_H
#include "engine/job.h"

/* The commands; REASON_NONE: it is done. */
enum reason city_apply(struct engine *engine, const struct command_city *body);
enum reason member_apply(struct engine *engine, const struct command_member *body);

/* The change of day: the `city` lines whose day has come begin. True: there were any. */
bool cities_turn(struct engine *engine);

/* Orders that stand where their owner no longer trades. First those of each participant are
 * gathered in the scratch rows `trim`, job->count of them, job->slot being NIL before each
 * participant; then all are cancelled, by participant and as cancel-all does.
 * Needs: nobody else uses the rows meanwhile, because the whole exchange is frozen.
 * Returns: false when no work is left. */
bool movers_gather(struct engine *engine, struct job *job, uint32_t participant);
bool movers_cancel(struct engine *engine, struct job *job);
#endif
