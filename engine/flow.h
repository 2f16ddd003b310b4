/* flow.h - the coupled call of two zones: how much flows, and at which two prices (market.md 6.9).
 * Computes only; call.c settles. Both functions go on where they stopped when they are called
 * again, and return whether they are finished. Private to engine/. */
#ifndef ENGINE_FLOW_H
#define ENGINE_FLOW_H
#include "engine/curve.h"

/* The link as this call sees it: a scheduled one begins with the end of all rents. */
struct link call_link(const struct engine *engine, const struct slate *slate, uint16_t instrument,
                      uint8_t from, uint8_t to);

/* One zone alone: clamp(ref, I(0)); ref and no volume if nothing crosses. Fills call.zone[zone]. */
bool flow_alone(const struct engine *engine, struct slate *slate, uint16_t instrument,
                uint8_t zone);

/* The two zones of `pair` together: from -> to, else to -> from (then they change places), else
 * each alone. Fills the pair and both zones of the call. */
bool flow_solve(const struct engine *engine, struct slate *slate, uint16_t instrument,
                struct pair_flow *pair);
#endif
