/* pipeline_parts.h - the inside of pipeline.h, shared by its engine half (pipeline.c) and its
 * release half (pipeline_release.c); nobody else includes it.
 */
#ifndef GATEWAY_PIPELINE_PARTS_H
#define GATEWAY_PIPELINE_PARTS_H
#include "gateway/pipeline.h"

#define MEMBERS_HEADS 512u /* hash heads over participants; a power of two */
#define SLOT_NONE UINT16_MAX
#define ANNOUNCED_MAX 512u /* speakers on their way from desk to release; a power of two */

struct origin { /* where a command of a batch came from */
    uint32_t generation;
    uint16_t slot;   /* SLOT_NONE: the exchange's own step, nobody waits for an answer */
    uint8_t refused; /* enum reason: never sequenced, this is its answer; NONE: sequenced */
};

struct batch {
    struct command *commands; /* BATCH_COMMANDS_MAX */
    struct origin *origins;
    size_t *event_at;           /* offset of a command's first event */
    struct event_buffer events; /* BATCH_EVENTS_BYTES + engine_events_max(), reserved */
    uint32_t count;
    uint64_t index; /* journal entry that has to be durable */
    int64_t time_ns;
};

enum filling { /* what the engine stage is doing with the batch at the head of the pool */
               FILLING_NOTHING,
               FILLING_DRAINED, /* stamped, encoded, not yet in the journal's queue */
               FILLING_APPLYING
};

struct stage_out { /* frames of one speaker being filled by the release stage */
    struct wire_writer answers;
    struct wire_writer reports;
    uint32_t answered; /* commands in `answers` */
    uint32_t generation;
    bool touched;
};

struct announced {
    uint32_t slot;
    uint32_t generation;
    uint32_t participant;
};

struct pipeline {
    struct pipeline_options options;

    /* The pool as a ring: engine publishes, release gives back. */
    struct batch batches[BATCHES];
    _Alignas(RING_LINE) _Atomic uint32_t published;
    _Alignas(RING_LINE) _Atomic uint32_t released;

    /* Engine stage. */
    _Alignas(RING_LINE) enum filling filling;
    uint32_t applied; /* commands of the batch that have been through the engine */
    uint32_t rotate;  /* slot the next drain begins with */
    uint32_t batch_max;
    uint64_t mask[READY_WORDS]; /* speakers known to have commands */
    uint64_t sequence;          /* last one given out */
    uint64_t first_sequence;    /* of the batch */
    uint32_t sequenced;         /* commands of the entry */
    int64_t time_ns;
    struct digest_chain chain;
    uint8_t *entry_bytes;
    size_t entry_size;

    /* Release stage. */
    struct stage_out *outs; /* CONNECTIONS_MAX */
    uint8_t *out_bytes;
    uint32_t touched[CONNECTIONS_MAX];
    uint32_t touched_count;
    uint16_t heads[MEMBERS_HEADS]; /* slot + 1; 0: end */
    uint16_t next[CONNECTIONS_MAX];
    struct announced members[CONNECTIONS_MAX];
    _Atomic uint64_t released_sequence;
    _Atomic int64_t released_time;

    /* Desk -> release. */
    struct ring announced;
    struct announced announced_slots[ANNOUNCED_MAX];
};
#endif
