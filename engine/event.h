/* event.h - all that comes out of the engine.
 *
 * Events are records of different size, one behind the other, 8-byte aligned, each starting with
 * struct event. They come in the order of script.md: a command's own event first, then its trades
 * and cancellations, link states, an uncross it caused, link states again.
 * Rows (numbers from 64) answer a look at the state; they change nothing and have no sequence.
 *
 * Events carry client order ids beside public ids, so that no reader has to ask the engine.
 */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H
#include "engine/types.h"

/* X(number, NAME, struct suffix). The text form of each is in proto/SCRIPT.md; RESTED, DONE, NAMED,
 * CLOSE, SHOWN and PARKED have none. */
/* clang-format off */
#define EVENT_LIST(X)                                                                              \
    X(1,  ACCEPTED,     accepted)                                                                  \
    X(2,  REJECTED,     rejected)                                                                  \
    X(3,  TRADE,        trade)                                                                     \
    X(4,  CANCELLED,    cancelled)                                                                 \
    X(5,  REPLACED,     replaced)                                                                  \
    X(6,  RESTED,       rested)                                                                    \
    X(7,  PHASE,        phase)                                                                     \
    X(8,  CALL,         call)          /* script: auction */                                       \
    X(9,  CALL_FILL,    call_fill)     /* script: auction-fill */                                  \
    X(10, CALL_FLOW,    call_flow)     /* script: auction-flow */                                  \
    X(11, CLEARED,      cleared)                                                                   \
    X(12, AWARD,        award)                                                                     \
    X(13, LINK,         link)                                                                      \
    X(14, DONE,         done)                                                                      \
    X(15, NAMED,        named)                                                                     \
    X(16, CLOSE,        close)                                                                     \
    X(17, SHOWN,        shown)         /* an iceberg shows its next part */                        \
    X(18, PARKED,       parked)        /* a stop waits beside the book */                          \
    X(19, TRIGGERED,    triggered)                                                                 \
    X(20, INTERRUPTED,  interrupted)                                                               \
    X(21, RENT,         rent)          /* the levy a congested call leaves behind */               \
    X(22, BLOCK_TRADE,  block_trade)                                                               \
    X(23, PENDING,      pending)       /* waits for a second person or party */                    \
    X(24, BUSTED,       busted)                                                                    \
    X(25, PERMITTED,    permitted)     /* escrow of a trade began or ended */                      \
    X(26, SETTLED,      settled)       /* the day of an instrument */                              \
    X(27, STAGE,        stage)         /* of an auction */                                         \
    X(28, CONTAINED,    contained)     /* cost containment joined the offer */                     \
    X(29, SEED,         seed)                                                                      \
    X(30, RETIRED,      retired)                                                                   \
    X(31, RULES,        rules)                                                                     \
    X(64, ROW_LEVEL,    row_level)                                                                 \
    X(65, ROW_ACCOUNT,  row_account)                                                               \
    X(66, ROW_OPEN,     row_open)                                                                  \
    X(67, ROW_FUND,     row_fund)                                                                  \
    X(68, ROW_BALANCE,  row_balance)                                                               \
    X(69, ROW_UNITS,    row_units)     /* reconciliation of one instrument */                      \
    X(70, ROW_CASH,     row_cash)      /* reconciliation of money */                               \
    X(71, ROW_AUCTION,  row_auction)                                                               \
    X(72, ROW_INSTRUMENT, row_instrument)                                                          \
    X(73, ROW_NAME,     row_name)      /* a zone, participant or auction of the directory */       \
    X(75, ROW_INDICATIVE, row_indicative) /* what an uncross would do now */                       \
    X(76, ROW_PRICES,   row_prices)                                                                \
    X(77, ROW_HOLDER,   row_holder)                                                                \
    X(78, ROW_TERMS,    row_terms)                                                                 \
    X(79, ROW_GATE,     row_gate)                                                                  \
    X(80, ROW_BLOCK,    row_block)                                                                 \
    X(81, ROW_JOB,      row_job)       /* a long command that is not finished */                   \
    X(82, ROW_OPEN_MORE, row_open_more) /* an open order that is a stop or an iceberg */           \
    X(83, ROW_OFFER,    row_offer)     /* an auction under rule set 2, in place of ROW_AUCTION */
/* clang-format on */

#define EVENT_ENUM(number, name, suffix) EVENT_##name = number,
enum event_type { EVENT_LIST(EVENT_ENUM) EVENT_END };
#undef EVENT_ENUM

#define EVENT_FLAG_REPEAT 1u /* the first answer to this (lane, id), given again */

