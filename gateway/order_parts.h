/* order_parts.h - the inside of order_port.h, shared by its life (order_port.c) and its traffic
 * (order_traffic.c); nobody else includes it.
 *
 *   UNUSED -> OPEN -> CLOSING -> UNUSED      (main thread)
 *   sending: IDLE -> BUSY <-> AGAIN, any -> DEAD when the stream fails
 */
#ifndef GATEWAY_ORDER_PARTS_H
#define GATEWAY_ORDER_PARTS_H
#include "gateway/order_port.h"
#include <nng/nng.h>

enum connection_phase { CONNECTION_UNUSED, CONNECTION_OPEN, CONNECTION_CLOSING };
enum sending { SENDING_IDLE, SENDING_BUSY, SENDING_AGAIN, SENDING_DEAD };

struct connection {
    struct order_port *port;
    struct speaker *speaker;
    nng_stream *stream;
    nng_aio *receive_aio;
    nng_aio *send_aio;

    /* Receiving side (one callback at a time). */
    uint8_t *in; /* FRAME_MAX */
    size_t in_used;
    _Atomic bool receiving; /* a receive is in flight */
    _Atomic uint64_t heard_ms;

    /* Sending side (whoever moved `sending` to BUSY). */
    _Atomic uint32_t sending;
    uint32_t limits[SPEAKER_OUTS]; /* bytes of each ring in the send under way */
    uint8_t extra[128];            /* HEARTBEAT or FAULT behind them */
    uint32_t extra_size;
    size_t total;
    size_t sent;
    bool fault_written;
    _Atomic bool fault_sent;
    _Atomic bool heartbeat_due;
    _Atomic uint64_t sent_ms; /* last progress, or start of the send under way */

    _Atomic bool broken; /* the stream failed or ended */

    /* Main thread. */
    enum connection_phase phase;
    uint64_t opened_ms;
    uint64_t ended_ms; /* 0: no fault seen yet */
    uint64_t closing_ms;
    uint64_t passes[3];
    char peer[64];
};

struct acceptor {
    struct order_port *port;
    nng_stream_listener *listener;
    nng_aio *aio;
    _Atomic bool done; /* the accept under way has ended */
    bool waiting;      /* an accept is under way or its result waits */
    nng_stream *held;  /* accepted, waiting for a slot that is being freed */
    uint64_t retry_ms; /* after a failed one */
    char url[160];
};

struct order_port {
    struct order_port_options options;
    struct connection connections[CONNECTIONS_MAX];
    struct acceptor acceptors[LISTEN_MAX];
    uint32_t acceptor_count;
    uint32_t open_count;
    _Atomic bool draining;
    bool closing;
};

/* order_traffic.c */
void traffic_on_receive(void *connection);
void traffic_on_send(void *connection);
void traffic_receive(struct connection *connection);
void traffic_kick(struct connection *connection);
#endif
