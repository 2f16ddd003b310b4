/* state_people.h - rows of participants: what they own, where they belong, what they may hold, and
 * the agreements they wait for.
 *
 * Bound:      limits.participants, positions, locks, cities and rules. Private to engine/, see
 * state.h.
 */
#ifndef ENGINE_STATE_PEOPLE_H
#define ENGINE_STATE_PEOPLE_H
#include "engine/state_market.h"

#define QUOTA_NONE UINT32_MAX
struct participant {
    int64_t cash; /* free */
    int64_t cash_held;
    uint32_t group;
    uint32_t first_order; /* open orders, NIL: none */
    uint32_t open_orders;
    uint32_t first_position; /* sorted by (instrument, zone) */
    uint32_t members;        /* membership rows that name it */
    uint32_t first_member;   /* those in force, one for each instrument at most; NIL: none */
    uint8_t zone;
    uint8_t type;
    uint8_t stopped;        /* 1: may not trade (`status`) */
    uint32_t city;          /* row of engine->city, NIL: none known */
    uint32_t next_in_city;  /* list of the city's participants by rising id, NIL: last */
    uint32_t next_in_group; /* list of the group's participants, NIL: last */
    uint32_t quota_open;    /* open orders; 0: the exchange's; QUOTA_NONE: no bound */
    uint32_t quota_rate;    /* orders per second; the same */
    int64_t rate_time;      /* ns; when the next order is on time (GCRA) */
    uint32_t discount_ppm;
    int32_t discount_until; /* last day; 0: no end */
};

struct participant_text { /* rarely read */
    struct name name;
    struct name city;
    struct name sector;
};

struct position {
    int64_t free;
    int64_t held;
    int64_t locked; /* under the resale lock; the days are in engine->lock */
    int64_t surrendered;
    int64_t buying;   /* open buys of the participant in this zone, units */
    int64_t escrowed; /* part of `held` that waits for a permit */
    uint32_t locks;   /* rows of engine->lock, oldest release first, NIL: none */
    uint32_t participant;
    uint32_t next;  /* of the same participant */
    uint32_t chain; /* hash chain */
    uint16_t instrument;
    uint8_t zone;
};

struct membership { /* in order of the commands */
    uint32_t account;
    int32_t from_day;
    uint32_t next; /* of those in force, of the same account */
    uint16_t instrument;
    uint8_t zone;
    uint8_t begun; /* enum membership_state */
};
enum membership_state { MEMBER_PENDING, MEMBER_BEGUN, MEMBER_PAST };

/* Units that become free when the exchange's business day reaches `release`. */
struct lock {
    int64_t qty;
    uint32_t position;
    uint32_t release;
    uint32_t next;     /* of the same position; free list */
    uint32_t day_next; /* of the same release day, see engine->lock_day */
    uint32_t day_prev;
};

struct city {
    struct name name;
    uint32_t first; /* participants, NIL: none */
    uint32_t last;
    uint8_t zone;      /* ZONE_NONE: says nothing */
    uint8_t investors; /* 1: investors only */
};

struct city_instrument { /* [instrument * limits.cities + city] */
    struct gate gate;
    uint8_t zone; /* ZONE_NONE: the city's */
};

struct city_move { /* a `city` line that waits for its day, in order of the commands */
    int32_t from_day;
    uint32_t city;
    uint16_t instrument; /* INSTRUMENT_ALL */
    uint8_t zone;
};

struct holding_limit { /* a `position-limit` line */
    uint32_t group;    /* NIL: the type */
    int64_t units;     /* UNSET: not given */
    int64_t ppm;
    uint64_t sequence; /* of the line; 0: free row */
    int32_t from_day;
    uint32_t next; /* hash chain, newest first; free list */
    uint16_t instrument;
    uint8_t type; /* 0 when a group is named */
};

struct agreement { /* a block that one side has named */
    struct name name;
    int64_t qty;
    int64_t price;
    uint32_t seller;
    uint32_t buyer;
    uint16_t instrument;
    uint8_t said; /* 1 << SIDE_BUY or 1 << SIDE_SELL; 0: free row */
};
#endif
