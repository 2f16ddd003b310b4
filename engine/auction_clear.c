/* auction_clear.c - one price, and who gets what (market.md 5, decisions 4.15, 12.5, 12.6, 12.11).
 *
 * A clearing is a job: it is the same code whether it may do everything at once or has to stop
 * after so many rows. What job fields mean here:
 *   side      which of the two scratch arrays holds the rows     zone   sorting pass
 *   slot      the bid or standing bid gathered next              at     the row looked at next
 *   count     rows                                               units  valid so far; then still to
 * give more[0]   lowest price that may win                          more[1] end of the level
 *   more[2]   state of the seeded numbers; then extra lots       more[3] first row of the level
 *   more[4,5] lots asked for at the level; then the remainder that decides, low and high half
 *   more[6]   extra lots in all
 */
#include "engine/auction.h"

enum part {
    PART_WAIT, /* for the scratch */
    PART_GATHER,
    PART_STANDING,
    PART_SORT_SEEDED,
    PART_KEYS,
    PART_SORT,
    PART_BEGIN,
    PART_LEVEL,
    PART_AWARD,
    PART_REMAINDERS,
    PART_DECIDE,
    PART_EXTRA,
    PART_CLEARED,
    PART_SETTLE
};

static uint128 two_words(const int64_t *words)
{
    return (uint128)(uint64_t)words[1] << 64 | (uint64_t)words[0];
}

static void two_words_set(int64_t *words, uint128 value)
{
    words[0] = (int64_t)(uint64_t)value;
    words[1] = (int64_t)(uint64_t)(value >> 64);
}

static struct bid *bid_at(const struct engine *engine, const struct job *job, uint32_t at)
{
    return &engine->bid[rank_rows(engine, job)[at].bid];
}

/* --- before the awards -------------------------------------------------------------------- */

static bool wait_for_scratch(struct engine *engine, struct job *job)
{
    const struct auction *auction = &engine->auction[job->auction];
    if (engine->ranking != NIL) return false;
    engine->ranking = job->auction;
    memset(engine->rank_counts, 0, RANK_PASSES * RANK_BUCKETS * sizeof *engine->rank_counts);
    job->slot = auction->first_bid;
    for (uint32_t i = 8; i-- > 0;)
        job->more[2] = (int64_t)((uint64_t)job->more[2] << 8 | auction->seed[i]);
    return true;
}

/* Is anything sold, and how? `valid` units at or above the reserve, at most QTY_MAX. */
static enum auction_state judge(const struct engine *engine, const struct auction *auction,
                                int64_t valid)
{
    const struct instrument *instrument = &engine->instrument[auction->instrument];
    if (valid == 0) return AUCTION_STATE_FAILED;
    if (valid < auction->offer && auction->undersubscribed == UNDERSUBSCRIBED_CANCEL_ALL)
        return AUCTION_STATE_FAILED;
    /* other issues since the opening have used up what an instrument may ever hold */
    if (auction->seller == SELLER_ISSUER && auction->offer > QTY_MAX - instrument->issued)
        return AUCTION_STATE_FAILED;
    return valid >= auction->offer ? AUCTION_STATE_CLEARED : AUCTION_STATE_PARTIAL;
}

/* --- awards ------------------------------------------------------------------------------- */

static void won_append(struct engine *engine, struct auction *auction, uint32_t id)
{
    struct bid *bid = &engine->bid[id];
    bid->won_next = NIL;
    if (auction->last_won == NIL)
        auction->first_won = id;
    else
        engine->bid[auction->last_won].won_next = id;
    auction->last_won = id;
}

/* Awards begin, with the offer alone or with the containment. */
static uint8_t awards_begin(struct auction *auction, struct job *job)
{
    auction->first_won = auction->last_won = NIL;
    job->at = 0;
    job->units = auction->offer + auction->contained;
    job->more[0] = auction->contained > 0 ? auction->trigger_price : 0;
    job->more[1] = job->count;
    job->more[3] = 0;
    return auction->tie == TIE_PRO_RATA ? PART_LEVEL : PART_AWARD;
}

