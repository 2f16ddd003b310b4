/* check_deal.c - escrow as frozen units and money, counted anew: part of engine_check(). */
#include "engine/check.h"
#include "engine/deal.h"

int128 escrow_cash(const struct engine *engine, uint32_t participant)
{
    int128 sum = 0;
    for (uint32_t at = 0; at < engine->escrows; at++) {
        const struct day_trade *trade = &engine->escrow[at];
        if (participant == PARTICIPANT_NONE || trade->seller == participant)
            sum += trade->gets - trade->seller_fee;
    }
    return sum;
}

static int128 escrowed_units(const struct engine *engine, const struct position *position)
{
    int128 sum = 0;
    for (uint32_t at = 0; at < engine->escrows; at++) {
        const struct day_trade *trade = &engine->escrow[at];
        if (trade->buyer == position->participant && trade->instrument == position->instrument &&
            trade->to_zone == position->zone)
            sum += trade->received;
    }
    return sum;
}

void check_deals(const struct engine *engine)
{
    ASSERT(engine->escrows <= engine->limits.rules);
    for (uint32_t at = 0; at < engine->escrows; at++) {
        const struct day_trade *trade = &engine->escrow[at];
        ASSERT(trade->escrowed && trade->n > 0 && trade->n <= engine->trades);
        ASSERT(at == 0 || engine->escrow[at - 1].n < trade->n);
        ASSERT(trade->pays >= trade->gets && trade->delivered >= trade->received);
    }
    for (uint32_t at = 0; at < engine->limits.trades; at++) {
        const struct day_trade *trade = &engine->day_trade[at];
        ASSERT(trade->n == 0 || trade->n % engine->limits.trades == at);
        ASSERT(!trade->escrowed);
    }
    for (uint32_t at = 0; at < engine->positions; at++)
        ASSERT(engine->position[at].escrowed == escrowed_units(engine, &engine->position[at]));
}
