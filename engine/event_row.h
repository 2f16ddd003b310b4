/* event_row.h - the head of every event, and rows: the records that answer a look at the state.
 *
 * Their numbers, from 64 on, are in event.h, which includes this.
 */
#ifndef ENGINE_EVENT_ROW_H
#define ENGINE_EVENT_ROW_H
#include "engine/types.h"

#define EVENT_FLAG_REPEAT 1u /* the first answer to this (lane, id), given again */

struct event {
    uint16_t type;     /* enum event_type */
    uint16_t size;     /* bytes of the whole record, a multiple of 8 */
    uint32_t flags;    /* EVENT_FLAG_* */
    uint64_t sequence; /* of the command that caused it (for a repeat: of the first); rows: 0 */
};

struct event_row_level {
    struct event head;
    int64_t price;
    int64_t qty;
    uint32_t orders;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
};
struct event_row_account {
    struct event head;
    int64_t free;
    int64_t held;
    int64_t locked;
    int64_t surrendered;
    int64_t cash;
    int64_t cash_held;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t own_zone; /* 1: the participant's present zone for the instrument */
};
struct event_row_open {
    struct event head;
    uint64_t order_id;
    int64_t left;
    int64_t price;
    int64_t filled;
    struct name client_id;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
};
struct event_row_fund {
    struct event head;
    int64_t cash;
    int64_t retired;
    uint16_t instrument;
    uint8_t zone;
};
struct event_row_balance {
    struct event head;
    int64_t net;
    int64_t lo;
    int64_t hi; /* lo = INT64_MIN and hi = INT64_MAX: unlimited */
    uint16_t instrument;
    uint8_t from_zone;
    uint8_t to_zone;
};
struct event_row_units { /* issued = free + held + locked + surrendered + retired + in auctions */
    struct event head;
    int64_t issued;
    int64_t free;
    int64_t held;
    int64_t locked;
    int64_t surrendered;
    int64_t retired;
    int64_t auctioned;  /* frozen as the offer of open auctions */
    int64_t difference; /* always zero */
    uint16_t instrument;
};
struct event_row_cash { /* deposited = free + held + funds + operator + treasury */
    struct event head;
    int64_t deposited;
    int64_t free;
    int64_t held;
    int64_t fund;
    int64_t operator_fees;
    int64_t treasury;   /* proceeds of units sold by the issuer */
    int64_t difference; /* always zero */
};
struct event_row_auction {
    struct event head;
    struct name name;
    int64_t offer;
    int64_t reserve_price;
    int64_t price; /* 0 until cleared */
    int64_t sold;
    uint32_t auction;
    uint32_t seller;
    uint32_t bids;
    uint16_t instrument;
    uint8_t regime;
    uint8_t state;
};
struct event_row_instrument {
    struct event head;
    struct name name;
    int64_t lot;
    int64_t tick;
    int64_t band_ppm;
    int64_t fee_ppm;
    int64_t block_from;
    int64_t t_plus;
    uint16_t instrument;
    uint8_t family;
    uint8_t stp;
    uint8_t phase;
};
struct event_row_name {
    struct event head;
    struct name name;
    uint32_t id;
    uint8_t command; /* COMMAND_ZONE, _PARTICIPANT or _AUCTION */
    uint8_t zone;    /* of a participant */
};
struct event_row_indicative { /* one per zone that would take part in the call */
    struct event head;
    int64_t price;
    int64_t volume;
    int64_t bids; /* units wanted at that price or better, beyond what is filled */
    int64_t asks;
    uint16_t instrument;
    uint8_t zone;
};
struct event_row_prices { /* of the day; 0: nothing yet */
    struct event head;
    int64_t ref;
    int64_t band_low;
    int64_t band_high;
    int64_t last;
    int64_t open;
    int64_t high;
    int64_t low;
    int64_t close; /* once CLOSING has come */
    int64_t vwap;  /* of listing and calls, half up */
    int64_t volume;
    int64_t turnover;
    int64_t block_volume;
    int64_t block_turnover;
    uint16_t instrument;
    uint8_t zone;
};
struct event_row_holder {
    struct event head;
    struct name group;
    int64_t units;
    int64_t ppm;   /* of all units issued, rounded down */
    int64_t limit; /* in force, units; -1: none */
    uint16_t instrument;
};
struct event_row_terms {
    struct event head;
    struct name approval;
    int64_t fee_ppm;
    int64_t block_fee_ppm;
    int64_t auction_fee_ppm;
    int64_t block_band_ppm;
    int64_t dynamic_ppm;
    int64_t close_floor;
    int64_t holders_max;
    int64_t holders;
    int64_t t_plus;
    int64_t deadline_days;
    int64_t vintage;
    uint16_t instrument;
    uint8_t basis;
    uint8_t methods;
    uint8_t close_rule;
    uint8_t live_rent;
    uint8_t conditional;
    uint8_t investors;
    uint8_t retired;
};
struct event_row_gate {
    struct event head;
    struct name city; /* empty: the zone's */
    int64_t allow;
    int64_t net;    /* bought less sold in this period */
    int64_t buying; /* open buys */
    uint16_t instrument;
    uint8_t zone;
    uint8_t kind;
};
struct event_row_block { /* an agreement that waits for the other side */
    struct event head;
    struct name name;
    int64_t qty;
    int64_t price;
    uint32_t seller;
    uint32_t buyer;
    uint16_t instrument;
    uint8_t by_seller; /* 1: the seller has said it, 0: the buyer */
};
struct event_row_job {
    struct event head;
    uint64_t since; /* sequence of the command that began it */
    uint16_t instrument;
    uint8_t command;
};
struct event_row_open_more { /* begins like ROW_OPEN; in its place where one of the two is not 0 */
    struct event head;
    uint64_t order_id;
    int64_t left;
    int64_t price;
    int64_t filled;
    struct name client_id;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
    int64_t stop_price; /* of a parked stop; 0: none, or triggered */
    int64_t display;    /* of an iceberg; 0: all is shown */
};
struct event_row_offer { /* begins like ROW_AUCTION; what follows is 0 where there is none */
    struct event head;
    struct name name;
    int64_t offer;
    int64_t reserve_price;
    int64_t price; /* 0 until cleared */
    int64_t sold;
    uint32_t auction;
    uint32_t seller;
    uint32_t bids;
    uint16_t instrument;
    uint8_t regime;
    uint8_t state;
    int64_t containment;
    int64_t trigger_price;
    int64_t entry_deposit;
    int64_t agency_ppm;
    int64_t instalments;    /* of unsold=next-n */
    int64_t unsold_reserve; /* the issuer's, of the instrument: units */
    uint32_t registered;    /* participants */
    uint32_t agency;        /* PARTICIPANT_NONE: none */
    int32_t pay_until;      /* 0: awards are paid at `clear` */
    uint8_t revocable;
};
_Static_assert(offsetof(struct event_row_offer, state) ==
                       offsetof(struct event_row_auction, state) &&
                   offsetof(struct event_row_open_more, side) ==
                       offsetof(struct event_row_open, side),
               "they can be read as the shorter rows");
#endif
