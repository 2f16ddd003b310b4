/* feed_port.h - market data for everybody: NNG PUB, one message per topic and commit. FEED.md.
 *
 * A topic is an instrument. Its messages are numbered without gaps inside an epoch; a snapshot of
 * the whole book comes every FEED_SNAPSHOT_MS and repeats the last number. Nothing private: events
 * pass wire_feed_public, levels carry no names.
 *
 * Owns:     the PUB socket and its listeners, the levels, a counter per topic.
 * Bound:    FEED_SEND_QUEUE messages per subscriber; a slower one loses messages and sees the gap.
 * Threads:  publish and attend on the release stage; tick, open and close on the main thread.
 */
#ifndef GATEWAY_FEED_PORT_H
#define GATEWAY_FEED_PORT_H
#include "engine/engine.h"
#include "proto/fault.h"

struct feed_port;

/* `engine` is read once, to start the levels; needs: no stage runs yet. Returns 0, ERR_NO_MEMORY.
 */
int feed_port_open(const struct engine *engine, struct feed_port **out, struct fault_text *why);

/* Adds an address. *out_port is the port of a tcp address (asked for with 0), else 0. Returns 0 or
 * ERR_CONNECT naming the address. */
int feed_port_listen(struct feed_port *feed, const char *url, int *out_port,
                     struct fault_text *why);
void feed_port_close(struct feed_port *feed); /* NULL is allowed */

/* The events of one part of a batch, durable, in order. */
void feed_port_publish(struct feed_port *feed, const struct event_buffer *events, int64_t time_ns);

/* Sends the snapshots that tick asked for. */
void feed_port_attend(struct feed_port *feed);

/* A message that somebody else has made, its topic in front; from any thread. */
void feed_port_send(struct feed_port *feed, const uint8_t *bytes, size_t size);
bool feed_port_heard(const struct feed_port *feed); /* does anybody listen? Any thread. */

/* Every TICK_MS: asks for the next share of snapshots. True: wake the release stage for them. */
bool feed_port_tick(struct feed_port *feed);
#endif
