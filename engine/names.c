/* names.c - from names to ids. Chained hashes; looked up, never walked. */
#include "engine/state.h"

uint64_t name_hash(const struct name *name, uint64_t seed)
{
    uint64_t word[NAME_BYTES / 8];
    uint64_t hash = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    memcpy(word, name->text, NAME_BYTES);
    for (size_t i = 0; i < NAME_BYTES / 8; i++) {
        hash = (hash ^ word[i]) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    return hash;
}

bool name_reserved(const struct name *name)
{
    return name_empty(name) || (name->text[0] == '-' && name->text[1] == 0);
}

uint32_t name_index_find(const struct name_index *index, const void *names, size_t stride,
                         const struct name *name)
{
    uint32_t id = index->buckets[name_hash(name, 0) & index->mask];
    while (id != NIL && !name_same((const void *)((const char *)names + id * stride), name))
        id = index->chain[id];
    return id;
}

void name_index_add(struct name_index *index, const struct name *name, uint32_t id)
{
    uint32_t *bucket = &index->buckets[name_hash(name, 0) & index->mask];
    index->chain[id] = *bucket;
    *bucket = id;
}

uint8_t engine_find_zone(const struct engine *engine, const struct name *name)
{
    for (uint32_t zone = 0; zone < engine->zones; zone++)
        if (name_same(&engine->zone_names[zone], name)) return (uint8_t)zone;
    return ZONE_NONE;
}

uint16_t engine_find_instrument(const struct engine *engine, const struct name *name)
{
    uint32_t id = name_index_find(&engine->instrument_index, &engine->instrument[0].name,
                                  sizeof engine->instrument[0], name);
    return id == NIL ? INSTRUMENT_NONE : (uint16_t)id;
}

uint32_t engine_find_participant(const struct engine *engine, const struct name *name)
{
    return name_index_find(&engine->participant_index, &engine->participant_text[0].name,
                           sizeof engine->participant_text[0], name);
}

uint32_t engine_find_auction(const struct engine *engine, const struct name *name)
{
    return name_index_find(&engine->auction_index, &engine->auction[0].name,
                           sizeof engine->auction[0], name);
}