/* Measures the bids at the price of row `more[3]`: only pro-rata has to know them beforehand. */
static bool level_measure(struct engine *engine, struct job *job, uint8_t *next)
{
    const struct auction *auction = &engine->auction[job->auction];
    int64_t price;
    uint128 asked;
    if (job->at == (uint32_t)job->more[3]) two_words_set(&job->more[4], 0);
    asked = two_words(&job->more[4]);
    price = bid_at(engine, job, (uint32_t)job->more[3])->price;
    if (price < job->more[0]) { /* the containment is not for bids below the trigger */
        *next = PART_CLEARED;
        return true;
    }
    while (job->at < job->count && bid_at(engine, job, job->at)->price == price) {
        if (!work_left(engine)) {
            two_words_set(&job->more[4], asked);
            return false;
        }
        work_spend(engine, 1);
        asked += (uint64_t)(bid_at(engine, job, job->at++)->qty / auction->lot);
    }
    two_words_set(&job->more[4], asked);
    job->more[1] = job->at;
    job->at = (uint32_t)job->more[3];
    *next = asked > (uint128)(job->units / auction->lot) ? PART_REMAINDERS : PART_AWARD;
    return true;
}

/* Gives to the rows before more[1], each what it asks for, while units are left. */
static bool award(struct engine *engine, struct job *job, uint8_t *next)
{
    struct auction *auction = &engine->auction[job->auction];
    uint32_t end = (uint32_t)job->more[1];
    while (job->at < end && job->units > 0) {
        struct bid *bid = bid_at(engine, job, job->at);
        if (bid->price < job->more[0]) break;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        bid->awarded = bid->qty < job->units ? bid->qty : job->units;
        job->units -= bid->awarded;
        auction->price = bid->price; /* of the last winning bid */
        won_append(engine, auction, rank_rows(engine, job)[job->at].bid);
        job->at++;
    }
    *next = PART_CLEARED;
    if (job->units > 0 && job->at == end && end < job->count) {
        job->more[3] = job->at;
        *next = PART_LEVEL;
    }
    return true;
}

/* --- the marginal price by largest remainder, in lots ------------------------------------- */

static uint128 remainder_of(const struct ranked *row)
{
    return (uint128)row->high << 64 | row->key;
}

/* Everybody's whole lots; the rows keep the remainders, more[2] the lots that are left. */
static bool remainders(struct engine *engine, struct job *job)
{
    struct auction *auction = &engine->auction[job->auction];
    struct ranked *rows = rank_rows(engine, job);
    uint128 asked = two_words(&job->more[4]), lots = (uint128)(job->units / auction->lot);
    if (job->at == (uint32_t)job->more[3]) job->more[2] = (int64_t)lots;
    for (; job->at < (uint32_t)job->more[1]; job->at++) {
        struct ranked *row = &rows[job->at];
        struct bid *bid = &engine->bid[row->bid];
        uint128 part = lots * (uint64_t)(bid->qty / auction->lot);
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        if (part <= UINT64_MAX && asked <= UINT64_MAX) { /* 128 bits cost ten times as much */
            bid->awarded = (int64_t)((uint64_t)part / (uint64_t)asked);
            row->key = (uint64_t)part % (uint64_t)asked;
            row->high = 0;
        } else {
            uint128 rest = part % asked; /* asked < 2^74: 2^24 bids of 10^15 units */
            bid->awarded = (int64_t)(part / asked);
            row->key = (uint64_t)rest;
            row->high = (uint32_t)(rest >> 64);
        }
        job->more[2] -= bid->awarded;
        bid->awarded *= auction->lot;
    }
    auction->price = bid_at(engine, job, (uint32_t)job->more[3])->price;
    job->at = (uint32_t)job->more[3];
    job->units = 0;
    job->more[6] = job->more[2];
    for (; asked >> job->zone * RANK_BITS != 0; job->zone++)
        continue; /* the digits a remainder can have */
    two_words_set(&job->more[4], 0);
    return true;
}

/* Finds the remainder of the last extra lot, digit by digit from the highest: no row moves, so they
 * stay in the order of time. Afterwards more[2] says how many with just that remainder get one. */
