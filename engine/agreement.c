/* agreement.c - block trades: two sides name each other, quantity and price (decision 13.7).
 *
 * The seller's price is per unit delivered; the buyer pays E(price) per unit received. Nothing is
 * frozen while one side waits for the other; the second word executes at once or is refused.
 */
#include "engine/deal.h"
#include "engine/job.h"
#include "engine/legs.h"
#include "engine/limits_rules.h"
#include "engine/lock.h"

struct plan { /* what the agreement would move */
    const struct link *link;
    int64_t received;
    int64_t buyer_price;
    int64_t pays;
    int64_t gets;
    int64_t buyer_fee;
    int64_t seller_fee;
    uint8_t from;
    uint8_t to;
};

static const struct link own_zone = {.rn = 1, .rd = 1, .allowed = 1};

/* The two sides the command speaks for, as a mask of 1 << side; 0: it may not. */
static unsigned speaks_for(const struct command *command)
{
    const struct command_block *body = &command->body.block;
    if (command->role == ROLE_SYSTEM) return 1u << SIDE_BUY | 1u << SIDE_SELL;
    if (command->role != ROLE_ENTERPRISE) return 0;
    return (command->actor == body->buyer ? 1u << SIDE_BUY : 0) |
           (command->actor == body->seller ? 1u << SIDE_SELL : 0);
}

static enum reason door_reason(const struct engine *engine, const struct command *command)
{
    const struct command_block *body = &command->body.block;
    const struct instrument *row = &engine->instrument[body->instrument];
    const struct participant *seller, *buyer;
    if (body->seller >= engine->participants || body->buyer >= engine->participants)
        return REASON_UNKNOWN_PARTICIPANT;
    seller = &engine->participant[body->seller];
    buyer = &engine->participant[body->buyer];
    if (name_reserved(&body->name) || seller->stopped || buyer->stopped || speaks_for(command) == 0)
        return REASON_NOT_ALLOWED;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (row->retired || !(row->terms.methods & METHOD_BIT(AGREEMENT)) ||
        body->seller == body->buyer || (seller->group == buyer->group && row->stp != STP_ALLOW) ||
        (buyer->type == PARTICIPANT_TYPE_INVESTOR && !row->terms.investors))
        return REASON_NOT_ALLOWED;
    return is_frozen(engine, body->instrument) ? REASON_FROZEN : REASON_NONE;
}

/* The living agreement of that name; NULL: none. */
static struct agreement *agreement_find(const struct engine *engine, const struct name *name)
{
    for (uint32_t at = 0; at < engine->agreements; at++)
        if (name_same(&engine->agreement[at].name, name)) return &engine->agreement[at];
    return NULL;
}

static bool is_same(const struct agreement *row, const struct command_block *body)
{
    return row->seller == body->seller && row->buyer == body->buyer &&
           row->instrument == body->instrument && row->qty == body->qty &&
           row->price == body->price;
}

static bool is_in_block_band(const struct engine *engine, uint16_t instrument, uint8_t zone,
                             int64_t price)
{
    int64_t ref = state_zone(engine, instrument, zone)->ref;
    int64_t band = engine->instrument[instrument].terms.block_band_ppm;
    if (ref == UNSET) return false;
    return price >= divide_ceil((int128)ref * (PPM - band), PPM) &&
           price <= divide_floor((int128)ref * (PPM + band), PPM);
}

