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
#include "engine/event_row.h"
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
