/* types.h - shared ids, amounts and small enums.
 *
 * Units: money is int64 fen; quantity is int64 in the instrument's unit; rates are ppm; days count
 * from 1970-01-01 in Shanghai; time_ns is UTC nanoseconds. Ids are plain integers of different
 * widths, given in order of creation from 0: participant u32, instrument u16, zone u8, auction u32.
 * An order's public id is slot + generation, so a reused slot never answers to an old id.
 * Every enum value is a wire number: written out, never reused.
 */
#ifndef ENGINE_TYPES_H
#define ENGINE_TYPES_H
#include "engine/limits.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARTICIPANT_NONE UINT32_MAX
#define INSTRUMENT_NONE UINT16_MAX
#define ZONE_NONE UINT8_MAX
#define PARTICIPANT_ALL UINT32_C(0xFFFFFFFD) /* cancel-all: everybody */
#define INSTRUMENT_ALL UINT16_C(0xFFFE)      /* cancel-all: every instrument */
#define AUCTION_NONE UINT32_MAX
#define ORDER_ID_NONE UINT64_C(0)
#define SELLER_ISSUER UINT32_C(0xFFFFFFFE) /* an auction whose units are issued when awarded */

struct name { /* zero padded; all zero means "no name" */
    char text[NAME_BYTES];
};

/* X(number, NAME, "script word") */
/* clang-format off */
#define SIDE_LIST(X) X(0, BUY, "buy") X(1, SELL, "sell")
#define ROLE_LIST(X)                                                                               \
    X(0, SYSTEM, "system") /* every role: offline scripts, the exchange's own timers */            \
    X(1, ENTERPRISE, "enterprise") X(2, REGULATOR, "regulator") X(3, OPERATOR, "operator")         \
    X(4, AUDITOR, "auditor") X(5, PUBLIC, "public")
#define ORDER_TYPE_LIST(X)                                                                         \
    X(0, LIMIT, "limit") X(1, MARKET, "market") X(2, STOP, "stop") X(3, STOP_LIMIT, "stop-limit")
#define TIF_LIST(X) X(0, DAY, "day") X(1, GTC, "gtc") X(2, IOC, "ioc") X(3, FOK, "fok")
#define PHASE_LIST(X)                                                                              \
    X(0, CLOSED, "closed") X(1, CALL, "call") X(2, NO_CANCEL, "no-cancel")                         \
    X(3, CONTINUOUS, "continuous") X(4, BREAK, "break") X(5, HALT, "halt")                         \
    X(6, CLOSING, "closing") X(7, SETTLEMENT, "settlement")
#define STP_LIST(X)                                                                                \
    X(0, CANCEL_INCOMING, "cancel-incoming") X(1, ALLOW, "allow")                                  \
    X(2, CANCEL_RESTING, "cancel-resting") X(3, CANCEL_BOTH, "cancel-both")                        \
    X(4, DECREMENT, "decrement")
#define PARTICIPANT_TYPE_LIST(X)                                                                   \
    X(0, COVERED, "covered") X(1, NEW_ENTRANT, "new-entrant") X(2, VOLUNTARY, "voluntary")         \
    X(3, INVESTOR, "investor") X(4, RESERVE, "reserve") X(5, ECO_PROJECT, "eco-project")
#define FAMILY_LIST(X)                                                                             \
    X(0, CARBON, "carbon") X(1, ECO, "eco") X(2, ENERGY, "energy") X(3, WATER, "water")            \
    X(4, AIR, "air") X(5, EFFLUENT, "effluent")
#define CANCEL_REASON_LIST(X)                                                                      \
    X(0, USER, "USER") X(1, IOC, "IOC") X(2, FOK, "FOK") X(3, MARKET, "MARKET")                    \
    X(4, SELF_TRADE, "SELF_TRADE") X(5, POST, "POST") X(6, MIN, "MIN") X(7, EXPIRED, "EXPIRED")    \
    X(8, BAND, "BAND") X(9, OPERATOR, "OPERATOR") X(10, INTERRUPTED, "INTERRUPTED")
#define UNDERSUBSCRIBED_LIST(X)                                                                    \
    X(0, CANCEL_ALL, "cancel-all") X(1, PARTIAL_AT_RESERVE, "partial-at-reserve")                  \
    X(2, PARTIAL_AT_LOWEST_BID, "partial-at-lowest-bid")
