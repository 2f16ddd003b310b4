/* rent.h - live rent: the levy that a congested scheduled call leaves on a link until the next one,
 * so that continuous trading pays what the call found (market.md 6.4; decision 11.1).
 *
 * Invariant: a rent is above the link's own levy, at most RENT_MAX, and only on an allowed link.
 * Private to engine/.
 */
#ifndef ENGINE_RENT_H
#define ENGINE_RENT_H
#include "engine/slate.h"

/* A scheduled call begins: its rents end. rent_settle() compares with what was in force. */
void rent_begin(struct engine *engine, uint16_t instrument);

/* What the scheduled call leaves behind, and RENT lines of what differs from before it.
 * `zone`: its results. */
void rent_settle(struct engine *engine, uint16_t instrument, const struct zone_result *zone);

/* `period` and `terms live_rent=0` end all rents of the instrument, with RENT lines. New room may
 * appear. To be called behind the command's own answer. */
void rent_end(struct engine *engine, uint16_t instrument);

/* A `link` line: rent_drop() ends the direction's rent before the link is changed and returns the
 * levy that was in force, UNSET if there was no rent; rent_say(), behind the command's own answer,
 * says what is in force now if that differs. */
int64_t rent_drop(struct link *link);
void rent_say(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to, int64_t before);
#endif
