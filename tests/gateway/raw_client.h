/* raw_client.h - a client made of plain sockets and frames, and a server as a child process.
 *
 * Shares only proto's encoder with the exchange, so a test can also send what no client would.
 * Every failure of the harness itself ends the test process with a message (raw_die).
 * Threads:  one per client.
 */
#ifndef TESTS_GATEWAY_RAW_CLIENT_H
#define TESTS_GATEWAY_RAW_CLIENT_H
#include "proto/keyfile.h"
#include "proto/wire.h"
#include <sys/types.h>

struct raw_client {
    int fd; /* -1: closed */
    struct wire_challenge challenge;
    struct wire_welcome welcome;
    uint8_t in[2 * FRAME_MAX];
    size_t in_used;
    size_t in_taken;
};

__attribute__((noreturn, format(printf, 1, 2))) void raw_die(const char *format, ...);

/* Connects to a unix socket path, or to 127.0.0.1 when `path` begins with a colon (":7700").
 * Returns false when nobody listens. */
bool raw_connect(struct raw_client *client, const char *path);
void raw_close(struct raw_client *client);

/* False: the other side has closed. */
bool raw_send(struct raw_client *client, const void *bytes, size_t size);

/* The next frame; borrowed until the next call. False: closed, or timeout_ms passed. */
bool raw_receive(struct raw_client *client, struct wire_frame *out, int timeout_ms);

/* Reads the CHALLENGE, sends LOGON, reads WELCOME. Returns 0, the server's fault, or ERR_CLOSED. */
int raw_logon(struct raw_client *client, const struct keyfile *key);

/* Sends `count` commands as one COMMANDS frame. */
bool raw_commands(struct raw_client *client, const struct command *commands, size_t count);

/* Waits for a FAULT frame, then for the close. Returns the fault (0: closed without one). */
int raw_fault(struct raw_client *client, struct wire_fault *out, int timeout_ms);

/* A query; fills up to `capacity` bytes of rows into `out`. Returns the reason, or -1. */
int raw_query(struct raw_client *client, const struct query *query, struct event_buffer *out);
int raw_digest(struct raw_client *client, struct wire_digest *out);

struct raw_server {
    pid_t pid;
    int out; /* its standard output */
    char ready[1024];
};

/* Starts `program serve ARGS...` (NULL at the end) and waits for its `ready` line. False: it ended
 * before; raw_server_wait tells how. Standard error goes to the file `log`. */
bool raw_server_start(struct raw_server *server, const char *program, const char *log,
                      const char *const arguments[]);
/* The same without waiting for anything. */
void raw_server_begin(struct raw_server *server, const char *program, const char *log,
                      const char *const arguments[]);
void raw_server_signal(const struct raw_server *server, int number);
/* Exit status, or 128 + signal. */
int raw_server_wait(struct raw_server *server);
/* Runs `program ARGS...` to its end; its exit status as above. */
int raw_run(const char *program, const char *log, const char *const arguments[]);

/* A text file; a fresh directory under the system's temporary one; remove it with all inside. */
void raw_write_file(const char *path, const char *text);
void raw_make_directory(char *out, size_t capacity);
void raw_remove_directory(const char *path);
/* True when the file holds `text`. */
bool raw_file_has(const char *path, const char *text);
#endif