#define TIE_LIST(X)                                                                                \
    X(0, TIME, "time") X(1, PRO_RATA, "pro-rata") X(2, SEEDED_RANDOM, "seeded-random")
#define UNSOLD_LIST(X) X(0, RESERVE, "reserve") X(1, CANCEL, "cancel") X(2, NEXT_N, "next-n")
#define AUCTION_STATE_LIST(X)                                                                      \
    X(0, OPEN, "OPEN") X(1, CLEARED, "CLEARED") X(2, PARTIAL, "PARTIAL") X(3, FAILED, "FAILED")    \
    X(4, ANNOUNCED, "ANNOUNCED") X(5, REGISTRATION, "REGISTRATION") X(6, CLOSED, "CLOSED")         \
    X(7, SETTLED, "SETTLED")
#define AWARD_STATE_LIST(X)                                                                        \
    X(0, DELIVERED, "DELIVERED") X(1, DEFAULTED, "DEFAULTED") X(2, AWARDED, "AWARDED")             \
    X(3, PAID, "PAID")
/* Legal basis of an instrument, market.md 3: a preset of methods, resale lock and holders. */
#define BASIS_LIST(X)                                                                              \
    X(0, SANDBOX, "sandbox") X(1, APPROVED_EXCHANGE, "approved-exchange")                          \
    X(2, CN_PERMITTED, "CN-permitted")
/* Trading methods; a set of them is a mask of 1 << number. */
#define METHOD_LIST(X)                                                                             \
    X(0, AGREEMENT, "agreement") X(1, LISTING, "listing") X(2, AUCTION, "auction")                 \
    X(3, CALL, "call") X(4, CONTINUOUS, "continuous")
#define CLOSE_RULE_LIST(X) X(0, WEIGHTED, "weighted") X(1, GD_2019, "GD-2019")
#define GATE_KIND_LIST(X)                                                                          \
    X(0, BLOCK, "block") X(1, RATIO, "ratio") X(2, NEW_PROJECTS, "new-projects")
#define DAY_KIND_LIST(X)                                                                           \
    X(0, BUSINESS, "business") X(1, HOLIDAY, "holiday") X(2, SESSION, "session")
#define PERMIT_LIST(X) X(0, ESCROW, "ESCROW") X(1, DELIVERED, "DELIVERED") X(2, REFUSED, "REFUSED")
#define SEED_KIND_LIST(X) X(0, COMMIT, "commit") X(1, REVEAL, "reveal")
/* clang-format on */

