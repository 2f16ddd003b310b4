/* wire_feed.c - what of an event is public: prices, quantities, zones and states, never a
 * participant, an order's id or a fee. */
#include "engine/assert.h"
#include "proto/wire.h"
#include <string.h>

static const struct name no_name;

static void strip_trade(struct event_trade *trade)
{
    trade->maker_order = ORDER_ID_NONE;
    trade->taker_order = ORDER_ID_NONE;
    trade->buyer_fee = 0;
    trade->seller_fee = 0;
    trade->maker_left = 0;
    trade->taker_left = 0;
    trade->maker_filled = 0;
    trade->taker_filled = 0;
    trade->maker_client = no_name;
    trade->taker_client = no_name;
    trade->maker_participant = PARTICIPANT_NONE;
    trade->taker_participant = PARTICIPANT_NONE;
}

static void strip_block_trade(struct event_block_trade *trade)
{
    trade->buyer_fee = 0;
    trade->seller_fee = 0;
    trade->name = no_name;
    trade->seller = PARTICIPANT_NONE;
    trade->buyer = PARTICIPANT_NONE;
}

static void strip_busted(struct event_busted *trade)
{
    trade->buyer_fee = 0;
    trade->seller_fee = 0;
    trade->cause = no_name;
    trade->seller = PARTICIPANT_NONE;
    trade->buyer = PARTICIPANT_NONE;
}

static void strip_permitted(struct event_permitted *trade)
{
    trade->seller = PARTICIPANT_NONE;
    trade->buyer = PARTICIPANT_NONE;
}

bool wire_feed_public(const struct event *event, struct event *out)
{
    if (event->flags & EVENT_FLAG_REPEAT) return false; /* it was public the first time */
    switch (event->type) {
    case EVENT_TRADE:
    case EVENT_PHASE:
    case EVENT_CALL:
    case EVENT_CALL_FLOW:
    case EVENT_CLEARED:
    case EVENT_LINK:
    case EVENT_CLOSE:
    case EVENT_INTERRUPTED:
    case EVENT_RENT:
    case EVENT_BLOCK_TRADE:
    case EVENT_BUSTED: /* the tape has its trade */
    case EVENT_PERMITTED:
    case EVENT_SETTLED:
    case EVENT_STAGE:
    case EVENT_CONTAINED:
    case EVENT_SEED:
    case EVENT_RETIRED:
    case EVENT_RULES:
    case EVENT_ROW_LEVEL:
    case EVENT_ROW_FUND:
    case EVENT_ROW_BALANCE:
    case EVENT_ROW_INSTRUMENT:
    case EVENT_ROW_INDICATIVE:
    case EVENT_ROW_PRICES:
    case EVENT_ROW_TERMS:
        break;
    default: /* names somebody, or answers one person */
        return false;
    }
    size_t size = codec_event_struct(event->type);
    ASSERT(size == event->size);
    memcpy(out, event, size);
    out->flags = 0;
    if (event->type == EVENT_TRADE) strip_trade((struct event_trade *)(void *)out);
    if (event->type == EVENT_BLOCK_TRADE)
        strip_block_trade((struct event_block_trade *)(void *)out);
    if (event->type == EVENT_BUSTED) strip_busted((struct event_busted *)(void *)out);
    if (event->type == EVENT_PERMITTED) strip_permitted((struct event_permitted *)(void *)out);
    return true;
}
