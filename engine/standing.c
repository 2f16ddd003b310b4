/* standing.c - standing bids for eco-credits: in every auction of the instrument (decision 12.10).
 *
 * Each keeps its whole price frozen, so what it wins is paid. The rows of an instrument are a list
 * in the order of entry; at `clear` those that take part become bids behind the others in time.
 */
#include "engine/auction.h"

/* --- rows --------------------------------------------------------------------------------- */

static struct auction_place *place_of(const struct engine *engine, uint16_t instrument)
{
    return &engine->auction_place[instrument];
}

static uint32_t standing_find(const struct engine *engine, uint16_t instrument,
                              uint32_t participant)
{
    return pair_find(&engine->standing_index, pair_key(instrument, participant));
}

static void list_append(struct engine *engine, uint32_t id)
{
    struct standing *row = &engine->standing[id];
    struct auction_place *place = place_of(engine, row->instrument);
    row->prev = place->last_standing;
    row->next = NIL;
    if (row->prev == NIL)
        place->first_standing = id;
    else
        engine->standing[row->prev].next = id;
    place->last_standing = id;
}

static void list_remove(struct engine *engine, uint32_t id)
{
    const struct standing *row = &engine->standing[id];
    struct auction_place *place = place_of(engine, row->instrument);
    if (row->prev == NIL)
        place->first_standing = row->next;
    else
        engine->standing[row->prev].next = row->next;
    if (row->next == NIL)
        place->last_standing = row->prev;
    else
        engine->standing[row->next].prev = row->prev;
}

static uint32_t standing_open(struct engine *engine, uint16_t instrument, uint32_t participant)
{
    uint32_t id = engine->standings_free;
    if (id != NIL)
        engine->standings_free = engine->standing[id].next;
    else if (engine->standings < engine->limits.rules)
        id = engine->standings++;
    else
        return NIL;
    engine->standing[id] = (struct standing){.participant = participant, .instrument = instrument};
    list_append(engine, id);
    pair_add(&engine->standing_index, pair_key(instrument, participant), id);
    return id;
}

static void standing_end(struct engine *engine, uint32_t id)
{
    struct standing *row = &engine->standing[id];
    cash_release(engine, row->participant, row->deposit);
    list_remove(engine, id);
    pair_remove(&engine->standing_index, id);
    *row = (struct standing){.participant = PARTICIPANT_NONE, .next = engine->standings_free};
    engine->standings_free = id;
}

bool standing_end_all(struct engine *engine, uint16_t instrument)
{
    while (place_of(engine, instrument)->first_standing != NIL) {
        if (!work_left(engine)) return false;
        standing_end(engine, place_of(engine, instrument)->first_standing);
        work_spend(engine, 1);
    }
    return true;
}

/* --- the command -------------------------------------------------------------------------- */

