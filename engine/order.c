/* order.c - orders come, change and go: the commands order, cancel, replace, cancel-all.
 *
 * The checks follow market.md 4 ("Checks in fixed order") and docs/decisions on what it leaves
 * open; the first one that fails is the reason, so the same order always gets the same no.
 */
#include "engine/job.h"
#include "engine/orders.h"

/* --- client ids ---------------------------------------------------------------------------- */

static uint32_t *client_bucket(const struct engine *engine, uint32_t participant,
                               const struct name *text)
{
    uint64_t hash = name_hash(text, (uint64_t)participant + 1);
    return &engine->client_buckets[hash & engine->client_mask];
}

uint32_t client_find(const struct engine *engine, uint32_t participant, const struct name *text)
{
    uint32_t at = *client_bucket(engine, participant, text);
    while (at != NIL && (engine->client_name[at].participant != participant ||
                         !name_same(&engine->client_name[at].text, text)))
        at = engine->client_name[at].next;
    return at;
}

static bool client_has_room(const struct engine *engine)
{
    return engine->names_used < engine->limits.names;
}

static uint32_t client_add(struct engine *engine, uint32_t participant, const struct name *text,
                           uint32_t slot)
{
    uint32_t *bucket = client_bucket(engine, participant, text);
    uint32_t at = engine->names_free;
    struct client_name *row;
    if (at != NIL)
        engine->names_free = engine->client_name[at].next;
    else
        at = engine->names_top++;
    ASSERT(at < engine->limits.names);
    engine->names_used++;
    row = &engine->client_name[at];
    row->text = *text;
    row->participant = participant;
    row->order = slot;
    row->died_day = 0;
    row->next = *bucket;
    *bucket = at;
    return at;
}

/* An id dies with its order; one that the change of day cancels died on the day before. */
static void client_end(struct engine *engine, uint32_t at, uint16_t instrument)
{
    struct client_name *row = &engine->client_name[at];
    uint32_t *list;
    row->order = NIL;
    row->died_day = engine->day_number;
    if (job_of(engine, instrument)->stage == JOB_DAY) row->died_day--;
    list = &engine->died[row->died_day & 1];
    row->died_next = *list;
    *list = at;
}

static void client_free(struct engine *engine, uint32_t at)
{
    struct client_name *row = &engine->client_name[at];
    uint32_t *link = client_bucket(engine, row->participant, &row->text);
    while (*link != at)
        link = &engine->client_name[*link].next;
    *link = row->next;
    memset(&row->text, 0, sizeof row->text);
    row->next = engine->names_free;
    engine->names_free = at;
    engine->names_used--;
}

/* Needs: called after day_number has risen. An id that died on day n is free from day n + 2 on. */
void client_forget(struct engine *engine)
{
    for (uint32_t at = 0; at < engine->names_top; at++) {
        const struct client_name *row = &engine->client_name[at];
        if (name_empty(&row->text) || row->order != NIL) continue;
        if (row->died_day + 2 <= engine->day_number) client_free(engine, at);
    }
    engine->died[engine->day_number & 1] = NIL; /* the same ids, in another order */
}

bool client_forget_some(struct engine *engine)
{
    uint32_t *list = &engine->died[engine->day_number & 1];
    while (*list != NIL) {
        uint32_t at = *list;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        ASSERT(engine->client_name[at].died_day + 2 == engine->day_number);
        *list = engine->client_name[at].died_next;
        client_free(engine, at);
    }
    return true;
}

struct name order_client(const struct engine *engine, const struct order *order)
{
    static const struct name none;
    return order->name == NIL ? none : engine->client_name[order->name].text;
}

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

void order_end(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    if (order->state == ORDER_RESTING) book_remove(engine, slot);
    ASSERT(order->state == ORDER_WORKING);
    own_list_remove(engine, slot);
    if (order->name != NIL) client_end(engine, order->name, order->instrument);
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
    int64_t old_left = order->left;
    if (qty >= order->left) {
        order_cancel(engine, slot, CANCEL_REASON_SELF_TRADE);
        return;
    }
    order_release(engine, order);
    order->left -= qty;
    order_freeze(engine, order);
    say_replaced(engine, slot, old_left, order->price, true, order->state == ORDER_RESTING);
}

static void rest(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    struct event_rested *event;
    book_add(engine, slot);
    event = EMIT(engine, RESTED, rested);
    event->order_id = state_order_id(engine, slot);
    event->left = order->left;
    event->price = order->price;
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->zone = order->zone;
    event->side = order->side;
}

