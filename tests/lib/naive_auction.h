/* naive_auction.h - sealed bids, uniform price, the regime as data: market.md 5, decision 12.
 *
 * Bound:    NAIVE_AUCTIONS, NAIVE_OWNERS, NAIVE_STANDING and NAIVE_INSTALMENTS rows.
 * Threads:  none.
 */
#ifndef TESTS_LIB_NAIVE_AUCTION_H
#define TESTS_LIB_NAIVE_AUCTION_H
#include "tests/lib/naive.h"

enum { NAIVE_OWNERS = 64, NAIVE_STANDING = 1024, NAIVE_INSTALMENTS = 256, NAIVE_SEED = 32 };

enum naive_auction_state {
    N_ANNOUNCED,
    N_REGISTRATION,
    N_OPEN,
    N_AUCTION_CLOSED,
    N_CLEARED,
    N_PARTIAL,
    N_FAILED,
    N_SETTLED
};
enum naive_under { N_CANCEL_ALL, N_AT_RESERVE, N_AT_LOWEST };
enum naive_tie { N_TIME, N_PRO_RATA, N_SEEDED };
enum naive_unsold { N_TO_RESERVE, N_DROPPED, N_NEXT };

struct naive_bid {
    int who;
    int number; /* of this participant in this auction, from 1 */
    int zone;   /* where it was bid */
    wide qty, price, deposit, won;
    bool withdrawn, standing;
    uint64_t draw; /* of a seeded tie */
};

struct naive_owner { /* the seller first, then in order of bundling */
    int who;
    wide qty;
};

struct naive_entrant { /* registered, with the deposit still frozen */
    int who;
    wide deposit;
};

struct naive_auction {
    char name[NAIVE_NAME];
    int instrument, regime;
    int seller; /* -1: the issuer */
    int seller_zone;
    wide offer, reserve, lot, floor_min, share, deposit;
    enum naive_under under;
    enum naive_tie tie;
    enum naive_unsold unsold;
    bool revocable;
    enum naive_auction_state state;
    wide containment, trigger, entry_deposit, agency_ppm, instalments;
    int agency; /* -1: none */
    int32_t pay_until;
    bool committed, revealed;
    uint8_t seed[NAIVE_SEED];
    struct naive_entrant *entrant;
    int entrants;
    struct naive_owner owner[NAIVE_OWNERS];
    int owners;
    struct naive_bid *bid; /* in order of (re)entry; at `clear` the standing ones behind */
    int bids;
    int *rank; /* the valid bids, best first */
    int ranks;
    bool waits; /* for payment until pay_until */
    wide price, sold, frozen, proceeds, delivered;
};

struct naive_standing { /* in order of entry; cash of qty x price is frozen */
    int who, instrument;
    wide qty, price;
};

struct naive_instalment { /* of unsold units, to the next auctions of the instrument's issuer */
    int instrument;
    wide share, left, times;
};

struct naive_auctions {
    struct naive_standing standing[NAIVE_STANDING];
    int standings;
    struct naive_instalment instalment[NAIVE_INSTALMENTS];
    int instalments;
    wide unsold[NAIVE_INSTRUMENTS]; /* the issuer's unsold reserve */
};

extern struct naive_auctions naive_auctions;

/* naive_primary.c */
bool naive_before_bids(const struct naive_auction *a); /* may its terms still change? */
bool naive_reaches(const struct naive_auction *a, int buyer);
bool naive_crosses(const struct naive_auction *a, int buyer);
struct naive_entrant *naive_entrant_of(const struct naive_auction *a, int who);

/* naive_bids.c */
wide naive_group_bids(const struct naive_auction *a, int who, int except); /* alive ones */
int naive_standing_of(int who, int instrument);                            /* -1: none */
void naive_standing_end(int at);
void naive_hold_cash(int who, wide cash); /* free to held; negative: back */

/* naive_award.c */
void naive_auction_settle(struct naive_auction *a);
#endif
