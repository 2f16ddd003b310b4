/* auction_regime.c - the table of auction regimes. */
#include "engine/auction_regime.h"

struct auction_regime {
    int64_t reserve_price; /* fen; UNSET: the command has to give it */
    int64_t lot;           /* units; UNSET: the instrument's */
    int64_t floor_min;     /* units; UNSET: one lot */
    int64_t share_ppm;
    int64_t deposit_ppm;
    uint8_t revocable;
    uint8_t undersubscribed;
    uint8_t tie;
    uint8_t unsold;
};

/* The first six are what rule set 1 knows. GD-2016 differs from GD-2015 only in where its reserve
 * price comes from, and that is published by the organiser with the auction. */
#define REGIMES_OF_SET_1 (REGIME_GD_ENTRUSTED + 1)
static const struct auction_regime regimes[REGIME_COUNT] = {
    [REGIME_CUSTOM] = {UNSET, UNSET, UNSET, PPM, PPM, 0, UNDERSUBSCRIBED_CANCEL_ALL, TIE_TIME,
                       UNSOLD_RESERVE},
    [REGIME_GD_2013] = {6000, UNSET, UNSET, PPM, PPM, 0, UNDERSUBSCRIBED_PARTIAL_AT_RESERVE,
                        TIE_TIME, UNSOLD_RESERVE},
    [REGIME_GD_2014] = {UNSET, UNSET, UNSET, PPM, PPM, 0, UNDERSUBSCRIBED_PARTIAL_AT_LOWEST_BID,
                        TIE_TIME, UNSOLD_RESERVE},
    [REGIME_GD_2015] = {UNSET, UNSET, 1000, PPM / 2, PPM, 0, UNDERSUBSCRIBED_CANCEL_ALL, TIE_TIME,
                        UNSOLD_RESERVE},
    [REGIME_GD_2016] = {UNSET, UNSET, 1000, PPM / 2, PPM, 0, UNDERSUBSCRIBED_CANCEL_ALL, TIE_TIME,
                        UNSOLD_RESERVE},
    [REGIME_GD_ENTRUSTED] = {UNSET, UNSET, UNSET, PPM, PPM / 20, 0,
                             UNDERSUBSCRIBED_PARTIAL_AT_RESERVE, TIE_TIME, UNSOLD_CANCEL},
    [REGIME_EU] = {UNSET, 500, 500, PPM, PPM, 1, UNDERSUBSCRIBED_CANCEL_ALL, TIE_SEEDED_RANDOM,
                   UNSOLD_NEXT_N},
    [REGIME_UK] = {UNSET, 500, 500, PPM, PPM, 1, UNDERSUBSCRIBED_PARTIAL_AT_LOWEST_BID,
                   TIE_SEEDED_RANDOM, UNSOLD_NEXT_N},
    [REGIME_CA] = {UNSET, 1000, 1000, PPM / 4, PPM, 1, UNDERSUBSCRIBED_PARTIAL_AT_RESERVE,
                   TIE_PRO_RATA, UNSOLD_RESERVE},
    [REGIME_ECO_LOT] = {UNSET, UNSET, UNSET, PPM, PPM, 1, UNDERSUBSCRIBED_PARTIAL_AT_LOWEST_BID,
                        TIE_TIME, UNSOLD_CANCEL},
};

static void fill(int64_t *field, int64_t otherwise)
{
    if (*field == UNSET) *field = otherwise;
}

static void fill_enum(uint8_t *field, uint8_t otherwise)
{
    if (*field == UNSET_ENUM) *field = otherwise;
}

bool auction_regime_fill(struct command_auction *auction, int64_t lot, uint32_t rule_set)
{
    const struct auction_regime *regime;
    fill_enum(&auction->regime, REGIME_CUSTOM);
    if (auction->regime >= (rule_set < 2 ? REGIMES_OF_SET_1 : REGIME_COUNT)) return false;
    regime = &regimes[auction->regime];
    fill(&auction->reserve_price, regime->reserve_price);
    fill(&auction->lot, regime->lot == UNSET ? lot : regime->lot);
    fill(&auction->floor_min, regime->floor_min == UNSET ? auction->lot : regime->floor_min);
    fill(&auction->share_ppm, regime->share_ppm);
    fill(&auction->deposit_ppm, regime->deposit_ppm);
    fill_enum(&auction->undersubscribed, regime->undersubscribed);
    fill_enum(&auction->tie, regime->tie);
    fill_enum(&auction->unsold, rule_set < 2 ? UNSOLD_RESERVE : regime->unsold);
    if (rule_set < 2 && (auction->tie > TIE_PRO_RATA || auction->unsold > UNSOLD_CANCEL))
        return false;
    return auction->undersubscribed < UNDERSUBSCRIBED_COUNT && auction->tie < TIE_COUNT &&
           auction->unsold < UNSOLD_COUNT;
}

uint8_t auction_regime_revocable(uint8_t regime)
{
    return regimes[regime].revocable;
}
