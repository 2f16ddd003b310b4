/* orders.h - the life of one order: checks, slot, freeze, fills, end; and the crossing of two
 * orders.
 *
 * A slot is FREE, WORKING (accepted, in no queue), RESTING or PARKED (a stop that waits). Whoever
 * takes an order out of its queue leaves it WORKING until it rests again or ends.
 * Private to engine/.
 */
#ifndef ENGINE_ORDERS_H
#define ENGINE_ORDERS_H
#include "engine/book.h"

/* --- account.c: what the order freezes now, taken from and given back to its owner ------------ */
void order_freeze(struct engine *engine, const struct order *order);
void order_release(struct engine *engine, const struct order *order);

/* Settles one side of a fill at that zone's price: units, cash, fee; the order's left, filled and
 * turnover. Does not end the order. Returns the fee charged now. */
int64_t order_leg(struct engine *engine, struct order *order, int64_t qty, int64_t price);

/* --- client_id.c -------------------------------------------------------------------------------
 */
uint32_t client_find(const struct engine *engine, uint32_t participant, const struct name *text);
bool client_has_room(const struct engine *engine);
uint32_t client_add(struct engine *engine, uint32_t participant, const struct name *text,
                    uint32_t slot);
/* The order of this id is gone. */
void client_end(struct engine *engine, uint32_t at, uint16_t instrument);
/* Client ids of orders that died before the last trading day are free again. */
void client_forget(struct engine *engine);
bool client_forget_some(struct engine *engine); /* the same as a job; true: finished */
struct name order_client(const struct engine *engine, const struct order *order);

/* --- check_order.c: the first check that fails, decision 9.1 (rule set 1: 4.5) -----------------
 */

/* An order that is being checked: not in any slot yet, its extra not in the pool. */
struct order_draft {
    struct order order;
    struct extra extra;
    int64_t minimum;
    bool post_only;
};

/* Fills *out_draft, which is complete when the answer is NONE. It may count against the rate. */
enum reason order_reason(struct engine *engine, const struct command *command,
                         struct order_draft *out_draft);
/* The same for a replacement of the order in `slot`; NIL: there is none. */
enum reason replace_reason(struct engine *engine, const struct command *command, uint32_t slot,
                           struct order_draft *out_draft);
/* Checks 1 to 3: the participant, the instrument. */
enum reason order_door_reason(const struct engine *engine, const struct command *command,
                              uint16_t instrument);
/* The fee rate an order of this participant is accepted with (decision 13.2). */
uint32_t order_fee_rate(const struct engine *engine, uint32_t participant, uint16_t instrument);
/* Checks 9 to 14 for an order that takes at a price already known (a click). */
enum reason taker_reason(struct engine *engine, const struct order_draft *draft,
                         const struct name *client_id);
/* A smaller open quantity at the same price keeps its place. */
bool order_keeps_place(const struct order *order, const struct order *draft);

/* --- order.c -----------------------------------------------------------------------------------
 */

/* Takes a slot, a priority, the client id and what the order freezes; says ACCEPTED. The order is
 * WORKING. Needs: order_reason() or taker_reason() said NONE. */
uint32_t order_accept(struct engine *engine, const struct order_draft *draft,
                      const struct name *client_id);
/* A stop that was parked becomes a market or limit order with a new priority. */
void order_triggered(struct engine *engine, uint32_t slot);
/* The order is over (nothing left, or cancelled and released): out of its queue, slot and id freed.
 */
void order_end(struct engine *engine, uint32_t slot);
/* Emits CANCELLED, gives back what is frozen, ends the order. */
void order_cancel(struct engine *engine, uint32_t slot, enum cancel_reason reason);
/* Takes `qty` off, keeps the place; emits REPLACED, or CANCELLED (SELF_TRADE) when nothing is left.
 */
void order_cut(struct engine *engine, uint32_t slot, int64_t qty);
/* The open order a command means: by public id, or by the subject's client id. NIL: none. */
uint32_t order_find(const struct engine *engine, uint32_t subject, uint64_t order_id,
                    const struct name *client_id);

/* --- iceberg.c ---------------------------------------------------------------------------------
 */

/* Units the book shows of a resting order. */
static inline int64_t order_shown(const struct engine *engine, const struct order *order)
{
    return order->extra == NIL ? order->left : engine->extra[order->extra].shown;
}
/* What a resting order can give in one fill: all it has, an iceberg what it shows, or one step (in
 * its own units) if that is larger. */
static inline int64_t iceberg_gives(int64_t left, int64_t shown, int64_t step)
{
    if (shown >= step || left < step) return shown;
    return step;
}
/* After order_leg() of a resting iceberg: it shows less, or its next part with a new priority
 * behind all others at its price. Does not end the order. Returns whether it moved. */
