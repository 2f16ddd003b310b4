/* book.h - the resting orders, best price first, oldest first; and the parked stops, first reached
 * first.
 *
 * Each (instrument, zone, side) is a 64-way trie over price / tick whose height follows the prices
 * in it: any price is as good as any other, nothing is re-based, and neighbouring prices share a
 * leaf. Parked stops have tries of the same kind, over their stop prices.
 * Owns:       leaves and inner nodes, from two pools of fixed capacity.
 * Bound:      engine_limits.levels leaves for all books together; inner nodes never run out first.
 *             A stop-limit is promised a leaf for the day it triggers, and so is an order that
 *             waits for its next step.
 * Cost:       at most 6 steps to a price, one when the last leaf is used again.
 * Invariant:  orders at one price stand by priority; a leaf or node without orders is free.
 */
#ifndef ENGINE_BOOK_H
#define ENGINE_BOOK_H
#include "engine/state.h"

#define BOOK_NODES_PER_LEAF 5u /* inner nodes above a leaf, at most */

/* For how many more orders there is certainly space, at any price. */
uint32_t book_room(const struct engine *engine);

/* Rests the order behind all others at its price. Needs: book_room() or a promise, left > 0. */
void book_add(struct engine *engine, uint32_t slot);
void book_remove(struct engine *engine, uint32_t slot);

/* The same for a stop that waits, at its stop price. */
void book_park(struct engine *engine, uint32_t slot);
void book_unpark(struct engine *engine, uint32_t slot);

/* The four queues of a zone in the order in which whole books are gone through. */
enum queue { QUEUE_BIDS, QUEUE_ASKS, QUEUE_PARKED_BUYS, QUEUE_PARKED_SELLS, QUEUE_COUNT };
uint32_t book_first(const struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t queue);

/* The order that would trade first; NIL when the side is empty. */
uint32_t book_best(const struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t side);

/* The stop that would be reached first: the lowest of the buys, the highest of the sells. */
uint32_t book_first_stop(const struct engine *engine, uint16_t instrument, uint8_t zone,
                         uint8_t side);

/* The next one of the same queue: newer at the same price, then the next worse (of stops: later
 * reached) price. */
uint32_t book_next(const struct engine *engine, uint32_t slot);
#endif
