/* state.h - the engine's whole state, and the small helpers every rule uses.
 *
 * Owns:       nothing itself; engine.c lays the arrays out in the caller's block.
 * Invariant:  every array is addressed by id; nothing is found by walking a hash. Sums of cash and
 * of units are bounded by what was deposited and issued, so no sum here can overflow. Private to
 * engine/: no other room includes it.
 */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H
#include "engine/assert.h"
#include "engine/auction_state.h"
#include "engine/engine.h"
#include "engine/pair_index.h"
#include "engine/state_people.h"
#include <string.h>

#define ANSWER_BYTES 192 /* the longest first event of a command */
struct lane_entry {
    uint64_t id;
    uint64_t content;
    uint64_t answer[ANSWER_BYTES / 8]; /* the first event */
};
struct lane {
    uint64_t highest;
    uint64_t last_used; /* sequence */
    uint32_t lane;      /* 0: the row is unused */
    uint32_t actor;
    uint32_t chain;
    uint32_t count; /* entries written ever, the ring's position is count & (W - 1) */
    uint8_t role;
};

/* Names of a table of things: chained hash from name to id. Names are never removed. */
struct name_index {
    uint32_t *buckets; /* mask + 1 heads */
    uint32_t *chain;   /* by id */
    uint32_t mask;
};

struct engine {
    struct engine_limits limits;
    uint64_t sequence;
    int64_t time_ns;
    uint64_t trades;
    uint64_t priority; /* the last one drawn */
    int32_t day;
    uint32_t day_number; /* trading days so far, for client ids */
    uint16_t period;

    int64_t deposited;
    int64_t operator_fees;
    int64_t treasury;

    uint32_t zones;
    uint32_t instruments;
    uint32_t participants;
    uint32_t groups;
    uint32_t positions;
    uint32_t memberships;
    uint32_t auctions;
    uint32_t bids;
    uint32_t lanes;
    uint32_t orders_top;  /* slots ever used */
    uint32_t orders_free; /* list */
    uint32_t orders_open;
    uint32_t names_top;
    uint32_t names_free;
    uint32_t names_used;
    uint32_t leaves_top;
    uint32_t leaves_free;
    uint32_t leaves_used;
    uint32_t leaves_promised;
    uint32_t nodes_top;
    uint32_t nodes_free;
    uint32_t nodes_used;

    struct name *zone_names;
    struct instrument *instrument;
    struct zone_state *zone_state; /* [instrument * limits.zones + zone] */
    struct link *link;             /* [(instrument * limits.zones + from) * limits.zones + to] */
    uint32_t *sources; /* [instrument * limits.zones + to]: zones whose sellers may reach `to` */
    uint32_t *targets; /* [instrument * limits.zones + from]: zones whose buyers `from` may reach */
    struct participant *participant;
    struct participant_text *participant_text;
    struct name *group_names;
    struct position *position;
    uint32_t *position_buckets;
    uint32_t position_mask;
    struct membership *membership; /* as many as positions */
    struct order *order;
    struct client_name *client_name;
    uint32_t *client_buckets;
    uint32_t client_mask;
    struct book_leaf *leaf;
    struct book_node *node;
    struct auction *auction;
    struct bid *bid;
    struct lane *lane;
    uint32_t *lane_buckets;
    uint32_t lane_mask;
    struct lane_entry *lane_entry; /* [lane * lane_window + ring position] */
    struct name_index instrument_index;
    struct name_index participant_index;
    struct name_index group_index;
    struct name_index auction_index;
    struct name_index city_index;

