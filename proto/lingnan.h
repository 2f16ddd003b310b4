/* lingnan.h - the client library of the exchange: the only public symbols, prefix ln_.
 *
 * Owns:      a connection, its reconnects, the copy of every unanswered command.
 * Bound:     options.queue_max commands unanswered or waiting; options.inbox_max messages received
 *            and not fetched yet (reading from the server pauses when it is full).
 * Threads:   every function may be called from any thread at any time, except ln_close, which must
 *            be the last call, and except that none may be called from the callback but ln_submit,
 *            ln_stop and the plain readers (ln_session, ln_pending). The callback runs on a thread
 *            of the library, one call at a time.
 * Exactly once: the library numbers commands (lane, id) and after a lost connection sends all
 *            unanswered ones again under the same numbers: the exchange applies each at most once
 *            and repeats its first answer (ANSWER_FLAG_REPEAT). Execution reports that were under
 *            way when a connection broke are not sent again; query orders, account and trades.
 * The library prints nothing and reads no environment. Errors: proto/fault.h.
 */
#ifndef PROTO_LINGNAN_H
#define PROTO_LINGNAN_H
#include "engine/command.h"
#include "engine/event.h"
#include "engine/reason.h"
#include "proto/directory.h"
#include "proto/fault.h"
#include "proto/query.h"
#include "proto/wire.h"

#define LN_API __attribute__((visibility("default")))

struct ln_client;

enum ln_kind {
    LN_ANSWER = 1, /* message.answer: what became of one command */
    LN_REPORT,     /* message.report: something happened to one of your orders */
    LN_LOST,       /* message.fault: the connection broke; the library is connecting again */
    LN_BACK,       /* connected again, unanswered commands are on their way */
    LN_FAILED      /* message.fault: given up; nothing more will come */
};
struct ln_message {
    enum ln_kind kind;
    int fault;
    union {
        struct wire_answer answer;
        struct wire_report report;
        struct fault_text why; /* LN_LOST, LN_FAILED */
    };
};

/* Zero in a field means the default in brackets. */
struct ln_options {
    const char *url;      /* ipc:///path or tcp://host:port */
    const char *key_path; /* of a key file (proto/keyfile.h) */
    uint32_t timeout_ms;  /* to connect and log on [5 000] */
    uint32_t give_up_ms;  /* reconnecting without success [30 000] */
    uint32_t queue_max;   /* [8 192] */
    uint32_t inbox_max;   /* [65 536] */
    uint32_t lane;     /* [a random one] to go on with a lane of an earlier process, give it ... */
    uint64_t first_id; /* [1]            ... and an id above all it used */
    /* Own callback; if set, ln_receive and ln_fd have nothing to give. */
    void (*on_message)(void *context, const struct ln_message *message);
    void *context;
};

/* Connects and logs on; blocks until then. Returns 0, ERR_USAGE (options), ERR_KEY and other errors
 * of keyfile_read, ERR_CONNECT, ERR_TIMEOUT, ERR_VERSION, ERR_REFUSED or the server's FAULT. */
LN_API int ln_open(const struct ln_options *options, struct ln_client **out,
                   struct fault_text *why);

/* Says LOGOFF, closes and frees. Commands not answered by now may or may not have been applied. */
LN_API void ln_close(struct ln_client *client);

/* Breaks it off from any thread: pending calls return ERR_CLOSED. ln_close is still needed. */
LN_API void ln_stop(struct ln_client *client);

/* Who the server says we are. */
LN_API void ln_session(struct ln_client *client, struct wire_welcome *out);

/* Commands submitted and not answered yet. */
LN_API size_t ln_pending(struct ln_client *client);

/* ---- Asynchronous form ---- */

/* Queues 1..FRAME_ITEMS_MAX commands (type and body; the library sets lane and id, the server the
 * rest) and returns at once; all or none are taken. Ids are *out_first_id, +1, ... Returns 0,
 * ERR_BUSY (queue_max), ERR_CLOSED (given up) or ERR_USAGE (count, type, a name or an enum
 * value that cannot be sent). */
LN_API int ln_submit(struct ln_client *client, const struct command *commands, size_t count,
                     uint64_t *out_first_id);

/* Next message. Returns 0, ERR_TIMEOUT, or ERR_CLOSED when given up and the inbox is empty.
 * timeout_ms 0: do not wait. */
LN_API int ln_receive(struct ln_client *client, struct ln_message *out, uint32_t timeout_ms);

/* A file descriptor that poll() finds readable when ln_receive has something. */
LN_API int ln_fd(struct ln_client *client);

/* ---- Blocking form ---- */

/* Submits and waits for all answers, given in the order of the commands; they do not come to
 * ln_receive or the callback. Waits for queue room too. Returns 0 (look at each answer's reason),
 * ERR_TIMEOUT (they may still be applied), ERR_CLOSED or ERR_USAGE. */
LN_API int ln_call(struct ln_client *client, const struct command *commands, size_t count,
                   struct wire_answer *out_answers, uint32_t timeout_ms);

/* Called for each row, on a thread of the library while ln_query waits. */
typedef void ln_row(void *context, const struct event *row);
struct ln_answer {
    enum reason reason; /* not NONE: the exchange's no */
    uint64_t sequence;  /* the state shown */
    uint64_t rows;
    uint8_t hash[32]; /* QUERY_DIGEST */
};
/* One question; one at a time per client (others wait). `row` may be NULL. Returns 0, ERR_TIMEOUT,
 * ERR_CLOSED. */
LN_API int ln_query(struct ln_client *client, const struct query *query, ln_row *row, void *context,
                    struct ln_answer *out, uint32_t timeout_ms);

/* Brings a directory up to date with the exchange, page by page. */
LN_API int ln_learn(struct ln_client *client, struct directory *directory, uint32_t timeout_ms);
#endif
