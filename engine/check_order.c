/* check_order.c - the checks of an order and of a replacement: the first one that fails is the
 * reason, so the same order always gets the same no (market.md 4, "Checks in fixed order").
 *
 * Decision 9.1 has the order under rule set 2, decision 4.5 that under rule set 1, which is the
 * same with some checks left out.
 */
#include "engine/legs.h"
#include "engine/job.h"
#include "engine/limits_rules.h"
#include "engine/lock.h"
#include "engine/order_type.h"
#include "engine/orders.h"

static bool may_act_for(const struct command *command)
{
    return command->role == ROLE_SYSTEM ||
           (command->role == ROLE_ENTERPRISE && command->actor == command->subject);
}

/* --- 8 and 9: what can be said of the figures alone --------------------------------------------
 */

static bool is_off(int64_t value, int64_t unit)
{
    return value % unit != 0;
}

static bool is_outside_band(const struct zone_state *zone, int64_t price)
{
    return price < zone->band_low || price > zone->band_high;
}

static enum reason range_reason(const struct engine *engine, const struct order_draft *draft)
{
    const struct order *order = &draft->order;
    const struct instrument *row = &engine->instrument[order->instrument];
    const struct zone_state *zone = state_zone(engine, order->instrument, order->zone);
    int64_t display = draft->extra.display, stop = draft->extra.stop;
    if (order->left < 1 || order->left > QTY_MAX) return REASON_QTY_RANGE;
    if (order->tif == TIF_GTC && order->until_day > 0 && order->until_day < engine->day)
        return REASON_QTY_RANGE;
    if (is_off(order->left, row->lot) || is_off(display, row->lot) ||
        is_off(draft->minimum, row->lot))
        return REASON_LOT;
    if (display > order->left || draft->minimum > order->left) return REASON_QTY_RANGE;
    if (display > 0 && display * DISPLAY_PARTS_MAX < order->left) return REASON_QTY_RANGE;
    if (is_off(order->price, row->tick) || is_off(stop, row->tick)) return REASON_TICK;
    if (row->block_from > 0 && order->left >= row->block_from) return REASON_QTY_RANGE;
    if (zone->ref == UNSET || is_outside_band(zone, order->price)) return REASON_PRICE_BAND;
    if (stop > 0 && is_outside_band(zone, stop)) return REASON_PRICE_BAND;
    return REASON_NONE;
}

static enum reason money_reason(const struct order *order)
{
    int128 money = (int128)order->left * order->price * (order->legs ? order->legs : 1);
    if (money > MONEY_MAX || money + fee_of(order->fee_ppm, money) > MONEY_MAX)
        return REASON_QTY_RANGE;
    return REASON_NONE;
}

/* --- 10 to 14: what depends on the others ------------------------------------------------------
 */

/* Neither position limit, nor bound of holders, nor gate can be in the way: the usual case, told
 * without asking them all. */
static bool may_buy_freely(const struct engine *engine, const struct order *order)
{
    return engine->holding_limits == 0 &&
           engine->instrument[order->instrument].terms.holders_max == 0 &&
           !state_zone(engine, order->instrument, order->zone)->gate.closed &&
           engine->participant[order->participant].city == NIL;
}

typedef enum reason holding_check(const struct engine *engine, uint32_t participant,
                                  uint16_t instrument, uint8_t zone, int64_t qty);

static enum reason means_reason(const struct engine *engine, const struct order *order,
                                holding_check *check)
{
    if (order->side == SIDE_BUY && !may_buy_freely(engine, order)) {
        enum reason reason =
            check(engine, order->participant, order->instrument, order->zone, order->left);
        if (reason != REASON_NONE) return reason;
    }
    if (order->side == SIDE_SELL) {
        bool is_short =
            order->position == NIL || engine->position[order->position].free < order->left;
        if (order->legs) /* a strip has no units of its own */
            is_short =
                !legs_free(engine, order->participant, order->instrument, order->zone, order->left);
        if (is_short) return REASON_UNITS_SHORT;
    } else if (engine->participant[order->participant].cash < hold_of(order)) {
        return REASON_CASH_SHORT;
    }
    return REASON_NONE;
}

/* Leaves of the books it may need at once: a stop-limit one beside its limit's. */
static uint32_t leaves_of(const struct order *order)
{
    const struct order_type_row *type = order_type_of(order->type);
    bool rests = type->may_rest && order->tif != TIF_IOC && order->tif != TIF_FOK;
    return (uint32_t)type->is_parked + (uint32_t)rests;
}

static enum reason capacity_reason(const struct engine *engine, const struct order_draft *draft,
                                   const struct name *client_id)
{
    const struct order *order = &draft->order;
    bool has_extra = draft->extra.display > 0 || draft->extra.stop > 0;
    if (engine->orders_open == engine->limits.orders) return REASON_BOOK_FULL;
    if (book_room(engine) < leaves_of(order)) return REASON_BOOK_FULL;
    if (!name_reserved(client_id) && !client_has_room(engine)) return REASON_CAPACITY;
    if (order->position == NIL && engine->positions == engine->limits.positions)
        return REASON_CAPACITY;
    if (order->legs && engine->limits.positions - engine->positions <= order->legs)
        return REASON_CAPACITY;
    if (has_extra && engine->extras_used == engine->limits.extras) return REASON_CAPACITY;
    return REASON_NONE;
}

