/* calendar.h - special days: holidays, weekend sessions (docs/decisions/0010, 10.1 and 10.7).
 *
 * Private to engine/.
 */
#ifndef ENGINE_CALENDAR_H
#define ENGINE_CALENDAR_H
#include "engine/state.h"

enum day_kind calendar_kind(const struct engine *engine, int32_t day);

/* Marks up to and with the present day are forgotten. */
void calendar_forget(struct engine *engine);

/* Emits the SEED event of a commit or reveal that was taken. */
void seed_say(struct engine *engine, const struct command_seed *body);

/* The same command for an auction; checks, keeps, says. REASON_NONE: taken. */
enum reason auction_seed(struct engine *engine, const struct command_seed *body);

/* check_day.c: locks, client ids, marks and figures; asserts, slow. */
void check_day(const struct engine *engine);
#endif