bool iceberg_filled(struct engine *engine, uint32_t slot, int64_t qty);
/* It begins to rest: shows its first part. */
void iceberg_rests(struct engine *engine, uint32_t slot);
/* Something else changed `left`; `hidden_before` is what iceberg_hidden() was. */
void iceberg_changed(struct engine *engine, uint32_t slot, int64_t hidden_before, int64_t price);
int64_t iceberg_hidden(const struct engine *engine, const struct order *order); /* not resting: 0 */

/* --- match.c, trial.c: market.md 6.4 -----------------------------------------------------------
 */
enum match_result {
    MATCH_OVER,       /* nothing fits any more; the taker has something left */
    MATCH_ENDED,      /* the taker is gone */
    MATCH_MORE,       /* no work left */
    MATCH_INTERRUPTED /* decision 9.5; nothing was said yet but the events of it */
};
enum match_result match_run(struct engine *engine, uint32_t taker);
/* Is there any candidate? */
bool match_finds(const struct engine *engine, uint32_t taker);
/* One fill of `received` units with the resting order `maker` at once, at the maker's price. */
void match_one(struct engine *engine, uint32_t taker, uint32_t maker, int64_t received);

enum trial_result { TRIAL_FILLS, TRIAL_FAILS, TRIAL_MORE };
/* Would at least `least` units of the taker be filled? Changes nothing. TRIAL_MORE: no work left;
 * its place is kept until it is called again, which needs that the instrument did not change. */
enum trial_result trial_run(struct engine *engine, uint32_t taker, int64_t least);

/* --- stop.c ------------------------------------------------------------------------------------
 */
void stop_park(struct engine *engine, uint32_t slot);
/* The day has changed and the zone has its new band: a parked gtc stop that lies outside is
 * cancelled (BAND); the price a plain stop freezes is moved into the band, decision 9.4. */
void stop_new_day(struct engine *engine, uint32_t slot);
/* The last price of the zone today, its reference before the first. */
static inline int64_t zone_last(const struct zone_state *zone)
{
    return zone->last != 0 ? zone->last : zone->ref;
}

/* --- cancel.c ----------------------------------------------------------------------------------
 */
struct job;
void cancel_apply(struct engine *engine, const struct command *command); /* cancel, cancel-all */
/* Cancels orders and parked stops of job->account (PARTICIPANT_ALL: everybody's) in one instrument,
 * in the order of cancel-all, with job->reason; job->zone, side and at are the place. True: all
 * done, and the place is at the beginning again. */
bool cancel_some(struct engine *engine, struct job *job, uint16_t instrument);

/* --- check_orders.c: icebergs, stops, open buys; asserts, slow ----------------------------------
 */
void check_orders(const struct engine *engine);
int128 check_buying(const struct engine *engine, uint32_t position); /* sum of its open buys */

/* --- room.c: market.md 6.9 and 6.5 ------------------------------------------------------------ */
/* The scheduled call, or (not scheduled) the clearing of a book that was found crossed when
 * continuous trading began, as a job. */
void call_uncross(struct engine *engine, uint16_t instrument, bool scheduled);
/* Does the best ask of some zone cross its best bid? */
bool call_crossed(const struct engine *engine, uint16_t instrument);

/* rows.c: sorts slots; `before` says which of two orders comes first. */
typedef bool slot_before(const struct engine *engine, uint32_t a, uint32_t b);
void rows_sort(const struct engine *engine, uint32_t *slots, uint32_t count, slot_before *before);
/* A heap, with the slot that comes last on top. `count`: slots in it before. */
void rows_push(const struct engine *engine, uint32_t *slots, uint32_t count, uint32_t slot,
               slot_before *before);
uint32_t rows_pop(const struct engine *engine, uint32_t *slots, uint32_t count,
                  slot_before *before);

/* links.c: links or limits of the instrument have changed, so new room may have appeared. Without
 * orders that is part of setting it up: nobody hears of it. */
void links_changed(struct engine *engine, uint16_t instrument);

static inline int64_t link_step(const struct engine *engine, uint16_t instrument,
                                const struct link *link)
{
    return engine->instrument[instrument].lot * link->rd;
}

/* Does the instrument list orders without matching them by itself (decision 9.6)? */
static inline bool is_listing_only(const struct engine *engine, uint16_t instrument)
{
    uint8_t methods = engine->instrument[instrument].terms.methods;
    return engine->rule_set >= 2 && (methods & METHOD_BIT(LISTING)) &&
           !(methods & METHOD_BIT(CONTINUOUS));
}
#endif
