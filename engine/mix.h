/* mix.h - how the fields of a command become one number; for content.c and content_more.c only. */
#ifndef ENGINE_MIX_H
#define ENGINE_MIX_H
#include "engine/state.h"

struct mix {
    const struct engine *engine;
    uint64_t hash;
};

static inline void mix(struct mix *mix, uint64_t value)
{
    mix->hash = (mix->hash ^ value) * UINT64_C(0xff51afd7ed558ccd);
    mix->hash ^= mix->hash >> 32;
}

static inline void mix_signed(struct mix *state, int64_t value)
{
    mix(state, (uint64_t)value);
}

static inline void mix_name(struct mix *state, const struct name *name)
{
    mix(state, name_reserved(name) ? 0 : name_hash(name, 1));
}

static inline void mix_instrument(struct mix *state, uint16_t id)
{
    bool known = id < state->engine->instruments || id == INSTRUMENT_ALL;
    mix(state, known ? id : INSTRUMENT_NONE);
}

static inline void mix_account(struct mix *state, uint32_t id)
{
    bool known = id < state->engine->participants || id == PARTICIPANT_ALL || id == SELLER_ISSUER;
    mix(state, known ? id : PARTICIPANT_NONE);
}

static inline void mix_zone(struct mix *state, uint8_t id)
{
    mix(state, id < state->engine->zones ? id : ZONE_NONE);
}

static inline void mix_auction(struct mix *state, uint32_t id)
{
    mix(state, id < state->engine->auctions ? id : AUCTION_NONE);
}

/* The commands of rule set 2. */
void mix_more(struct mix *mix, const struct command *command);
#endif
