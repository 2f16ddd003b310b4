/* auction_rank.c - the bids of an auction in the order in which they win: gathered in the order of
 * their time, then sorted by price, or by a seeded number first (decisions 12.5, 12.11).
 *
 * Radix sort from the lowest digit: stable, so what comes first in time stays first at one price,
 * and a pass over a million rows is two walks. Digits that are the same in all rows are passed
 * over. The scratch belongs to one auction at a time (engine->ranking); it is what the bids make of
 * it, so the digest need not hold it.
 */
#include "engine/auction.h"

/* Sorting that many rows costs as much as reading one bid. */
#define ROWS_PER_WORK 8

static uint32_t *counts_of(const struct engine *engine, uint32_t pass)
{
    return engine->rank_counts + pass * RANK_BUCKETS;
}

static uint32_t digit(uint64_t key, uint32_t pass)
{
    return (uint32_t)(key >> pass * RANK_BITS) & (RANK_BUCKETS - 1);
}

static void rank_put(struct engine *engine, struct job *job, uint32_t at, uint32_t bid,
                     uint64_t key)
{
    rank_rows(engine, job)[at] = (struct ranked){.key = key, .bid = bid};
    for (uint32_t pass = 0; pass < RANK_PASSES; pass++)
        counts_of(engine, pass)[digit(key, pass)]++;
}

void rank_add(struct engine *engine, struct job *job, uint32_t bid, uint64_t key)
{
    int64_t qty = engine->bid[bid].qty, most = QTY_MAX - job->units;
    rank_put(engine, job, job->count++, bid, key);
    job->units += qty < most ? qty : most; /* only whether it reaches the offer matters */
}

static uint64_t price_key(const struct bid *bid)
{
    return (uint64_t)(PRICE_MAX - bid->price);
}

/* SplitMix64; its state is in the job. */
static uint64_t seeded_number(struct job *job)
{
    uint64_t z = (uint64_t)job->more[2] + UINT64_C(0x9e3779b97f4a7c15);
    job->more[2] = (int64_t)z;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t rank_key(const struct auction *auction, const struct bid *bid, struct job *job)
{
    return auction->tie == TIE_SEEDED_RANDOM ? seeded_number(job) : price_key(bid);
}

/* A valid bid: at or above the reserve, its zone served, its holding there. */
static bool is_valid(struct engine *engine, const struct auction *auction, struct bid *bid)
{
    uint8_t zone = zone_of(engine, bid->participant, auction->instrument);
    bool moved = zone != bid->zone;
    bid->zone = zone;
    if (bid->withdrawn || bid->price < auction->reserve_price) return false;
    if (!auction_reaches(engine, auction, zone)) return false;
    if (moved) bid->position = position_open(engine, bid->participant, auction->instrument, zone);
    return bid->position != NIL; /* it moved to another zone and the table is full */
}

bool rank_gather(struct engine *engine, struct job *job)
{
    const struct auction *auction = &engine->auction[job->auction];
    while (job->slot != NIL) {
        struct bid *bid = &engine->bid[job->slot];
        uint64_t key;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        key = rank_key(auction, bid, job);
        if (is_valid(engine, auction, bid)) rank_add(engine, job, job->slot, key);
        job->slot = bid->next;
    }
    return true;
}

bool rank_by_price(struct engine *engine, struct job *job)
{
    struct ranked *rows = rank_rows(engine, job);
    if (job->at == 0)
        memset(engine->rank_counts, 0, RANK_PASSES * RANK_BUCKETS * sizeof *engine->rank_counts);
    for (; job->at < job->count; job->at++) {
        uint32_t bid = rows[job->at].bid;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        rank_put(engine, job, job->at, bid, price_key(&engine->bid[bid]));
    }
    job->at = 0;
    return true;
}

/* The pass has to move something? Then its counts become the places where each digit begins. */
static bool pass_begin(struct engine *engine, const struct job *job, uint32_t pass)
{
    uint32_t *counts = counts_of(engine, pass);
    uint32_t sum = 0;
    if (job->count == 0) return false;
    if (counts[digit(rank_rows(engine, job)[0].key, pass)] == job->count) return false;
    for (uint32_t i = 0; i < RANK_BUCKETS; i++) {
        uint32_t here = counts[i];
        counts[i] = sum;
        sum += here;
    }
    return true;
}

bool rank_sort(struct engine *engine, struct job *job)
{
    for (; job->zone < RANK_PASSES; job->zone++) {
        const struct ranked *from = rank_rows(engine, job);
        struct ranked *to = engine->rank[!job->side];
        uint32_t *places = counts_of(engine, job->zone);
        if (!work_left(engine)) return false;
        if (job->at == 0 && !pass_begin(engine, job, job->zone)) continue;
        while (job->at < job->count) {
            uint32_t end =
                job->count - job->at < ROWS_PER_WORK ? job->count : job->at + ROWS_PER_WORK;
            if (!work_left(engine)) return false;
            work_spend(engine, 1);
            for (; job->at < end; job->at++)
                to[places[digit(from[job->at].key, job->zone)]++] = from[job->at];
        }
        job->at = 0;
        job->side = !job->side;
    }
    job->zone = 0;
    return true;
}