struct event {
    uint16_t type;     /* enum event_type */
    uint16_t size;     /* bytes of the whole record, a multiple of 8 */
    uint32_t flags;    /* EVENT_FLAG_* */
    uint64_t sequence; /* of the command that caused it (for a repeat: of the first); rows: 0 */
};

struct event_accepted { /* an order passed all checks */
    struct event head;
    uint64_t order_id;
    int64_t qty;
    int64_t price; /* limit, or the band edge a market order was given */
    struct name client_id;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
    uint8_t order_type;
    uint8_t tif;
};
struct event_rejected {
    struct event head;
    struct name client_id; /* order, click, cancel, replace: the order meant; else empty */
    uint64_t order_id;     /* cancel and replace by public id */
    uint32_t participant;  /* the subject */
    uint8_t command;       /* enum command_type */
    uint8_t reason;        /* enum reason */
};
struct event_trade {
    struct event head;
    uint64_t n; /* trade number, 1, 2, ... without gaps */
    uint64_t maker_order;
    uint64_t taker_order;
    int64_t received;     /* units the buyer gets */
    int64_t delivered;    /* units the seller gives */
    int64_t buyer_price;  /* per unit received */
    int64_t seller_price; /* per unit delivered */
    int64_t pays;         /* without fee */
    int64_t gets;         /* without fee */
    int64_t fund;         /* pays - gets */
    int64_t buyer_fee;
    int64_t seller_fee;
    int64_t maker_left; /* open quantity after the trade */
    int64_t taker_left;
    int64_t maker_filled; /* since acceptance, this trade included */
    int64_t taker_filled;
    struct name maker_client;
    struct name taker_client;
    uint32_t maker_participant;
    uint32_t taker_participant;
    uint16_t instrument;
    uint8_t from_zone; /* the seller's */
    uint8_t to_zone;   /* the buyer's */
    uint8_t maker_side;
};
struct event_cancelled {
    struct event head;
    uint64_t order_id;
    int64_t left; /* the quantity that was cancelled */
    int64_t filled;
    int64_t price;
    struct name client_id;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
    uint8_t reason; /* enum cancel_reason */
    uint8_t rested; /* 1: it was in the book, 0: it never got there */
};
struct event_replaced { /* also a self-trade decrement: then same price, place kept */
    struct event head;
    uint64_t order_id;
    int64_t left;
    int64_t price;
    int64_t old_left;
    int64_t old_price;
    int64_t filled;
    struct name client_id;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
    uint8_t kept_priority;
    uint8_t rested; /* 1: the old order was in the book and, if place is lost, has left it;
                     * what then rests again follows as RESTED */
};
struct event_rested { /* what is left of an order now stands in the book */
    struct event head;
    uint64_t order_id;
    int64_t left;
    int64_t price;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
};
struct event_phase {
    struct event head;
    uint16_t instrument;
    uint8_t phase;
};
struct event_call { /* result of a call auction in one zone */
    struct event head;
    int64_t price;
    int64_t volume; /* the larger of units bought and sold by the zone's orders */
    uint16_t instrument;
    uint8_t zone;
};
struct event_call_fill {
    struct event head;
    uint64_t order_id;
    int64_t price; /* the zone's price */
    int64_t qty;
    int64_t fee;
    int64_t left;
    int64_t filled;
    int64_t limit_price; /* the order's own */
    struct name client_id;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
};
struct event_call_flow {
    struct event head;
    int64_t received;
    int64_t delivered;
    int64_t fund;
    uint16_t instrument;
    uint8_t from_zone;
    uint8_t to_zone;
};
struct event_cleared {
    struct event head;
    int64_t price;
    int64_t sold;
    int64_t offer;
    uint32_t auction;
    uint16_t instrument;
    uint8_t state; /* enum auction_state */
    struct name name;
};
struct event_award {
    struct event head;
    int64_t qty;
    int64_t price;
    int64_t fund; /* levy, or a forfeited deposit */
    uint32_t auction;
    uint32_t participant;
    uint8_t state;    /* enum award_state */
    struct name name; /* of the auction */
};
struct event_link {
    struct event head;
    int64_t balance; /* net units received, from -> to positive */
    uint16_t instrument;
    uint8_t from_zone;
    uint8_t to_zone;
    uint8_t congested; /* 1: room is below the step; 0: open again */
};
struct event_done { /* a command without an event of its own succeeded */
    struct event head;
    uint32_t participant; /* the subject */
    uint8_t command;      /* enum command_type */
};
struct event_named { /* a zone, instrument, participant or auction was created */
    struct event head;
    struct name name;
    uint32_t id;
    uint8_t command; /* COMMAND_ZONE, _INSTRUMENT, _PARTICIPANT or _AUCTION */
    uint8_t zone;    /* of a participant */
};
struct event_close { /* at the day change, per zone that has a reference */
    struct event head;
    int64_t close; /* the new reference price */
    int64_t volume;
    uint16_t instrument;
    uint8_t zone;
};
/* How much of a resting iceberg is hidden has changed. Other events count all its units: whoever
 * adds up the book takes `hidden - hidden_before` off behind them. After its end `hidden` is 0. */
