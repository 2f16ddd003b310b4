/* wire.h - the frames of the order port, both directions, and the head of a market-data message.
 *
 * PROTOCOL.md is the authority; the fields of every message come from the table in fields.h.
 *   OFFSET  SIZE  FIELD (little-endian)
 *        0     4  length: bytes that follow this field, 4 .. FRAME_MAX - 4
 *        4     2  type, enum wire_type
 *        6     2  count: items in the payload (COMMANDS, ANSWERS, REPORTS, ROWS), else 0
 *        8     n  payload
 * The length is checked before anything else is read, and before anything is allocated.
 * Threads:  no state.
 *
 * Order of a connection: server CHALLENGE, client LOGON, server WELCOME; then both talk freely.
 * Either side sends HEARTBEAT when it was silent for heartbeat_ms and closes after three times
 * that without a byte. The server closes with FAULT first whenever it can say why.
 *
 * Exactly once: every command carries (lane, id), lane and id from 1, ids strictly rising in a
 * lane. At most WELCOME.credits commands may be unanswered. After a reconnect the client sends all
 * unanswered commands again, same (lane, id), in the old order, before new ones.
 * BUSY names the first command that was not taken; the server then ignores COMMANDS frames until
 * one starts with exactly that (lane, id) (so order is kept), and the client sends again from there
 * after retry_ms.
 */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H
#include "engine/command.h"
#include "engine/event.h"
#include "proto/codec.h"
#include "proto/fault.h"
#include "proto/keyfile.h"
#include "proto/query.h"

#define WIRE_VERSION 1u
#define FRAME_HEAD 8
#define FRAME_MAX (160u * 1024u) /* whole frame, length field included */
#define FRAME_ITEMS_MAX 1000     /* commands, answers, reports or rows of one frame */
#define WIRE_COMMAND_HEAD 16     /* size u16, type u8, zero u8, lane u32, id u64 */

/* X(number, NAME, sender) */
/* clang-format off */
#define WIRE_LIST(X)                                                                               \
    X(1,  LOGON,     CLIENT)                                                                       \
    X(2,  COMMANDS,  CLIENT)                                                                       \
    X(3,  QUERY,     CLIENT)                                                                       \
    X(4,  LOGOFF,    CLIENT)                                                                       \
    X(5,  HEARTBEAT, BOTH)                                                                         \
    X(65, CHALLENGE, SERVER)                                                                       \
    X(66, WELCOME,   SERVER)                                                                       \
    X(67, ANSWERS,   SERVER)                                                                       \
    X(69, ROWS,      SERVER)                                                                       \
    X(70, DIGEST,    SERVER)                                                                       \
    X(71, BUSY,      SERVER)                                                                       \
    X(72, FAULT,     SERVER)                                                                       \
    X(73, REPORTS,   SERVER)
/* clang-format on */
#define WIRE_ENUM(number, name, sender) WIRE_##name = number,
enum wire_type { WIRE_LIST(WIRE_ENUM) WIRE_END };
#undef WIRE_ENUM

struct wire_challenge {
    uint8_t nonce[KEYFILE_NONCE_BYTES]; /* fresh for each connection */
    uint8_t cluster[16];                /* id of this exchange, from its journal */
    uint32_t version;                   /* WIRE_VERSION */
};
struct wire_logon {
    uint8_t public_key[KEYFILE_PUBLIC_BYTES];
    uint8_t signature[KEYFILE_SIGNATURE_BYTES]; /* keyfile_sign */
    uint32_t version;
};
struct wire_welcome {
    struct name user;
    struct name participant; /* empty: none */
    uint64_t sequence;       /* newest command released */
    int64_t time_ns;         /* of that command */
    uint32_t participant_id; /* PARTICIPANT_NONE: none, or not created yet */
    uint32_t credits;        /* commands that may be unanswered */
    uint32_t heartbeat_ms;
    uint8_t role; /* enum role */
};
struct wire_query {
    uint32_t ticket; /* the client's number, repeated in the answer */
    struct query query;
};
#define ANSWER_FLAG_REPEAT 1u /* the first answer to this (lane, id), given again */
struct wire_answer {          /* one for each command, in the order they were sent */
    uint64_t id;
    uint64_t sequence; /* of the command; for a repeat of the first */
    uint64_t order_id; /* ORDER, CANCEL, REPLACE that were done; else ORDER_ID_NONE */
    uint32_t lane;
    uint32_t created; /* id of the zone, instrument, participant or auction; else UINT32_MAX */
    uint8_t command;  /* enum command_type */
    uint8_t reason;   /* enum reason; REASON_NONE: done */
    uint8_t flags;    /* ANSWER_FLAG_* */
};

