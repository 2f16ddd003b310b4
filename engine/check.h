/* check.h - the parts of engine_check() that have a file of their own. Each asserts.
 * Private to engine/. */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H
#include "engine/state.h"

void check_rules(const struct engine *engine); /* check_rules.c: limits, gates, people */
void check_deals(const struct engine *engine); /* check_deal.c: the tables of trades */
/* Money that sellers have in escrow; of one participant, or PARTICIPANT_NONE: of all. */
int128 escrow_cash(const struct engine *engine, uint32_t participant);
#endif