static bool decide(struct engine *engine, struct job *job)
{
    const struct ranked *rows = rank_rows(engine, job);
    uint32_t *counts = engine->rank_counts;
    while (job->zone > 0 && job->more[2] > 0) {
        uint128 prefix = two_words(&job->more[4]);
        uint32_t shift = (job->zone - 1u) * RANK_BITS, value = RANK_BUCKETS;
        if (job->at == (uint32_t)job->more[3]) memset(counts, 0, RANK_BUCKETS * sizeof *counts);
        for (; job->at < (uint32_t)job->more[1]; job->at++) {
            uint128 rest = remainder_of(&rows[job->at]) >> shift;
            if (!work_left(engine)) return false;
            if (job->at % 8 == 0) work_spend(engine, 1);
            if (rest >> RANK_BITS == prefix) counts[(uint32_t)rest & (RANK_BUCKETS - 1)]++;
        }
        while (counts[--value] < job->more[2])
            job->more[2] -= counts[value];
        two_words_set(&job->more[4], prefix << RANK_BITS | value);
        job->at = (uint32_t)job->more[3];
        job->zone--;
    }
    job->zone = 0;
    return true;
}

static bool extra_lots(struct engine *engine, struct job *job)
{
    struct auction *auction = &engine->auction[job->auction];
    const struct ranked *rows = rank_rows(engine, job);
    uint128 least = two_words(&job->more[4]);
    for (; job->at < (uint32_t)job->more[1]; job->at++) {
        struct bid *bid = &engine->bid[rows[job->at].bid];
        uint128 rest = remainder_of(&rows[job->at]);
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        if (job->more[6] > 0 && rest > least) bid->awarded += auction->lot;
        if (rest == least && job->more[2] > 0) {
            bid->awarded += auction->lot;
            job->more[2]--;
        }
        if (bid->awarded > 0) won_append(engine, auction, rows[job->at].bid);
    }
    return true;
}

/* --- the result --------------------------------------------------------------------------- */

/* Cost containment, 12.6: once, if the offer alone was sold above the trigger. */
static bool contain(struct engine *engine, struct auction *auction, uint32_t id)
{
    struct event_contained *event;
    int64_t most = QTY_MAX - engine->instrument[auction->instrument].issued;
    if (auction->state != AUCTION_STATE_CLEARED || auction->contained > 0 ||
        auction->containment == 0 || auction->trigger_price == 0 ||
        auction->price <= auction->trigger_price)
        return false;
    if (auction->seller == SELLER_ISSUER && auction->offer + auction->containment > most)
        return false;
    auction->contained = auction->containment;
    event = EMIT(engine, CONTAINED, contained);
    event->qty = auction->contained;
    event->trigger_price = auction->trigger_price;
    event->auction = id;
    event->instrument = auction->instrument;
    event->name = auction->name;
    return true;
}

static void result(struct engine *engine, uint32_t id, int64_t left)
{
    struct auction *auction = &engine->auction[id];
    struct event_cleared *cleared;
    if (auction->state != AUCTION_STATE_FAILED)
        auction->sold = auction->offer + auction->contained - left;
    if (auction->state == AUCTION_STATE_PARTIAL &&
        auction->undersubscribed == UNDERSUBSCRIBED_PARTIAL_AT_RESERVE)
        auction->price = auction->reserve_price;
    cleared = EMIT(engine, CLEARED, cleared);
    cleared->price = auction->price;
    cleared->sold = auction->sold;
    cleared->offer = auction->offer;
    cleared->auction = id;
    cleared->instrument = auction->instrument;
    cleared->state = auction->state;
    cleared->name = auction->name;
    engine->ranking = NIL;
}