struct event_shown {
    struct event head;
    uint64_t order_id;
    int64_t hidden;
    int64_t hidden_before;
    int64_t shown; /* displayed from now on */
    int64_t left;
    int64_t price; /* where it was hidden: of a replaced order the old one */
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
    uint8_t moved; /* 1: with a new priority, behind the others at its price */
};
struct event_parked {
    struct event head;
    uint64_t order_id;
    int64_t left;
    int64_t stop_price;
    int64_t price;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
};
struct event_triggered {
    struct event head;
    uint64_t order_id;
    int64_t left;
    int64_t stop_price;
    int64_t price;
    struct name client_id;
    uint32_t participant;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
};
struct event_interrupted { /* this price would have left the dynamic band; a PHASE event follows */
    struct event head;
    int64_t price;
    int64_t last; /* the middle of the band */
    uint16_t instrument;
    uint8_t zone;
};
struct event_rent {
    struct event head;
    int64_t levy_ppm; /* in force until the next scheduled call; 0: the link's own again */
    uint16_t instrument;
    uint8_t from_zone;
    uint8_t to_zone;
};
struct event_block_trade {
    struct event head;
    uint64_t n;
    int64_t received;
    int64_t delivered;
    int64_t buyer_price;
    int64_t seller_price;
    int64_t pays;
    int64_t gets;
    int64_t fund;
    int64_t buyer_fee;
    int64_t seller_fee;
    struct name name;
    uint32_t seller;
    uint32_t buyer;
    uint16_t instrument;
    uint8_t from_zone;
    uint8_t to_zone;
};
struct event_pending {
    struct event head;
    struct name name; /* of a block */
    uint64_t n;       /* of a bust */
    uint8_t command;  /* COMMAND_BLOCK or COMMAND_BUST */
};
struct event_busted { /* counter-entries of trade n */
    struct event head;
    uint64_t n;
    int64_t received;
    int64_t delivered;
    int64_t pays;
    int64_t gets;
    int64_t fund;
    int64_t buyer_fee;
    int64_t seller_fee;
    struct name cause;
    uint32_t seller;
    uint32_t buyer;
    uint16_t instrument;
    uint8_t from_zone;
    uint8_t to_zone;
};
struct event_permitted {
    struct event head;
    uint64_t n;
    int32_t deadline; /* day; of ESCROW */
    uint32_t seller;
    uint32_t buyer;
    uint16_t instrument;
    uint8_t state; /* enum permit */
};
struct event_settled {
    struct event head;
    int64_t trades; /* fills of the book, calls not counted, and agreements */
    int64_t units;  /* received by buyers, calls and agreements too */
    int64_t cash;   /* paid by buyers */
    uint16_t instrument;
};
struct event_stage {
    struct event head;
    uint32_t auction;
    uint16_t instrument;
    uint8_t state; /* enum auction_state */
    struct name name;
};
struct event_contained {
    struct event head;
    int64_t qty;
    int64_t trigger_price;
    uint32_t auction;
    uint16_t instrument;
    struct name name;
};
struct event_seed {
    struct event head;
    uint8_t value[SEED_BYTES];
    uint32_t auction;    /* AUCTION_NONE: of the instrument's calls */
    uint16_t instrument; /* also of the auction */
    uint8_t kind;        /* enum seed_kind */
};
struct event_retired {
    struct event head;
    uint16_t instrument;
};
struct event_rules {
    struct event head;
    uint32_t set;
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

/* Out-buffer the caller owns. The engine never writes past `capacity`; engine_events_max() says
 * what one command can need at most. */
struct event_buffer {
    uint8_t *bytes; /* 8-byte aligned */
    size_t capacity;
    size_t used;
};

/* Walks a buffer: first = event_next(buffer, NULL); NULL at the end. */
static inline const struct event *event_next(const struct event_buffer *buffer,
                                             const struct event *event)
{
    const uint8_t *at = event ? (const uint8_t *)event + event->size : buffer->bytes;
    return at < buffer->bytes + buffer->used ? (const struct event *)(const void *)at : NULL;
}
#endif
