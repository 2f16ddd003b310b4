/* slate.h - what a call reckons on, and how far it has come.
 *
 * A call over many orders is worked off in several commands, and what it has reckoned so far must
 * wait for the next one: so a stage takes a slate, owns it until it is through, and gives it back.
 * One slate has a row for every order there can be, a few are small, so that the small books go on
 * trading while a large one is cleared. A stage that finds no free slate of its size waits; whoever
 * owns one always gets on, so somebody always does. A look reckons on a free one.
 *
 * Owns:      nothing; engine.c lays the rows out.
 * Invariant: the owner of a slate is an instrument whose job is a call (JOB_CALL or JOB_ROOM).
 * Private to engine/.
 */
#ifndef ENGINE_SLATE_H
#define ENGINE_SLATE_H
#include "engine/state.h"

#define SLATES 5
#define SLATE_SMALL 4096u /* orders that fit every slate but the first */

struct row { /* sorted by (high, low) */
    uint64_t high;
    uint64_t low;
    uint32_t id;
};

struct cut { /* one order before a call: what its group's own crossing orders take off it */
    int64_t units;
    uint32_t slot;
    uint32_t group;
    uint32_t rank; /* among the prices of the pair of zones being measured */
};

struct curve_point { /* one price of a zone's book in a call */
    int64_t price;
    int64_t bid; /* quantity at this price */
    int64_t ask;
    int64_t bid_ge; /* D(>= price) */
    int64_t ask_le; /* S(<= price) */
};

/* From here to struct call everything is an int64_t: the digest walks it word by word. */

struct zone_result { /* of the call in one zone */
    int64_t price;
    int64_t bought;
    int64_t sold;
    int64_t bids_left; /* units of bids at the price or better that stay */
    int64_t asks_left;
    int64_t said; /* the zone takes part and is reported */
};

struct pair_flow { /* received == 0: the two zones clear alone */
    int64_t received;
    int64_t delivered;
    int64_t from;
    int64_t to;
};

struct curve_shape { /* a curve that has been read, but for its points */
    int64_t points;
    int64_t low; /* the zone's band */
    int64_t high;
    int64_t demand; /* all bids */
    int64_t supply; /* all asks */
};

struct reading { /* of a zone's book into a curve */
    int64_t part;
    int64_t slot;
    int64_t bids; /* levels of bids that stand at the far end of the row */
    int64_t written;
    int64_t at;
};

struct trimming {
    int64_t part;
    int64_t zone;
    int64_t side;
    int64_t begun; /* this side of the book */
    int64_t slot;
    int64_t count; /* orders gathered */
    int64_t start; /* the group being measured: rows start .. end - 1 */
    int64_t end;
    int64_t both; /* it stands on both sides */
    int64_t from;
    int64_t to;
    int64_t at;
    int64_t ranked;
    int64_t bids;
    int64_t kept; /* orders to be cut */
    int64_t sorted;
};

struct solving { /* of a pair of zones, or of one alone */
    int64_t part;
    int64_t direction; /* 0: first -> second, 1: back */
    int64_t at;
    int64_t first; /* equilibria are first .. top steps */
    int64_t top;
    int64_t best;
    int64_t best_units;
};

struct call {
    int64_t part;
    int64_t scheduled; /* rents end before it */
    int64_t look;      /* reckons only: cuts are not made but remembered by slot */
    int64_t zones;     /* mask of a call of the whole instrument; 0: for new room, its pairs only */
    int64_t coupled;   /* mask of zones that stand in a pair */
    int64_t pairs;
    int64_t changed;   /* something was cut or filled */
    int64_t at;        /* pair, or zone */
    int64_t fill;      /* part of the fills of a zone */
    int64_t units;     /* still to fill on this side */
    int64_t cash_due;  /* fen that buyers have paid and nobody has got yet; less the other way */
    int64_t units_due; /* units that buyers have got and nobody has delivered yet; the same */
    struct trimming trim;
    struct reading reading;
    struct curve_shape shape[2];
    struct solving solve;
    struct zone_result zone[ZONES_MAX];
    struct pair_flow pair[ZONES_MAX / 2];
};

struct slate {
    struct row *row;
    struct cut *cut;
    struct curve_point *curve[2];
    int64_t *sum[SIDES];
    uint32_t rows;
    uint16_t owner; /* instrument; INSTRUMENT_NONE: free */
    int64_t ticks;  /* what may still be done now, see slate_begin() */
    struct call call;
};

/* The slate the instrument owns, or a free one for `rows` orders, now its own and with a call that
 * has not begun; NULL: there is none, so wait. */
struct slate *slate_take(struct engine *engine, uint16_t instrument, uint32_t rows);
void slate_give(struct slate *slate);

/* A row on a slate is read or written in an eighth of the time that a fill takes: a stage that goes
 * on turns its work into ticks, and back when it stops or is through. */
#define TICKS_OF_WORK 8
void slate_begin(struct slate *slate, const struct engine *engine);
void slate_end(const struct slate *slate, struct engine *engine);

/* A free one for a look, with a call that has not begun; NULL: none. */
struct slate *slate_borrow(const struct engine *engine, uint32_t rows);

/* What an instrument owns; NULL: none. */
const struct slate *slate_of(const struct engine *engine, uint16_t instrument);

/* What a call that is suspended between two fills has taken and not given yet. */
int64_t slate_cash_due(const struct engine *engine);                       /* of all calls */
int64_t slate_units_due(const struct engine *engine, uint16_t instrument); /* and its strips */

static inline bool may_go_on(const struct slate *slate)
{
    return slate->ticks > 0;
}

/* Sorts the first `count` of slate->row by (high, low), by parts. `done` counts what is done, from
 * 0; two ticks each. Returns whether all is sorted. */
bool slate_sort(struct slate *slate, int64_t count, int64_t *done);
#endif
