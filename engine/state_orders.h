/* state_orders.h - rows of orders, of what only some orders have, and of the books they rest in.
 *
 * Bound:      limits.orders, extras, names and levels. Private to engine/, see state.h.
 */
#ifndef ENGINE_STATE_ORDERS_H
#define ENGINE_STATE_ORDERS_H
#include "engine/limits.h"
#include "engine/state_base.h"

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
    uint32_t extra; /* row of engine->extra, NIL: a plain order */
    uint16_t instrument;
    uint8_t zone;
    uint8_t side;
    uint8_t type;
    uint8_t tif;
    uint8_t state;    /* enum order_state */
    uint8_t legs;     /* of a strip; 0: a plain instrument */
    uint8_t promised; /* 1: a leaf of the books is kept for it, see book_promise() */
};
enum order_state { ORDER_FREE, ORDER_WORKING, ORDER_RESTING, ORDER_PARKED };

/* What only icebergs and stops have. Rows of a sparse pool. */
struct extra {
    int64_t display; /* 0: shows all */
    int64_t shown;   /* of an iceberg at rest: what is left of the displayed part */
    int64_t stop;    /* 0: none, or triggered */
    int64_t left;    /* as a trial foresees it */
    uint64_t rank;   /* the priority a trial foresees */
    uint32_t next;   /* free list; queue of a trial */
};

/* Where a trial stands in one zone, see trial.c. It matters only while the trial waits for its next
 * step; then it follows from the frozen books and from the figures in the job, so the digest leaves
 * it out. */
struct trial_place {
    int64_t room;
    int64_t last;   /* price, of the zone */
    int64_t left;   /* of the iceberg in `slot` */
    int64_t shown;  /* the same */
    uint32_t slot;  /* the present maker; NIL: nothing more here */
    uint32_t after; /* the first order behind this price */
    uint32_t head;  /* icebergs that show anew at this price, oldest first */
    uint32_t tail;
    bool again; /* `slot` is one of them */
};

/* A client order id: unique per participant while its order lives and through the next day. */
struct client_name {
    struct name text;
    uint32_t participant;
    uint32_t order;     /* slot, or NIL once the order is gone */
    uint32_t died_day;  /* engine->day_number when it went */
    uint32_t next;      /* hash chain, or free list */
    uint32_t died_next; /* of those that died on the same day, see engine->died */
};

/* One side of one zone's book: a 64-way trie over price / tick. See book.h. */
struct book_side {
    uint32_t root;       /* node, NIL: empty */
    uint32_t height;     /* 1: root is a leaf */
    uint32_t orders;     /* resting */
    uint32_t finger;     /* leaf used last, NIL: none */
    uint64_t finger_key; /* key >> 6 of that leaf */
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
#endif