static enum reason who_check(const struct engine *engine, const struct command *command)
{
    const struct command_standing *body = &command->body.standing;
    const struct instrument *instrument;
    const struct participant *bidder;
    if (command->subject >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    bidder = &engine->participant[command->subject];
    if (command->role != ROLE_SYSTEM &&
        (command->role != ROLE_ENTERPRISE || command->actor != command->subject))
        return REASON_NOT_ALLOWED;
    if (bidder->stopped && body->qty != 0) return REASON_NOT_ALLOWED;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    instrument = &engine->instrument[body->instrument];
    if (instrument->retired || instrument->family != FAMILY_ECO ||
        (body->qty != 0 && !instrument->terms.investors &&
         bidder->type == PARTICIPANT_TYPE_INVESTOR))
        return REASON_NOT_ALLOWED;
    return is_frozen(engine, body->instrument) ? REASON_FROZEN : REASON_NONE;
}

static enum reason figures_check(const struct engine *engine, const struct command *command,
                                 uint32_t present)
{
    const struct command_standing *body = &command->body.standing;
    int64_t frozen = present == NIL ? 0 : engine->standing[present].deposit;
    if (body->qty < 1 || body->qty > QTY_MAX || body->price < 1 || body->price > PRICE_MAX)
        return REASON_QTY_RANGE;
    if (body->price % engine->instrument[body->instrument].tick != 0) return REASON_TICK;
    if ((int128)body->price * body->qty > MONEY_MAX) return REASON_QTY_RANGE;
    return engine->participant[command->subject].cash + frozen < body->price * body->qty
               ? REASON_CASH_SHORT
               : REASON_NONE;
}

void standing_apply(struct engine *engine, const struct command *command)
{
    const struct command_standing *body = &command->body.standing;
    enum reason reason = who_check(engine, command);
    uint32_t id = NIL;
    if (reason == REASON_NONE) {
        id = standing_find(engine, body->instrument, command->subject);
        if (body->qty == 0)
            reason = id == NIL ? REASON_UNKNOWN_ORDER : REASON_NONE;
        else
            reason = figures_check(engine, command, id);
    }
    if (reason == REASON_NONE && id == NIL) {
        id = standing_open(engine, body->instrument, command->subject);
        if (id == NIL) reason = REASON_CAPACITY;
    }
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    if (body->qty == 0) {
        standing_end(engine, id);
    } else {
        struct standing *row = &engine->standing[id];
        cash_release(engine, command->subject, row->deposit);
        row->qty = body->qty;
        row->price = body->price;
        row->deposit = body->price * body->qty;
        row->sequence = command->sequence;
        cash_hold(engine, command->subject, row->deposit);
        list_remove(engine, id);
        list_append(engine, id);
    }
    done(engine);
}

/* --- at `clear` --------------------------------------------------------------------------- */

/* What it bids for: as much as it wants and its group may, in whole lots. */
static int64_t wanted(const struct engine *engine, uint32_t auction, const struct standing *row)
{
    const struct auction *a = &engine->auction[auction];
    uint32_t group = engine->participant[row->participant].group;
    int64_t most = share_most(a) - share_used(engine, auction, group);
    int64_t qty = row->qty < most ? row->qty : most;
    qty = qty / a->lot * a->lot;
    return qty >= a->floor_min ? qty : 0;
}

/* The bid a standing bid makes in this auction; NIL: it takes no part. */
static uint32_t speak(struct engine *engine, uint32_t auction, uint32_t id)
{
    const struct standing *row = &engine->standing[id];
    uint16_t instrument = row->instrument;
    struct bid bid = {.price = row->price,
                      .sequence = row->sequence,
                      .participant = row->participant,
                      .zone = zone_of(engine, row->participant, instrument),
                      .won_next = NIL,
                      .standing = id};
    uint32_t at;
    if (row->price < engine->auction[auction].reserve_price ||
        !auction_may_bid(engine, auction, row->participant, bid.zone))
        return NIL;
    bid.qty = wanted(engine, auction, row);
    if (bid.qty == 0) return NIL;
    bid.position = position_open(engine, row->participant, instrument, bid.zone);
    if (bid.position == NIL) return NIL;
    bid.entrant = entrant_find(engine, auction, row->participant);
    at = bid_append(engine, auction, &bid);
    if (at == NIL) return NIL;
    engine->bid[at].share =
        share_open(engine, auction, engine->participant[row->participant].group);
    engine->share[engine->bid[at].share].qty += bid.qty;
    return at;
}

bool standing_gather(struct engine *engine, struct job *job)
{
    const struct auction *auction = &engine->auction[job->auction];
    if (engine->rule_set < 2) return true;
    while (job->slot != NIL) {
        uint32_t at;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        at = speak(engine, job->auction, job->slot);
        job->slot = engine->standing[job->slot].next;
        if (at == NIL) continue;
        rank_add(engine, job, at, rank_key(auction, &engine->bid[at], job));
    }
    return true;
}

void standing_take(struct engine *engine, struct bid *bid)
{
    struct standing *row = &engine->standing[bid->standing];
    uint32_t id = bid->standing;
    ASSERT(row->qty >= bid->awarded && row->price == bid->price);
    bid->deposit = bid->awarded * bid->price;
    bid->standing = NIL;
    row->qty -= bid->awarded;
    row->deposit -= bid->deposit;
    if (row->qty == 0) standing_end(engine, id);
}
