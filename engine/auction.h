/* auction.h - what the files of the auctions ask each other (market.md 5 and 9, decisions 4.15,
 * 12).
 *
 * Owns:       nothing; auctions, bids and what belongs to them are arrays of struct engine.
 * Life:       an auction is live from `auction` until its last award is settled. While it is, its
 *             bids, entrants, shares and owners are rows of pools, each in a list of the auction;
 *             from rule set 2 on every row goes back when it is settled, so that what limits.bids
 *             bounds is the live bids and not those of all time.
 * Invariant:  deposits of live rows are part of their owner's cash_held; units of participants wait
 *             in instrument.auctioned, as much as auction.frozen says. Private to engine/.
 *
 *   auction_open.c   auction, auction-terms, stage, seed       auction_rows.c   pools and lists
 *   auction_bid.c    register, bid, rebid, withdraw            auction_rank.c   gather, sort
 *   bundle.c         bundle, proceeds, units back              auction_clear.c  awards
 *   standing.c       standing                                  auction_settle.c payment, delivery
 */
#ifndef ENGINE_AUCTION_H
#define ENGINE_AUCTION_H
#include "engine/job.h"

/* What is done after the awards are known, in this order. */
enum settling {
    SETTLING_SHARES,   /* no longer needed; there are only as many as live bids */
    SETTLING_LOSERS,   /* their deposits go back: the money may pay for their other bids */
    SETTLING_ENTRIES,  /* entry deposits of those who won nothing */
    SETTLING_AWARDS,   /* only with a later day of payment: prints the awards, then waits */
    SETTLING_PAYMENTS, /* each award is paid and delivered, or defaults */
    SETTLING_PAYOUT,   /* proceeds and units that were not sold, to their owners */
    SETTLING_BIDS,     /* rows go back: in the order of the list, which is that of memory */
    SETTLING_ENTRANTS,
    SETTLING_OVER
};

bool auction_may_run(const struct command *command); /* system, regulator, operator */
/* Is the seller the issuer, or a participant of type reserve? Their units know no border. */
bool auction_is_initial(const struct engine *engine, const struct auction *auction);
bool auction_crosses(const struct engine *engine, const struct auction *auction, uint8_t zone);
bool auction_reaches(const struct engine *engine, const struct auction *auction, uint8_t zone);
/* Ready for bids or on the way to that: what its terms may still be changed in. */
bool auction_is_early(const struct auction *auction);

/* --- auction_rows.c ------------------------------------------------------------------------- */
/* Appends a bid to its auction's list; its share and position are the caller's. NIL: no row. */
uint32_t bid_append(struct engine *engine, uint32_t auction, const struct bid *bid);
void bid_to_end(struct engine *engine, uint32_t auction, uint32_t bid);
void bid_free(struct engine *engine, uint32_t auction, uint32_t bid);
/* Finds or makes. A share is there for every bid, so it never fails; an entrant may: NIL. */
uint32_t share_open(struct engine *engine, uint32_t auction, uint32_t group);
int64_t share_used(const struct engine *engine, uint32_t auction, uint32_t group);
int64_t share_most(const struct auction *auction); /* units that one group may ask for */
uint32_t entrant_open(struct engine *engine, uint32_t auction, uint32_t participant);
uint32_t entrant_find(const struct engine *engine, uint32_t auction, uint32_t participant);
void entrant_free(struct engine *engine, uint32_t auction, uint32_t entrant);
void share_free_first(struct engine *engine, uint32_t auction);
void cash_hold(struct engine *engine, uint32_t participant, int64_t fen);
void cash_release(struct engine *engine, uint32_t participant, int64_t fen);
void units_hold(struct engine *engine, struct auction *auction, uint32_t position, int64_t qty);
void units_release(struct engine *engine, struct auction *auction, uint32_t position, int64_t qty);

/* --- auction_bid.c -------------------------------------------------------------------------- */
/* May this participant bid at all: active, reached, no barred investor, registered if need be? */
bool auction_may_bid(const struct engine *engine, uint32_t auction, uint32_t participant,
                     uint8_t zone);

/* --- auction_rank.c: stages of a clearing; true: finished ------------------------------------ */
bool rank_gather(struct engine *engine, struct job *job);
bool rank_sort(struct engine *engine, struct job *job);
bool rank_by_price(struct engine *engine, struct job *job); /* new keys for the next sort */
/* What the bid is sorted by first; draws the next seeded number where the auction has a seed. */
uint64_t rank_key(const struct auction *auction, const struct bid *bid, struct job *job);
void rank_add(struct engine *engine, struct job *job, uint32_t bid, uint64_t key); /* a valid bid */
static inline struct ranked *rank_rows(const struct engine *engine, const struct job *job)
{
    return engine->rank[job->side];
}

/* --- auction_settle.c ------------------------------------------------------------------------ */
/* Goes on with an auction whose awards are known. True: over, or waiting for the day of payment. */
bool auction_settle_on(struct engine *engine, uint32_t auction);
/* The day of payment has come, or somebody says so: what waits may go on. */
void auction_payment_due(struct engine *engine, uint32_t auction);
/* The awards that are now due, of all auctions (part of the change of day, which calls it again
 * while it answers false). The others wait. */
bool auction_settle_due(struct engine *engine);

/* --- bundle.c -------------------------------------------------------------------------------- */
void bundle_apply(struct engine *engine, const struct command *command);
/* Proceeds to the owners and the agency; units that nobody got back, or as the auction says of the
 * issuer's. Cost: the owners of one bundle, BUNDLE_OWNERS_MAX at most. */
void bundle_pay_out(struct engine *engine, struct auction *auction, uint32_t id);

/* --- standing.c ------------------------------------------------------------------------------ */
void standing_apply(struct engine *engine, const struct command *command);
bool standing_gather(struct engine *engine, struct job *job); /* after the real bids */
void standing_take(struct engine *engine, struct bid *bid);   /* its award, paid from its freeze */
bool standing_end_all(struct engine *engine, uint16_t instrument); /* false: no work left */

/* --- the commands ---------------------------------------------------------------------------- */
void auction_open_apply(struct engine *engine, const struct command *command);
void auction_terms_apply(struct engine *engine, const struct command *command);
void auction_stage_apply(struct engine *engine, const struct command *command);
void auction_bid_apply(struct engine *engine, const struct command *command);
void auction_rebid_apply(struct engine *engine, const struct command *command);
void auction_withdraw_apply(struct engine *engine, const struct command *command);
void auction_register_apply(struct engine *engine, const struct command *command);
void auction_clear_apply(struct engine *engine, const struct command *command);
void auction_settle_apply(struct engine *engine, const struct command *command);

/* --- auction_check.c: for engine_check ------------------------------------------------------- */
void auctions_check(const struct engine *engine);
/* Deposits of one participant, or of all (PARTICIPANT_NONE). */
int128 auctions_held(const struct engine *engine, uint32_t participant);
int128 auctions_proceeds(const struct engine *engine);
/* A living bid counts as an open buy of where it was bid: position limits, holders, gates. */
void bid_count(struct engine *engine, struct bid *bid);
void bid_uncount(struct engine *engine, struct bid *bid);
#endif