/* Matches in continuous trading; what is left rests or is cancelled for its type. */
static void run(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    uint32_t generation = order->generation;
    if (engine->instrument[order->instrument].phase == PHASE_CONTINUOUS) {
        if (order->tif == TIF_FOK && !match_trial(engine, slot)) {
            order_cancel(engine, slot, CANCEL_REASON_FOK);
            return;
        }
        match_run(engine, slot);
    }
    if (order->generation != generation) return; /* it ended */
    if (order->type == ORDER_TYPE_MARKET)
        order_cancel(engine, slot, CANCEL_REASON_MARKET);
    else if (order->tif == TIF_IOC)
        order_cancel(engine, slot, CANCEL_REASON_IOC);
    else
        rest(engine, slot);
}

/* --- order --------------------------------------------------------------------------------- */

static bool may_act_for(const struct command *command)
{
    return command->role == ROLE_SYSTEM ||
           (command->role == ROLE_ENTERPRISE && command->actor == command->subject);
}

/* The checks that order and replace share, from the quantity on. `draft` carries the new figures;
 * what an old order froze has been given back. */
static enum reason range_reason(const struct engine *engine, const struct order *draft)
{
    const struct instrument *row = &engine->instrument[draft->instrument];
    const struct zone_state *zone = state_zone(engine, draft->instrument, draft->zone);
    int128 money;
    if (draft->left < 1 || draft->left > QTY_MAX) return REASON_QTY_RANGE;
    if (draft->tif == TIF_GTC && draft->until_day > 0 && draft->until_day < engine->day)
        return REASON_QTY_RANGE;
    if (draft->left % row->lot != 0) return REASON_LOT;
    if (draft->price % row->tick != 0) return REASON_TICK;
    if (row->block_from > 0 && draft->left >= row->block_from) return REASON_QTY_RANGE;
    if (zone->ref == UNSET || draft->price < zone->band_low || draft->price > zone->band_high)
        return REASON_PRICE_BAND;
    money = (int128)draft->left * draft->price;
    if (money > MONEY_MAX || money + fee_of(draft->fee_ppm, money) > MONEY_MAX)
        return REASON_QTY_RANGE;
    if (draft->side == SIDE_SELL) {
        if (draft->position == NIL || engine->position[draft->position].free < draft->left)
            return REASON_UNITS_SHORT;
    } else if (engine->participant[draft->participant].cash < hold_of(draft)) {
        return REASON_CASH_SHORT;
    }
    return REASON_NONE;
}

static bool phase_takes(const struct engine *engine, const struct command_order *body)
{
    uint8_t phase = engine->instrument[body->instrument].phase;
    if (phase == PHASE_CONTINUOUS) return true;
    if (body->type == ORDER_TYPE_MARKET || body->tif == TIF_IOC || body->tif == TIF_FOK)
        return false;
    return phase == PHASE_CALL || phase == PHASE_NO_CANCEL;
}

