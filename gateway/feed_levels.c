#include "gateway/feed_levels.h"
#include "engine/assert.h"
#include <stdlib.h>
#include <string.h>

#define AS(type, event) ((const struct type *)(const void *)(event))

struct feed_levels {
    struct feed_level *slots;
    uint32_t *heads;   /* hash */
    uint32_t *books;   /* first level of each instrument */
    uint32_t *changes; /* levels changed since the last report */
    uint32_t change_count;
    uint32_t heads_mask;
    uint32_t capacity;
    uint32_t free;   /* list through `chain` */
    uint32_t unused; /* slots from here on were never used */
    uint32_t instruments;
};

struct feed_levels *feed_levels_create(uint32_t capacity, uint32_t instruments)
{
    struct feed_levels *levels = calloc(1, sizeof *levels);
    if (!levels) return NULL;
    /* Levels that empty stay until their change is told, so there may be more than the engine
     * holds at once: as many again as one part of a batch can touch. */
    levels->capacity = capacity + (1u << 17);
    levels->instruments = instruments;
    uint32_t heads = 64;
    while (heads < levels->capacity)
        heads *= 2;
    levels->heads_mask = heads - 1;
    levels->slots = calloc(levels->capacity, sizeof *levels->slots);
    levels->heads = malloc(heads * sizeof *levels->heads);
    levels->books = malloc(instruments * sizeof *levels->books);
    levels->changes = malloc(levels->capacity * sizeof *levels->changes);
    if (!levels->slots || !levels->heads || !levels->books || !levels->changes) {
        feed_levels_destroy(levels);
        return NULL;
    }
    memset(levels->heads, 0xFF, heads * sizeof *levels->heads);
    memset(levels->books, 0xFF, instruments * sizeof *levels->books);
    levels->free = FEED_LEVEL_NONE;
    return levels;
}

void feed_levels_destroy(struct feed_levels *levels)
{
    if (!levels) return;
    free(levels->slots);
    free(levels->heads);
    free(levels->books);
    free(levels->changes);
    free(levels);
}

struct key {
    int64_t price;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
};

static uint32_t hash_of(const struct feed_levels *levels, struct key key)
{
    uint64_t mixed = (uint64_t)key.price ^ (uint64_t)key.instrument << 40 ^
                     (uint64_t)key.zone << 56 ^ (uint64_t)key.side << 63;
    mixed *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(mixed >> 32) & levels->heads_mask;
}

static bool same(const struct feed_level *level, struct key key)
{
    return level->price == key.price && level->instrument == key.instrument &&
           level->zone == key.zone && level->side == key.side;
}

static struct feed_level *find_or_add(struct feed_levels *levels, struct key key)
{
    uint32_t *head = &levels->heads[hash_of(levels, key)];
    for (uint32_t i = *head; i != FEED_LEVEL_NONE; i = levels->slots[i].chain) {
        if (same(&levels->slots[i], key)) return &levels->slots[i];
    }
    uint32_t index = levels->free;
    if (index == FEED_LEVEL_NONE) index = levels->unused++;
    ASSERT(index < levels->capacity);
    struct feed_level *level = &levels->slots[index];
    if (index == levels->free) levels->free = level->chain;
    uint32_t *book = &levels->books[key.instrument];
    *level = (struct feed_level){.price = key.price,
                                 .chain = *head,
                                 .next = *book,
                                 .before = FEED_LEVEL_NONE,
                                 .instrument = key.instrument,
                                 .zone = key.zone,
                                 .side = key.side};
    if (*book != FEED_LEVEL_NONE) levels->slots[*book].before = index;
    *book = index;
    *head = index;
    return level;
}

static void drop(struct feed_levels *levels, uint32_t index)
{
    struct feed_level *level = &levels->slots[index];
    struct key key = {level->price, level->instrument, level->zone, level->side};
    uint32_t *link = &levels->heads[hash_of(levels, key)];
    while (*link != index)
        link = &levels->slots[*link].chain;
    *link = level->chain;
    if (level->next != FEED_LEVEL_NONE) levels->slots[level->next].before = level->before;
    if (level->before != FEED_LEVEL_NONE)
        levels->slots[level->before].next = level->next;
    else
        levels->books[level->instrument] = level->next;
    level->chain = levels->free;
    levels->free = index;
}