static bool has_quota(const struct engine *engine, uint32_t participant)
{
    const struct participant *row = &engine->participant[participant];
    return (row->quota_open | row->quota_rate | engine->quota_open | engine->quota_rate) != 0;
}

uint32_t order_fee_rate(const struct engine *engine, uint32_t participant, uint16_t instrument)
{
    return fee_rate(engine, participant, engine->instrument[instrument].fee_ppm);
}

enum reason taker_reason(struct engine *engine, const struct order_draft *draft,
                         const struct name *client_id)
{
    enum reason reason = money_reason(&draft->order);
    if (reason == REASON_NONE) reason = means_reason(engine, &draft->order, holding_reason);
    if (reason == REASON_NONE) reason = capacity_reason(engine, draft, client_id);
    if (reason == REASON_NONE && has_quota(engine, draft->order.participant))
        reason = quota_open_reason(engine, draft->order.participant);
    if (reason == REASON_NONE && has_quota(engine, draft->order.participant))
        reason = quota_rate_take(engine, draft->order.participant);
    return reason;
}

/* --- 1 to 7 of an order ------------------------------------------------------------------------
 */

static enum reason person_reason(const struct engine *engine, const struct command *command)
{
    if (command->subject >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (!may_act_for(command)) return REASON_NOT_ALLOWED;
    if (engine->rule_set >= 2 && engine->participant[command->subject].stopped)
        return REASON_NOT_ALLOWED;
    return REASON_NONE;
}

static enum reason instrument_reason(const struct engine *engine, uint16_t instrument)
{
    if (instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (engine->instrument[instrument].retired) return REASON_NOT_ALLOWED;
    return is_frozen(engine, instrument) ? REASON_FROZEN : REASON_NONE;
}

enum reason order_door_reason(const struct engine *engine, const struct command *command,
                              uint16_t instrument)
{
    enum reason reason = person_reason(engine, command);
    return reason != REASON_NONE ? reason : instrument_reason(engine, instrument);
}

/* What rule set 1 does not offer. */
static bool is_later(const struct command_order *body)
{
    return body->type >= ORDER_TYPE_COUNT || order_type_of(body->type)->rule_set > 1 ||
           body->stop_price != 0 || body->display != 0 || body->minimum != 0 ||
           body->post_only != 0;
}

/* 5: what this instrument does not offer to this participant, and values that mean nothing. */
static bool is_barred(const struct engine *engine, uint32_t subject,
                      const struct command_order *body)
{
    const struct instrument *row = &engine->instrument[body->instrument];
    if (body->side >= SIDE_COUNT || body->tif >= TIF_COUNT) return true;
    if (engine->rule_set < 2) return is_later(body);
    if (body->type >= ORDER_TYPE_COUNT || body->post_only > 1) return true;
    if (order_type_of(body->type)->rule_set > engine->rule_set) return true;
    if (body->side == SIDE_BUY && !row->terms.investors &&
        engine->participant[subject].type == PARTICIPANT_TYPE_INVESTOR)
        return true;
    return is_listing_only(engine, body->instrument) &&
           (!order_type_of(body->type)->has_limit || order_type_of(body->type)->is_parked ||
            body->tif == TIF_IOC || body->tif == TIF_FOK || body->minimum != 0);
}

/* 6: keys that contradict each other. */
static bool contradicts(const struct command_order *body)
{
    const struct order_type_row *type = order_type_of(body->type);
    bool stop = type->is_parked;
    bool takes = body->tif == TIF_IOC || body->tif == TIF_FOK;
    if (stop != (body->stop_price != 0)) return true;
    if (!type->has_limit && body->price != 0) return true;
    if (body->tif != TIF_GTC && body->until_day != 0) return true;
    if (stop && (takes || body->post_only || body->minimum != 0)) return true;
    if ((body->display != 0 || body->post_only) && (!type->has_limit || takes)) return true;
    if (body->minimum != 0 && (!type->has_limit || body->tif == TIF_FOK || body->post_only))
        return true;
    return body->stop_price < 0 || body->display < 0 || body->minimum < 0;
}

/* 7 */
static bool phase_takes(const struct engine *engine, const struct command_order *body)
{
    const struct order_type_row *type = order_type_of(body->type);
    uint8_t phase = engine->instrument[body->instrument].phase;
    if (phase == PHASE_CONTINUOUS) return true;
    if (body->tif == TIF_IOC || body->tif == TIF_FOK) return false;
    if (!type->has_limit && !type->is_parked) return false; /* a call has no edge to take at */
    if (body->post_only || body->minimum != 0) return false;
    return phase == PHASE_CALL || phase == PHASE_NO_CANCEL;
}

/* A market order and a plain stop stand at the edge of their zone's band. */
static void draft_order(const struct engine *engine, const struct command *command,
                        struct order_draft *out_draft)
{
    const struct command_order *body = &command->body.order;
    struct order *order = &out_draft->order;
    const struct zone_state *zone;
    memset(out_draft, 0, sizeof *out_draft);
    out_draft->extra.display = body->display;
    out_draft->extra.stop = body->stop_price;
    out_draft->minimum = body->minimum;
    out_draft->post_only = body->post_only;
    order->participant = command->subject;
    order->instrument = body->instrument;
    order->zone = zone_of(engine, command->subject, body->instrument);
    order->side = body->side;
    order->type = body->type;
    order->tif = body->tif;
    order->until_day = body->until_day;
    order->left = body->qty;
    order->price = body->price;
    order->extra = NIL;
    order->legs = engine->instrument[body->instrument].legs;
    order->fee_ppm = order_fee_rate(engine, command->subject, body->instrument);
    order->position = position_find(engine, order->participant, order->instrument, order->zone);
    zone = state_zone(engine, order->instrument, order->zone);
    if (!order_type_of(body->type)->has_limit && zone->ref != UNSET)
        order->price = body->side == SIDE_BUY ? zone->band_high : zone->band_low;
}

enum reason order_reason(struct engine *engine, const struct command *command,
                         struct order_draft *out_draft)
{
    const struct command_order *body = &command->body.order;
    enum reason reason = order_door_reason(engine, command, body->instrument);
    if (reason != REASON_NONE) return reason;
    if (!name_reserved(&body->client_id) &&
        client_find(engine, command->subject, &body->client_id) != NIL)
        return REASON_DUPLICATE_ID;
    if (is_barred(engine, command->subject, body)) return REASON_NOT_ALLOWED;
    if (engine->rule_set >= 2 && contradicts(body)) return REASON_QTY_RANGE;
    if (!phase_takes(engine, body)) return REASON_PHASE;
    draft_order(engine, command, out_draft);
    reason = range_reason(engine, out_draft);
    if (reason == REASON_NONE) reason = taker_reason(engine, out_draft, &body->client_id);
    return reason;
}

/* --- replace -----------------------------------------------------------------------------------
 */

bool order_keeps_place(const struct order *order, const struct order *draft)
{
    return draft->price == order->price && draft->left <= order->left;
}

static enum reason replace_door_reason(const struct engine *engine, const struct command *command,
                                       uint32_t slot)
{
    const struct order *order = &engine->order[slot == NIL ? 0 : slot];
    uint8_t phase;
    if (slot == NIL) return REASON_UNKNOWN_ORDER;
    if (command->role != ROLE_SYSTEM && command->role != ROLE_ENTERPRISE) return REASON_NOT_ALLOWED;
    if (engine->rule_set >= 2 && engine->participant[order->participant].stopped)
        return REASON_NOT_ALLOWED;
    if (command->role == ROLE_ENTERPRISE && command->actor != order->participant)
        return REASON_NOT_OWNER;
    if (is_frozen(engine, order->instrument)) return REASON_FROZEN;
    phase = engine->instrument[order->instrument].phase;
    return phase == PHASE_CALL || phase == PHASE_CONTINUOUS ? REASON_NONE : REASON_PHASE;
}

/* Needs: what the order freezes has been given back. */
static enum reason replacement_reason(const struct engine *engine, const struct order_draft *draft)
{
    enum reason reason = range_reason(engine, draft);
    if (reason == REASON_NONE) reason = money_reason(&draft->order);
    if (reason == REASON_NONE) reason = means_reason(engine, &draft->order, holding_again_reason);
    return reason;
}

enum reason replace_reason(struct engine *engine, const struct command *command, uint32_t slot,
                           struct order_draft *out_draft)
{
    const struct command_replace *body = &command->body.replace;
    const struct order *order = &engine->order[slot == NIL ? 0 : slot];
    enum reason reason = replace_door_reason(engine, command, slot);
    if (reason != REASON_NONE) return reason;
    memset(out_draft, 0, sizeof *out_draft);
    out_draft->order = *order;
    if (order->extra != NIL) out_draft->extra = engine->extra[order->extra];
    out_draft->order.left = body->qty;
    if (body->price != UNSET) {
        if (!order_type_of(order->type)->has_limit) return REASON_QTY_RANGE;
        out_draft->order.price = body->price;
    }
    order_release(engine, order);
    reason = replacement_reason(engine, out_draft);
    order_freeze(engine, order);
    if (reason == REASON_NONE && order->state == ORDER_RESTING &&
        !order_keeps_place(order, &out_draft->order) && book_room(engine) == 0)
        reason = REASON_BOOK_FULL;
    if (reason == REASON_NONE) reason = quota_rate_take(engine, order->participant);
    return reason;
}