static enum reason order_reason(const struct engine *engine, const struct command *command,
                                struct order *draft)
{
    const struct command_order *body = &command->body.order;
    const struct zone_state *zone;
    if (command->subject >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (!may_act_for(command)) return REASON_NOT_ALLOWED;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (!name_reserved(&body->client_id) &&
        client_find(engine, command->subject, &body->client_id) != NIL)
        return REASON_DUPLICATE_ID;
    if (body->type >= ORDER_TYPE_STOP || body->stop_price != 0 || body->display != 0 ||
        body->minimum != 0 || body->post_only != 0 || body->side >= SIDE_COUNT ||
        body->tif >= TIF_COUNT)
        return REASON_NOT_ALLOWED;
    if (!phase_takes(engine, body)) return REASON_PHASE;
    memset(draft, 0, sizeof *draft);
    draft->participant = command->subject;
    draft->instrument = body->instrument;
    draft->zone = zone_of(engine, command->subject, body->instrument);
    draft->side = body->side;
    draft->type = body->type;
    draft->tif = body->tif;
    draft->until_day = body->until_day;
    draft->left = body->qty;
    draft->price = body->price;
    draft->fee_ppm = (uint32_t)engine->instrument[body->instrument].fee_ppm;
    draft->position = position_find(engine, draft->participant, draft->instrument, draft->zone);
    zone = state_zone(engine, draft->instrument, draft->zone);
    if (body->type == ORDER_TYPE_MARKET && zone->ref != UNSET)
        draft->price = body->side == SIDE_BUY ? zone->band_high : zone->band_low;
    return range_reason(engine, draft);
}

static enum reason capacity_reason(const struct engine *engine, const struct order *draft,
                                   const struct name *client_id)
{
    bool may_rest =
        draft->type != ORDER_TYPE_MARKET && draft->tif != TIF_IOC && draft->tif != TIF_FOK;
    if (engine->orders_open == engine->limits.orders) return REASON_BOOK_FULL;
    if (may_rest && !book_has_room(engine)) return REASON_BOOK_FULL;
    if (!name_reserved(client_id) && !client_has_room(engine)) return REASON_CAPACITY;
    if (draft->position == NIL && engine->positions == engine->limits.positions)
        return REASON_CAPACITY;
    return REASON_NONE;
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

static void apply_order(struct engine *engine, const struct command *command)
{
    const struct name *client_id = &command->body.order.client_id;
    struct order draft;
    uint32_t slot, generation;
    enum reason reason = order_reason(engine, command, &draft);
    if (reason == REASON_NONE) reason = capacity_reason(engine, &draft, client_id);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    draft.position = position_open(engine, draft.participant, draft.instrument, draft.zone);
    slot = slot_take(engine);
    generation = engine->order[slot].generation;
    engine->order[slot] = draft;
    engine->order[slot].generation = generation;
    engine->order[slot].state = ORDER_WORKING;
    engine->order[slot].priority = ++engine->priority;
    engine->order[slot].name =
        name_reserved(client_id) ? NIL : client_add(engine, draft.participant, client_id, slot);
    own_list_add(engine, slot);
    order_freeze(engine, &engine->order[slot]);
    say_accepted(engine, slot);
    run(engine, slot);
}

/* --- cancel, replace, cancel-all ----------------------------------------------------------- */

/* The open order a cancel or replace means; NIL when there is none. */
static uint32_t find_order(const struct engine *engine, uint32_t subject, uint64_t order_id,
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

static bool phase_cancels(uint8_t phase)
{
    return phase == PHASE_CALL || phase == PHASE_CONTINUOUS || phase == PHASE_BREAK ||
           phase == PHASE_HALT;
}

static bool may_cancel(const struct command *command)
{
    return command->role == ROLE_SYSTEM || command->role == ROLE_ENTERPRISE ||
           command->role == ROLE_OPERATOR;
}

static void apply_cancel(struct engine *engine, const struct command *command)
{
    const struct command_cancel *body = &command->body.cancel;
    uint32_t slot = find_order(engine, command->subject, body->order_id, &body->client_id);
    const struct order *order = &engine->order[slot == NIL ? 0 : slot];
    if (slot == NIL)
        reject(engine, REASON_UNKNOWN_ORDER);
    else if (!may_cancel(command))
        reject(engine, REASON_NOT_ALLOWED);
    else if (command->role == ROLE_ENTERPRISE && command->actor != order->participant)
        reject(engine, REASON_NOT_OWNER);
    else if (!phase_cancels(engine->instrument[order->instrument].phase))
        reject(engine, REASON_PHASE);
    else
        order_cancel(engine, slot,
                     command->role == ROLE_OPERATOR ? CANCEL_REASON_OPERATOR : CANCEL_REASON_USER);
}

/* market.md 4: a smaller open quantity keeps its place. */
static bool keeps_place(const struct order *order, const struct order *draft)
{
    return draft->price == order->price && draft->left <= order->left;
}

static enum reason replace_reason(struct engine *engine, const struct command *command,
                                  uint32_t slot, struct order *draft)
{
    const struct command_replace *body = &command->body.replace;
    const struct order *order = &engine->order[slot == NIL ? 0 : slot];
    enum reason reason;
    uint8_t phase;
    if (slot == NIL) return REASON_UNKNOWN_ORDER;
    if (command->role != ROLE_SYSTEM && command->role != ROLE_ENTERPRISE) return REASON_NOT_ALLOWED;
    if (command->role == ROLE_ENTERPRISE && command->actor != order->participant)
        return REASON_NOT_OWNER;
    phase = engine->instrument[order->instrument].phase;
    if (phase != PHASE_CALL && phase != PHASE_CONTINUOUS) return REASON_PHASE;
    *draft = *order;
    draft->left = body->qty;
    if (body->price != UNSET) draft->price = body->price;
    order_release(engine, order);
    reason = range_reason(engine, draft);
    order_freeze(engine, order);
    if (reason == REASON_NONE && !keeps_place(order, draft) && !book_has_room(engine))
        reason = REASON_BOOK_FULL;
    return reason;
}

static void apply_replace(struct engine *engine, const struct command *command)
{
    const struct command_replace *body = &command->body.replace;
    uint32_t slot = find_order(engine, command->subject, body->order_id, &body->client_id);
    struct order *order = &engine->order[slot == NIL ? 0 : slot];
    struct order draft;
    int64_t old_left, old_price;
    bool keeps;
    enum reason reason = replace_reason(engine, command, slot, &draft);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    keeps = keeps_place(order, &draft);
    old_left = order->left;
    old_price = order->price;
    if (!keeps) book_remove(engine, slot);
    order_release(engine, order);
    order->left = draft.left;
    order->price = draft.price;
    order_freeze(engine, order);
    say_replaced(engine, slot, old_left, old_price, keeps, true);
    if (keeps) return;
    order->priority = ++engine->priority;
    run(engine, slot);
}

static void cancel_side(struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t side,
                        enum cancel_reason reason)
{
    uint32_t slot = book_best(engine, instrument, zone, side);
    while (slot != NIL) {
        uint32_t next = book_next(engine, slot);
        order_cancel(engine, slot, reason);
        slot = next;
    }
}

/* Instrument, zone, bids then asks, best first. */
static bool is_listed_before(const struct engine *engine, const struct trim *a,
                             const struct trim *b)
{
    const struct order *x = &engine->order[a->slot], *y = &engine->order[b->slot];
    if (x->instrument != y->instrument) return x->instrument < y->instrument;
    if (x->zone != y->zone) return x->zone < y->zone;
    if (x->side != y->side) return x->side < y->side;
    if (x->price != y->price)
        return x->side == SIDE_BUY ? x->price > y->price : x->price < y->price;
    return x->priority < y->priority;
}

/* The orders of one participant, by its own list: the books of others are not walked. */
static void cancel_own(struct engine *engine, const struct command_cancel_all *body,
                       enum cancel_reason reason)
{
    uint32_t count = 0, slot = engine->participant[body->account].first_order;
    for (; slot != NIL; slot = engine->order[slot].own_next) {
        const struct order *order = &engine->order[slot];
        if (body->instrument != INSTRUMENT_ALL && order->instrument != body->instrument) continue;
        if (phase_cancels(engine->instrument[order->instrument].phase))
            engine->trim[count++].slot = slot;
    }
    rows_sort(engine, engine->trim, count, is_listed_before);
    for (uint32_t i = 0; i < count; i++)
        order_cancel(engine, engine->trim[i].slot, reason);
}

static void apply_cancel_all(struct engine *engine, const struct command *command)
{
    const struct command_cancel_all *body = &command->body.cancel_all;
    bool everybody = body->account == PARTICIPANT_ALL;
    bool one = body->instrument != INSTRUMENT_ALL;
    enum cancel_reason reason =
        command->role == ROLE_OPERATOR || everybody ? CANCEL_REASON_OPERATOR : CANCEL_REASON_USER;
    if (!everybody && body->account >= engine->participants) {
        reject(engine, REASON_UNKNOWN_PARTICIPANT);
        return;
    }
    if (!may_cancel(command) ||
        (command->role == ROLE_ENTERPRISE && command->actor != body->account)) {
        reject(engine, REASON_NOT_ALLOWED);
        return;
    }
    if (one && body->instrument >= engine->instruments) {
        reject(engine, REASON_UNKNOWN_INSTRUMENT);
        return;
    }
    if (one && !phase_cancels(engine->instrument[body->instrument].phase)) {
        reject(engine, REASON_PHASE);
        return;
    }
    done(engine);
    if (!everybody) {
        cancel_own(engine, body, reason);
        return;
    }
    for (uint32_t i = 0; i < engine->instruments; i++) {
        if ((one && i != body->instrument) || !phase_cancels(engine->instrument[i].phase)) continue;
        for (uint32_t zone = 0; zone < engine->zones; zone++)
            for (uint8_t side = 0; side < SIDES; side++)
                cancel_side(engine, (uint16_t)i, (uint8_t)zone, side, reason);
    }
}

void trading_apply(struct engine *engine, const struct command *command)
{
    if (command->type == COMMAND_ORDER)
        apply_order(engine, command);
    else if (command->type == COMMAND_CANCEL)
        apply_cancel(engine, command);
    else if (command->type == COMMAND_REPLACE)
        apply_replace(engine, command);
    else
        apply_cancel_all(engine, command);
}
