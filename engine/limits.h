/* limits.h - every fixed bound of the market, in one place.
 *
 * These are market constants: they change results, so they are the same on every machine that
 * replays a journal. Capacities (how many participants, orders, ...) are chosen at start, travel in
 * the journal's first record as struct engine_limits, and are bounded here.
 */
#ifndef ENGINE_LIMITS_H
#define ENGINE_LIMITS_H
#include <stdint.h>

#define NAME_BYTES 32        /* names: [A-Za-z0-9._-]{1,32}, zero padded, no terminator */
#define PPM INT64_C(1000000) /* the P of the rules */
#define PRICE_MAX ((INT64_C(1) << 36) - 1) /* fen per unit: 687 million CNY */
#define QTY_MAX                                                                                    \
    INT64_C(1000000000000000) /* units of one order, one issue, one instrument in all              \
                               */
#define MONEY_MAX INT64_C(4000000000000000000) /* fen: all cash ever deposited */
#define RATIO_MAX 1000                         /* rn and rd of a link, market.md 6.1 */
#define LOT_MAX INT64_C(1000000)
#define T_PLUS_MAX 1 /* resale lock in trading days */
#define ZONES_MAX 32 /* a zone set fits one 32-bit word */
#define INSTRUMENTS_MAX 4096
#define PARTICIPANTS_MAX (1u << 24)
#define ORDERS_MAX (1u << 27)
#define AUCTIONS_MAX (1u << 16)
#define BIDS_MAX (1u << 24)
#define LANES_MAX (1u << 16)
#define LANE_WINDOW_MAX (1u << 16)
#define LANES_OF_USER_MAX 8    /* beyond, a user recycles its own oldest lane */
#define CLOSE_DAYS 20          /* trading days in the median volume K of the close rule */
#define CLOSE_FLOOR_UNITS 1000 /* the least K, market.md 4 */

#define WORK_MAX 4096 /* fills, rows or events of one bounded step */

_Static_assert(RATIO_MAX *QTY_MAX <= INT64_MAX, "a mapped quantity fits");
_Static_assert(QTY_MAX <= MONEY_MAX, "units fit wherever money fits");
#endif