    uint32_t rule_set;
    int64_t work_left;     /* of the present command; see job.h */
    uint32_t pass;         /* where job_run_all goes on among the instruments */
    uint32_t jobs;         /* instruments (and the exchange) with a job */
    uint32_t business_day; /* business days so far; locks release on them */
    uint8_t session_day;   /* today settles with the next business day */
    uint32_t quota_open;   /* for participants without one of their own; 0: no bound */
    uint32_t quota_rate;
    uint32_t cities;
    uint32_t city_moves;
    uint32_t holding_limits;     /* lines that may still matter */
    uint32_t holding_limits_top; /* rows ever used */
    uint32_t holding_limits_free;
    uint32_t tranches;
    uint32_t agreements; /* rows ever used */
    uint32_t standings;  /* rows ever used; the same for the next three */
    uint32_t entrants;
    uint32_t shares;
    uint32_t owners;
    uint32_t bids_free; /* lists of rows that have gone back */
    uint32_t standings_free;
    uint32_t entrants_free;
    uint32_t shares_free;
    uint32_t owners_free;
    uint32_t ranking;  /* auction whose clearing uses the scratch, NIL: none */
    uint32_t awaiting; /* auctions whose awards wait for payment */
    uint32_t settling; /* the auction the change of day is settling, NIL: none */
    uint32_t special_days;
    uint32_t extras_top;
    uint32_t extras_free;
    uint32_t extras_used;
    uint32_t locks_top;
    uint32_t locks_free;
    uint32_t locks_used;   /* rows beyond the first of a position, at most limits.locks */
    uint8_t locks_adopted; /* 1: units locked under rule set 1 have no rows, see lock.h */
    uint32_t lock_day[8];  /* rows by release day & 7, NIL: none */
    uint32_t died[2];      /* client ids by the parity of the day their order died on */
    uint32_t escrows;
    struct extra *extra;
    struct lock *lock;
    struct city *city;
    struct city_instrument *city_instrument;
    struct city_move *city_move;
    struct holding_limit *holding_limit;
    uint32_t *holding_buckets; /* by instrument and group or type */
    uint32_t holding_mask;
    struct tranche *tranche;
    struct agreement *agreement;
    struct standing *standing;
    struct entrant *entrant;
    struct share *share;
    struct owner *owner;
    struct auction_place *auction_place; /* by instrument */
    struct pair_index standing_index;    /* (instrument, participant) */
    struct pair_index entrant_index;     /* (auction, participant) */
    struct pair_index share_index;       /* (auction, group) */
    struct pair_index bid_index;         /* (entrant, n) */
    struct special_day *special_day;     /* CALENDAR_MAX */
    struct day_trade *day_trade;         /* limits.trades; see deal.h */
    struct day_trade *escrow;            /* limits.rules */
    uint32_t *group_first;               /* participants of a group, newest first */
    struct job *job;                     /* [instruments + 1]; the last is the exchange's own */

    struct slate *slate;    /* SLATES, see slate.h */
    uint32_t *rows;         /* scratch, `orders` slots: of one command, or of the change of day */
    struct ranked *rank[2]; /* scratch of a clearing, `bids` rows each */
    uint8_t rank_side;      /* of `rank` that holds the last sorted rows */
    uint32_t *rank_counts;  /* the same, RANK_PASSES x RANK_BUCKETS */

    const struct command *command; /* being applied */
    uint16_t touched;              /* instrument the command changed; INSTRUMENT_ALL: several */
    struct event_buffer *out;
    size_t command_start; /* out->used when the command began */
};

