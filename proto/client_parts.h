/* client_parts.h - what the files of the client library share. For client*.c only.
 *
 *   DIALING -> CHALLENGE -> WELCOME -> UP -> LOST -> DIALING ...      any -> OVER
 *
 * Threads:   `lock` guards everything here. NNG callbacks (dial, receive, send, tick) take it, do
 *            their step and leave; own callbacks of the user run without it.
 * Invariant: head <= sent <= tail; positions are ids less first_id; sent - head <= credits.
 *            A stream is freed only when no operation on it is under way, from the tick.
 */
#ifndef PROTO_CLIENT_PARTS_H
#define PROTO_CLIENT_PARTS_H
#include "proto/lingnan.h"
#include <nng/nng.h>
#include <pthread.h>

#define CLIENT_IN_MAX (2u * FRAME_MAX)
#define CLIENT_OUT_MAX (FRAME_MAX + 1024u) /* a full frame, a query, a heartbeat, a logoff */
#define CLIENT_TICK_MS 250                 /* when all is well */
#define CLIENT_HURRY_MS 10                 /* while lost or told to wait */
#define CLIENT_BACKOFF_MS 50               /* first wait before connecting again; doubles */
#define CLIENT_BACKOFF_MAX_MS 2000
#define CLIENT_RETRY_MAX_MS 5000 /* longest wait a BUSY can ask for */
#define CLIENT_HEARTBEAT_MS 5000 /* if the server names none */
#define CLIENT_LOGOFF_MS 500     /* longest wait for LOGOFF to leave */
#define CLIENT_LISTEN_MS 500     /* how long to listen for a FAULT when sending has failed */
#define CLIENT_INBOX_MIN 4096    /* a frame of messages always fits an empty inbox */
#define CLIENT_QUEUE_MAX (1u << 20)
#define CLIENT_INBOX_MAX (1u << 24)
#define CLIENT_PAGE_ROWS 1000

enum client_stage {
    STAGE_DIALING,
    STAGE_CHALLENGE, /* connected; the server speaks first */
    STAGE_WELCOME,   /* logon sent */
    STAGE_UP,
    STAGE_LOST, /* waiting to connect again */
    STAGE_OVER  /* for good: `fault` says why */
};

/* One blocking call waiting for its answers. */
struct client_call {
    struct wire_answer *answers;
    size_t missing;
};

struct client_entry { /* one command not answered yet */
    struct command command;
    struct client_call *call; /* NULL: its answer goes to the inbox */
    size_t place;             /* in call->answers */
    bool answered;
    bool dropped; /* nobody waits any more */
};

struct client_question {
    ln_row *row;
    void *context;
    struct ln_answer answer;
    struct query query;
    uint32_t ticket;
    int fault;
    bool open;    /* somebody waits for the answer */
    bool unsent;  /* still to be put on the wire */
    bool done;    /* answer or fault is there */
    bool running; /* rows are being handed out just now */
};

struct ln_client {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* monotonic clock */

    /* options */
    struct keyfile key;
    uint32_t timeout_ms;
    uint32_t give_up_ms;
    void (*on_message)(void *context, const struct ln_message *message);
    void *context;

    /* the connection */
    enum client_stage stage;
    nng_stream_dialer *dialer;
    nng_stream *stream;
    nng_aio *dial_aio;
    nng_aio *receive_aio;
    nng_aio *send_aio;
    nng_aio *tick_aio;
    bool dialing;
    bool receiving;
    bool sending;
    bool closing; /* ln_close is at work: nothing new starts */
    bool ever_up;
    bool want_logoff;
    bool handling; /* frames are being read out of `in` just now */
    bool paused;   /* a frame waits in `in` for room in the inbox */
    int fault;
    struct fault_text why;
    int64_t since_ms; /* DIALING .. WELCOME: began; LOST: lost the connection */
    int64_t retry_ms; /* LOST: not before */
    int64_t heard_ms;
    int64_t said_ms;
    int64_t busy_ms; /* commands not before */
    int64_t backoff_ms;
    int64_t mute_ms;     /* sending failed then: we only listen for why; 0: not so */
    uint8_t cluster[16]; /* of the exchange we have commands with */
    struct wire_welcome welcome;

    uint8_t *in;
    size_t in_used;
    uint8_t *out;
    size_t out_size;
    size_t out_done;

    /* commands not answered */
    struct client_entry *queue; /* ring */
    uint32_t queue_max;
    uint32_t lane;
    uint64_t first_id;
    uint64_t head;
    uint64_t sent;
    uint64_t tail;

    /* messages received and not fetched */
    struct ln_message *inbox; /* ring, grown up to inbox_max */
    size_t inbox_room;
    size_t inbox_max;
    size_t inbox_first;
    size_t inbox_count;
    int event_fd;
    bool delivering;

    struct client_question question;
};

int64_t client_now_ms(void);
/* Waits for `changed` until the deadline. False: it has passed. Needs: lock. */
bool client_wait(struct ln_client *client, int64_t deadline_ms);

/* client_stream.c: all with the lock held. */
void client_dial(struct ln_client *client);
void client_receive(struct ln_client *client);
void client_pump(struct ln_client *client); /* sends what there is to send */
void client_lose(struct ln_client *client, int fault, const char *why);
void client_finish(struct ln_client *client, int fault, const char *why);
void client_hurry(struct ln_client *client); /* lets the tick look again now */
void client_on_dialed(void *client);
void client_on_received(void *client);
void client_on_sent(void *client);
void client_on_tick(void *client);

/* client_frames.c: takes whole frames out of `in`. With the lock; lets go of it for rows. */
void client_frames(struct ln_client *client);

/* client_queue.c, with the lock. */
bool client_queue_room(const struct ln_client *client, size_t count);
void client_queue_add(struct ln_client *client, const struct command *commands, size_t count,
                      struct client_call *call);
void client_queue_put(struct ln_client *client, struct wire_writer *writer);
void client_queue_again(struct ln_client *client, uint64_t position);
int client_queue_answer(struct ln_client *client, const struct wire_answer *answer);
int client_queue_busy(struct ln_client *client, const struct wire_busy *busy);

/* client_inbox.c, with the lock. */
bool client_inbox_room(const struct ln_client *client, size_t count);
int client_inbox_push(struct ln_client *client, const struct ln_message *message);
void client_inbox_deliver(struct ln_client *client); /* own callback; lets go of the lock */
#endif