/* FIX 4.4/5.0 values: ExecType(150), OrdStatus(39), Side(54), OrdType(40), TimeInForce(59) and
 * LastLiquidityInd(851). */
enum exec_type {
    EXEC_NEW = '0',
    EXEC_CANCELED = '4',
    EXEC_REPLACED = '5',
    EXEC_REJECTED = '8',
    EXEC_PENDING = 'A', /* an award that waits for its payment */
    EXEC_EXPIRED = 'C',
    EXEC_TRADE = 'F',
    EXEC_TRADE_CANCEL = 'H', /* a bust, or a trade in escrow that was refused */
    EXEC_TRIGGERED = 'L'
};
enum order_status {
    STATUS_NEW = '0',
    STATUS_PARTIAL = '1',
    STATUS_FILLED = '2',
    STATUS_CANCELED = '4',
    STATUS_REJECTED = '8',
    STATUS_PENDING = 'A',
    STATUS_EXPIRED = 'C'
};
struct wire_report {       /* an execution report; FIX tag numbers in brackets */
    uint64_t sequence;     /* of the command that caused it */
    uint64_t order_id;     /* [37] */
    uint64_t trade;        /* [1003] number of a book trade; 0 otherwise (calls have none) */
    int64_t time_ns;       /* [60] */
    int64_t price;         /* [44] the order's limit */
    int64_t last_qty;      /* [32] in the units of this order's own side; when it was cancelled or
                            * expired: the quantity that was cancelled */
    int64_t last_price;    /* [31] */
    int64_t money;         /* [381] paid by a buy, received by a sell, without fee; fen */
    int64_t fee;           /* [137] of this fill, fen */
    int64_t filled;        /* [14] CumQty */
    int64_t left;          /* [151] LeavesQty */
    struct name client_id; /* [11] */
    uint32_t participant;  /* [448] */
    uint16_t instrument;   /* [55] */
    uint8_t zone;          /* of this order */
    uint8_t other_zone;    /* of the other side of a book trade; else ZONE_NONE */
    uint8_t side;          /* [54] '1' buy, '2' sell; '0': not known */
    uint8_t exec;          /* [150] enum exec_type */
    uint8_t status;        /* [39] enum order_status */
    uint8_t reason;        /* [103] enum reason of a rejection */
    uint8_t cancel;        /* enum cancel_reason; UNSET_ENUM unless cancelled or expired */
    uint8_t liquidity;     /* [851] 1 added, 2 removed, 4 call auction, 0 none */
    uint8_t kept_priority; /* 1: replaced, and it kept its place in the queue */
};
struct wire_rows {     /* before `count` events of codec.h */
    uint64_t sequence; /* the state the rows show */
    uint32_t ticket;
    uint8_t last;   /* 1: the answer ends here */
    uint8_t reason; /* enum reason; not NONE: no rows, and why */
};
struct wire_digest {
    uint8_t hash[32];
    uint64_t sequence;
    uint32_t ticket;
};
struct wire_busy {
    uint64_t id; /* first command not taken */
    uint32_t lane;
    uint32_t retry_ms;
};
struct wire_fault {
    struct name field; /* the field or option meant; may be empty */
    int64_t limit;     /* the bound that was passed; 0: none */
    uint32_t place;    /* byte of the frame, or number of the item */
    int32_t fault;     /* enum fault */
};
/* Head of a market-data message (NNG PUB). A topic is the first two bytes: the instrument. Behind
 * it `count` events of codec.h, stripped by wire_feed_public. */
struct wire_feed {
    uint16_t instrument;
    uint16_t count;
    uint8_t snapshot; /* 1: the whole book as ROW_LEVEL rows; 0: what happened since */
    uint64_t epoch;   /* changes when the server restarts; numbers start anew */
    uint64_t number;  /* of this topic, 1, 2, ...; a snapshot repeats the last one */
    uint64_t sequence;
    int64_t time_ns;
};

/* ---- Reading ---- */