/* The parts up to the sorted rows. False: no work is left. */
static bool step_rank(struct engine *engine, struct job *job, uint8_t *next)
{
    struct auction *auction = &engine->auction[job->auction];
    switch ((enum part)job->part) {
    case PART_WAIT:
        *next = PART_GATHER;
        return wait_for_scratch(engine, job);
    case PART_GATHER:
        *next = PART_STANDING;
        if (!rank_gather(engine, job)) return false;
        job->slot = engine->auction_place[auction->instrument].first_standing;
        return true;
    case PART_STANDING:
        *next = auction->tie == TIE_SEEDED_RANDOM ? PART_SORT_SEEDED : PART_SORT;
        return standing_gather(engine, job);
    case PART_SORT_SEEDED:
        *next = PART_KEYS;
        return rank_sort(engine, job);
    case PART_KEYS:
        *next = PART_SORT;
        return rank_by_price(engine, job);
    case PART_SORT:
        *next = PART_BEGIN;
        return rank_sort(engine, job);
    case PART_BEGIN:
        auction->state = (uint8_t)judge(engine, auction, job->units);
        *next = auction->state == AUCTION_STATE_FAILED ? PART_CLEARED : awards_begin(auction, job);
        return true;
    case PART_LEVEL:
    case PART_AWARD:
    case PART_REMAINDERS:
    case PART_DECIDE:
    case PART_EXTRA:
    case PART_CLEARED:
    case PART_SETTLE:
        break;
    }
    ASSERT(false);
    return false;
}

/* The parts from the sorted rows on. */
static bool step_award(struct engine *engine, struct job *job, uint8_t *next)
{
    struct auction *auction = &engine->auction[job->auction];
    if (job->part == PART_LEVEL) return level_measure(engine, job, next);
    if (job->part == PART_AWARD) return award(engine, job, next);
    if (job->part == PART_REMAINDERS) {
        *next = PART_DECIDE;
        return remainders(engine, job);
    }
    if (job->part == PART_DECIDE) {
        *next = PART_EXTRA;
        return decide(engine, job);
    }
    if (job->part == PART_EXTRA) {
        *next = PART_CLEARED;
        return extra_lots(engine, job);
    }
    ASSERT(job->part == PART_CLEARED);
    *next = PART_SETTLE;
    if (contain(engine, auction, job->auction))
        *next = awards_begin(auction, job);
    else
        result(engine, job->auction, job->units);
    engine->rank_side = job->side;
    return true;
}

bool stage_clear(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    while (job->part != PART_SETTLE) {
        uint8_t next = PART_SETTLE;
        bool finished =
            job->part < PART_LEVEL ? step_rank(engine, job, &next) : step_award(engine, job, &next);
        if (!finished) return false;
        job->part = next;
    }
    return auction_settle_on(engine, job->auction);
}

/* --- commands ----------------------------------------------------------------------------- */

static enum reason clear_check(const struct engine *engine, const struct command *command)
{
    uint32_t id = command->body.clear.auction;
    const struct auction *auction;
    if (!auction_may_run(command)) return REASON_NOT_ALLOWED;
    if (id >= engine->auctions) return REASON_UNKNOWN_AUCTION;
    auction = &engine->auction[id];
    if (is_frozen(engine, auction->instrument)) return REASON_FROZEN;
    if (auction->state != AUCTION_STATE_OPEN && auction->state != AUCTION_STATE_CLOSED)
        return REASON_WRONG_STATE;
    if (auction->tie == TIE_SEEDED_RANDOM && auction->seeding != SEEDING_REVEALED)
        return REASON_WRONG_STATE;
    return REASON_NONE;
}

/* From rule set 2 on the first answer says only that the clearing has begun: what it finds may come
 * some steps later. */
void auction_clear_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = clear_check(engine, command);
    uint32_t id = command->body.clear.auction;
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    if (engine->rule_set >= 2) done(engine);
    engine->touched = engine->auction[id].instrument;
    job_begin(engine, engine->touched, JOB_CLEAR)->auction = id;
}

void auction_settle_apply(struct engine *engine, const struct command *command)
{
    uint32_t id = command->body.settle.auction;
    const struct auction *auction = &engine->auction[id]; /* not read before id is known */
    enum reason reason = REASON_NONE;
    struct job *job;
    if (!auction_may_run(command))
        reason = REASON_NOT_ALLOWED;
    else if (id >= engine->auctions)
        reason = REASON_UNKNOWN_AUCTION;
    else if (is_frozen(engine, auction->instrument))
        reason = REASON_FROZEN;
    else if (!auction->awaits)
        reason = REASON_WRONG_STATE;
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    done(engine);
    engine->touched = auction->instrument;
    job = job_begin(engine, auction->instrument, JOB_CLEAR);
    job->auction = id;
    job->part = PART_SETTLE;
    auction_payment_due(engine, id);
}
