/* talk.h - one stream to a server, opened and logged on, for measuring clients.
 *
 * Owns:     the stream between talk_open and talk_free.
 * Threads:  talk_close may be called while receives and sends are under way; it ends them.
 */
#ifndef BENCH_TALK_H
#define BENCH_TALK_H
#include "proto/fault.h"
#include "proto/keyfile.h"
#include <nng/nng.h>

struct talk {
    nng_stream *stream;
};

/* Connects; with a key also logs on (CHALLENGE, LOGON, WELCOME) and gives the server's credits.
 * Returns 0, ERR_CONNECT, ERR_CLOSED, ERR_REFUSED (the server's FAULT), ERR_TIMEOUT, ERR_MALFORMED.
 * After an error talk_free is still needed. */
int talk_open(struct talk *talk, const char *url, const struct keyfile *key, uint32_t *out_credits,
              struct fault_text *why);

void talk_close(struct talk *talk); /* all calls under way fail */
void talk_free(struct talk *talk);
#endif
