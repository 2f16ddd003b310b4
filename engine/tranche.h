/* tranche.h - limits of links, at once or from a day on (market.md 6.1; decision 11.2).
 *
 * Private to engine/. */
#ifndef ENGINE_TRANCHE_H
#define ENGINE_TRANCHE_H
#include "engine/state.h"

/* The command `limit`. REASON_NONE: it is in force. */
enum reason limit_apply(struct engine *engine, const struct command_limit *body);

/* The change of day: the tranche begins if its day has come, it still waits, and the balance lies
 * inside. */
void tranche_begin(struct engine *engine, uint32_t row);
#endif
