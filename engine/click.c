/* click.c - the listing method: somebody takes exactly one named order (decision 9.6). */
#include "engine/deal.h"
#include "engine/job.h"
#include "engine/orders.h"

struct click {
    struct order_draft draft; /* the taker */
    uint32_t maker;           /* slot; NIL: none such */
    uint16_t instrument;
    int64_t received;
};

static bool is_listed(const struct engine *engine, const struct click *click)
{
    const struct order *maker = &engine->order[click->maker];
    return maker->state == ORDER_RESTING && maker->instrument == click->instrument;
}

/* A participant of type investor may be barred from buying. */
static bool is_barred(const struct engine *engine, const struct order *maker, uint32_t subject)
{
    return maker->side == SIDE_SELL && !engine->instrument[maker->instrument].terms.investors &&
           engine->participant[subject].type == PARTICIPANT_TYPE_INVESTOR;
}

static bool is_own_group(const struct engine *engine, const struct order *maker, uint32_t subject)
{
    return engine->participant[maker->participant].group == engine->participant[subject].group;
}

static const struct link *link_of(const struct engine *engine, const struct order *maker,
                                  uint8_t zone)
{
    bool buys = maker->side == SIDE_SELL;
    return state_link(engine, maker->instrument, buys ? maker->zone : zone,
                      buys ? zone : maker->zone);
}

/* The taker: all it wants, at the price it pays or gets from this maker. */
static void draft_taker(const struct engine *engine, uint32_t subject, int64_t qty,
                        const struct order *maker, struct order_draft *out_draft)
{
    struct order *order = &out_draft->order;
    const struct link *link;
    memset(out_draft, 0, sizeof *out_draft);
    order->participant = subject;
    order->instrument = maker->instrument;
    order->zone = zone_of(engine, subject, maker->instrument);
    order->side = !maker->side;
    order->type = ORDER_TYPE_LIMIT;
    order->tif = TIF_IOC;
    order->left = qty;
    order->extra = NIL;
    order->legs = engine->instrument[maker->instrument].legs;
    order->fee_ppm = order_fee_rate(engine, subject, maker->instrument);
    order->position = position_find(engine, subject, maker->instrument, order->zone);
    link = link_of(engine, maker, order->zone);
    order->price = order->side == SIDE_BUY ? price_to_buyer(link, maker->price)
                                           : price_to_seller(link, maker->price);
}

/* The quantity in the taker's own units, against the step and against what is there to be taken. */
static enum reason size_reason(const struct engine *engine, struct click *click)
{
    const struct order *maker = &engine->order[click->maker], *taker = &click->draft.order;
    const struct link *link = link_of(engine, maker, taker->zone);
    int64_t lot = engine->instrument[taker->instrument].lot, delivered, room;
    bool buys = taker->side == SIDE_BUY;
    if (taker->left < 1 || taker->left > QTY_MAX) return REASON_QTY_RANGE;
    if (taker->left % (lot * (buys ? link->rd : link->rn)) != 0) return REASON_LOT;
    click->received = buys ? taker->left : taker->left / link->rn * link->rd;
    delivered = click->received / link->rd * link->rn;
    if ((buys ? delivered : click->received) > maker->left) return REASON_QTY_RANGE;
    room = link_room(engine, taker->instrument, buys ? maker->zone : taker->zone,
                     buys ? taker->zone : maker->zone);
    return click->received > room ? REASON_QTY_RANGE : REASON_NONE;
}

/* What can be said of the instrument before anybody looks for the order. */
static enum reason place_reason(const struct engine *engine, const struct command *command,
                                const struct click *click)
{
    const struct instrument *row = &engine->instrument[click->instrument];
    const struct name *client_id = &command->body.click.client_id;
    enum reason reason = order_door_reason(engine, command, click->instrument);
    if (reason != REASON_NONE) return reason;
    if (!(row->terms.methods & METHOD_BIT(LISTING))) return REASON_NOT_ALLOWED;
    if (!name_reserved(client_id) && client_find(engine, command->subject, client_id) != NIL)
        return REASON_DUPLICATE_ID;
    return row->phase == PHASE_CONTINUOUS ? REASON_NONE : REASON_PHASE;
}

static enum reason click_reason(struct engine *engine, const struct command *command,
                                struct click *click)
{
    const struct command_click *body = &command->body.click;
    const struct order *maker;
    enum reason reason;
    click->maker = order_find(engine, body->maker, body->maker_order, &body->maker_client_id);
    click->instrument = body->instrument;
    if (click->instrument == INSTRUMENT_NONE && click->maker != NIL)
        click->instrument = engine->order[click->maker].instrument;
    reason = place_reason(engine, command, click);
    if (reason == REASON_UNKNOWN_INSTRUMENT && body->instrument == INSTRUMENT_NONE)
        return REASON_UNKNOWN_ORDER; /* it would have named the instrument */
    if (reason != REASON_NONE) return reason;
    if (click->maker == NIL || !is_listed(engine, click)) return REASON_UNKNOWN_ORDER;
    maker = &engine->order[click->maker];
    if (is_own_group(engine, maker, command->subject) || is_barred(engine, maker, command->subject))
        return REASON_NOT_ALLOWED;
    draft_taker(engine, command->subject, body->qty, maker, &click->draft);
    if (!link_of(engine, maker, click->draft.order.zone)->allowed) return REASON_NOT_ALLOWED;
    reason = size_reason(engine, click);
    if (reason == REASON_NONE && !deal_has_room(engine, click->instrument))
        return REASON_CAPACITY; /* of the escrow */
    if (reason == REASON_NONE) reason = taker_reason(engine, &click->draft, &body->client_id);
    return reason;
}

void click_apply(struct engine *engine, const struct command *command)
{
    struct click click;
    uint32_t slot;
    enum reason reason = click_reason(engine, command, &click);
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    slot = order_accept(engine, &click.draft, &command->body.click.client_id);
    engine->touched = click.instrument;
    match_one(engine, slot, click.maker, click.received);
    ASSERT(engine->order[slot].state == ORDER_FREE);
}
