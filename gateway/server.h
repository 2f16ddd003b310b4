/* server.h - the running exchange: opens the rooms left to right, closes them right to left.
 *
 * First start: the market file is tried, then journalled by the same road as everything else, on
 * the house's own speaker. Until that is complete a mark lies in the data directory; a start that
 * finds the mark throws the half-made journal away (nobody was told of it) and begins again.
 *
 * Owns:     everything below the command line.
 * Threads:  main thread.
 */
#ifndef GATEWAY_SERVER_H
#define GATEWAY_SERVER_H
#include "gateway/config.h"

struct server;

/* Opens all, up to "listening". Returns 0 or a fault with place and limit in `why`; nothing is left
 * behind that was not there before. */
int server_open(const struct config *config, struct server **out, struct fault_text *why);

/* "ready order=URL,... feed=URL,..." without newline. */
const char *server_ready(const struct server *server);

/* Runs until SIGTERM or SIGINT (returns 0 when all in flight was answered and committed) or a fault
 * (returned, named in `why`). */
int server_run(struct server *server, struct fault_text *why);

void server_close(struct server *server); /* NULL is allowed */
#endif
