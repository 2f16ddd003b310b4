/* report.c - which execution reports an event means. */
#include "proto/report.h"
#include "engine/reason.h"

#define AS(type, event) ((const struct type *)(const void *)(event))

static uint8_t fix_side(uint8_t side)
{
    return side == SIDE_BUY ? '1' : '2';
}

static uint8_t status_of(int64_t left, int64_t filled)
{
    if (left == 0) return STATUS_FILLED;
    return filled ? STATUS_PARTIAL : STATUS_NEW;
}

static struct wire_report blank(const struct event *event, int64_t time_ns)
{
    return (struct wire_report){.sequence = event->sequence,
                                .time_ns = time_ns,
                                .other_zone = ZONE_NONE,
                                .cancel = UNSET_ENUM};
}

static void of_accepted(const struct event_accepted *event, struct wire_report *out)
{
    out->order_id = event->order_id;
    out->price = event->price;
    out->left = event->qty;
    out->client_id = event->client_id;
    out->participant = event->participant;
    out->instrument = event->instrument;
    out->zone = event->zone;
    out->side = fix_side(event->side);
    out->exec = EXEC_NEW;
    out->status = STATUS_NEW;
}

static void of_rejected(const struct event_rejected *event, struct wire_report *out)
{
    out->order_id = event->order_id;
    out->client_id = event->client_id;
    out->participant = event->participant;
    out->instrument = INSTRUMENT_NONE;
    out->zone = ZONE_NONE;
    out->side = '0';
    out->exec = EXEC_REJECTED;
    out->status = STATUS_REJECTED;
    out->reason = event->reason;
}

static void of_cancelled(const struct event_cancelled *event, struct wire_report *out)
{
    bool expired = event->reason == CANCEL_REASON_EXPIRED;
    out->order_id = event->order_id;
    out->price = event->price;
    out->filled = event->filled;
    out->client_id = event->client_id;
    out->participant = event->participant;
    out->instrument = event->instrument;
    out->zone = event->zone;
    out->side = fix_side(event->side);
    out->last_qty = event->left;
    out->exec = expired ? EXEC_EXPIRED : EXEC_CANCELED;
    out->status = expired ? STATUS_EXPIRED : STATUS_CANCELED;
    out->cancel = event->reason;
}

static void of_replaced(const struct event_replaced *event, struct wire_report *out)
{
    out->order_id = event->order_id;
    out->price = event->price;
    out->filled = event->filled;
    out->left = event->left;
    out->client_id = event->client_id;
    out->participant = event->participant;
    out->instrument = event->instrument;
    out->zone = event->zone;
    out->side = fix_side(event->side);
    out->exec = EXEC_REPLACED;
    out->kept_priority = event->kept_priority;
    out->status = status_of(event->left, event->filled);
}

/* One side of a trade. The limit price of the order is not in the event: 0. */
static void of_trade(const struct event_trade *event, bool maker, struct wire_report *out)
{
    bool maker_buys = event->maker_side == SIDE_BUY;
    bool buys = maker == maker_buys;
    out->order_id = maker ? event->maker_order : event->taker_order;
    out->trade = event->n;
    out->last_qty = buys ? event->received : event->delivered;
    out->last_price = buys ? event->buyer_price : event->seller_price;
    out->money = buys ? event->pays : event->gets;
    out->fee = buys ? event->buyer_fee : event->seller_fee;
    out->filled = maker ? event->maker_filled : event->taker_filled;
    out->left = maker ? event->maker_left : event->taker_left;
    out->client_id = maker ? event->maker_client : event->taker_client;
    out->participant = maker ? event->maker_participant : event->taker_participant;
    out->instrument = event->instrument;
    out->zone = buys ? event->to_zone : event->from_zone;
    out->other_zone = buys ? event->from_zone : event->to_zone;
    out->side = fix_side(buys ? SIDE_BUY : SIDE_SELL);
    out->exec = EXEC_TRADE;
    out->status = status_of(out->left, out->filled);
    out->liquidity = maker ? 1 : 2;
}

static void of_call_fill(const struct event_call_fill *event, struct wire_report *out)
{
    out->order_id = event->order_id;
    out->price = event->limit_price;
    out->last_qty = event->qty;
    out->last_price = event->price;
    out->money = event->price * event->qty; /* held at entry, so it fits */
    out->fee = event->fee;
    out->filled = event->filled;
    out->left = event->left;
    out->client_id = event->client_id;
    out->participant = event->participant;
    out->instrument = event->instrument;
    out->zone = event->zone;
    out->side = fix_side(event->side);
    out->exec = EXEC_TRADE;
    out->status = status_of(event->left, event->filled);
    out->liquidity = 4;
}

static void of_triggered(const struct event_triggered *event, struct wire_report *out)
{
    out->order_id = event->order_id;
    out->price = event->price;
    out->left = event->left;
    out->last_price = event->stop_price;
    out->client_id = event->client_id;
    out->participant = event->participant;
    out->instrument = event->instrument;
    out->zone = event->zone;
    out->side = fix_side(event->side);
    out->exec = EXEC_TRIGGERED;
    out->status = STATUS_NEW;
}

/* One side of an agreement: no order, called by the agreement's name. */
static void of_block(const struct event_block_trade *event, bool buys, struct wire_report *out)
{
    out->trade = event->n;
    out->last_qty = buys ? event->received : event->delivered;
    out->last_price = buys ? event->buyer_price : event->seller_price;
    out->money = buys ? event->pays : event->gets;
    out->fee = buys ? event->buyer_fee : event->seller_fee;
    out->filled = out->last_qty;
    out->client_id = event->name;
    out->participant = buys ? event->buyer : event->seller;
    out->instrument = event->instrument;
    out->zone = buys ? event->to_zone : event->from_zone;
    out->other_zone = buys ? event->from_zone : event->to_zone;
    out->side = fix_side(buys ? SIDE_BUY : SIDE_SELL);
    out->exec = EXEC_TRADE;
    out->status = STATUS_FILLED;
}

