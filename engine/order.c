/* order.c - an order's life: accepted, matched, resting or parked, replaced, gone; the commands
 * order and replace. The checks are in check_order.c, cancellations in cancel.c.
 */
#include "engine/legs.h"
#include "engine/job.h"
#include "engine/order_type.h"
#include "engine/orders.h"

/* --- slots --------------------------------------------------------------------------------- */

static uint32_t slot_take(struct engine *engine)
{
    uint32_t slot = engine->orders_free;
    if (slot != NIL)
        engine->orders_free = engine->order[slot].next;
    else
        slot = engine->orders_top++;
    ASSERT(slot < engine->limits.orders);
    engine->orders_open++;
    return slot;
}

static void own_list_add(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    struct participant *owner = &engine->participant[order->participant];
    order->own_prev = NIL;
    order->own_next = owner->first_order;
    if (owner->first_order != NIL) engine->order[owner->first_order].own_prev = slot;
    owner->first_order = slot;
    owner->open_orders++;
}

static void own_list_remove(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    struct participant *owner = &engine->participant[order->participant];
    if (order->own_prev != NIL)
        engine->order[order->own_prev].own_next = order->own_next;
    else
        owner->first_order = order->own_next;
    if (order->own_next != NIL) engine->order[order->own_next].own_prev = order->own_prev;
    owner->open_orders--;
}

static uint32_t extra_take(struct engine *engine, const struct extra *draft)
{
    uint32_t at = engine->extras_free;
    if (at != NIL)
        engine->extras_free = engine->extra[at].next;
    else
        at = engine->extras_top++;
    ASSERT(at < engine->limits.extras);
    engine->extras_used++;
    engine->extra[at] = *draft;
    return at;
}

/* An order that is no longer a stop and hides nothing is a plain one. */
static void extra_give(struct engine *engine, struct order *order)
{
    uint32_t at = order->extra;
    if (at == NIL) return;
    order->extra = NIL;
    engine->extra[at].next = engine->extras_free;
    engine->extras_free = at;
    engine->extras_used--;
}

/* --- a leaf of the books for an order that may rest later, when others have used up the rest ---
 */

static bool may_rest(const struct order *order)
{
    return order_type_of(order->type)->may_rest && (order->tif == TIF_DAY || order->tif == TIF_GTC);
}

static void promise(struct engine *engine, struct order *order)
{
    if (order->promised || !may_rest(order)) return;
    ASSERT(book_room(engine) > 0);
    order->promised = 1;
    engine->leaves_promised++;
}

static void promise_end(struct engine *engine, struct order *order)
{
    if (!order->promised) return;
    order->promised = 0;
    engine->leaves_promised--;
}

/* --- the end ------------------------------------------------------------------------------- */

void order_end(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    if (order->state == ORDER_RESTING)
        book_remove(engine, slot);
    else if (order->state == ORDER_PARKED)
        book_unpark(engine, slot);
    ASSERT(order->state == ORDER_WORKING);
    own_list_remove(engine, slot);
    if (order->name != NIL) client_end(engine, order->name, order->instrument);
    extra_give(engine, order);
    promise_end(engine, order);
    order->state = ORDER_FREE;
    order->left = 0;
    order->generation++; /* an old public id never hits the next order of this slot */
    order->next = engine->orders_free;
    engine->orders_free = slot;
    engine->orders_open--;
}

void order_cancel(struct engine *engine, uint32_t slot, enum cancel_reason reason)
{
    const struct order *order = &engine->order[slot];
    int64_t hidden = iceberg_hidden(engine, order);
    struct event_cancelled *event = EMIT(engine, CANCELLED, cancelled);
    event->order_id = state_order_id(engine, slot);
    event->left = order->left;
    event->filled = order->filled;
    event->price = order->price;
    event->client_id = order_client(engine, order);
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
    event->reason = (uint8_t)reason;
    event->rested = order->state == ORDER_RESTING;
    order_release(engine, order);
    if (hidden > 0) {
        book_remove(engine, slot);
        iceberg_changed(engine, slot, hidden, order->price);
    }
    order_end(engine, slot);
}

static void say_replaced(struct engine *engine, uint32_t slot, int64_t old_left, int64_t old_price,
                         bool kept, bool rested)
{
    const struct order *order = &engine->order[slot];
    struct event_replaced *event = EMIT(engine, REPLACED, replaced);
    event->order_id = state_order_id(engine, slot);
    event->left = order->left;
    event->price = order->price;
    event->old_left = old_left;
    event->old_price = old_price;
    event->filled = order->filled;
    event->client_id = order_client(engine, order);
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
    event->kept_priority = kept;
    event->rested = rested;
}