static void move(struct feed_levels *levels, struct key key, int64_t qty, int32_t orders)
{
    if (key.instrument >= levels->instruments) return;
    struct feed_level *level = find_or_add(levels, key);
    level->qty += qty;
    level->orders += (uint32_t)orders;
    if (level->changed) return;
    level->changed = true;
    levels->changes[levels->change_count++] = (uint32_t)(level - levels->slots);
}

static void note_trade(struct feed_levels *levels, const struct event_trade *trade)
{
    bool buys = trade->maker_side == SIDE_BUY; /* a maker trades at its own limit */
    struct key key = {buys ? trade->buyer_price : trade->seller_price, trade->instrument,
                      buys ? trade->to_zone : trade->from_zone, trade->maker_side};
    move(levels, key, buys ? -trade->received : -trade->delivered, trade->maker_left ? 0 : -1);
}

static void note_replaced(struct feed_levels *levels, const struct event_replaced *event)
{
    if (!event->rested) return;
    struct key old = {event->old_price, event->instrument, event->zone, event->side};
    move(levels, old, -event->old_left, -1);
    if (!event->kept_priority) return; /* what rests again follows as RESTED */
    struct key new = {event->price, event->instrument, event->zone, event->side};
    move(levels, new, event->left, 1);
}

void feed_levels_note(struct feed_levels *levels, const struct event *event)
{
    if (event->flags & EVENT_FLAG_REPEAT) return; /* it moved the book the first time */
    if (event->type == EVENT_TRADE) {
        note_trade(levels, AS(event_trade, event));
    } else if (event->type == EVENT_REPLACED) {
        note_replaced(levels, AS(event_replaced, event));
    } else if (event->type == EVENT_RESTED) {
        const struct event_rested *rested = AS(event_rested, event);
        struct key key = {rested->price, rested->instrument, rested->zone, rested->side};
        move(levels, key, rested->left, 1);
    } else if (event->type == EVENT_CANCELLED) {
        const struct event_cancelled *gone = AS(event_cancelled, event);
        struct key key = {gone->price, gone->instrument, gone->zone, gone->side};
        if (gone->rested) move(levels, key, -gone->left, -1);
    } else if (event->type == EVENT_CALL_FILL) {
        const struct event_call_fill *fill = AS(event_call_fill, event);
        struct key key = {fill->limit_price, fill->instrument, fill->zone, fill->side};
        move(levels, key, -fill->qty, fill->left ? 0 : -1);
    } else if (event->type == EVENT_SHOWN) {
        const struct event_shown *shown = AS(event_shown, event);
        struct key key = {shown->price, shown->instrument, shown->zone, shown->side};
        move(levels, key, shown->hidden_before - shown->hidden, 0);
    } else if (event->type == EVENT_ROW_LEVEL) {
        const struct event_row_level *row = AS(event_row_level, event);
        struct key key = {row->price, row->instrument, row->zone, row->side};
        move(levels, key, row->qty, (int32_t)row->orders);
    }
}

void feed_levels_changes(struct feed_levels *levels, feed_levels_row *row, void *context)
{
    for (uint32_t i = 0; i < levels->change_count; i++) {
        uint32_t index = levels->changes[i];
        struct feed_level *level = &levels->slots[index];
        level->changed = false;
        if (row) row(context, level);
        if (level->qty <= 0) drop(levels, index);
    }
    levels->change_count = 0;
}

void feed_levels_book(const struct feed_levels *levels, uint16_t instrument, uint32_t rows_max,
                      feed_levels_row *row, void *context)
{
    uint32_t index = instrument < levels->instruments ? levels->books[instrument] : FEED_LEVEL_NONE;
    for (; index != FEED_LEVEL_NONE && rows_max; rows_max--) {
        row(context, &levels->slots[index]);
        index = levels->slots[index].next;
    }
}
