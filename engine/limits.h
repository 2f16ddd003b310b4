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
/* Units of one order, one issue, one instrument in all. */
#define QTY_MAX INT64_C(1000000000000000)
#define MONEY_MAX INT64_C(4000000000000000000) /* fen: all cash ever deposited */
#define RATIO_MAX 1000                         /* rn and rd of a link, market.md 6.1 */
#define RENT_MAX INT64_C(1000000000000) /* levy in ppm that a congested call may leave behind */
#define LOT_MAX INT64_C(1000000)
#define T_PLUS_MAX 5      /* resale lock in trading days */
#define T_PLUS_FIRST 1    /* the most of it under rule set 1 */
#define STRIP_LEGS_MAX 10 /* yearly vintages of one strip */
#define CITIES_MAX 1024
#define TRADES_MAX (1u << 26)  /* of one day, that a bust or a permit may still name */
#define CALENDAR_MAX 512       /* special days known at once */
#define GROUP_MEMBERS_MAX 256  /* participants of one group: a position limit looks at them all */
#define DISPLAY_PARTS_MAX 1000 /* an iceberg shows at least this part of its quantity at a time */
#define AGENCY_PPM_MAX 100000  /* market.md 9 */
#define INSTALMENTS_MAX 12     /* auctions that unsold units may be spread over */
#define BUNDLE_OWNERS_MAX 1024 /* of one auction, beside its seller: a payout looks at all */
#define SEED_BYTES 32
#define RULE_SET_FIRST 1  /* of the journals that say nothing */
#define RULE_SET_NEWEST 2 /* what a new exchange starts with */
#define ZONES_MAX 32      /* a zone set fits one 32-bit word */
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

#define WORK_MAX 4096   /* fills, rows or events of a command or step: limits.work by default */
#define FILLS_MAX 65536 /* fills foreseen or made by one where limits.work is WORK_NONE */

_Static_assert(RATIO_MAX *QTY_MAX <= INT64_MAX, "a mapped quantity fits");
_Static_assert(QTY_MAX <= MONEY_MAX, "units fit wherever money fits");
#endif
