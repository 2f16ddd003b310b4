/* legs.h - the instruments whose units an instrument's trades move: itself, or a strip's legs
 * (decision 11.6). Private to engine/. */
#ifndef ENGINE_LEGS_H
#define ENGINE_LEGS_H
#include "engine/state.h"

static inline uint32_t legs_count(const struct engine *engine, uint16_t instrument)
{
    uint8_t legs = engine->instrument[instrument].legs;
    return legs ? legs : 1;
}

static inline uint16_t legs_at(const struct engine *engine, uint16_t instrument, uint32_t leg)
{
    const struct instrument *row = &engine->instrument[instrument];
    return row->legs ? row->leg[leg] : instrument;
}

/* Is it a strip, or a leg of one? Then what moves its rooms moves those of others. */
static inline bool legs_related(const struct instrument *row)
{
    return row->legs > 0 || row->strips > 0;
}

static inline bool legs_has(const struct engine *engine, uint16_t strip, uint16_t instrument)
{
    const struct instrument *row = &engine->instrument[strip];
    for (uint8_t leg = 0; leg < row->legs && !row->retired; leg++)
        if (row->leg[leg] == instrument) return true;
    return false;
}

/* Units that leave the seller's zone and arrive nowhere. */
static inline void legs_retire(struct engine *engine, uint16_t instrument, uint8_t zone,
                               int64_t units)
{
    for (uint32_t leg = 0; leg < legs_count(engine, instrument); leg++)
        state_zone(engine, legs_at(engine, instrument, leg), zone)->retired += units;
}

/* The holding of one leg. Needs: it exists; for a buyer the acceptance of his order sees to it. */
static inline struct position *legs_position(const struct engine *engine, uint32_t participant,
                                             uint16_t instrument, uint8_t zone)
{
    uint32_t at = position_find(engine, participant, instrument, zone);
    ASSERT(at != NIL);
    return &engine->position[at];
}

/* strip.c: may a seller give `units` of every leg? */
bool legs_free(const struct engine *engine, uint32_t participant, uint16_t instrument, uint8_t zone,
               int64_t units);
/* Makes a participant's positions of every leg; false: the table is full and nothing is made. */
bool legs_open(struct engine *engine, uint32_t participant, uint16_t instrument, uint8_t zone);
/* A link of a leg, or of a strip, was opened or closed: what that makes of the strips' own. */
void legs_link_changed(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to);
#endif
