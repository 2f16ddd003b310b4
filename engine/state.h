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
#include "engine/engine.h"
#include <string.h>

#define NIL UINT32_MAX
#define SIDES 2

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

struct order {
    uint32_t prev; /* queue at one price, oldest first */
    uint32_t next; /* also the free list */
    int64_t left;
    int64_t price;
    uint64_t priority; /* lower is earlier */
    uint32_t participant;
    uint32_t position; /* holding of (participant, instrument, zone) */
    uint32_t generation;
    uint32_t name;     /* remembered client id, or NIL */
    uint32_t own_prev; /* open orders of one participant, newest first */
    uint32_t own_next;
    int64_t filled;
    int128 turnover;  /* fen, so far; the fee already charged follows from it */
    uint32_t fee_ppm; /* fixed at acceptance */
    int32_t until_day;
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
    uint8_t type;
    uint8_t tif;
    uint8_t state; /* enum order_state */
};
enum order_state { ORDER_FREE, ORDER_WORKING, ORDER_RESTING };

/* A client order id: unique per participant while its order lives and through the next day. */
struct client_name {
    struct name text;
    uint32_t participant;
    uint32_t order;    /* slot, or NIL once the order is gone */
    uint32_t died_day; /* engine->day_number when it went */
    uint32_t next;     /* hash chain, or free list */
};

struct participant {
    int64_t cash; /* free */
    int64_t cash_held;
    uint32_t group;
    uint32_t first_order; /* open orders, NIL: none */
    uint32_t open_orders;
    uint32_t first_position; /* sorted by (instrument, zone) */
    uint32_t members;        /* membership rows that name it */
    uint8_t zone;
    uint8_t type;
};
struct participant_text { /* rarely read */
    struct name name;
    struct name city;
    struct name sector;
};

struct position {
    int64_t free;
    int64_t held;
    int64_t locked; /* bought today, T+1 */
    int64_t surrendered;
    uint32_t participant;
    uint32_t next;  /* of the same participant */
    uint32_t chain; /* hash chain */
    uint16_t instrument;
    uint8_t zone;
};

struct membership { /* in order of the commands */
    uint32_t account;
    int32_t from_day;
    uint16_t instrument;
    uint8_t zone;
    uint8_t begun; /* enum membership_state */
};
enum membership_state { MEMBER_PENDING, MEMBER_BEGUN, MEMBER_PAST };

/* One side of one zone's book: a 64-way trie over price / tick. See book.h. */
struct book_side {
    uint32_t root;       /* node, NIL: empty */
    uint32_t height;     /* 1: root is a leaf */
    uint32_t orders;     /* resting */
    uint32_t finger;     /* leaf used last, NIL: none */
    uint64_t finger_key; /* key >> 6 of that leaf */
};

struct zone_state { /* of one instrument in one zone */
    struct book_side side[SIDES];
    int64_t ref; /* UNSET: none yet */
    int64_t band_low;
    int64_t band_high;
    int64_t last; /* 0: no trade yet */
    int64_t day_volume;
    int128 day_turnover;         /* each leg clamped to the band, for the close */
    int64_t volumes[CLOSE_DAYS]; /* of past days, a ring */
    uint32_t volume_days;        /* days recorded, saturates at CLOSE_DAYS */
    uint32_t volume_next;
    int64_t fund_cash;
    int64_t retired;
};

struct link { /* from -> to; the pair's balance lives in the row with from < to */
    uint32_t rn;
    uint32_t rd;
    int64_t levy_ppm;
    int64_t balance; /* units received, from -> to positive */
    int64_t lo;
    int64_t hi;
    uint8_t allowed;
    uint8_t limited;
    uint8_t congested; /* as last reported */
};

struct instrument {
    struct name name;
    int64_t lot;
    int64_t tick;
    int64_t band_ppm;
    int64_t fee_ppm;
    int64_t block_from;
    int64_t issued;    /* units ever issued, at most QTY_MAX */
    int64_t auctioned; /* frozen as the offer of open auctions */
    int64_t t_plus;
    uint8_t family;
    uint8_t stp;
    uint8_t phase;
    uint8_t room_changed; /* during this command: 6.5 looks at it at the end */
    uint32_t resting;     /* orders in all its books */
};

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
};
struct bid {
    int64_t qty;
    int64_t price;
    int64_t deposit; /* fen frozen */
    int64_t awarded;
    uint64_t sequence; /* of the command: time priority */
    uint32_t participant;
    uint32_t next; /* of the same auction, in time order */
    uint8_t zone;  /* the bidder's at the bid */
    uint8_t defaulted;
};

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

struct book_leaf { /* 64 neighbouring prices */
    uint64_t used;
    struct {
        uint32_t head;
        uint32_t tail;
    } level[64];
};
struct book_node {
    uint64_t used;
    uint32_t child[64];
};

struct curve_point { /* one price of a zone's book in a call */
    int64_t price;
    int64_t bid; /* quantity at this price */
    int64_t ask;
    int64_t bid_ge; /* D(>= price) */
    int64_t ask_le; /* S(<= price) */
};

struct trim { /* one order before a call */
    uint32_t slot;
    uint32_t group;
    uint64_t priority;
    int64_t cut;
    uint32_t rank; /* among the prices of the pair of zones being measured */
};
struct trim_price { /* one order among the prices of a pair of zones */
    int64_t price;  /* as the buyer sees it */
    uint32_t row;   /* in `trim` */
    bool is_bid;
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

    struct curve_point *curve[2];  /* scratch of a call, `levels` points each */
    struct trim *trim;             /* scratch, `orders` rows */
    struct trim_price *trim_price; /* the same */
    int64_t *trim_sum[SIDES];      /* the same */
    uint32_t *rank;                /* scratch of an auction, `bids` rows */

    const struct command *command; /* being applied */
    uint16_t touched;              /* instrument whose room, links or phase the command changed */
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
/* setup.c: the membership rules from now on; resting orders elsewhere are cancelled. */
void member_begin(struct engine *engine, uint32_t row);
uint8_t zone_of(const struct engine *engine, uint32_t participant, uint16_t instrument); /* today */
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

/* Rejects the command being applied. */
void reject(struct engine *engine, enum reason reason);
void done(struct engine *engine);

/* --- commands: each emits its events; the checks come first ----------------------------------- */
void setup_apply(struct engine *engine, const struct command *command);   /* 1..9 */
void trading_apply(struct engine *engine, const struct command *command); /* 10..13 */
void session_apply(struct engine *engine, const struct command *command); /* 14..17 */
void auction_apply(struct engine *engine, const struct command *command); /* 18..20 */
#endif
