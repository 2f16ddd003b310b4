/* match.h - what the matching of an order and its trial share: one walker for each zone whose
 * orders the taker can reach. Private to match.c and trial.c. */
#ifndef ENGINE_MATCH_H
#define ENGINE_MATCH_H
#include "engine/orders.h"

struct walker {
    const struct link *link;
    int64_t step;      /* received units */
    int64_t room;      /* the same */
    int64_t effective; /* price of the present maker as the taker sees it */
    int64_t received;  /* units of the candidate fill */
    uint32_t slot;     /* the present maker, NIL: nothing more here */
    uint8_t zone;
};

/* Stands at the best order of a zone. */
void walker_open(const struct engine *engine, const struct order *taker, uint8_t zone,
                 struct walker *walker);

/* The zones beside its own that the taker can reach, as a set of bits. */
static inline uint32_t walker_zones(const struct engine *engine, const struct order *taker)
{
    size_t row = (size_t)taker->instrument * engine->limits.zones + taker->zone;
    return taker->side == SIDE_BUY ? engine->sources[row] : engine->targets[row];
}

/* Maps the maker's price; is it inside the taker's limit? */
static inline bool walker_reaches(const struct order *taker, const struct order *maker,
                                  struct walker *walker)
{
    if (taker->side == SIDE_BUY) {
        walker->effective = price_to_buyer(walker->link, maker->price);
        return walker->effective <= taker->price;
    }
    walker->effective = price_to_seller(walker->link, maker->price);
    return walker->effective >= taker->price;
}

/* Units received that a taker with `left` and a maker that gives `gives` could exchange now; a
 * multiple of the step. */
static inline int64_t walker_size(const struct order *taker, int64_t left, int64_t gives,
                                  const struct walker *walker)
{
    int64_t delivered = taker->side == SIDE_BUY ? gives : left;
    int64_t received = taker->side == SIDE_BUY ? left : gives;
    int64_t most;
    if (walker->link->rn != walker->link->rd) /* QTY_MAX * RATIO_MAX fits, see limits.h */
        delivered = delivered * walker->link->rd / walker->link->rn;
    most = delivered < received ? delivered : received;
    if (walker->room < most) most = walker->room;
    return most - most % walker->step;
}

static inline int64_t walker_delivered(const struct walker *walker)
{
    return walker->received / walker->link->rd * walker->link->rn;
}
/* The fill in units of the taker and of the maker. */
static inline int64_t taker_units(const struct order *taker, const struct walker *walker)
{
    return taker->side == SIDE_BUY ? walker->received : walker_delivered(walker);
}
static inline int64_t maker_units(const struct order *taker, const struct walker *walker)
{
    return taker->side == SIDE_SELL ? walker->received : walker_delivered(walker);
}
/* One step of the link in units of the maker. */
static inline int64_t maker_step(const struct order *taker, const struct walker *walker)
{
    return taker->side == SIDE_SELL ? walker->step
                                    : walker->step / walker->link->rd * walker->link->rn;
}

/* Best effective price, then own zone, then priority counter. */
static inline bool walker_is_better(const struct order *taker, const struct walker *a,
                                    uint64_t priority_a, const struct walker *b,
                                    uint64_t priority_b)
{
    if (a->effective != b->effective)
        return taker->side == SIDE_BUY ? a->effective < b->effective : a->effective > b->effective;
    if ((a->zone == taker->zone) != (b->zone == taker->zone)) return a->zone == taker->zone;
    return priority_a < priority_b;
}

static inline bool same_group(const struct engine *engine, const struct order *a,
                              const struct order *b)
{
    return engine->participant[a->participant].group == engine->participant[b->participant].group;
}

/* Decision 9.5: does the price leave the dynamic band around `last`? Both sides of the comparison
 * are multiplied by P, so nothing is rounded. */
static inline bool leaves_dynamic_band(int64_t dynamic_ppm, int64_t last, int64_t price)
{
    int128 middle = (int128)last * PPM, scaled = (int128)price * PPM;
    int128 reach = (int128)last * dynamic_ppm;
    return scaled < middle - reach || scaled > middle + reach;
}
#endif
