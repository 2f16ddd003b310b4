/* curve.h - demand and supply of one zone's book in a call: market.md 6.9.
 *
 * Owns:      nothing; `point` is slate, good until the next curve on the same row.
 * Invariant: points ascend by price; every order's limit lies inside [low, high], the zone's band.
 * Private to engine/.
 */
#ifndef ENGINE_CURVE_H
#define ENGINE_CURVE_H
#include "engine/slate.h"

struct curve {
    const struct curve_point *point;
    struct curve_shape shape;
};

struct interval { /* feasible prices; empty when !exists */
    int64_t lo;
    int64_t hi;
    bool exists;
};

/* Reads the book into row 0 or 1 of the slate, as if the cuts of a look had been made. Returns
 * whether it is finished; if not, it goes on when it is called again. */
bool curve_read(const struct engine *engine, struct slate *slate, uint16_t instrument, uint8_t zone,
                int row);
struct curve curve_of(const struct slate *slate, int row); /* one that has been read */

/* I(d): prices p with D(>p) + d <= S(<=p) and S(<p) <= D(>=p) + d. */
struct interval curve_feasible(const struct curve *curve, int64_t d);

/* Units the zone's bids buy at the feasible price p with extra demand d. All feasible prices of one
 * d agree on it. */
int64_t curve_bought(const struct curve *curve, int64_t p, int64_t d);

int64_t curve_bids(const struct curve *curve, int64_t p); /* units bid at p or better */
int64_t curve_asks(const struct curve *curve, int64_t p); /* units asked for at p or better */
#endif
