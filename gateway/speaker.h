/* speaker.h - one connection as the road sees it: who is speaking, what came in, what goes out.
 *
 * Free of sockets: the order port brings frames (speaker_frame) and carries bytes away (out rings);
 * tests do the same with arrays. A speaker lives in a fixed slot; `generation` tells the slot's
 * users apart, so nothing meant for one user ever reaches the next one.
 *
 *    FREE -> NEW -> CHECKING -> LIVE -> LEAVING      any but FREE -> (fault or close) -> FREE
 *
 * Owns:     its rings and their slots, allocated once per slot and kept.
 * Bound:    CREDITS_MAX commands, REQUESTS_MAX requests, OUT_*_BYTES of output.
 * Threads:  one writer per field group, named below. Whoever keeps no pointer longer than one step
 *           of its stage is safe: the order port frees a slot only after every stage has made a
 *           whole step since the generation changed.
 */
#ifndef GATEWAY_SPEAKER_H
#define GATEWAY_SPEAKER_H
#include "gateway/gateway_limits.h"
#include "gateway/ready.h"
#include "gateway/ring.h"
#include "gateway/waker.h"
#include "proto/wire.h"

enum speaker_state {
    SPEAKER_FREE = 0,
    SPEAKER_NEW,      /* challenged; only LOGON is taken */
    SPEAKER_CHECKING, /* LOGON lies at the desk */
    SPEAKER_LIVE,
    SPEAKER_LEAVING /* LOGOFF: what is in flight is still answered */
};

enum speaker_out {                  /* one ring for each thread that writes to the client */
                   SPEAKER_ROAD,    /* release stage: ANSWERS, REPORTS */
                   SPEAKER_DESK,    /* desk stage: WELCOME, ROWS, DIGEST */
                   SPEAKER_CONTROL, /* receiving side: BUSY */
                   SPEAKER_OUTS
};

struct speaker_request {  /* for the desk */
    uint64_t asked_index; /* journal entries committed when it came in: the answer shows them all */
    uint8_t type;         /* WIRE_LOGON or WIRE_QUERY */
    union {
        struct wire_logon logon;
        struct wire_query query;
    };
};

struct speaker {
    uint32_t slot;
    _Atomic uint32_t generation; /* order port */
    _Atomic uint32_t state;      /* enum speaker_state; order port, receiving side, desk in turn */
    uint8_t nonce[KEYFILE_NONCE_BYTES];

    /* Who: written by the desk before state becomes LIVE. */
    struct name user;
    uint32_t participant; /* PARTICIPANT_NONE: none */
    uint32_t staff;       /* tells users without participant apart: two persons are two numbers */
    uint8_t role;

    /* In: receiving side -> engine stage, receiving side -> desk. */
    struct ring commands;
    struct command *command_slots;
    struct ring requests;
    struct speaker_request *request_slots;
    _Atomic uint32_t taken; /* commands ever taken; receiving side */
    uint64_t busy_id;       /* after BUSY: the id that has to come first; 0: not busy */
    uint32_t busy_lane;
    _Atomic uint32_t answered; /* commands ever answered; release stage */

    /* Out: one producer each -> sending side. */
    struct ring out[SPEAKER_OUTS];
    uint8_t *out_slots[SPEAKER_OUTS];

    /* The end: the first fault wins (0 none, 1 being written, 2 complete). */
    _Atomic uint32_t ending;
    struct wire_fault fault;
};

/* What a receiving side needs of the road. All borrowed. */
struct speaker_doors {
    struct ready commands_ready; /* engine stage swaps it */
    struct ready requests_ready; /* desk swaps it */
    struct waker *engine;
    struct waker *desk;
    uint64_t (*committed)(void *context); /* newest durable journal index */
    void *context;
    uint32_t credits;
};

/* Allocates the slots. Returns 0 or ERR_NO_MEMORY. */
int speaker_create(struct speaker *speaker, uint32_t slot);
void speaker_destroy(struct speaker *speaker);

/* Begins a new user of the slot: empty rings, next generation, state NEW, a fresh nonce. Writes the
 * CHALLENGE frame into the desk's ring. Needs: state FREE and nobody else inside. */
void speaker_begin(struct speaker *speaker, const uint8_t cluster[CLUSTER_BYTES]);

/* Frame from the client. Returns 0, or a fault; speaker_fail was then called with field, place and
 * limit and nothing of the frame was taken. Receiving side only. */
int speaker_frame(struct speaker *speaker, struct speaker_doors *doors,
                  const struct wire_frame *frame);

/* Says why this speaker ends; the first call wins. The order port sends the FAULT and closes. */
void speaker_fail(struct speaker *speaker, int fault, const char *field, uint32_t place,
                  int64_t limit);

/* 0, or the fault given to speaker_fail, once it is complete. */
int speaker_failed(const struct speaker *speaker);

/* True when every taken command has been answered and nothing waits in a ring. */
bool speaker_quiet(const struct speaker *speaker);
#endif