void order_cut(struct engine *engine, uint32_t slot, int64_t qty)
{
    struct order *order = &engine->order[slot];
    int64_t old_left = order->left, hidden = iceberg_hidden(engine, order);
    if (qty >= order->left) {
        order_cancel(engine, slot, CANCEL_REASON_SELF_TRADE);
        return;
    }
    order_release(engine, order);
    order->left -= qty;
    order_freeze(engine, order);
    say_replaced(engine, slot, old_left, order->price, true, order->state == ORDER_RESTING);
    if (order->extra != NIL) iceberg_changed(engine, slot, hidden, order->price);
}

/* --- entry --------------------------------------------------------------------------------- */

static void rest(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    struct event_rested *event;
    promise_end(engine, order);
    book_add(engine, slot);
    event = EMIT(engine, RESTED, rested);
    event->order_id = state_order_id(engine, slot);
    event->left = order->left;
    event->price = order->price;
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
    if (order->extra != NIL) iceberg_rests(engine, slot);
}

/* What is left when nothing fits any more rests, or is cancelled for its type. */
static void settle_down(struct engine *engine, uint32_t slot, bool interrupted)
{
    const struct order *order = &engine->order[slot];
    if (may_rest(order))
        rest(engine, slot);
    else if (interrupted)
        order_cancel(engine, slot, CANCEL_REASON_INTERRUPTED);
    else if (!order_type_of(order->type)->may_rest)
        order_cancel(engine, slot, CANCEL_REASON_MARKET);
    else
        order_cancel(engine, slot, CANCEL_REASON_IOC);
}

/* The job of an order: job->units is what its trial must fill (0: no trial), job->count says that
 * it is post-only, job->part is 1 once the trial is over. A trial keeps its place between steps
 * (trial.c). An unfinished match begins its walk anew, because rule 6.4 looks at nothing but the
 * books, and each step fills at least once. */
static bool judge(struct engine *engine, struct job *job)
{
    const struct order *order = &engine->order[job->slot];
    if ((job->count > 0 || is_listing_only(engine, order->instrument)) &&
        match_finds(engine, job->slot)) {
        order_cancel(engine, job->slot, CANCEL_REASON_POST);
        return true;
    }
    if (job->units == 0) {
        job->part = 1;
        return true;
    }
    switch (trial_run(engine, job->slot, job->units)) {
    case TRIAL_FILLS:
        job->part = 1;
        return true;
    case TRIAL_FAILS:
        order_cancel(engine, job->slot,
                     order->tif == TIF_FOK ? CANCEL_REASON_FOK : CANCEL_REASON_MIN);
        return true;
    case TRIAL_MORE:
        break;
    }
    return false;
}

static bool stage_waits(struct engine *engine, uint32_t slot)
{
    promise(engine, &engine->order[slot]);
    return false;
}

/* Matches, and settles down what is left. False: no work left. */
static bool go(struct engine *engine, uint32_t slot)
{
    enum match_result result = MATCH_OVER;
    if (engine->instrument[engine->order[slot].instrument].phase == PHASE_CONTINUOUS)
        result = match_run(engine, slot);
    if (result == MATCH_MORE) return false;
    if (result != MATCH_ENDED) settle_down(engine, slot, result == MATCH_INTERRUPTED);
    return true;
}

bool stage_enter(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    uint32_t slot = job->slot;
    if (!fills_left(engine)) return stage_waits(engine, slot);
    work_spend(engine, 1);
    if (engine->instrument[instrument].phase == PHASE_CONTINUOUS && job->part == 0) {
        if (!judge(engine, job)) return stage_waits(engine, slot);
        if (job->part == 0) return true; /* it was cancelled */
    }
    return go(engine, slot) || stage_waits(engine, slot);
}

/* A new order, or one that lost its place. It needs no job but to be judged or when it waits. */
static void enter(struct engine *engine, uint32_t slot, int64_t least, bool post_only)
{
    uint16_t instrument = engine->order[slot].instrument;
    bool judged = least > 0 || post_only || is_listing_only(engine, instrument);
    struct job *job;
    if (engine->instrument[instrument].parked > 0) engine->touched = instrument;
    if (!judged && go(engine, slot)) return;
    job = job_begin(engine, instrument, JOB_ENTER);
    job->slot = slot;
    job->units = least;
    job->count = post_only;
    job->part = !judged;
    engine->touched = instrument;
}

