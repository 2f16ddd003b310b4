/* feed_levels.h - price levels added up from events: what market data says about a book.
 *
 * The live engine is never asked, so the levels are kept beside it: an order that rests adds to its
 * level, a fill, a cancel or a replace takes away. Quantities are what stands in the book.
 *
 * Owns:      a fixed table of levels, sized by the engine's own bound; nothing is allocated later.
 * Threads:   one at a time (release stage).
 * Invariant: a level in the table has quantity and orders, or is in the list of changes.
 */
#ifndef GATEWAY_FEED_LEVELS_H
#define GATEWAY_FEED_LEVELS_H
#include "engine/event.h"

#define FEED_LEVEL_NONE UINT32_MAX

struct feed_level {
    int64_t price;
    int64_t qty;
    uint32_t orders;
    uint32_t chain;  /* next level of the same hash */
    uint32_t next;   /* of the same instrument */
    uint32_t before; /* of the same instrument */
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
    bool changed; /* is in the list of changes */
};

struct feed_levels;

struct feed_levels *feed_levels_create(uint32_t levels, uint32_t instruments); /* NULL: no memory */
void feed_levels_destroy(struct feed_levels *levels);

/* Takes note of an event; those that move no order are ignored. A row of a look (ROW_LEVEL) sets
 * its level: that is how the table starts. */
void feed_levels_note(struct feed_levels *levels, const struct event *event);

/* Calls `row` for every level that changed since the last call, with its new quantity (0: it is
 * gone), and forgets the changes. */
typedef void feed_levels_row(void *context, const struct feed_level *level);
void feed_levels_changes(struct feed_levels *levels, feed_levels_row *row, void *context);

/* Calls `row` for the levels of one instrument, in no order, at most `rows_max`. */
void feed_levels_book(const struct feed_levels *levels, uint16_t instrument, uint32_t rows_max,
                      feed_levels_row *row, void *context);
#endif
