/* walk.h - how the walk writes: fields, little-endian, into a block that goes to the sink.
 *
 * Private to engine/: walk.c writes what rule set 1 knows, walk_more.c what came later. */
#ifndef ENGINE_WALK_H
#define ENGINE_WALK_H
#include "engine/job.h"

struct walker {
    engine_sink *sink;
    void *context;
    size_t used;
    uint8_t bytes[4096];
};

static inline void walk_flush(struct walker *w)
{
    if (w->used > 0) w->sink(w->context, w->bytes, w->used);
    w->used = 0;
}

/* The low `size` bytes of `value`, lowest first. */
static inline void walk_put(struct walker *w, uint64_t value, size_t size)
{
    if (sizeof w->bytes - w->used < size) walk_flush(w);
    for (size_t i = 0; i < size; i++)
        w->bytes[w->used++] = (uint8_t)(value >> (8 * i));
}

static inline void walk_put8(struct walker *w, uint8_t value)
{
    walk_put(w, value, 1);
}

static inline void walk_put16(struct walker *w, uint16_t value)
{
    walk_put(w, value, 2);
}

static inline void walk_put32(struct walker *w, uint32_t value)
{
    walk_put(w, value, 4);
}

static inline void walk_put_day(struct walker *w, int32_t value)
{
    walk_put(w, (uint32_t)value, 4);
}

static inline void walk_put64(struct walker *w, uint64_t value)
{
    walk_put(w, value, 8);
}

static inline void walk_put_amount(struct walker *w, int64_t value)
{
    walk_put(w, (uint64_t)value, 8);
}

static inline void walk_put_turnover(struct walker *w, int128 value)
{
    walk_put(w, (uint64_t)(uint128)value, 8);
    walk_put(w, (uint64_t)((uint128)value >> 64), 8);
}

static inline void walk_put_name(struct walker *w, const struct name *name)
{
    if (sizeof w->bytes - w->used < NAME_BYTES) walk_flush(w);
    memcpy(w->bytes + w->used, name->text, NAME_BYTES);
    w->used += NAME_BYTES;
}

void walk_more(const struct engine *engine, struct walker *w);          /* walk_more.c */
void walk_auctions_more(const struct engine *engine, struct walker *w); /* walk_auction.c */
#endif
