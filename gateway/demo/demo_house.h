/* demo_house.h - where the demo lives: a directory with keys, and the server as a child process.
 *
 *   DIR/data          the exchange's data directory
 *   DIR/keys/NAME.key key files of everybody in the story
 *   DIR/order.ipc     order port;  DIR/feed.ipc  market data
 *   DIR/serve.log     what the server prints
 * Owns:     the directory if it made it; the child until demo_house_leave.
 */
#ifndef GATEWAY_DEMO_DEMO_HOUSE_H
#define GATEWAY_DEMO_DEMO_HOUSE_H
#include "proto/fault.h"
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#define DEMO_ROOT_MAX 80 /* a socket's path has at most 107 bytes */

struct demo_house {
    char root[DEMO_ROOT_MAX + 1];
    char data[DEMO_ROOT_MAX + 16];
    char connect[DEMO_ROOT_MAX + 24]; /* ipc://DIR/order.ipc */
    char feed[DEMO_ROOT_MAX + 24];
    bool temporary;
    FILE *keys;   /* DATA/keys while it is written */
    pid_t server; /* 0: not running */
};

/* Makes the directories. `path` NULL: a temporary one. Returns 0 or ERR_EXISTS (a story has been
 * played there), ERR_TOO_LONG, ERR_DISK. */
int demo_house_open(struct demo_house *house, const char *path, struct fault_text *why);

/* A new key file, registered for the exchange. `participant` NULL: none. */
int demo_house_key(struct demo_house *house, const char *name, const char *role,
                   const char *participant, struct fault_text *why);
void demo_house_key_path(const struct demo_house *house, const char *name, char out[PATH_MAX]);

/* Starts this program as `serve` and waits until it is ready. `stay`: it outlives us. */
int demo_house_start(struct demo_house *house, bool stay, struct fault_text *why);

/* SIGTERM and the wait for its end. Returns 0 or ERR_SYSTEM (it did not exit with 0). */
int demo_house_stop(struct demo_house *house, struct fault_text *why);

/* Removes a temporary directory and everything in it. */
void demo_house_clear(struct demo_house *house);
#endif
