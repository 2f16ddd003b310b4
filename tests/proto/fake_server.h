/* fake_server.h - a server of the order port that says what a test tells it to, in the same
 * process.
 *
 * Threads:  the script runs on a thread of the server; it may not use cmocka's asserts there, so it
 *           notes the first line that went wrong, and fake_end hands that to the test.
 */
#ifndef TESTS_PROTO_FAKE_SERVER_H
#define TESTS_PROTO_FAKE_SERVER_H
#include "proto/wire.h"
#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>

struct fake_server {
    char directory[64];
    char url[96];
    char key_path[96];
    struct keyfile key;
    nng_stream_listener *listener;
    nng_stream *stream; /* NULL: nobody is connected */
    nng_aio *aio;
    uint8_t in[FRAME_MAX];
    size_t in_used;
    size_t in_taken;
    uint8_t nonce;    /* every byte of the next challenge's nonce */
    uint32_t credits; /* what WELCOME says */
    uint32_t heartbeat_ms;
    pthread_t thread;
    void (*script)(struct fake_server *server);
    int wrong;           /* line of the first check that failed */
    _Atomic int opened;  /* the test's ln_open has returned */
    _Atomic int release; /* for a script that waits for its test */
};

#define FAKE_CHECK(server, condition)                                                              \
    do {                                                                                           \
        if (!(condition) && !(server)->wrong) (server)->wrong = __LINE__;                          \
    } while (0)

/* Makes a directory with a key, listens on an ipc address in it; credits 100, heartbeat 5 000 ms.
 * Returns false when the machine does not let it. */
bool fake_start(struct fake_server *server);
void fake_play(struct fake_server *server, void (*script)(struct fake_server *server));
/* Waits for the script, frees all. Returns the line that went wrong, or 0. */
int fake_end(struct fake_server *server);

/* ---- For scripts ---- */

bool fake_accept(struct fake_server *server);
void fake_hang_up(struct fake_server *server);
void fake_wait_opened(struct fake_server *server);
void fake_wait_release(struct fake_server *server);

bool fake_send(struct fake_server *server, const uint8_t *bytes, size_t size);

/* The next frame, borrowed until the next call. False: the client has hung up. */
bool fake_receive(struct fake_server *server, struct wire_frame *out);
/* The same, passing over HEARTBEAT. */
bool fake_next(struct fake_server *server, struct wire_frame *out);

/* CHALLENGE, LOGON (checks its signature), WELCOME. */
void fake_challenge(struct fake_server *server);
bool fake_logon(struct fake_server *server);
void fake_welcome(struct fake_server *server);
void fake_greet(struct fake_server *server); /* accept and all of it */

/* Reads COMMANDS frames until `count` commands came, which must have the ids first, first + 1, ...
 * in one lane. Returns the lane. */
uint32_t fake_commands(struct fake_server *server, uint64_t first, uint32_t count);

/* One ANSWERS frame for the ids first, first + 1, ...; sequence = 100 + id. */
void fake_answers(struct fake_server *server, uint32_t lane, uint64_t first, uint32_t count,
                  uint8_t flags);
void fake_reports(struct fake_server *server, uint64_t first_order, uint32_t count);
void fake_busy(struct fake_server *server, uint32_t lane, uint64_t id, uint32_t retry_ms);
void fake_fault(struct fake_server *server, int fault, const char *field);
#endif
