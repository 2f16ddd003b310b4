/* limits_rules.h - who may still buy: position limits, holders, gates; and whom a fee costs less.
 *
 * Counters: whoever opens, changes or ends a buy tells buying_change(); whoever moves units in or
 * out of a position asks is_holder() before and tells holder_change() after; every fill tells
 * gate_bought() and gate_sold(). They are kept under every rule set, so that a market that rises to
 * a later one finds them right; only from rule set 2 on does anything look at them.
 * Source: market.md 4, 6.6, 11; decision 13.2, 13.4 to 13.6. Private to engine/.
 */
#ifndef ENGINE_LIMITS_RULES_H
#define ENGINE_LIMITS_RULES_H
#include "engine/state.h"

/* May the participant buy `qty` more units, as if all its open buys filled? POSITION_LIMIT (its
 * group's limit, then the holders of the instrument), TARGET_GATE, or NONE.
 * Needs: what an order that is to be replaced holds open has been given back. */
enum reason holding_reason(const struct engine *engine, uint32_t participant, uint16_t instrument,
                           uint8_t zone, int64_t qty);
/* The same for a replacement: who has an open buy is a holder already, whatever the bound is. */
enum reason holding_again_reason(const struct engine *engine, uint32_t participant,
                                 uint16_t instrument, uint8_t zone, int64_t qty);

/* A line of the command `position-limit`; group NIL: of the type. Older lines that can never be in
 * force again are forgotten. Returns CAPACITY when limits.rules lines may still matter. */
struct holding_line {
    int64_t units; /* UNSET: not given */
    int64_t ppm;
    uint32_t group;
    int32_t from_day;
    uint16_t instrument;
    uint8_t type;
};
enum reason holding_limit_add(struct engine *engine, const struct holding_line *line);

/* What the group of the participant may hold of the instrument, in units; UNSET: no limit. */
int64_t holding_limit_of(const struct engine *engine, uint32_t participant, uint16_t instrument);

/* The rate the participant pays instead of `ppm`: less while it has a discount. */
uint32_t fee_rate(const struct engine *engine, uint32_t participant, int64_t ppm);

/* TOO_MANY_ORDERS when the participant has as many open orders as it may. */
enum reason quota_open_reason(const struct engine *engine, uint32_t participant);
/* RATE_LIMIT, or counts this command: so it is asked last, when all else is in order. */
enum reason quota_rate_take(struct engine *engine, uint32_t participant);

/* A fill of the book, a call, a click, an agreement or an award: `qty` in the participant's own
 * units, `zone` that of its position. Negative: a bust takes it back. */
void gate_bought(struct engine *engine, uint32_t participant, uint16_t instrument, uint8_t zone,
                 int64_t qty);
void gate_sold(struct engine *engine, uint32_t participant, uint16_t instrument, uint8_t zone,
               int64_t qty);

/* A new compliance period: what was bought and sold counts from nothing. Cost: zones and cities. */
void gates_begin(struct engine *engine, uint16_t instrument);

/* The open buys of a position change by `qty` units, up or down: the figure of the position, of the
 * gates of its zone and of its owner's city, and the holders of the instrument. */
void buying_change(struct engine *engine, uint32_t position, int64_t qty);

/* A holder's position has units (surrendered ones do not count) or open buys. */
static inline bool is_holder(const struct position *position)
{
    return position->free + position->held + position->locked > 0 || position->buying > 0;
}
static inline void holder_change(struct engine *engine, const struct position *position, bool was)
{
    struct instrument *row = &engine->instrument[position->instrument];
    row->holders = row->holders + (uint32_t)is_holder(position) - (uint32_t)was;
}

static inline struct city_instrument *state_city(const struct engine *engine, uint16_t instrument,
                                                 uint32_t city)
{
    return &engine->city_instrument[(size_t)instrument * engine->limits.cities + city];
}
#endif
