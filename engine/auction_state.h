/* auction_state.h - the rows of auctions: part of the engine's state, see state.h and auction.h.
 *
 * Owns:       nothing; engine.c lays the arrays out. Ids of rows are nobody's answer.
 * Invariant:  a row is in one list only: of its auction, its instrument or the free ones.
 */
#ifndef ENGINE_AUCTION_STATE_H
#define ENGINE_AUCTION_STATE_H
#include "engine/types.h"

struct auction {
    struct name name;
    int64_t offer;
    int64_t reserve_price;
    int64_t lot;
    int64_t floor_min;
    int64_t share_ppm;
    int64_t deposit_ppm;
    int64_t price;
    int64_t sold;
    uint32_t seller; /* participant or SELLER_ISSUER */
    uint32_t first_bid;
    uint32_t last_bid;
    uint32_t bids;
    uint16_t instrument;
    uint8_t regime;
    uint8_t undersubscribed;
    uint8_t tie;
    uint8_t unsold;
    uint8_t state;
    uint8_t seller_zone; /* where the units were frozen; ZONE_NONE for the issuer */
    /* from rule set 2 on */
    uint8_t revocable;
    uint8_t instalments;
    uint8_t seeding;     /* enum seeding */
    uint8_t live;        /* not over: deposits, units or money may still wait in it */
    uint8_t settling;    /* enum settling */
    uint8_t awaits;      /* awards are known, payment is not due yet */
    int32_t pay_until;   /* day; 0: at `clear` */
    uint32_t agency;     /* participant, PARTICIPANT_NONE: none */
    uint32_t cursor;     /* of settling */
    uint32_t registered; /* participants with an entry deposit */
    uint32_t owners;     /* beside the seller */
    uint32_t first_owner, last_owner;
    uint32_t first_entrant, last_entrant;
    uint32_t first_share;
    uint32_t first_won, last_won; /* bids with an award not settled yet, in rank order */
    int64_t containment;
    int64_t trigger_price;
    int64_t entry_deposit;
    int64_t agency_ppm;
    int64_t contained; /* units of the containment that joined the offer */
    int64_t bundled;   /* units of the offer that belong to other owners than the seller */
    int64_t frozen;    /* units of participants in instrument.auctioned */
    int64_t delivered;
    int64_t proceeds;    /* fen paid for awards and not handed on yet */
    int64_t carry_share; /* of its unsold units, for each of the next carry_times auctions */
    int64_t carry_left;
    uint32_t carry_times;
    uint32_t carry_next; /* of the instrument, in the order they ended */
    uint8_t commit[SEED_BYTES];
    uint8_t seed[SEED_BYTES];
};
enum seeding { SEEDING_NONE, SEEDING_COMMITTED, SEEDING_REVEALED };

struct bid {
    int64_t qty;
    int64_t price;
    int64_t deposit; /* fen frozen; from rule set 2 on 0 once it is settled */
    int64_t awarded;
    uint64_t sequence; /* of the command that entered or changed it last: time priority */
    uint32_t participant;
    uint32_t next; /* of the same auction, in order of entry or change; also the free list */
    uint8_t zone;  /* the bidder's at the bid */
    uint8_t defaulted;
    uint8_t withdrawn;
    uint32_t counted; /* position whose open buy it is, plus 1; 0: none */
    uint32_t prev;
    uint32_t position; /* where its units go: (participant, instrument, zone) */
    uint32_t share;    /* row of its group in this auction */
    uint32_t entrant;  /* row of its bidder in this auction, NIL: none was needed */
    uint32_t n;        /* which of the bidder's, from 1; 0: nobody may name it */
    uint32_t won_next; /* the next award */
    uint32_t standing; /* the standing bid it speaks for, NIL: a bid of its own */
};
struct entrant {     /* one bidder in one auction: registered, or with bids it may change */
    int64_t deposit; /* entry deposit frozen */
    uint32_t auction;
    uint32_t participant;
    uint32_t bids; /* entered so far */
    uint32_t won;  /* awards not settled yet */
    uint32_t prev;
    uint32_t next; /* of the auction, in order of entry; also the free list */
    uint8_t registered;
};
struct share { /* what the bids of one group in one auction ask for together */
    int64_t qty;
    uint32_t auction;
    uint32_t group;
    uint32_t next; /* of the auction; also the free list */
};
struct owner { /* of a part of a bundle, beside the seller */
    int64_t qty;
    uint32_t participant;
    uint32_t next; /* of the auction, in order of bundling; also the free list */
};
struct auction_place {    /* what an instrument remembers between its auctions */
    int64_t unsold;       /* the issuer's reserve of unsold units */
    uint32_t first_carry; /* auctions whose unsold units join the next ones */
    uint32_t first_standing;
    uint32_t last_standing;
};

/* Scratch of a clearing: one bid and what it is sorted by. */
#define RANK_BITS 11
#define RANK_BUCKETS (1u << RANK_BITS)
#define RANK_PASSES 6 /* 66 bits: a seeded number */
struct ranked {
    uint64_t key;
    uint32_t high; /* bits above 64 of a remainder */
    uint32_t bid;
};

struct standing { /* a standing bid, market.md 9; found by (instrument, participant) */
    int64_t qty;  /* 0: a free row */
    int64_t price;
    int64_t deposit;   /* fen frozen: price x qty */
    uint64_t sequence; /* of its last entry */
    uint32_t participant;
    uint32_t prev; /* of the instrument, in order of entry */
    uint32_t next; /* also the free list */
    uint16_t instrument;
};
#endif
