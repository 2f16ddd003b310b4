/* deal.c - see deal.h: the tables, and the way into escrow. */
#include "engine/deal.h"
#include "engine/job.h"
#include "engine/legs.h"
#include "engine/lock.h"

static struct day_trade *row_of(const struct engine *engine, uint64_t n)
{
    return &engine->day_trade[n % engine->limits.trades];
}

static bool is_conditional(const struct engine *engine, uint16_t instrument)
{
    return engine->instrument[instrument].terms.conditional != 0;
}

bool deal_has_room(const struct engine *engine, uint16_t instrument)
{
    return !is_conditional(engine, instrument) || engine->escrows < engine->limits.rules;
}

void deal_say(struct engine *engine, const struct day_trade *trade, enum permit state)
{
    struct event_permitted *event = EMIT(engine, PERMITTED, permitted);
    event->n = trade->n;
    event->deadline = trade->deadline;
    event->seller = trade->seller;
    event->buyer = trade->buyer;
    event->instrument = trade->instrument;
    event->state = (uint8_t)state;
}

/* The buyer's units, which have just arrived, and the seller's money wait for the permit. */
static void hold_back(struct engine *engine, const struct day_trade *trade)
{
    uint32_t at = position_find(engine, trade->buyer, trade->instrument, trade->to_zone);
    struct position *position = &engine->position[at];
    struct participant *seller = &engine->participant[trade->seller];
    int64_t gets = trade->gets - trade->seller_fee;
    if (trade->release[0] > engine->business_day) {
        int64_t taken = lock_take(engine, at, trade->release[0], trade->received);
        ASSERT(taken == trade->received);
    } else {
        ASSERT(position->free >= trade->received);
        position->free -= trade->received;
    }
    position->held += trade->received;
    position->escrowed += trade->received;
    ASSERT(seller->cash >= gets);
    seller->cash -= gets;
    seller->cash_held += gets;
}

void deal_note(struct engine *engine, const struct day_trade *trade)
{
    struct day_trade row = *trade;
    if (engine->rule_set < 2) return;
    row.day = engine->day;
    row.period = engine->period;
    for (uint32_t leg = 0; leg < legs_count(engine, row.instrument); leg++)
        row.release[leg] = lock_release(engine, legs_at(engine, row.instrument, leg));
    row.asked = row.escrowed = 0;
    row.deadline = 0;
    if (!is_conditional(engine, row.instrument)) {
        *row_of(engine, row.n) = row;
        return;
    }
    ASSERT(engine->escrows < engine->limits.rules); /* deal_has_room() was asked */
    row.escrowed = 1;
    row.deadline = engine->day + (int32_t)engine->instrument[row.instrument].terms.deadline_days;
    hold_back(engine, &row);
    engine->escrow[engine->escrows++] = row; /* n only rises */
    deal_say(engine, &row, PERMIT_ESCROW);
}

bool deal_has_escrow(const struct engine *engine, uint16_t instrument)
{
    for (uint32_t at = 0; at < engine->escrows; at++)
        if (engine->escrow[at].instrument == instrument) return true;
    return false;
}

