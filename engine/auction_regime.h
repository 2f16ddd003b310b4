/* auction_regime.h - the auction regimes as data (market.md section 5).
 *
 * Owns:       nothing; the rows are constants, one per number of REGIME_LIST.
 * Invariant:  a regime never branches in code: a new one is a new row. A command's own field always
 *             wins; the row only fills what the command leaves UNSET or UNSET_ENUM.
 */
#ifndef ENGINE_AUCTION_REGIME_H
#define ENGINE_AUCTION_REGIME_H
#include "engine/command.h"

/* Fills the open fields of `auction` from its regime; `lot` is the instrument's.
 * Returns false if an enum field is no number of its list under that rule set. reserve_price stays
 * UNSET where the regime has no fixed floor and the command names none. */
bool auction_regime_fill(struct command_auction *auction, int64_t lot, uint32_t rule_set);

/* May bids be changed and withdrawn? Needs: a number of the list. From rule set 2 on. */
uint8_t auction_regime_revocable(uint8_t regime);
#endif