/* Quantity, price, link and room: the same for the first word and for the second. */
static enum reason figures_reason(const struct engine *engine, const struct command_block *body,
                                  struct plan *plan)
{
    const struct instrument *row = &engine->instrument[body->instrument];
    int128 pays, gets;
    if (row->phase != PHASE_CONTINUOUS) return REASON_PHASE;
    if (body->qty < 1 || body->qty > QTY_MAX || body->price < 1 || body->price > PRICE_MAX)
        return REASON_QTY_RANGE;
    if (body->qty % row->lot != 0) return REASON_LOT;
    if (body->price % row->tick != 0) return REASON_TICK;
    if (body->qty < row->block_from) return REASON_QTY_RANGE;
    plan->from = zone_of(engine, body->seller, body->instrument);
    plan->to = zone_of(engine, body->buyer, body->instrument);
    plan->link = plan->from == plan->to
                     ? &own_zone
                     : state_link(engine, body->instrument, plan->from, plan->to);
    plan->buyer_price = price_to_buyer(plan->link, body->price);
    if (!is_in_block_band(engine, body->instrument, plan->from, body->price) ||
        !is_in_block_band(engine, body->instrument, plan->to, plan->buyer_price))
        return REASON_PRICE_BAND;
    if (!plan->link->allowed) return REASON_NOT_ALLOWED;
    if (body->qty % (row->lot * plan->link->rn) != 0) return REASON_LOT;
    plan->received = body->qty / plan->link->rn * plan->link->rd;
    if (plan->received > link_room(engine, body->instrument, plan->from, plan->to))
        return REASON_CAP;
    pays = (int128)plan->buyer_price * plan->received * legs_count(engine, body->instrument);
    gets = (int128)body->price * body->qty * legs_count(engine, body->instrument);
    if (pays > MONEY_MAX || pays + fee_of(PPM, pays) > 2 * (int128)MONEY_MAX)
        return REASON_QTY_RANGE;
    plan->pays = (int64_t)pays;
    plan->gets = (int64_t)gets;
    plan->buyer_fee = fee_of(fee_rate(engine, body->buyer, row->terms.block_fee_ppm), pays);
    plan->seller_fee = fee_of(fee_rate(engine, body->seller, row->terms.block_fee_ppm), gets);
    return pays + plan->buyer_fee > MONEY_MAX ? REASON_QTY_RANGE : REASON_NONE;
}

static enum reason means_reason(struct engine *engine, const struct command_block *body,
                                const struct plan *plan)
{
    enum reason reason =
        holding_reason(engine, body->buyer, body->instrument, plan->to, plan->received);
    if (reason != REASON_NONE) return reason;
    if (!legs_free(engine, body->seller, body->instrument, plan->from, body->qty))
        return REASON_UNITS_SHORT;
    if (engine->participant[body->buyer].cash < plan->pays + plan->buyer_fee)
        return REASON_CASH_SHORT;
    if (!deal_has_room(engine, body->instrument) ||
        !legs_open(engine, body->buyer, body->instrument, plan->to))
        return REASON_CAPACITY;
    return REASON_NONE;
}

/* --- execution ------------------------------------------------------------------------------ */

static void move_money(struct engine *engine, const struct command_block *body,
                       const struct plan *plan)
{
    engine->participant[body->buyer].cash -= plan->pays + plan->buyer_fee;
    engine->participant[body->seller].cash += plan->gets - plan->seller_fee;
    engine->operator_fees += plan->buyer_fee + plan->seller_fee;
    state_zone(engine, body->instrument, plan->from)->fund_cash += plan->pays - plan->gets;
}

static void move_units(struct engine *engine, const struct command_block *body,
                       const struct plan *plan)
{
    for (uint32_t leg = 0; leg < legs_count(engine, body->instrument); leg++) {
        uint16_t instrument = legs_at(engine, body->instrument, leg);
        uint32_t from = position_find(engine, body->seller, instrument, plan->from);
        uint32_t to = position_find(engine, body->buyer, instrument, plan->to);
        bool was = is_holder(&engine->position[from]);
        engine->position[from].free -= body->qty;
        holder_change(engine, &engine->position[from], was);
        units_arrive(engine, to, plan->received);
        state_zone(engine, instrument, plan->from)->retired += body->qty - plan->received;
        gate_bought(engine, body->buyer, instrument, plan->to, plan->received);
        gate_sold(engine, body->seller, instrument, plan->from, body->qty);
    }
    link_move(engine, body->instrument, plan->from, plan->to, plan->received);
}

