/* order_port.h - the order port: frames over NNG streams (ipc, tcp), in and out.
 *
 * NNG callbacks copy and wake, nothing else: a received frame goes into the speaker's rings, a sent
 * one leaves them. One receive and one send are in flight per connection. Life and death of a
 * connection belong to the main thread (order_port_tick), with its own deadlines, enforced by
 * nng_stream_close; neither EOF nor aio timeouts are trusted (measured.md, NNG 6).
 *
 * Owns:     listeners, streams, receive buffers; borrows the speakers.
 * Bound:    CONNECTIONS_MAX - 1 connections, FRAME_MAX bytes received and not understood yet each.
 * Threads:  open, listen, tick, drain and close: main thread; kick: any.
 */
#ifndef GATEWAY_ORDER_PORT_H
#define GATEWAY_ORDER_PORT_H
#include "gateway/speaker.h"

struct order_port;

struct order_port_options {   /* all borrowed until close */
    struct speaker *speakers; /* CONNECTIONS_MAX; slot SPEAKER_HOUSE is not the port's */
    struct speaker_doors *doors;
    const uint8_t *cluster; /* CLUSTER_BYTES */
    /* A callback saw something the main thread should look at: call order_port_tick soon. */
    void (*wake_main)(void *context);
    /* A slot was freed: have all stages made a whole step since `passes_since` was filled? */
    void (*passes)(void *context, uint64_t out[3]);
    bool (*passed)(void *context, const uint64_t since[3]);
    void *context;
};

int order_port_open(const struct order_port_options *options, struct order_port **out);

/* Starts accepting on an address. *out_port is the port of a tcp address, else 0. Returns 0 or
 * ERR_CONNECT or ERR_LIMIT, naming the address. */
int order_port_listen(struct order_port *port, const char *url, int *out_port,
                      struct fault_text *why);

/* Output waits in the rings of this speaker. */
void order_port_kick(struct order_port *port, uint32_t slot);

/* Deadlines, accepts, closes. Call it every TICK_MS and when wake_main was called. */
void order_port_tick(struct order_port *port);

/* No further accepts, no further input. What was taken is still answered. */
void order_port_drain(struct order_port *port);

/* True when every answer has been handed to the system. Needs: order_port_drain. */
bool order_port_quiet(const struct order_port *port);

uint32_t order_port_connections(const struct order_port *port);

/* Closes everything. Needs: no stage is running. NULL is allowed. */
void order_port_close(struct order_port *port);
#endif
