/* reason.h - every "no" of the exchange, numbered for ever.
 *
 * The market's no is a normal answer: a rejected command is a successful call. The same list serves
 * the engine, the wire (as the number), the script (as the name) and the documents.
 * Row: wire number, name, may the same command succeed later?, what to tell the person.
 * Source of the fixed names: script.md, "Reject reasons".
 */
#ifndef ENGINE_REASON_H
#define ENGINE_REASON_H
#include <stdbool.h>

/* clang-format off */
#define REASON_LIST(X)                                                                             \
    X(0,  NONE,                false, "")                                                          \
    X(1,  UNKNOWN_PARTICIPANT, false, "no participant of that name")                               \
    X(2,  UNKNOWN_INSTRUMENT,  false, "no instrument of that name")                                \
    X(3,  UNKNOWN_ORDER,       false, "no open order of that name; it may be filled or cancelled") \
    X(4,  DUPLICATE_ID,        false, "the id or name is taken by something else")                 \
    X(5,  NOT_ALLOWED,         false, "this role or this market does not allow that")              \
    X(6,  NOT_OWNER,           false, "the order belongs to somebody else")                        \
    X(7,  PHASE,               true,  "the instrument does not take this in its present phase")    \
    X(8,  LOT,                 false, "quantity is not a multiple of the lot")                     \
    X(9,  TICK,                false, "price is not a multiple of the tick")                       \
    X(10, QTY_RANGE,           false, "quantity, price or their product is out of range")          \
    X(11, PRICE_BAND,          true,  "price is outside the band of your zone")                    \
    X(12, POSITION_LIMIT,      true,  "holding or share limit would be passed")                    \
    X(13, TARGET_GATE,         true,  "a missed target closes this purchase")                      \
    X(14, UNITS_SHORT,         true,  "not enough free units")                                     \
    X(15, CASH_SHORT,          true,  "not enough free cash")                                      \
    X(16, BOOK_FULL,           true,  "the book holds its maximum of orders")                      \
    X(17, TOO_MANY_ORDERS,     true,  "you hold your maximum of open orders")                      \
    X(18, RATE_LIMIT,          true,  "too many commands for now")                                 \
    X(19, FOUR_EYES,           false, "a second person must approve this")                         \
    X(20, CAP,                 true,  "the limit excludes the present balance")                    \
    X(21, WRONG_STATE,         true,  "not possible in the present state")                         \
    X(22, STALE_ID,            false, "the id is older than the lane's window; never applied")     \
    X(23, UNKNOWN_ZONE,        false, "no zone of that name")                                      \
    X(24, UNKNOWN_AUCTION,     false, "no auction of that name")                                   \
    X(25, CAPACITY,            true,  "a table of the exchange is full; see the limits at start")  \
    X(26, MALFORMED,           false, "message could not be read")                                 \
    X(27, BUSY,                true,  "the exchange is busy; send again after the given time")     \
    X(28, JOURNAL_FULL,        true,  "no journal space is left; only cancels are taken")          \
    X(29, FROZEN,              true,  "a long command is still being worked off here; try again")  \
    X(30, UNKNOWN_CITY,        false, "no city of that name")                                      \
    X(31, UNKNOWN_TRADE,       false, "no trade of that number, or no longer open to this")
/* clang-format on */

#define REASON_ENUM(number, name, retry, text) REASON_##name = number,
enum reason { REASON_LIST(REASON_ENUM) REASON_COUNT };
#undef REASON_ENUM

const char *reason_name(enum reason reason); /* "UNITS_SHORT"; never NULL */
const char *reason_text(enum reason reason); /* for people; never NULL */
bool reason_may_retry(enum reason reason);
#endif
