/* curve.h - demand and supply of one zone's book in a call: market.md 6.9.
 *
 * Owns:      nothing; `point` is the engine's scratch, good until the next curve on the same row.
 * Invariant: points ascend by price; every order's limit lies inside [low, high], the zone's band.
 * Private to engine/.
 */
#ifndef ENGINE_CURVE_H
#define ENGINE_CURVE_H
#include "engine/state.h"

struct curve {
    const struct curve_point *point;
    uint32_t points;
    int64_t low;
    int64_t high;
    int64_t demand; /* all bids */
    int64_t supply; /* all asks */
};

struct interval { /* feasible prices; empty when !exists */
    int64_t lo;
    int64_t hi;
    bool exists;
};

/* Reads the book into scratch row 0 or 1. */
struct curve curve_read(struct engine *engine, uint16_t instrument, uint8_t zone, int row);

/* I(d): prices p with D(>p) + d <= S(<=p) and S(<p) <= D(>=p) + d. */
struct interval curve_feasible(const struct curve *curve, int64_t d);

/* Units the zone's bids buy at the feasible price p with extra demand d. All feasible prices of one
 * d agree on it. */
int64_t curve_bought(const struct curve *curve, int64_t p, int64_t d);
#endif