/* Appends a zeroed event record and returns it. */
void *engine_emit(struct engine *engine, uint16_t type, size_t size);
#define EMIT(engine, NAME, suffix)                                                                 \
    ((struct event_##suffix *)engine_emit(engine, EVENT_##NAME, sizeof(struct event_##suffix)))

static inline struct zone_state *state_zone(const struct engine *engine, uint16_t instrument,
                                            uint8_t zone)
{
    return &engine->zone_state[(size_t)instrument * engine->limits.zones + zone];
}

static inline struct link *state_link(const struct engine *engine, uint16_t instrument,
                                      uint8_t from, uint8_t to)
{
    size_t row = (size_t)instrument * engine->limits.zones + from;
    return &engine->link[row * engine->limits.zones + to];
}

static inline uint64_t state_order_id(const struct engine *engine, uint32_t slot)
{
    return ((uint64_t)engine->order[slot].generation << 32) | (slot + 1u);
}

/* numerator / denominator for positive denominators. */
static inline int64_t divide_floor(int128 numerator, int128 denominator)
{
    if (numerator >= 0 && numerator <= INT64_MAX && denominator <= INT64_MAX)
        return (int64_t)numerator / (int64_t)denominator; /* 128 bits cost ten times as much */
    int128 quotient = numerator / denominator;
    if (numerator % denominator < 0) quotient--;
    return (int64_t)quotient;
}

static inline int64_t divide_ceil(int128 numerator, int128 denominator)
{
    return -divide_floor(-numerator, denominator);
}

/* market.md 4: half_up(ppm x turnover / P). */
static inline int64_t fee_of(int64_t ppm, int128 turnover)
{
    if (ppm == 0) return 0;
    if (turnover < INT64_MAX / (4 * PPM)) /* almost always; ppm <= PPM, so the product fits */
        return ((int64_t)turnover * ppm * 2 + PPM) / (2 * PPM);
    return divide_floor(turnover * ppm * 2 + PPM, 2 * PPM);
}

/* --- account.c: money, units, open orders ------------------------------------------------- */
uint32_t position_find(const struct engine *engine, uint32_t participant, uint16_t instrument,
                       uint8_t zone); /* NIL: none */
uint32_t position_open(struct engine *engine, uint32_t participant, uint16_t instrument,
                       uint8_t zone); /* finds or creates; NIL: the table is full */
/* city.c: where a participant trades. */
uint8_t zone_of(const struct engine *engine, uint32_t participant, uint16_t instrument); /* today */
/* The membership rules from now on; resting orders elsewhere are cancelled. */
void member_begin(struct engine *engine, uint32_t row);
/* The same, but the orders are left to the caller. True: the zone is another one now. */
bool member_switch(struct engine *engine, uint32_t row);
uint32_t city_find(const struct engine *engine, const struct name *name); /* NIL: none */
uint32_t city_make(struct engine *engine, const struct name *name);       /* finds too; NIL: full */
/* May a participant of that type come from that city? NOT_ALLOWED, CAPACITY or NONE. */
enum reason city_reason(const struct engine *engine, const struct name *name, uint8_t type);
void city_join(struct engine *engine, uint32_t participant, const struct name *name);
int64_t hold_of(const struct order *order); /* fen for a buy, units for a sell */
/* Units a buyer receives: locked under T+1. */
void units_arrive(struct engine *engine, uint32_t position, int64_t qty);

/* --- names.c ------------------------------------------------------------------------------ */
uint64_t name_hash(const struct name *name, uint64_t seed);
static inline bool name_empty(const struct name *name)
{
    return name->text[0] == 0;
}
static inline bool name_same(const struct name *a, const struct name *b)
{
    return memcmp(a->text, b->text, NAME_BYTES) == 0;
}
bool name_reserved(const struct name *name); /* "-" or empty: names nothing */
uint32_t name_index_find(const struct name_index *index, const void *names, size_t stride,
                         const struct name *name); /* id or NIL */
void name_index_add(struct name_index *index, const struct name *name, uint32_t id);

/* --- price.c: market.md 6.1 and 6.2 ------------------------------------------------------- */
int64_t price_to_buyer(const struct link *link, int64_t ask);  /* E; at most INT64_MAX */
int64_t price_to_seller(const struct link *link, int64_t bid); /* F */
/* Units received that may still move from -> to; INT64_MAX when unlimited. */
int64_t link_room(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to);
int64_t link_balance(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to);
void link_move(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to,
               int64_t received);
void zone_band_set(struct engine *engine, uint16_t instrument, uint8_t zone, int64_t ref);

/* The levy in force on a link: its own, or what a congested call left behind if that is more. */
static inline int64_t levy_in_force(const struct link *link)
{
    return link->rent_ppm > link->levy_ppm ? link->rent_ppm : link->levy_ppm;
}

/* Rejects the command being applied. */
void reject(struct engine *engine, enum reason reason);
void done(struct engine *engine);

/* --- commands: each emits its events; the checks come first ----------------------------------- */
void setup_apply(struct engine *engine, const struct command *command);   /* 1..9 */
void rules_apply(struct engine *engine, const struct command *command);   /* RULES, STEP */
void terms_apply(struct engine *engine, const struct command *command);   /* TERMS, STRIP, RETIRE */
void people_apply(struct engine *engine, const struct command *command);  /* CITY..HOLDING */
void gate_apply(struct engine *engine, const struct command *command);    /* GATE, TRANCHE */
void tranche_apply(struct engine *engine, const struct command *command); /* TRANCHE alone */
void calendar_apply(struct engine *engine, const struct command *command);     /* CALENDAR, SEED */
void click_apply(struct engine *engine, const struct command *command);        /* CLICK */
void block_apply(struct engine *engine, const struct command *command);        /* BLOCK */
void bust_apply(struct engine *engine, const struct command *command);         /* BUST, PERMIT */
void auction_more_apply(struct engine *engine, const struct command *command); /* 39..46 */
void trading_apply(struct engine *engine, const struct command *command);      /* 10..13 */
void session_apply(struct engine *engine, const struct command *command);      /* 14..17 */
void auction_apply(struct engine *engine, const struct command *command);      /* 18..20 */
#endif
