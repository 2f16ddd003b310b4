/* room.c - the stages that run calls: the scheduled one, and the call that gives new room in
 * continuous trading (market.md 6.5).
 *
 * New room is given in rounds: every executable pair of zones, in zone order and each zone in one
 * pair, is cleared together; rounds repeat until no pair is executable or one changed nothing.
 * Looking for pairs needs no slate, and mostly finds none.
 */
#include "engine/call.h"
#include "engine/job.h"
#include "engine/orders.h"
#include "engine/rent.h"

enum room_part { ROOM_BEGIN, ROOM_CALL, ROOM_SEEK, ROOM_TAKE, ROOM_ROUND };

/* What the search keeps in job->more. Slots are kept + 1. */
enum seek_place {
    SEEK_PAIRS, /* how many are found */
    SEEK_TAKEN, /* mask of their zones */
    SEEK_ASK,   /* the ask found for the present pair, 0: none yet */
    SEEK_SLOT,  /* order to be looked at next, 0: the pair has not begun */
    SEEK_LIST   /* four words of four pairs, 16 bits each */
};
_Static_assert(ZONES_MAX / 2 <= 16, "all pairs of a round fit four words");

/* --- is a pair executable? -------------------------------------------------------------------- */

enum answer { NO, YES, LATER };

/* Moves job->more[SEEK_SLOT] on to the first order of this size. An order that is too small for a
 * step is passed over; NO: none is left. */
static enum answer seek_size(struct engine *engine, struct job *job, int64_t size)
{
    for (;;) {
        uint32_t slot = (uint32_t)(job->more[SEEK_SLOT] - 1);
        if (slot == NIL) return NO;
        if (engine->order[slot].left >= size) return YES;
        if (!work_left(engine)) return LATER;
        work_spend(engine, 1);
        job->more[SEEK_SLOT] = (int64_t)book_next(engine, slot) + 1;
    }
}

/* Do the best prices cross, whatever the size of their orders? Mostly not. */
static bool best_cross(const struct engine *engine, const struct link *link, uint16_t instrument,
                       uint8_t from, uint8_t to)
{
    uint32_t ask = book_best(engine, instrument, from, SIDE_SELL);
    uint32_t bid = book_best(engine, instrument, to, SIDE_BUY);
    return ask != NIL && bid != NIL &&
           price_to_buyer(link, engine->order[ask].price) <= engine->order[bid].price;
}

/* Decision 4.10: an ask and a bid with a step each, E(ask) <= bid, and room for a step. */
static enum answer executable(struct engine *engine, struct job *job, uint16_t instrument,
                              uint8_t from, uint8_t to)
{
    const struct link *link = state_link(engine, instrument, from, to);
    int64_t lot = engine->instrument[instrument].lot, *more = job->more;
    enum answer answer;
    if (!link->allowed || link_room(engine, instrument, from, to) < lot * link->rd) return NO;
    if (more[SEEK_SLOT] == 0) {
        if (!work_left(engine)) return LATER;
        work_spend(engine, 1);
        if (!best_cross(engine, link, instrument, from, to)) return NO;
        more[SEEK_SLOT] = book_best(engine, instrument, from, SIDE_SELL) + INT64_C(1);
    }
    if (more[SEEK_ASK] == 0) {
        answer = seek_size(engine, job, lot * link->rn);
        if (answer != YES) return answer;
        more[SEEK_ASK] = more[SEEK_SLOT];
        more[SEEK_SLOT] = book_best(engine, instrument, to, SIDE_BUY) + INT64_C(1);
    }
    answer = seek_size(engine, job, lot * link->rd);
    if (answer != YES) return answer;
    return price_to_buyer(link, engine->order[more[SEEK_ASK] - 1].price) <=
                   engine->order[more[SEEK_SLOT] - 1].price
               ? YES
               : NO;
}

bool call_crossed(const struct engine *engine, uint16_t instrument)
{
    if (is_listing_only(engine, instrument)) return false;
    for (uint8_t zone = 0; zone < engine->zones; zone++)
        if (best_cross(engine, state_link(engine, instrument, zone, zone), instrument, zone, zone))
            return true;
    return false;
}

