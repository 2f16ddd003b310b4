/* orders.h - the life of one order: slot, freeze, fills, end; and the crossing of two orders.
 *
 * A slot is FREE, WORKING (accepted, not in the book) or RESTING. Whoever takes an order out of the
 * book leaves it WORKING until it rests again or ends.
 * Private to engine/.
 */
#ifndef ENGINE_ORDERS_H
#define ENGINE_ORDERS_H
#include "engine/book.h"

/* account.c: what the order freezes now, taken from and given back to its owner. */
void order_freeze(struct engine *engine, const struct order *order);
void order_release(struct engine *engine, const struct order *order);

/* Settles one side of a fill at that zone's price: units, cash, fee; the order's left, filled and
 * turnover. Does not end the order. Returns the fee charged now. */
int64_t order_leg(struct engine *engine, struct order *order, int64_t qty, int64_t price);

/* order.c */
struct name order_client(const struct engine *engine, const struct order *order);
uint32_t client_find(const struct engine *engine, uint32_t participant, const struct name *text);
/* The order is over (nothing left, or cancelled and released): out of the book, slot and id freed.
 */
void order_end(struct engine *engine, uint32_t slot);
/* Emits CANCELLED, gives back what is frozen, ends the order. */
void order_cancel(struct engine *engine, uint32_t slot, enum cancel_reason reason);
/* Takes `qty` off, keeps the place; emits REPLACED, or CANCELLED (SELF_TRADE) when nothing is left.
 */
void order_cut(struct engine *engine, uint32_t slot, int64_t qty);
/* Client ids of orders that died before the last trading day are free again. */
void client_forget(struct engine *engine);
bool client_forget_some(struct engine *engine); /* the same while work is left; true: all done */

/* match.c: market.md 6.4. */
bool match_trial(const struct engine *engine, uint32_t taker); /* would it fill whole? */
void match_run(struct engine *engine, uint32_t taker); /* until nothing fits; the taker may end */

/* call.c: market.md 6.9 and 6.5. */
void call_uncross(struct engine *engine, uint16_t instrument); /* the scheduled call */
void call_new_room(struct engine *engine,
                   uint16_t instrument); /* 6.5, while a pair is executable */
bool call_executable(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to);

/* rows.c: sorts scratch rows; `before` says which of two comes first. */
typedef bool row_before(const struct engine *engine, const struct trim *a, const struct trim *b);
void rows_sort(const struct engine *engine, struct trim *rows, uint32_t count, row_before *before);
/* A heap in the same rows, with the row that comes last on top. `count`: rows in it before. */
void rows_push(const struct engine *engine, struct trim *rows, uint32_t count, uint32_t slot,
               row_before *before);
uint32_t rows_pop(const struct engine *engine, struct trim *rows, uint32_t count,
                  row_before *before);

/* trim.c: a group's own crossing orders in these zones, newest first. Was anything cut? */
bool trim_groups(struct engine *engine, uint16_t instrument, uint32_t zones);

/* links.c: LINK events of directions that lost or won the room for one step. */
void links_report(struct engine *engine, uint16_t instrument, bool silent);

static inline int64_t link_step(const struct engine *engine, uint16_t instrument,
                                const struct link *link)
{
    return engine->instrument[instrument].lot * link->rd;
}
#endif
