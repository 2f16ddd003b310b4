/* auction_regime.c - the table of auction regimes. */
#include "engine/auction_regime.h"

struct auction_regime {
    int64_t reserve_price; /* fen; UNSET: the command has to give it */
    int64_t floor_min;     /* units; UNSET: one lot */
    int64_t share_ppm;
    int64_t deposit_ppm;
    uint8_t undersubscribed;
    uint8_t tie;
};

/* GD-2016 differs from GD-2015 only in where its reserve price comes from, and that is published by
 * the organiser with the auction. */
static const struct auction_regime regimes[REGIME_COUNT] = {
    [REGIME_CUSTOM] = {UNSET, UNSET, PPM, PPM, UNDERSUBSCRIBED_CANCEL_ALL, TIE_TIME},
    [REGIME_GD_2013] = {6000, UNSET, PPM, PPM, UNDERSUBSCRIBED_PARTIAL_AT_RESERVE, TIE_TIME},
    [REGIME_GD_2014] = {UNSET, UNSET, PPM, PPM, UNDERSUBSCRIBED_PARTIAL_AT_LOWEST_BID, TIE_TIME},
    [REGIME_GD_2015] = {UNSET, 1000, PPM / 2, PPM, UNDERSUBSCRIBED_CANCEL_ALL, TIE_TIME},
    [REGIME_GD_2016] = {UNSET, 1000, PPM / 2, PPM, UNDERSUBSCRIBED_CANCEL_ALL, TIE_TIME},
    [REGIME_GD_ENTRUSTED] = {UNSET, UNSET, PPM, PPM / 20, UNDERSUBSCRIBED_PARTIAL_AT_RESERVE,
                             TIE_TIME},
};

static void fill(int64_t *field, int64_t otherwise)
{
    if (*field == UNSET) *field = otherwise;
}

static void fill_enum(uint8_t *field, uint8_t otherwise)
{
    if (*field == UNSET_ENUM) *field = otherwise;
}

bool auction_regime_fill(struct command_auction *auction, int64_t lot)
{
    const struct auction_regime *regime;
    fill_enum(&auction->regime, REGIME_CUSTOM);
    if (auction->regime >= REGIME_COUNT) return false;
    regime = &regimes[auction->regime];
    fill(&auction->reserve_price, regime->reserve_price);
    fill(&auction->lot, lot);
    fill(&auction->floor_min, regime->floor_min == UNSET ? auction->lot : regime->floor_min);
    fill(&auction->share_ppm, regime->share_ppm);
    fill(&auction->deposit_ppm, regime->deposit_ppm);
    fill_enum(&auction->undersubscribed, regime->undersubscribed);
    fill_enum(&auction->tie, regime->tie);
    fill_enum(&auction->unsold, UNSOLD_RESERVE);
    return auction->undersubscribed < UNDERSUBSCRIBED_COUNT && auction->tie < TIE_COUNT &&
           auction->unsold < UNSOLD_COUNT;
}
