/* book.h - the resting orders: best price first, oldest first.
 *
 * Each (instrument, zone, side) is a 64-way trie over price / tick whose height follows the prices
 * in it: any price is as good as any other, nothing is re-based, and neighbouring prices share a
 * leaf. Owns:       leaves and inner nodes, from two pools of fixed capacity. Bound:
 * engine_limits.levels leaves for all books together; inner nodes never run out first. Cost: at
 * most 6 steps to a price, one when the last leaf is used again. Invariant:  orders at one price
 * stand by priority; a leaf or node without orders is free.
 */
#ifndef ENGINE_BOOK_H
#define ENGINE_BOOK_H
#include "engine/state.h"

#define BOOK_NODES_PER_LEAF 5u /* inner nodes above a leaf, at most */

/* Is there certainly space for one more order at any price? */
bool book_has_room(const struct engine *engine);

/* Rests the order behind all others at its price. Needs: book_has_room, left > 0. */
void book_add(struct engine *engine, uint32_t slot);
void book_remove(struct engine *engine, uint32_t slot);

/* The order that would trade first; NIL when the side is empty. */
uint32_t book_best(const struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t side);

/* The next one in the order of trading: newer at the same price, then the next worse price. */
uint32_t book_next(const struct engine *engine, uint32_t slot);
#endif