static void say_accepted(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    struct event_accepted *event = EMIT(engine, ACCEPTED, accepted);
    event->order_id = state_order_id(engine, slot);
    event->qty = order->left;
    event->price = order->price;
    event->client_id = order_client(engine, order);
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
    event->order_type = order->type;
    event->tif = order->tif;
}

uint32_t order_accept(struct engine *engine, const struct order_draft *draft,
                      const struct name *client_id)
{
    uint32_t slot = slot_take(engine), generation = engine->order[slot].generation;
    struct order *order = &engine->order[slot];
    *order = draft->order;
    if (order->position == NIL)
        order->position = position_open(engine, order->participant, order->instrument, order->zone);
    if (order->legs && order->side == SIDE_BUY)
        (void)legs_open(engine, order->participant, order->instrument, order->zone);
    order->generation = generation;
    order->state = ORDER_WORKING;
    order->priority = ++engine->priority;
    order->name =
        name_reserved(client_id) ? NIL : client_add(engine, order->participant, client_id, slot);
    order->extra = NIL;
    if (draft->extra.display > 0 || draft->extra.stop > 0)
        order->extra = extra_take(engine, &draft->extra);
    own_list_add(engine, slot);
    order_freeze(engine, order);
    say_accepted(engine, slot);
    return slot;
}

void order_triggered(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    order->type = order_type_of(order->type)->becomes;
    order->priority = ++engine->priority;
    engine->extra[order->extra].stop = 0;
    if (engine->extra[order->extra].display == 0) extra_give(engine, order);
}

static void apply_order(struct engine *engine, const struct command *command)
{
    struct order_draft draft;
    uint32_t slot;
    enum reason reason = order_reason(engine, command, &draft);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    slot = order_accept(engine, &draft, &command->body.order.client_id);
    if (draft.extra.stop > 0) {
        promise(engine, &engine->order[slot]);
        stop_park(engine, slot);
        engine->touched = draft.order.instrument;
    } else {
        enter(engine, slot, draft.order.tif == TIF_FOK ? draft.order.left : draft.minimum,
              draft.post_only);
    }
}

/* --- replace ------------------------------------------------------------------------------- */

uint32_t order_find(const struct engine *engine, uint32_t subject, uint64_t order_id,
                    const struct name *client_id)
{
    uint32_t at;
    if (order_id != ORDER_ID_NONE) {
        uint32_t slot = (uint32_t)order_id - 1;
        if (slot >= engine->orders_top || engine->order[slot].state == ORDER_FREE ||
            engine->order[slot].generation != (uint32_t)(order_id >> 32))
            return NIL;
        return slot;
    }
    if (subject >= engine->participants || name_reserved(client_id)) return NIL;
    at = client_find(engine, subject, client_id);
    return at == NIL ? NIL : engine->client_name[at].order;
}

/* Out of its queue, with the new figures, and said. */
static void change(struct engine *engine, uint32_t slot, const struct order *draft, bool keeps)
{
    struct order *order = &engine->order[slot];
    int64_t old_left = order->left, old_price = order->price;
    int64_t hidden = iceberg_hidden(engine, order);
    bool rested = order->state == ORDER_RESTING;
    if (!keeps && rested) book_remove(engine, slot);
    if (!keeps && order->state == ORDER_PARKED) book_unpark(engine, slot);
    order_release(engine, order);
    order->left = draft->left;
    order->price = draft->price;
    order_freeze(engine, order);
    say_replaced(engine, slot, old_left, old_price, keeps, rested);
    if (rested && order->extra != NIL) iceberg_changed(engine, slot, hidden, old_price);
}

static void apply_replace(struct engine *engine, const struct command *command)
{
    const struct command_replace *body = &command->body.replace;
    uint32_t slot = order_find(engine, command->subject, body->order_id, &body->client_id);
    struct order *order = &engine->order[slot == NIL ? 0 : slot];
    struct order_draft draft;
    bool keeps, parked;
    enum reason reason = replace_reason(engine, command, slot, &draft);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    parked = order->state == ORDER_PARKED;
    keeps = order_keeps_place(order, &draft.order);
    change(engine, slot, &draft.order, keeps);
    if (keeps) return;
    order->priority = ++engine->priority;
    if (parked)
        stop_park(engine, slot);
    else
        enter(engine, slot, 0, false);
}

void trading_apply(struct engine *engine, const struct command *command)
{
    if (command->type == COMMAND_ORDER)
        apply_order(engine, command);
    else if (command->type == COMMAND_REPLACE)
        apply_replace(engine, command);
    else
        cancel_apply(engine, command);
}