static void execute(struct engine *engine, const struct command_block *body,
                    const struct plan *plan)
{
    struct day_trade trade = {.received = plan->received,
                              .delivered = body->qty,
                              .pays = plan->pays,
                              .gets = plan->gets,
                              .buyer_fee = plan->buyer_fee,
                              .seller_fee = plan->seller_fee,
                              .buyer = body->buyer,
                              .seller = body->seller,
                              .instrument = body->instrument,
                              .from_zone = plan->from,
                              .to_zone = plan->to};
    struct event_block_trade *event = EMIT(engine, BLOCK_TRADE, block_trade);
    move_money(engine, body, plan);
    move_units(engine, body, plan);
    event->n = trade.n = ++engine->trades;
    event->received = plan->received;
    event->delivered = body->qty;
    event->buyer_price = plan->buyer_price;
    event->seller_price = body->price;
    event->pays = plan->pays;
    event->gets = plan->gets;
    event->fund = plan->pays - plan->gets;
    event->buyer_fee = plan->buyer_fee;
    event->seller_fee = plan->seller_fee;
    event->name = body->name;
    event->seller = body->seller;
    event->buyer = body->buyer;
    event->instrument = body->instrument;
    event->from_zone = plan->from;
    event->to_zone = plan->to;
    trade.buyer_leg = figures_fill(engine, body->instrument, plan->to, plan->received,
                                   plan->buyer_price, FIGURES_BLOCK);
    if (plan->from != plan->to)
        trade.seller_leg = figures_fill(engine, body->instrument, plan->from, body->qty,
                                        body->price, FIGURES_BLOCK);
    figures_paid(engine, body->instrument, 1, plan->received, plan->pays);
    deal_note(engine, &trade);
    engine->touched = body->instrument;
}

/* Rows stay in the order in which they were said. */
static void row_end(struct engine *engine, struct agreement *row)
{
    size_t behind = (size_t)(&engine->agreement[engine->agreements] - row) - 1;
    memmove(row, row + 1, behind * sizeof *row);
    engine->agreements--;
}

/* The first side has spoken. */
static enum reason wait(struct engine *engine, const struct command *command, unsigned sides)
{
    const struct command_block *body = &command->body.block;
    struct event_pending *event;
    uint32_t at = engine->agreements;
    if (at == engine->limits.rules) return REASON_CAPACITY;
    engine->agreements++;
    engine->agreement[at] = (struct agreement){.name = body->name,
                                               .qty = body->qty,
                                               .price = body->price,
                                               .seller = body->seller,
                                               .buyer = body->buyer,
                                               .instrument = body->instrument,
                                               .said = (uint8_t)sides};
    event = EMIT(engine, PENDING, pending);
    event->name = body->name;
    event->command = COMMAND_BLOCK;
    return REASON_NONE;
}

static enum reason agree(struct engine *engine, const struct command *command)
{
    const struct command_block *body = &command->body.block;
    const unsigned both = 1u << SIDE_BUY | 1u << SIDE_SELL;
    unsigned sides = speaks_for(command);
    enum reason reason = door_reason(engine, command);
    struct plan plan;
    struct agreement *row;
    if (reason != REASON_NONE) return reason;
    row = agreement_find(engine, &body->name);
    if (row && (!is_same(row, body) || (row->said | sides) == row->said))
        return REASON_DUPLICATE_ID;
    reason = figures_reason(engine, body, &plan);
    if (reason != REASON_NONE) return reason;
    if (((row ? row->said : 0u) | sides) != both) return wait(engine, command, sides);
    reason = means_reason(engine, body, &plan);
    if (reason != REASON_NONE) return reason;
    if (row) row_end(engine, row);
    execute(engine, body, &plan);
    return REASON_NONE;
}

void block_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = agree(engine, command);
    if (reason != REASON_NONE) reject(engine, reason);
}
