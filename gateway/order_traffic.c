/* The traffic of one connection: NNG callbacks that copy and wake. */
#include "gateway/order_parts.h"
#include "gateway/timing.h"

static void break_off(struct connection *connection)
{
    atomic_store(&connection->broken, true);
    connection->port->options.wake_main(connection->port->options.context);
}

/* ---- In ---- */

void traffic_receive(struct connection *connection)
{
    nng_iov piece = {.iov_buf = connection->in + connection->in_used,
                     .iov_len = FRAME_MAX - connection->in_used};
    int error = nng_aio_set_iov(connection->receive_aio, 1, &piece);
    ASSERT(error == 0);
    nng_stream_recv(connection->stream, connection->receive_aio);
}

/* Takes all whole frames and keeps the rest. The buffer holds any frame that passes the bound, so
 * there is always room for more. */
static void take_frames(struct connection *connection)
{
    struct speaker *speaker = connection->speaker;
    size_t at = 0;
    for (;;) {
        struct wire_frame frame;
        size_t used = 0;
        int fault = wire_frame_get(connection->in + at, connection->in_used - at, &frame, &used);
        if (fault == 1) break;
        if (fault < 0)
            speaker_fail(speaker, fault, "length", 0, FRAME_MAX);
        else
            fault = speaker_frame(speaker, connection->port->options.doors, &frame);
        if (fault < 0) break;
        at += used;
    }
    memmove(connection->in, connection->in + at, connection->in_used - at);
    connection->in_used -= at;
}

void traffic_on_receive(void *argument)
{
    struct connection *connection = argument;
    if (nng_aio_result(connection->receive_aio)) {
        atomic_store(&connection->receiving, false);
        break_off(connection);
        return;
    }
    atomic_store_explicit(&connection->heard_ms, timing_steady_ms(), memory_order_relaxed);
    connection->in_used += nng_aio_count(connection->receive_aio);
    bool deaf = speaker_failed(connection->speaker) ||
                atomic_load_explicit(&connection->port->draining, memory_order_relaxed);
    if (!deaf) take_frames(connection);
    if (deaf || speaker_failed(connection->speaker)) {
        connection->in_used = 0; /* still read, so that the FAULT is not lost to a reset */
        connection->port->options.wake_main(connection->port->options.context);
    }
    traffic_kick(connection);
    traffic_receive(connection);
}

/* ---- Out ---- */

static void append_extra(struct connection *connection)
{
    struct speaker *speaker = connection->speaker;
    struct wire_writer writer = {.bytes = connection->extra, .capacity = sizeof connection->extra};
    bool fits = true;
    if (speaker_failed(speaker) && !connection->fault_written) {
        fits = wire_fault_put(&writer, &speaker->fault);
        connection->fault_written = true;
    } else if (atomic_exchange(&connection->heartbeat_due, false)) {
        fits = wire_empty_put(&writer, WIRE_HEARTBEAT);
    }
    ASSERT(fits);
    connection->extra_size = (uint32_t)writer.used;
}

/* What every ring holds now, and after it a FAULT or HEARTBEAT. Rings hold whole frames only, so a
 * frame is never cut by another ring's. The road is looked at last and sent first: a report that
 * was there before the desk's answer leaves before it. Returns false when there is nothing. */
static bool gather(struct connection *connection)
{
    connection->sent = 0;
    connection->total = 0;
    for (int i = SPEAKER_OUTS - 1; i >= 0; i--) {
        connection->limits[i] = ring_ready(&connection->speaker->out[i]);
        connection->total += connection->limits[i];
    }
    append_extra(connection);
    connection->total += connection->extra_size;
    return connection->total > 0;
}

/* Sends what is left of the present gathering. NNG takes at most eight pieces; two per ring and the
 * extra make seven. */
static void send_pieces(struct connection *connection)
{
    nng_iov pieces[2 * SPEAKER_OUTS + 1];
    unsigned count = 0;
    size_t skip = connection->sent;
    for (int i = 0; i < SPEAKER_OUTS; i++) {
        uint32_t limit = connection->limits[i];
        uint32_t from = skip < limit ? (uint32_t)skip : limit;
        skip -= from;
        while (from < limit) {
            uint32_t size;
            const uint8_t *bytes =
                ring_bytes_piece(&connection->speaker->out[i], connection->speaker->out_slots[i],
                                 from, limit, &size);
            pieces[count++] = (nng_iov){.iov_buf = (void *)(uintptr_t)bytes, .iov_len = size};
            from += size;
        }
    }
    if (skip < connection->extra_size)
        pieces[count++] = (nng_iov){.iov_buf = connection->extra + skip,
                                    .iov_len = connection->extra_size - skip};
    int error = nng_aio_set_iov(connection->send_aio, count, pieces);
    ASSERT(error == 0);
    atomic_store_explicit(&connection->sent_ms, timing_steady_ms(), memory_order_relaxed);
    nng_stream_send(connection->stream, connection->send_aio);
}

/* Needs: the caller has moved `sending` to BUSY. */
static void send_more(struct connection *connection)
{
    for (;;) {
        if (gather(connection)) {
            send_pieces(connection);
            return;
        }
        uint32_t busy = SENDING_BUSY;
        if (atomic_compare_exchange_strong(&connection->sending, &busy, SENDING_IDLE)) return;
        atomic_store(&connection->sending, SENDING_BUSY); /* kicked meanwhile */
    }
}

void traffic_kick(struct connection *connection)
{
    uint32_t state = atomic_load(&connection->sending);
    for (;;) {
        if (state == SENDING_IDLE) {
            if (!atomic_compare_exchange_weak(&connection->sending, &state, SENDING_BUSY)) continue;
            send_more(connection);
            return;
        }
        if (state != SENDING_BUSY) return; /* AGAIN says it already, DEAD needs nothing */
        if (atomic_compare_exchange_weak(&connection->sending, &state, SENDING_AGAIN)) return;
    }
}

void traffic_on_send(void *argument)
{
    struct connection *connection = argument;
    if (nng_aio_result(connection->send_aio)) {
        atomic_store(&connection->sending, SENDING_DEAD);
        break_off(connection);
        return;
    }
    connection->sent += nng_aio_count(connection->send_aio);
    if (connection->sent < connection->total) {
        send_pieces(connection);
        return;
    }
    for (int i = 0; i < SPEAKER_OUTS; i++) {
        if (connection->limits[i]) ring_take(&connection->speaker->out[i], connection->limits[i]);
    }
    if (connection->fault_written) {
        atomic_store(&connection->fault_sent, true);
        connection->port->options.wake_main(connection->port->options.context);
    }
    send_more(connection);
}
