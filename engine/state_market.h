/* state_market.h - rows of instruments and their zones, links, tranches, terms and gates.
 *
 * Bound:      limits.instruments, zones and rules. Private to engine/, see state.h.
 */
#ifndef ENGINE_STATE_MARKET_H
#define ENGINE_STATE_MARKET_H
#include "engine/command.h"
#include "engine/state_orders.h"

struct gate { /* market.md 6.6 */
    int64_t allow;
    int64_t net;    /* bought less sold in this period, kept whether the gate is closed or not */
    int64_t buying; /* open buys */
    uint8_t closed;
    uint8_t kind;
};

struct tranche {
    int64_t lo;
    int64_t hi;
    int32_t from_day;
    uint16_t instrument;
    uint8_t from_zone; /* < to_zone */
    uint8_t to_zone;
    uint8_t limited; /* 0: the limit is taken away */
    uint8_t begun;   /* 1: it waits no more: in force once, or void */
};

struct special_day {
    int32_t day;
    uint8_t kind;
};

struct zone_state { /* of one instrument in one zone */
    struct book_side side[SIDES];
    int64_t ref; /* UNSET: none yet */
    int64_t band_low;
    int64_t band_high;
    int64_t last; /* 0: no trade yet */
    int64_t day_volume;
    int128 day_turnover;         /* each leg clamped to the band, for the close */
    int64_t volumes[CLOSE_DAYS]; /* of past days, a ring */
    uint32_t volume_days;        /* days recorded, saturates at CLOSE_DAYS */
    uint32_t volume_next;
    int64_t fund_cash;
    int64_t retired;
    /* from rule set 2 on */
    struct book_side stop[SIDES]; /* parked stops; buys lowest first, sells highest first */
    int64_t listing_volume;       /* of the continuous book today */
    int128 listing_turnover;      /* the same, at the prices paid and got */
    int64_t late_volume;          /* of it, from 09:32 on (GD-2019) */
    int64_t open;                 /* first, highest and lowest price of the day; 0: none */
    int64_t high;
    int64_t low;
    int64_t close;    /* 0: not struck yet */
    int128 day_money; /* of listing and calls, unclamped: for the VWAP */
    int64_t block_volume;
    int128 block_money;
    struct gate gate;
    struct trial_place trial;
};

struct link { /* from -> to; the pair's balance lives in the row with from < to */
    uint32_t rn;
    uint32_t rd;
    int64_t levy_ppm;
    int64_t balance; /* units received, from -> to positive */
    int64_t lo;
    int64_t hi;
    uint8_t allowed;
    uint8_t asked; /* of a strip: what its own link line said; its legs may close it */
    uint8_t limited;
    uint8_t congested;  /* as last reported */
    int64_t rent_ppm;   /* levy a congested call left behind; 0: none. See levy_in_force() */
    int64_t before_ppm; /* levy in force before the scheduled call that is going on; 0: none is */
};

struct terms { /* what the command `terms` sets; see command.h */
    struct name approval;
    int64_t block_fee_ppm;
    int64_t auction_fee_ppm;
    int64_t block_band_ppm;
    int64_t dynamic_ppm;
    int64_t close_floor;
    int64_t holders_max;
    int64_t deadline_days;
    int64_t vintage;
    uint8_t basis;
    uint8_t methods;
    uint8_t close_rule;
    uint8_t live_rent;
    uint8_t conditional;
    uint8_t investors;
};

/* Outside the sandbox a market needs the reference of its approval: market.md 3, legal basis. */
static inline bool terms_approved(const struct terms *terms)
{
    return terms->basis == BASIS_SANDBOX || terms->approval.text[0] != 0;
}

struct instrument {
    struct name name;
    int64_t lot;
    int64_t tick;
    int64_t band_ppm;
    int64_t fee_ppm;
    int64_t block_from;
    int64_t issued;    /* units ever issued, at most QTY_MAX */
    int64_t auctioned; /* frozen as the offer of open auctions */
    int64_t t_plus;
    uint8_t family;
    uint8_t stp;
    uint8_t phase;
    uint8_t moved;        /* 1: a link of it has moved units since its link lines */
    uint8_t room_changed; /* during this command: 6.5 looks at it at the end */
    uint32_t resting;     /* orders in all its books */
    struct terms terms;
    uint16_t leg[STRIP_LEGS_MAX]; /* of a strip */
    uint8_t legs;                 /* 0: a plain instrument */
    uint16_t strips;              /* it is a leg of, retired ones not counted */
    uint8_t retired;
    uint32_t auctions;  /* of it, that are not over: open, closed or awaiting payment */
    uint32_t parked;    /* stops */
    uint32_t holders;   /* positions with units or open buys */
    int64_t day_trades; /* for SETTLED */
    int64_t day_units;
    int128 day_cash;
    uint8_t settled;            /* 1: the day's trades are final */
    uint8_t committed;          /* 1: `commit` waits for its reveal */
    uint8_t commit[SEED_BYTES]; /* of the calls' random end */
};
#endif