/* --- rounds ----------------------------------------------------------------------------------- */

static void pair_found(struct job *job, uint32_t a, uint32_t b)
{
    uint32_t pair = (uint32_t)job->more[SEEK_PAIRS]++;
    job->more[SEEK_TAKEN] |= INT64_C(1) << a | INT64_C(1) << b;
    job->more[SEEK_LIST + pair / 4] |= (int64_t)(a | b << 8) << pair % 4 * 16;
}

/* Finds the pairs of one round: job->at goes over all (a, b), job->side over their directions. */
static bool seek_pairs(struct engine *engine, struct job *job, uint16_t instrument)
{
    for (; job->at < engine->zones * engine->zones; job->at++, job->side = 0) {
        uint32_t a = job->at / engine->zones, b = job->at % engine->zones;
        if (b <= a) continue;
        if ((job->more[SEEK_TAKEN] >> a & 1) || (job->more[SEEK_TAKEN] >> b & 1)) continue;
        for (; job->side < 2; job->side++) {
            uint8_t from = (uint8_t)(job->side ? b : a), to = (uint8_t)(job->side ? a : b);
            enum answer answer = executable(engine, job, instrument, from, to);
            if (answer == LATER) return false;
            job->more[SEEK_ASK] = job->more[SEEK_SLOT] = 0;
            if (answer == NO) continue;
            pair_found(job, a, b);
            break;
        }
    }
    return true;
}

static void plan_round(struct job *job, struct slate *slate)
{
    for (uint32_t pair = 0; pair < job->more[SEEK_PAIRS]; pair++) {
        int64_t zones = job->more[SEEK_LIST + pair / 4] >> pair % 4 * 16;
        call_pair(slate, zones & 0xff, zones >> 8 & 0xff);
    }
    memset(job->more, 0, sizeof job->more);
    job->at = 0;
}

static bool go_on(struct engine *engine, struct slate *slate, uint16_t instrument)
{
    bool finished;
    slate_begin(slate, engine);
    finished = call_run(engine, slate, instrument);
    slate_end(slate, engine);
    return finished;
}

static bool rounds(struct engine *engine, struct job *job, uint16_t instrument)
{
    if (is_listing_only(engine, instrument)) return true; /* decision 9.6 */
    for (;;) {
        struct slate *slate;
        bool changed;
        if (job->part == ROOM_SEEK) {
            if (!seek_pairs(engine, job, instrument)) return false;
            if (job->more[SEEK_PAIRS] == 0) return true;
            job->part = ROOM_TAKE;
        }
        slate = slate_take(engine, instrument, engine->instrument[instrument].resting);
        if (!slate) return false;
        if (job->part == ROOM_TAKE) {
            plan_round(job, slate);
            job->part = ROOM_ROUND;
        }
        if (!go_on(engine, slate, instrument)) return false;
        changed = slate->call.changed;
        slate_give(slate);
        job->part = ROOM_SEEK;
        if (!changed) return true; /* a pair that trimming took away may have hidden another */
    }
}

/* --- stages ----------------------------------------------------------------------------------- */

void call_uncross(struct engine *engine, uint16_t instrument, bool scheduled)
{
    job_begin(engine, instrument, JOB_CALL)->count = scheduled;
}

bool stage_call(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    struct slate *slate;
    if (job->part >= ROOM_SEEK) return rounds(engine, job, instrument);
    slate = slate_take(engine, instrument, engine->instrument[instrument].resting);
    if (!slate) return false;
    if (job->part == ROOM_BEGIN) {
        slate->call.scheduled = job->count;
        call_plan(engine, slate, instrument);
        if (slate->call.scheduled) rent_begin(engine, instrument);
        job->part = ROOM_CALL;
    }
    if (!go_on(engine, slate, instrument)) return false;
    if (slate->call.scheduled) rent_settle(engine, instrument, slate->call.zone);
    slate_give(slate);
    job->part = ROOM_SEEK;
    return rounds(engine, job, instrument);
}

bool stage_room(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    if (job->part == ROOM_BEGIN) job->part = ROOM_SEEK;
    return rounds(engine, job, instrument);
}