/* What a bust takes back on one side; the client id is its cause. */
static void of_busted(const struct event_busted *event, bool buys, struct wire_report *out)
{
    out->trade = event->n;
    out->last_qty = buys ? event->received : event->delivered;
    out->money = buys ? event->pays : event->gets;
    out->fee = buys ? event->buyer_fee : event->seller_fee;
    out->client_id = event->cause;
    out->participant = buys ? event->buyer : event->seller;
    out->instrument = event->instrument;
    out->zone = buys ? event->to_zone : event->from_zone;
    out->other_zone = buys ? event->from_zone : event->to_zone;
    out->side = fix_side(buys ? SIDE_BUY : SIDE_SELL);
    out->exec = EXEC_TRADE_CANCEL;
    out->status = STATUS_CANCELED;
}

static void of_refused(const struct event_permitted *event, bool buys, struct wire_report *out)
{
    out->trade = event->n;
    out->participant = buys ? event->buyer : event->seller;
    out->instrument = event->instrument;
    out->zone = ZONE_NONE;
    out->side = fix_side(buys ? SIDE_BUY : SIDE_SELL);
    out->exec = EXEC_TRADE_CANCEL;
    out->status = STATUS_CANCELED;
}

/* An award has no order either: it is called by its auction. */
static void of_award(const struct event_award *event, struct wire_report *out)
{
    bool defaulted = event->state == AWARD_STATE_DEFAULTED;
    bool waits = event->state == AWARD_STATE_AWARDED;
    out->last_qty = event->qty;
    out->last_price = event->price;
    out->money = (int64_t)((uint64_t)event->price * (uint64_t)event->qty); /* fits: was bid */
    out->client_id = event->name;
    out->participant = event->participant;
    out->instrument = INSTRUMENT_NONE;
    out->zone = ZONE_NONE;
    out->side = fix_side(SIDE_BUY);
    out->exec = waits ? EXEC_PENDING : defaulted ? EXEC_CANCELED : EXEC_TRADE;
    out->status = waits ? STATUS_PENDING : defaulted ? STATUS_CANCELED : STATUS_FILLED;
    if (!waits && !defaulted) out->filled = event->qty;
    if (waits) out->left = event->qty;
}

/* Only orders, clicks, cancels and replaces are refused by report; the rest is in the answer. */
static bool rejects_order(const struct event_rejected *event)
{
    return event->command == COMMAND_ORDER || event->command == COMMAND_CANCEL ||
           event->command == COMMAND_REPLACE || event->command == COMMAND_CLICK;
}

#define ONE(NAME, suffix, maker)                                                                   \
    case EVENT_##NAME:                                                                             \
        maker(AS(event_##suffix, event), &out[0]);                                                 \
        return 1;
#define TWO(NAME, suffix, maker)                                                                   \
    case EVENT_##NAME:                                                                             \
        out[1] = out[0];                                                                           \
        maker(AS(event_##suffix, event), true, &out[0]);                                           \
        maker(AS(event_##suffix, event), false, &out[1]);                                          \
        return 2;

size_t report_make(const struct event *event, int64_t time_ns,
                   struct wire_report out[REPORTS_PER_EVENT])
{
    if (event->flags & EVENT_FLAG_REPEAT) return 0; /* the first answer was reported then */
    if (event->type == EVENT_REJECTED && !rejects_order(AS(event_rejected, event))) return 0;
    if (event->type == EVENT_PERMITTED && AS(event_permitted, event)->state != PERMIT_REFUSED)
        return 0; /* the account shows it */
    out[0] = blank(event, time_ns);
    switch (event->type) {
        ONE(ACCEPTED, accepted, of_accepted)
        ONE(REJECTED, rejected, of_rejected)
        ONE(CANCELLED, cancelled, of_cancelled)
        ONE(REPLACED, replaced, of_replaced)
        ONE(CALL_FILL, call_fill, of_call_fill)
        ONE(TRIGGERED, triggered, of_triggered)
        ONE(AWARD, award, of_award)
        TWO(TRADE, trade, of_trade)
        TWO(BLOCK_TRADE, block_trade, of_block)
        TWO(BUSTED, busted, of_busted)
        TWO(PERMITTED, permitted, of_refused)
    default: /* the others concern no single participant */
        return 0;
    }
}

void report_answer(const struct command *command, const struct event *first,
                   struct wire_answer *out)
{
    *out = (struct wire_answer){.id = command->id,
                                .lane = command->lane,
                                .sequence = first->sequence,
                                .created = UINT32_MAX,
                                .command = command->type,
                                .reason = REASON_NONE,
                                .flags = first->flags & EVENT_FLAG_REPEAT};
    switch (first->type) {
    case EVENT_ACCEPTED:
        out->order_id = AS(event_accepted, first)->order_id;
        break;
    case EVENT_REJECTED:
        out->reason = AS(event_rejected, first)->reason;
        break;
    case EVENT_CANCELLED:
        out->order_id = AS(event_cancelled, first)->order_id;
        break;
    case EVENT_REPLACED:
        out->order_id = AS(event_replaced, first)->order_id;
        break;
    case EVENT_NAMED:
        out->created = AS(event_named, first)->id;
        break;
    default: /* done, without a number of its own */
        break;
    }
}
