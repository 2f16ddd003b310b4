/* close.h - the close of a zone's day: which becomes the next day's reference price.
 *
 * Source: market.md 4 ("Close"); docs/decisions/0010, 10.4. Private to engine/.
 */
#ifndef ENGINE_CLOSE_H
#define ENGINE_CLOSE_H
#include "engine/state.h"

/* The close the day's trades give so far, by the instrument's rule. Needs: the zone has a
 * reference. */
int64_t close_now(const struct engine *engine, uint16_t instrument, uint8_t zone);

/* On the move to CLOSING: every zone with a reference gets its close. */
void close_strike(struct engine *engine, uint16_t instrument);

/* After a bust: a close that was struck is struck again. */
void close_again(struct engine *engine, uint16_t instrument, uint8_t zone);

/* The change of day of one zone: CLOSE is said, the reference and band are new, the figures of the
 * day begin anew. */
void close_turn(struct engine *engine, uint16_t instrument, uint8_t zone);
#endif
