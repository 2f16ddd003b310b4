/* cancel.c - orders taken back: cancel, cancel-all, and the mass cancellations of the exchange.
 *
 * Order of a mass cancellation: instrument, zone, bids, asks, best first, then the parked stops,
 * buys by rising and sells by falling stop price (decisions 4.17 and 9.4).
 */
#include "engine/auction.h"
#include "engine/job.h"
#include "engine/orders.h"

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
    uint32_t slot = order_find(engine, command->subject, body->order_id, &body->client_id);
    const struct order *order = &engine->order[slot == NIL ? 0 : slot];
    if (slot == NIL)
        reject(engine, REASON_UNKNOWN_ORDER);
    else if (!may_cancel(command))
        reject(engine, REASON_NOT_ALLOWED);
    else if (command->role == ROLE_ENTERPRISE && command->actor != order->participant)
        reject(engine, REASON_NOT_OWNER);
    else if (is_frozen(engine, order->instrument))
        reject(engine, REASON_FROZEN);
    else if (!phase_cancels(engine->instrument[order->instrument].phase))
        reject(engine, REASON_PHASE);
    else
        order_cancel(engine, slot,
                     command->role == ROLE_OPERATOR ? CANCEL_REASON_OPERATOR : CANCEL_REASON_USER);
}

/* --- many: by the list of one participant, or through the books --------------------------------
 */

static uint8_t queue_of(const struct order *order)
{
    uint8_t first = order->state == ORDER_PARKED ? QUEUE_PARKED_BUYS : QUEUE_BIDS;
    return (uint8_t)(first + order->side);
}

static int64_t queue_price(const struct engine *engine, const struct order *order)
{
    return order->state == ORDER_PARKED ? engine->extra[order->extra].stop : order->price;
}

/* Instrument, zone, queue, best or first reached first. */
static bool is_listed_before(const struct engine *engine, uint32_t a, uint32_t b)
{
    const struct order *x = &engine->order[a], *y = &engine->order[b];
    int64_t price_x, price_y;
    uint8_t queue = queue_of(x);
    if (x->instrument != y->instrument) return x->instrument < y->instrument;
    if (x->zone != y->zone) return x->zone < y->zone;
    if (queue != queue_of(y)) return queue < queue_of(y);
    price_x = queue_price(engine, x);
    price_y = queue_price(engine, y);
    if (price_x == price_y) return x->priority < y->priority;
    return queue == QUEUE_BIDS || queue == QUEUE_PARKED_SELLS ? price_x > price_y
                                                              : price_x < price_y;
}

/* Has it so few orders that one command may look at them all? */
static bool is_short(const struct engine *engine, uint32_t account)
{
    return engine->rule_set < 2 || engine->participant[account].open_orders <= engine->limits.work;
}

/* The orders of one participant, by its own list: the books of others are not walked.
 * Needs: is_short(). With `by_phase` only where the phase lets it cancel. */
static void cancel_own(struct engine *engine, uint32_t account, uint16_t instrument, bool by_phase,
                       enum cancel_reason reason)
{
    uint32_t count = 0, slot = engine->participant[account].first_order;
    for (; slot != NIL; slot = engine->order[slot].own_next) {
        const struct order *order = &engine->order[slot];
        if (instrument != INSTRUMENT_ALL && order->instrument != instrument) continue;
        if (order->state == ORDER_WORKING) continue;
        if (!by_phase || phase_cancels(engine->instrument[order->instrument].phase))
            engine->rows[count++] = slot;
    }
    rows_sort(engine, engine->rows, count, is_listed_before);
    for (uint32_t i = 0; i < count; i++)
        order_cancel(engine, engine->rows[i], reason);
    work_spend(engine, count);
}