#define SIDE_ENUM(n, name, word) SIDE_##name = n,
enum side { SIDE_LIST(SIDE_ENUM) SIDE_COUNT };
#define ROLE_ENUM(n, name, word) ROLE_##name = n,
enum role { ROLE_LIST(ROLE_ENUM) ROLE_COUNT };
#define ORDER_TYPE_ENUM(n, name, word) ORDER_TYPE_##name = n,
enum order_type { ORDER_TYPE_LIST(ORDER_TYPE_ENUM) ORDER_TYPE_COUNT };
#define TIF_ENUM(n, name, word) TIF_##name = n,
enum tif { TIF_LIST(TIF_ENUM) TIF_COUNT };
#define PHASE_ENUM(n, name, word) PHASE_##name = n,
enum phase { PHASE_LIST(PHASE_ENUM) PHASE_COUNT };
#define STP_ENUM(n, name, word) STP_##name = n,
enum stp { STP_LIST(STP_ENUM) STP_COUNT };
#define PARTICIPANT_TYPE_ENUM(n, name, word) PARTICIPANT_TYPE_##name = n,
enum participant_type { PARTICIPANT_TYPE_LIST(PARTICIPANT_TYPE_ENUM) PARTICIPANT_TYPE_COUNT };
#define FAMILY_ENUM(n, name, word) FAMILY_##name = n,
enum family { FAMILY_LIST(FAMILY_ENUM) FAMILY_COUNT };
#define CANCEL_REASON_ENUM(n, name, word) CANCEL_REASON_##name = n,
enum cancel_reason { CANCEL_REASON_LIST(CANCEL_REASON_ENUM) CANCEL_REASON_COUNT };
#define UNDERSUBSCRIBED_ENUM(n, name, word) UNDERSUBSCRIBED_##name = n,
enum undersubscribed { UNDERSUBSCRIBED_LIST(UNDERSUBSCRIBED_ENUM) UNDERSUBSCRIBED_COUNT };
#define TIE_ENUM(n, name, word) TIE_##name = n,
enum tie { TIE_LIST(TIE_ENUM) TIE_COUNT };
#define UNSOLD_ENUM(n, name, word) UNSOLD_##name = n,
enum unsold { UNSOLD_LIST(UNSOLD_ENUM) UNSOLD_COUNT };
#define AUCTION_STATE_ENUM(n, name, word) AUCTION_STATE_##name = n,
enum auction_state { AUCTION_STATE_LIST(AUCTION_STATE_ENUM) AUCTION_STATE_COUNT };
#define AWARD_STATE_ENUM(n, name, word) AWARD_STATE_##name = n,
enum award_state { AWARD_STATE_LIST(AWARD_STATE_ENUM) AWARD_STATE_COUNT };
#define BASIS_ENUM(n, name, word) BASIS_##name = n,
enum basis { BASIS_LIST(BASIS_ENUM) BASIS_COUNT };
#define METHOD_ENUM(n, name, word) METHOD_##name = n,
enum method { METHOD_LIST(METHOD_ENUM) METHOD_COUNT };
#define METHOD_BIT(name) (1u << METHOD_##name)
#define METHODS_ALL ((1u << METHOD_COUNT) - 1)
#define CLOSE_RULE_ENUM(n, name, word) CLOSE_RULE_##name = n,
enum close_rule { CLOSE_RULE_LIST(CLOSE_RULE_ENUM) CLOSE_RULE_COUNT };
#define GATE_KIND_ENUM(n, name, word) GATE_KIND_##name = n,
enum gate_kind { GATE_KIND_LIST(GATE_KIND_ENUM) GATE_KIND_COUNT };
#define DAY_KIND_ENUM(n, name, word) DAY_KIND_##name = n,
enum day_kind { DAY_KIND_LIST(DAY_KIND_ENUM) DAY_KIND_COUNT };
#define PERMIT_ENUM(n, name, word) PERMIT_##name = n,
enum permit { PERMIT_LIST(PERMIT_ENUM) PERMIT_COUNT };
#define SEED_KIND_ENUM(n, name, word) SEED_KIND_##name = n,
enum seed_kind { SEED_KIND_LIST(SEED_KIND_ENUM) SEED_KIND_COUNT };

/* Auction regimes (market.md section 5) are rows of a table in the engine; the number is the
 * wire's. CUSTOM: every field is given by the command. */
/* clang-format off */
#define REGIME_LIST(X)                                                                             \
    X(0, CUSTOM, "custom") X(1, GD_2013, "GD-2013") X(2, GD_2014, "GD-2014")                       \
    X(3, GD_2015, "GD-2015") X(4, GD_2016, "GD-2016") X(5, GD_ENTRUSTED, "GD-entrusted")           \
    X(6, EU, "EU") X(7, UK, "UK") X(8, CA, "CA") X(9, ECO_LOT, "eco-lot")
/* clang-format on */
#define REGIME_ENUM(n, name, word) REGIME_##name = n,
enum regime { REGIME_LIST(REGIME_ENUM) REGIME_COUNT };

#define WORK_NONE UINT32_MAX

/* Capacities chosen at start; a market constant, journalled. Zero in a field means its default. */
struct engine_limits {
    uint32_t zones;
    uint32_t instruments;
    uint32_t participants;
    uint32_t orders;    /* open orders, all instruments together */
    uint32_t names;     /* client order ids remembered: open orders and those of two trading days */
    uint32_t levels;    /* distinct prices held at once, all books together: this many at least */
    uint32_t positions; /* (participant, instrument, zone) holdings */
    uint32_t auctions;
    uint32_t bids;
    uint32_t lanes;
    uint32_t lane_window; /* W: ids remembered for each lane; a power of two */
    uint32_t rule_set;    /* the rules a new exchange starts with; the command `rules` raises it */
    uint32_t work;        /* fills, rows or events of one command; WORK_NONE: no bound */
    uint32_t extras;      /* open orders with a stop, a displayed size or a minimum */
    uint32_t trades;      /* of the day, that a bust or a permit may name */
    uint32_t locks;       /* (position, day) lots of units under a resale lock */
    uint32_t cities;
    uint32_t rules; /* rows of position limits, tranches, standing bids, agreements: each */
};
#endif
