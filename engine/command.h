/* command.h - all that can go into the engine.
 *
 * A command is a header, stamped by the leader, and one body. `role` and `actor` say who acts and
 * come from the session (never from a field a client writes); `subject` is the participant whose
 * orders are meant. For an enterprise both are the same participant. The journal keeps header and
 * body; a client's frame carries only type, lane, id and body.
 *
 * Names that nobody knows arrive as the *_NONE ids of types.h and get their reason from the engine.
 * A numeric field set to UNSET, or an enum field set to UNSET_ENUM, takes the family's or the
 * regime's default. The name "-" means "no name" everywhere and can name nothing.
 */
#ifndef ENGINE_COMMAND_H
#define ENGINE_COMMAND_H
#include "engine/types.h"

#define UNSET INT64_C(-1)
#define UNSET_ENUM UINT8_MAX

/* X(number, NAME, field of the union, "script verb"). Numbers are wire and journal numbers. */
/* clang-format off */
#define COMMAND_LIST(X)                                                                            \
    X(1,  ZONE,        zone,        "zone")                                                        \
    X(2,  INSTRUMENT,  instrument,  "instrument")                                                  \
    X(3,  LINK,        link,        "link")                                                        \
    X(4,  LIMIT,       limit,       "limit")                                                       \
    X(5,  REF,         ref,         "ref")                                                         \
    X(6,  PARTICIPANT, participant, "participant")                                                 \
    X(7,  MEMBER,      member,      "member")                                                      \
    X(8,  DEPOSIT,     deposit,     "deposit")                                                     \
    X(9,  ISSUE,       issue,       "issue")                                                       \
    X(10, ORDER,       order,       "order")                                                       \
    X(11, CANCEL,      cancel,      "cancel")                                                      \
    X(12, REPLACE,     replace,     "replace")                                                     \
    X(13, CANCEL_ALL,  cancel_all,  "cancel-all")                                                  \
    X(14, PHASE,       phase,       "phase")                                                       \
    X(15, UNCROSS,     uncross,     "uncross")                                                     \
    X(16, DAY,         day,         "day")                                                         \
    X(17, PERIOD,      period,      "period")                                                      \
    X(18, AUCTION,     auction,     "auction")                                                     \
    X(19, BID,         bid,         "bid")                                                         \
    X(20, CLEAR,       clear,       "clear")                                                       \
    X(21, RULES,       rules,       "rules")                                                       \
    X(22, STEP,        step,        "step")                                                        \
    X(23, TERMS,       terms,       "terms")                                                       \
    X(24, STRIP,       strip,       "strip")                                                       \
    X(25, RETIRE,      retire,      "retire")                                                      \
    X(26, CITY,        city,        "city")                                                        \
    X(27, STATUS,      status,      "status")                                                      \
    X(28, QUOTA,       quota,       "quota")                                                       \
    X(29, DISCOUNT,    discount,    "discount")                                                    \
    X(30, HOLDING,     holding,     "position-limit")                                              \
    X(31, GATE,        gate,        "gate")                                                        \
    X(32, TRANCHE,     tranche,     "tranche")                                                     \
    X(33, CALENDAR,    calendar,    "calendar")                                                    \
    X(34, SEED,        seed,        "seed")                                                        \
    X(35, CLICK,       click,       "click")                                                       \
    X(36, BLOCK,       block,       "block")                                                       \
    X(37, BUST,        bust,        "bust")                                                        \
    X(38, PERMIT,      permit,      "permit")                                                      \
    X(39, AUCTION_TERMS, auction_terms, "auction-terms")                                           \
    X(40, STAGE,       stage,       "stage")                                                       \
    X(41, REGISTER,    enrol,       "register")                                                    \
    X(42, REBID,       rebid,       "rebid")                                                       \
    X(43, WITHDRAW,    withdraw,    "withdraw")                                                    \
    X(44, SETTLE,      settle,      "settle")                                                      \
    X(45, STANDING,    standing,    "standing")                                                    \
    X(46, BUNDLE,      bundle,      "bundle")