/* Index in engine->escrow, NIL: not there. */
static uint32_t escrow_find(const struct engine *engine, uint64_t n)
{
    uint32_t low = 0, high = engine->escrows;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (engine->escrow[middle].n < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low < engine->escrows && engine->escrow[low].n == n ? low : NIL;
}

static void escrow_end(struct engine *engine, uint32_t at)
{
    engine->escrows--;
    memmove(&engine->escrow[at], &engine->escrow[at + 1],
            (engine->escrows - at) * sizeof engine->escrow[0]);
}

bool deal_turn(struct engine *engine, uint32_t *at)
{
    while (*at < engine->escrows) {
        struct day_trade trade = engine->escrow[*at];
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        if (trade.deadline >= engine->day || deal_undo(engine, &trade) != REASON_NONE) {
            ++*at; /* not yet, or the link has no room: it is tried again on the next day */
            continue;
        }
        deal_say(engine, &trade, PERMIT_REFUSED);
        escrow_end(engine, *at);
    }
    return true;
}

/* --- the command `permit` ------------------------------------------------------------------- */

static enum reason permit_decide(struct engine *engine, const struct command *command)
{
    const struct command_permit *body = &command->body.permit;
    struct day_trade trade;
    enum reason reason;
    uint32_t at;
    if (command->role != ROLE_SYSTEM && command->role != ROLE_REGULATOR) return REASON_NOT_ALLOWED;
    if (body->decision != PERMIT_DELIVERED && body->decision != PERMIT_REFUSED)
        return REASON_NOT_ALLOWED;
    at = escrow_find(engine, body->n);
    if (at == NIL) return REASON_UNKNOWN_TRADE;
    trade = engine->escrow[at];
    if (is_frozen(engine, trade.instrument)) return REASON_FROZEN;
    if (body->decision == PERMIT_REFUSED) {
        reason = deal_undo(engine, &trade);
        if (reason != REASON_NONE) return reason;
    } else {
        deal_deliver(engine, &trade);
    }
    deal_say(engine, &trade, (enum permit)body->decision);
    escrow_end(engine, at);
    if (body->decision == PERMIT_DELIVERED && trade.day == engine->day) {
        trade.escrowed = 0; /* like any trade of the day it may still be busted */
        *row_of(engine, trade.n) = trade;
    }
    engine->touched = trade.instrument;
    return REASON_NONE;
}

/* --- the command `bust` --------------------------------------------------------------------- */

static struct day_trade *trade_of_today(const struct engine *engine, uint64_t n)
{
    uint32_t at = escrow_find(engine, n);
    struct day_trade *row = at == NIL ? row_of(engine, n) : &engine->escrow[at];
    return n > 0 && row->n == n && row->day == engine->day ? row : NULL;
}

static void say_busted(struct engine *engine, const struct day_trade *trade,
                       const struct name *cause)
{
    struct event_busted *event = EMIT(engine, BUSTED, busted);
    event->n = trade->n;
    event->received = trade->received;
    event->delivered = trade->delivered;
    event->pays = trade->pays;
    event->gets = trade->gets;
    event->fund = trade->pays - trade->gets;
    event->buyer_fee = trade->buyer_fee;
    event->seller_fee = trade->seller_fee;
    event->cause = *cause;
    event->seller = trade->seller;
    event->buyer = trade->buyer;
    event->instrument = trade->instrument;
    event->from_zone = trade->from_zone;
    event->to_zone = trade->to_zone;
}

static void ask(struct engine *engine, struct day_trade *row, uint32_t actor)
{
    struct event_pending *event = EMIT(engine, PENDING, pending);
    event->n = row->n;
    event->command = COMMAND_BUST;
    row->asked = 1;
    row->asked_by = actor;
}

static enum reason bust(struct engine *engine, const struct command *command)
{
    const struct command_bust *body = &command->body.bust;
    struct day_trade *row, trade;
    enum reason reason;
    if (command->role != ROLE_SYSTEM && command->role != ROLE_OPERATOR) return REASON_NOT_ALLOWED;
    row = trade_of_today(engine, body->n);
    if (!row) return REASON_UNKNOWN_TRADE;
    if (is_frozen(engine, row->instrument)) return REASON_FROZEN;
    if (engine->instrument[row->instrument].settled) return REASON_WRONG_STATE;
    if (command->role == ROLE_OPERATOR && !row->asked) {
        ask(engine, row, command->actor);
        return REASON_NONE;
    }
    if (command->role == ROLE_OPERATOR && row->asked_by == command->actor) return REASON_FOUR_EYES;
    trade = *row;
    reason = deal_undo(engine, &trade);
    if (reason != REASON_NONE) return reason;
    say_busted(engine, &trade, &body->cause);
    engine->touched = trade.instrument;
    if (trade.escrowed)
        escrow_end(engine, escrow_find(engine, trade.n));
    else
        row->n = 0;
    return REASON_NONE;
}

void bust_apply(struct engine *engine, const struct command *command)
{
    enum reason reason =
        command->type == COMMAND_BUST ? bust(engine, command) : permit_decide(engine, command);
    if (reason != REASON_NONE) reject(engine, reason);
}
