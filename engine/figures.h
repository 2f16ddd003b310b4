/* figures.h - the day of one zone in numbers: volume, turnover, open, high, low, last.
 *
 * Whatever trades is counted here and nowhere else: the continuous book and clicks ("listing"),
 * calls, and agreements ("block"), which move no price and count apart.
 * Source: market.md 4 ("Close"); docs/decisions/0010, 10.4 to 10.6. Private to engine/.
 */
#ifndef ENGINE_FIGURES_H
#define ENGINE_FIGURES_H
#include "engine/state.h"

enum figures_kind { FIGURES_LISTING, FIGURES_CALL, FIGURES_BLOCK };

/* One leg as it was counted: what a bust needs to take it back. */
struct figures_leg {
    int64_t qty;
    int64_t price;
    int64_t counted; /* the price it counts at in the close: clamped into the zone's band */
    uint8_t zone;
    uint8_t kind; /* enum figures_kind */
    uint8_t late; /* 1: from 09:32 on, GD-2019 */
};

/* Counts `qty` units at `price`, in the units and at the price of that zone. Of a call: the larger
 * of bought and sold units at the zone's price, once. */
struct figures_leg figures_fill(struct engine *engine, uint16_t instrument, uint8_t zone,
                                int64_t qty, int64_t price, enum figures_kind kind);

/* A bust: volume and money are taken back; open, high, low and last stay. Same day only. */
void figures_undo(struct engine *engine, uint16_t instrument, const struct figures_leg *leg);

/* What `settled` tells: numbered trades, units received and fen paid by buyers. A bust counts all
 * three negative. */
void figures_paid(struct engine *engine, uint16_t instrument, int64_t trades, int64_t units,
                  int64_t cash);

/* A new day of the zone: everything but the reference and its band. */
void figures_begin(struct engine *engine, uint16_t instrument, uint8_t zone);

int64_t figures_capped(int128 value); /* what an event can say of a sum: at most INT64_MAX */
#endif