struct wire_frame {
    uint16_t type;
    uint16_t count;
    const uint8_t *payload; /* borrowed from the bytes given */
    size_t size;            /* of the payload */
};
/* Returns 0: a whole frame, *out_used bytes; 1: need more (*out_used = bytes wanted in all, at
 * least FRAME_HEAD); ERR_TOO_LONG: length above FRAME_MAX; ERR_MALFORMED: length below 4. */
int wire_frame_get(const uint8_t *bytes, size_t size, struct wire_frame *out, size_t *out_used);

/* A cursor over the items of a frame. */
struct wire_reader {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
    uint16_t left; /* items */
};
struct wire_reader wire_reader_of(const struct wire_frame *frame);
/* True when all items were read and no byte is left over. */
bool wire_reader_done(const struct wire_reader *reader);

/* Each returns 0 or ERR_MALFORMED (and the place, if not NULL). Single messages must fill their
 * frame exactly. wire_command_get sets type, lane, id and body; the caller sets the rest from the
 * session. */
int wire_logon_get(const struct wire_frame *, struct wire_logon *, struct codec_place *);
int wire_challenge_get(const struct wire_frame *, struct wire_challenge *, struct codec_place *);
int wire_welcome_get(const struct wire_frame *, struct wire_welcome *, struct codec_place *);
int wire_query_get(const struct wire_frame *, struct wire_query *, struct codec_place *);
int wire_digest_get(const struct wire_frame *, struct wire_digest *, struct codec_place *);
int wire_busy_get(const struct wire_frame *, struct wire_busy *, struct codec_place *);
int wire_fault_get(const struct wire_frame *, struct wire_fault *, struct codec_place *);
int wire_command_get(struct wire_reader *, struct command *, struct codec_place *);
int wire_answer_get(struct wire_reader *, struct wire_answer *, struct codec_place *);
int wire_report_get(struct wire_reader *, struct wire_report *, struct codec_place *);
int wire_rows_get(struct wire_reader *, struct wire_rows *, struct codec_place *); /* head, first */
int wire_row_get(struct wire_reader *, struct event_buffer *); /* or ERR_LIMIT: buffer is full */
int wire_feed_get(const uint8_t *bytes, size_t size, struct wire_feed *,
                  struct wire_reader *events);

/* ---- Writing ---- */

/* Frames are written one behind the other into the caller's bytes. */
struct wire_writer {
    uint8_t *bytes;
    size_t capacity;
    size_t used;
    size_t frame; /* where the open frame starts */
    uint16_t count;
};
/* Opens a frame. False: no room for its head. */
bool wire_open(struct wire_writer *writer, enum wire_type type);
/* Closes it: writes length and count. Needs: an open frame. */
void wire_close(struct wire_writer *writer);
/* Append an item to the open frame. False: no room, frame full (FRAME_MAX, FRAME_ITEMS_MAX);
 * nothing is written then. */
bool wire_command_put(struct wire_writer *, const struct command *);
bool wire_answer_put(struct wire_writer *, const struct wire_answer *);
bool wire_report_put(struct wire_writer *, const struct wire_report *);
bool wire_rows_put(struct wire_writer *, const struct wire_rows *); /* head of a ROWS frame */
bool wire_row_put(struct wire_writer *, const struct event *);
/* Whole frames. */
bool wire_logon_put(struct wire_writer *, const struct wire_logon *);
bool wire_challenge_put(struct wire_writer *, const struct wire_challenge *);
bool wire_welcome_put(struct wire_writer *, const struct wire_welcome *);
bool wire_query_put(struct wire_writer *, const struct wire_query *);
bool wire_digest_put(struct wire_writer *, const struct wire_digest *);
bool wire_busy_put(struct wire_writer *, const struct wire_busy *);
bool wire_fault_put(struct wire_writer *, const struct wire_fault *);
bool wire_empty_put(struct wire_writer *, enum wire_type); /* HEARTBEAT, LOGOFF */

/* Market data: the head; then append events with codec_event_put. 0: no room. */
size_t wire_feed_put(uint8_t *out, size_t capacity, const struct wire_feed *feed);
#define WIRE_FEED_HEAD 37
/* A copy of a public event without anything private (participants, client ids, order ids, fees).
 * False: the event is not public (private in whole, or without meaning outside). `out` must hold
 * codec_event_struct(event->type) bytes, 8-byte aligned. */
bool wire_feed_public(const struct event *event, struct event *out);
#endif
