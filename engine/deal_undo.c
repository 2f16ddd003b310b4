/* deal_undo.c - what a trade moved is moved back, or what it kept in escrow is let go. */
#include "engine/close.h"
#include "engine/deal.h"
#include "engine/legs.h"
#include "engine/limits_rules.h"
#include "engine/lock.h"

static struct position *position_of(const struct engine *engine, uint32_t participant,
                                    uint16_t instrument, uint8_t zone)
{
    uint32_t at = position_find(engine, participant, instrument, zone);
    ASSERT(at != NIL); /* a trade has moved units there, and rows never go */
    return &engine->position[at];
}

/* Takes the units back from the buyer, out of the trade's own lock first. False: too few. */
static bool take_units(struct engine *engine, const struct day_trade *trade, uint32_t leg,
                       int64_t *out_unlocked)
{
    uint16_t instrument = legs_at(engine, trade->instrument, leg);
    struct position *position = position_of(engine, trade->buyer, instrument, trade->to_zone);
    uint32_t at = (uint32_t)(position - engine->position);
    uint32_t release = trade->release[leg];
    bool was = is_holder(position);
    int64_t taken = 0;
    if (trade->escrowed) {
        ASSERT(position->escrowed >= trade->received && position->held >= trade->received);
        position->escrowed -= trade->received;
        position->held -= trade->received;
        holder_change(engine, position, was);
        *out_unlocked = 0;
        return true;
    }
    if (release > engine->business_day) taken = lock_take(engine, at, release, trade->received);
    if (position->free < trade->received - taken) {
        if (taken > 0) lock_add(engine, at, release, taken);
        return false;
    }
    position->free -= trade->received - taken;
    holder_change(engine, position, was);
    *out_unlocked = taken;
    return true;
}

/* Gives the buyer back what take_units() took. */
static void return_units(struct engine *engine, const struct day_trade *trade, uint32_t leg,
                         int64_t unlocked)
{
    uint16_t instrument = legs_at(engine, trade->instrument, leg);
    struct position *position = position_of(engine, trade->buyer, instrument, trade->to_zone);
    uint32_t at = (uint32_t)(position - engine->position);
    bool was = is_holder(position);
    if (unlocked > 0) lock_add(engine, at, trade->release[leg], unlocked);
    position->free += trade->received - unlocked;
    holder_change(engine, position, was);
}

static void give_units(struct engine *engine, uint32_t participant, uint16_t instrument,
                       uint8_t zone, int64_t qty)
{
    struct position *position = position_of(engine, participant, instrument, zone);
    bool was = is_holder(position);
    position->free += qty;
    holder_change(engine, position, was);
}

/* All legs or none. */
static bool take_all_units(struct engine *engine, const struct day_trade *trade)
{
    uint32_t legs = legs_count(engine, trade->instrument);
    int64_t unlocked[STRIP_LEGS_MAX];
    ASSERT(legs <= STRIP_LEGS_MAX);
    for (uint32_t leg = 0; leg < legs; leg++) {
        if (take_units(engine, trade, leg, &unlocked[leg])) continue;
        while (leg-- > 0)
            return_units(engine, trade, leg, unlocked[leg]);
        return false;
    }
    return true;
}

static bool has_money(const struct engine *engine, const struct day_trade *trade)
{
    const struct participant *seller = &engine->participant[trade->seller];
    const struct zone_state *source = state_zone(engine, trade->instrument, trade->from_zone);
    int64_t gets = trade->gets - trade->seller_fee;
    return (trade->escrowed ? seller->cash_held : seller->cash) >= gets &&
           source->fund_cash >= trade->pays - trade->gets &&
           engine->operator_fees >= trade->buyer_fee + trade->seller_fee;
}

static void move_money_back(struct engine *engine, const struct day_trade *trade)
{
    struct participant *seller = &engine->participant[trade->seller];
    int64_t gets = trade->gets - trade->seller_fee;
    if (trade->escrowed)
        seller->cash_held -= gets;
    else
        seller->cash -= gets;
    state_zone(engine, trade->instrument, trade->from_zone)->fund_cash -= trade->pays - trade->gets;
    engine->operator_fees -= trade->buyer_fee + trade->seller_fee;
    engine->participant[trade->buyer].cash += trade->pays + trade->buyer_fee;
}

static void move_units_back(struct engine *engine, const struct day_trade *trade)
{
    for (uint32_t leg = 0; leg < legs_count(engine, trade->instrument); leg++) {
        uint16_t instrument = legs_at(engine, trade->instrument, leg);
        state_zone(engine, instrument, trade->from_zone)->retired -=
            trade->delivered - trade->received;
        give_units(engine, trade->seller, instrument, trade->from_zone, trade->delivered);
        if (trade->period != engine->period) continue;
        gate_bought(engine, trade->buyer, instrument, trade->to_zone, -trade->received);
        gate_sold(engine, trade->seller, instrument, trade->from_zone, -trade->delivered);
    }
}

/* The day's figures lose the trade, and a close that was struck is struck again. */
static void forget_figures(struct engine *engine, const struct day_trade *trade)
{
    if (trade->day != engine->day) return;
    figures_undo(engine, trade->instrument, &trade->buyer_leg);
    if (trade->seller_leg.qty > 0) figures_undo(engine, trade->instrument, &trade->seller_leg);
    figures_paid(engine, trade->instrument, -1, -trade->received, -trade->pays);
    close_again(engine, trade->instrument, trade->to_zone);
    if (trade->from_zone != trade->to_zone)
        close_again(engine, trade->instrument, trade->from_zone);
}

/* The balance of a period that is over is gone with it (market.md 6.1). */
static bool moves_link(const struct engine *engine, const struct day_trade *trade)
{
    return trade->from_zone != trade->to_zone && trade->period == engine->period;
}

enum reason deal_undo(struct engine *engine, const struct day_trade *trade)
{
    if (!has_money(engine, trade)) return REASON_WRONG_STATE;
    if (moves_link(engine, trade) &&
        link_room(engine, trade->instrument, trade->to_zone, trade->from_zone) < trade->received)
        return REASON_WRONG_STATE;
    if (!take_all_units(engine, trade)) return REASON_WRONG_STATE;
    move_money_back(engine, trade);
    move_units_back(engine, trade);
    if (moves_link(engine, trade))
        link_move(engine, trade->instrument, trade->to_zone, trade->from_zone, trade->received);
    forget_figures(engine, trade);
    return REASON_NONE;
}

void deal_deliver(struct engine *engine, const struct day_trade *trade)
{
    struct position *position =
        position_of(engine, trade->buyer, trade->instrument, trade->to_zone);
    struct participant *seller = &engine->participant[trade->seller];
    int64_t gets = trade->gets - trade->seller_fee;
    ASSERT(position->held >= trade->received && position->escrowed >= trade->received);
    ASSERT(seller->cash_held >= gets);
    position->held -= trade->received;
    position->escrowed -= trade->received;
    seller->cash_held -= gets;
    seller->cash += gets;
    if (trade->release[0] > engine->business_day)
        lock_add(engine, (uint32_t)(position - engine->position), trade->release[0],
                 trade->received);
    else
        position->free += trade->received;
}
