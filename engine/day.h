/* day.h - the change of day (docs/decisions/0010, 10.3; under rule set 1 decision 4.11).
 *
 * The whole exchange turns first: locks, ids, zones, tranches, as the exchange's own job; then each
 * instrument closes its day as a job of its own. Private to engine/.
 */
#ifndef ENGINE_DAY_H
#define ENGINE_DAY_H
#include "engine/state.h"

#define DAY_JUMP_MAX 366 /* from one trading day to the next; the first may be any */

void day_apply(struct engine *engine, const struct command_day *body);
#endif