/* Walks one queue from the place of the job; false: no work left. */
static bool cancel_queue(struct engine *engine, struct job *job, uint16_t instrument)
{
    uint32_t slot = job->at ? job->at - 1 : book_first(engine, instrument, job->zone, job->side);
    while (slot != NIL) {
        uint32_t next = book_next(engine, slot);
        if (!work_left(engine)) {
            job->at = slot + 1;
            return false;
        }
        work_spend(engine, 1);
        if (job->account == PARTICIPANT_ALL || engine->order[slot].participant == job->account)
            order_cancel(engine, slot, (enum cancel_reason)job->reason);
        slot = next;
    }
    job->at = 0;
    return true;
}

bool cancel_some(struct engine *engine, struct job *job, uint16_t instrument)
{
    if (!work_left(engine)) return false;
    if (job->account != PARTICIPANT_ALL && is_short(engine, job->account)) {
        cancel_own(engine, job->account, instrument, false, (enum cancel_reason)job->reason);
    } else {
        for (; job->zone < engine->zones; job->zone++, job->side = 0)
            for (; job->side < QUEUE_COUNT; job->side++)
                if (!cancel_queue(engine, job, instrument)) return false;
    }
    job->zone = job->side = 0;
    work_spend(engine, 1); /* behind the orders: a bound of 1 must get on as well */
    return true;
}

bool stage_cancel(struct engine *engine, uint16_t instrument)
{
    if (engine->instrument[instrument].retired && !standing_end_all(engine, instrument))
        return false;
    return cancel_some(engine, job_of(engine, instrument), instrument);
}

/* --- cancel-all --------------------------------------------------------------------------------
 */

static enum reason cancel_all_reason(const struct engine *engine, const struct command *command)
{
    const struct command_cancel_all *body = &command->body.cancel_all;
    if (body->account != PARTICIPANT_ALL && body->account >= engine->participants)
        return REASON_UNKNOWN_PARTICIPANT;
    if (!may_cancel(command) ||
        (command->role == ROLE_ENTERPRISE && command->actor != body->account))
        return REASON_NOT_ALLOWED;
    if (body->instrument == INSTRUMENT_ALL) return engine->jobs > 0 ? REASON_FROZEN : REASON_NONE;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (engine->instrument[body->instrument].retired) return REASON_NOT_ALLOWED;
    if (is_frozen(engine, body->instrument)) return REASON_FROZEN;
    return phase_cancels(engine->instrument[body->instrument].phase) ? REASON_NONE : REASON_PHASE;
}

static void begin_cancel(struct engine *engine, uint16_t instrument, uint32_t account,
                         enum cancel_reason reason)
{
    const struct instrument *row = &engine->instrument[instrument];
    struct job *job;
    if (row->resting + row->parked == 0) return;
    job = job_begin(engine, instrument, JOB_CANCEL);
    job->account = account;
    job->reason = (uint8_t)reason;
}

static void apply_cancel_all(struct engine *engine, const struct command *command)
{
    const struct command_cancel_all *body = &command->body.cancel_all;
    bool everybody = body->account == PARTICIPANT_ALL;
    enum cancel_reason why =
        command->role == ROLE_OPERATOR || everybody ? CANCEL_REASON_OPERATOR : CANCEL_REASON_USER;
    enum reason reason = cancel_all_reason(engine, command);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    done(engine);
    if (!everybody && is_short(engine, body->account)) {
        cancel_own(engine, body->account, body->instrument, true, why);
        return;
    }
    engine->touched = body->instrument;
    if (body->instrument != INSTRUMENT_ALL) {
        begin_cancel(engine, body->instrument, body->account, why);
        return;
    }
    for (uint32_t i = 0; i < engine->instruments; i++)
        if (phase_cancels(engine->instrument[i].phase))
            begin_cancel(engine, (uint16_t)i, body->account, why);
}

void cancel_apply(struct engine *engine, const struct command *command)
{
    if (command->type == COMMAND_CANCEL)
        apply_cancel(engine, command);
    else
        apply_cancel_all(engine, command);
}