/* clang-format on */

#define COMMAND_ENUM(number, name, field, verb) COMMAND_##name = number,
enum command_type { COMMAND_LIST(COMMAND_ENUM) COMMAND_END };
#undef COMMAND_ENUM

struct command_zone {
    struct name name;
};
struct command_instrument {
    struct name name;
    int64_t lot;        /* units */
    int64_t tick;       /* fen */
    int64_t ref_price;  /* fen; UNSET: no reference yet, so no order is inside a band */
    int64_t band_ppm;   /* 0..PPM */
    int64_t fee_ppm;    /* 0..PPM, per side */
    int64_t block_from; /* units: a listing order must be smaller; 0: no block threshold */
    int64_t t_plus;     /* 0..T_PLUS_MAX trading days */
    uint8_t family;     /* enum family; never unset */
    uint8_t stp;        /* enum stp */
    uint8_t phase;      /* enum phase */
};
struct command_link {
    int64_t rn;       /* delivered */
    int64_t rd;       /* per received, 1 <= rd <= rn <= RATIO_MAX, reduced by the engine */
    int64_t levy_ppm; /* 0..PPM */
    uint16_t instrument;
    uint8_t from_zone; /* the seller's */
    uint8_t to_zone;   /* the buyer's */
    uint8_t allowed;   /* 0 closes the link */
};
struct command_limit { /* lo <= net balance <= hi, units received, from -> to positive */
    int64_t lo;
    int64_t hi;
    uint16_t instrument;
    uint8_t from_zone;
    uint8_t to_zone;
};
struct command_ref {
    int64_t price;
    uint16_t instrument;
    uint8_t zone;
};
struct command_participant {
    struct name name;
    struct name group;  /* beneficial owner; empty: the participant's own name */
    struct name city;   /* name or GB/T 2260 code; may be empty */
    struct name sector; /* may be empty */
    uint8_t zone;
    uint8_t type; /* enum participant_type */
};
struct command_member { /* from that day on the account trades the instrument in this zone */
    uint32_t account;
    int32_t from_day;
    uint16_t instrument;
    uint8_t zone;
};
struct command_deposit {
    int64_t cash;
    uint32_t account;
};
struct command_issue { /* into the account's own zone */
    int64_t qty;
    uint32_t account;
    uint16_t instrument;
};
struct command_order {     /* the participant is the header's subject */
    struct name client_id; /* may be empty: then the order is named by its public id only */
    int64_t qty;
    int64_t price;      /* limit; 0 for market */
    int64_t stop_price; /* 0: none */
    int64_t display;    /* iceberg: displayed size; 0: all */
    int64_t minimum;    /* least quantity at entry; 0: none */
    int32_t until_day;  /* GTC: last day; 0: no end */
    uint16_t instrument;
    uint8_t side;
    uint8_t type;
    uint8_t tif;
    uint8_t post_only;
};
struct command_cancel { /* by public id, or if that is ORDER_ID_NONE by the subject's client id */
    struct name client_id;
    uint64_t order_id;
};
struct command_replace {
    struct name client_id;
    uint64_t order_id;
    int64_t qty;   /* new open quantity, at least 1 */
    int64_t price; /* UNSET: keep */
};
struct command_cancel_all { /* PARTICIPANT_ALL (not for an enterprise), INSTRUMENT_ALL */
    uint32_t account;
    uint16_t instrument;
};
struct command_phase {
    uint16_t instrument;
    uint8_t phase;
};
struct command_uncross {
    uint16_t instrument;
};
struct command_day {
    int32_t day;
};
struct command_period {
    uint16_t year;
};
struct command_auction {
    struct name name;
    int64_t offer;
    int64_t reserve_price;
    int64_t lot;
    int64_t floor_min;   /* least quantity of a bid */
    int64_t share_ppm;   /* most of the offer one group may bid for */
    int64_t deposit_ppm; /* of price x quantity, rounded up, frozen at the bid */
    uint32_t seller;     /* participant, SELLER_ISSUER, or PARTICIPANT_NONE: unknown name */
    uint16_t instrument;
    uint8_t regime;
    uint8_t undersubscribed;
    uint8_t tie;
    uint8_t unsold;
};
struct command_bid { /* the bidder is the header's subject */
    int64_t qty;
    int64_t price;
    uint32_t auction;
};
struct command_clear {
    uint32_t auction;
};
struct command_rules { /* from the next command on; never lower than before */
    uint32_t set;
};
struct command_step { /* goes on with the oldest long command; refused when there is none */
    uint32_t steps;   /* at most so many bounds of work in one; 1 in the exchange's own steps */
};
/* What an instrument's rules are beside its first definition. UNSET or UNSET_ENUM keeps a value. */
struct command_terms {
    struct name approval; /* reference of the approving authority; empty: keeps */
    int64_t fee_ppm;
    int64_t block_fee_ppm;
    int64_t auction_fee_ppm;
    int64_t block_band_ppm; /* agreements: 0..PPM */
    int64_t dynamic_ppm;    /* volatility interruption; 0: off */
    int64_t close_floor;    /* least K of the close rule, units */
    int64_t holders_max;    /* 0: no bound */
    int64_t t_plus;         /* 0..T_PLUS_MAX */
    int64_t deadline_days;  /* conditional settlement: days in which the authority decides */
    int64_t vintage;        /* year, 0: none */
    uint16_t instrument;
    uint8_t basis;       /* enum basis: sets methods, t_plus and holders_max first */
    uint8_t methods;     /* mask of METHOD_BIT; UNSET_ENUM keeps */
    uint8_t close_rule;  /* enum close_rule */
    uint8_t live_rent;   /* 0 or 1 */
    uint8_t conditional; /* 0 or 1: trades wait in escrow for a permit */
    uint8_t investors;   /* 0: participants of type investor may not buy */
};
struct command_strip { /* creates an instrument: one unit of it is one unit of each leg */
    struct name name;
    uint16_t leg[STRIP_LEGS_MAX]; /* INSTRUMENT_NONE: no more */
};
struct command_retire {
    uint16_t instrument;
};
struct command_city { /* from that day on its participants trade in this zone */
    struct name name;
    int32_t from_day;
    uint16_t instrument; /* INSTRUMENT_ALL: every instrument without a row of its own */
    uint8_t zone;        /* ZONE_NONE: keeps */
    uint8_t investors;   /* 1: investors only; UNSET_ENUM keeps */
};
struct command_status {
    uint32_t account;
    uint8_t active;
};
struct command_quota { /* PARTICIPANT_ALL: whoever has none of its own. 0: no bound, UNSET keeps */
    int64_t open_orders;
    int64_t rate; /* orders and replacements per second, and the burst */
    uint32_t account;
};
struct command_discount { /* on every fee; 0 ends it */
    int64_t ppm;
    int32_t until_day; /* the last day; 0: no end */
    uint32_t account;
};
struct command_holding { /* a position limit: of one group, or of every group of a type */
    struct name group;   /* empty: the type */
    int64_t units;       /* UNSET: not given */
    int64_t ppm;         /* share of all units issued; UNSET: not given */
    int32_t from_day;
    uint16_t instrument;
    uint8_t type; /* enum participant_type; used when group is empty */
};
struct command_gate { /* of a zone, or of a city when that is not empty */
    struct name city;
    int64_t allow; /* units that may still be bought, net and in this period */
    uint16_t instrument;
    uint8_t zone;
    uint8_t closed; /* 0 opens */
    uint8_t kind;   /* enum gate_kind */
};
struct command_tranche { /* a limit that begins on a day */
    int64_t lo;
    int64_t hi;
    int32_t from_day;
    uint16_t instrument;
    uint8_t from_zone;
    uint8_t to_zone;
};
struct command_calendar {
    int32_t day;
    uint8_t kind; /* enum day_kind */
};
struct command_seed { /* of an instrument's calls, or of an auction */
    uint8_t value[SEED_BYTES];
    uint32_t auction;    /* AUCTION_NONE: the instrument's */
    uint16_t instrument; /* INSTRUMENT_NONE: the auction's */
    uint8_t kind;        /* enum seed_kind */
};
struct command_click { /* the subject takes one listed order, and only that */
    struct name client_id;
    struct name maker_client_id;
    int64_t qty;          /* in the subject's own units */
    uint64_t maker_order; /* or ORDER_ID_NONE: by maker and its client id */
    uint32_t maker;       /* participant */
    uint16_t instrument;
};
struct command_block { /* executes when seller and buyer have both said the same */
    struct name name;
    int64_t qty;   /* delivered, units of the seller */
    int64_t price; /* the seller's, per unit delivered */
    uint32_t seller;
    uint32_t buyer;
    uint16_t instrument;
};
struct command_bust { /* executes when a second person says the same */
    struct name cause;
    uint64_t n;
};
struct command_permit {
    uint64_t n;
    uint8_t decision; /* enum permit: DELIVERED or REFUSED */
};
struct command_auction_terms { /* before the first bid; UNSET or UNSET_ENUM keeps */
    int64_t containment;       /* units added when the price would pass the trigger; 0: none */
    int64_t trigger_price;     /* fen */
    int64_t entry_deposit;     /* fen of a registration; 0: nobody need register */
    int64_t agency_ppm;        /* of the proceeds, to `agency`; at most AGENCY_PPM_MAX */
    int64_t instalments;       /* unsold to the next n auctions of the series */
    uint32_t auction;
    uint32_t agency;   /* participant, PARTICIPANT_NONE: none */
    int32_t pay_until; /* day; 0: awards are paid at `clear` */
    uint8_t revocable; /* bids may be changed and withdrawn */
    uint8_t announced; /* 1: goes back from OPEN to ANNOUNCED */
};
struct command_stage {
    uint32_t auction;
    uint8_t state; /* enum auction_state: REGISTRATION, OPEN or CLOSED */
};
struct command_enrol {
    uint32_t auction;
};
struct command_rebid { /* the subject's n-th bid in this auction, from 1 */
    int64_t qty;
    int64_t price;
    uint32_t auction;
    uint32_t n;
};
struct command_withdraw {
    uint32_t auction;
    uint32_t n;
};
struct command_settle {
    uint32_t auction;
};
struct command_standing { /* the subject's bid in every auction of the instrument; 0 units end it */
    int64_t qty;
    int64_t price;
    uint16_t instrument;
};
struct command_bundle { /* adds a small owner's lot to the offer of an auction without bids */
    int64_t qty;
    uint32_t auction;
    uint32_t account;
};

struct command {
    uint64_t sequence; /* stamped by the leader; rises by one */
    int64_t time_ns;   /* stamped by the leader; never falls */
    uint64_t id;       /* rises strictly inside a lane; 0 with lane 0: not protected */
    uint32_t lane;     /* 0: none. Lanes of different (role, actor) are different lanes */
    uint32_t actor;    /* who acts; PARTICIPANT_NONE for roles without a participant */
    uint32_t subject;  /* whose order or bid; PARTICIPANT_NONE where the body names nobody */
    uint8_t role;      /* enum role */
    uint8_t type;      /* enum command_type */
    union {
#define COMMAND_MEMBER(number, name, field, verb) struct command_##field field;
        COMMAND_LIST(COMMAND_MEMBER)
#undef COMMAND_MEMBER
    } body;
};
#endif
