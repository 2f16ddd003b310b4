/* The life of connections: accept, deadlines, close. Main thread only. */
#include "gateway/order_parts.h"
#include "gateway/log.h"
#include "gateway/timing.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int order_port_open(const struct order_port_options *options, struct order_port **out)
{
    struct order_port *port = calloc(1, sizeof *port);
    if (!port) return ERR_NO_MEMORY;
    port->options = *options;
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        port->connections[i].port = port;
        port->connections[i].speaker = &options->speakers[i];
    }
    *out = port;
    return 0;
}

uint32_t order_port_connections(const struct order_port *port)
{
    return port->open_count;
}

void order_port_kick(struct order_port *port, uint32_t slot)
{
    if (slot != SPEAKER_HOUSE) traffic_kick(&port->connections[slot]);
}

/* ---- Accepting ---- */

static void on_accept(void *argument)
{
    struct acceptor *acceptor = argument;
    atomic_store(&acceptor->done, true);
    acceptor->port->options.wake_main(acceptor->port->options.context);
}

static void start_accept(struct acceptor *acceptor)
{
    acceptor->waiting = true;
    acceptor->retry_ms = 0;
    nng_stream_listener_accept(acceptor->listener, acceptor->aio);
}

int order_port_listen(struct order_port *port, const char *url, int *out_port,
                      struct fault_text *why)
{
    *out_port = 0;
    if (port->acceptor_count == LISTEN_MAX)
        return fault_say(why, ERR_LIMIT, "more than %u addresses: %.150s", LISTEN_MAX, url);
    struct acceptor *acceptor = &port->acceptors[port->acceptor_count];
    acceptor->port = port;
    snprintf(acceptor->url, sizeof acceptor->url, "%s", url);
    int error = nng_stream_listener_alloc(&acceptor->listener, url);
    if (!error && !strncmp(url, "tcp", 3)) /* else the kernel holds small frames back for 40 ms */
        (void)nng_stream_listener_set_bool(acceptor->listener, NNG_OPT_TCP_NODELAY, true);
    if (!error) error = nng_stream_listener_listen(acceptor->listener);
    if (!error) error = nng_aio_alloc(&acceptor->aio, on_accept, acceptor);
    if (error) {
        if (acceptor->listener) nng_stream_listener_free(acceptor->listener);
        acceptor->listener = NULL;
        return fault_say(why, ERR_CONNECT, "cannot listen on %.150s: %s", url, nng_strerror(error));
    }
    if (!strncmp(url, "tcp", 3))
        (void)nng_stream_listener_get_int(acceptor->listener, NNG_OPT_TCP_BOUND_PORT, out_port);
    port->acceptor_count++;
    start_accept(acceptor);
    return 0;
}

static void begin_close(struct connection *connection, const char *why, uint64_t now);

struct refusal { /* a FAULT for somebody who has no slot */
    nng_stream *stream;
    nng_aio *aio;
    uint8_t bytes[128];
};

static void on_refused(void *argument)
{
    struct refusal *refusal = argument;
    nng_stream_free(refusal->stream);
    nng_aio_reap(refusal->aio); /* from its own callback */
    free(refusal);
}

/* Says why and closes, without a slot. */
static void refuse(nng_stream *stream, const char *url, int fault)
{
    struct refusal *refusal = calloc(1, sizeof *refusal);
    struct wire_fault said = {
        .fault = fault, .limit = CONNECTIONS_MAX - 1, .field = {.text = "connections"}};
    log_line(LOG_WARN, "connection-refused", "url", url, "reason", fault_name(fault), "limit",
             log_number(CONNECTIONS_MAX - 1), NULL);
    if (!refusal || nng_aio_alloc(&refusal->aio, on_refused, refusal)) {
        free(refusal);
        nng_stream_free(stream);
        return;
    }
    struct wire_writer writer = {.bytes = refusal->bytes, .capacity = sizeof refusal->bytes};
    bool fits = wire_fault_put(&writer, &said);
    ASSERT(fits);
    nng_iov piece = {.iov_buf = refusal->bytes, .iov_len = writer.used};
    int error = nng_aio_set_iov(refusal->aio, 1, &piece);
    ASSERT(error == 0);
    refusal->stream = stream;
    nng_aio_set_timeout(refusal->aio, LINGER_MS);
    nng_stream_send(stream, refusal->aio);
}

/* Who is connected and not logged on; the oldest of them, and how many. */
static struct connection *oldest_newcomer(struct order_port *port, uint32_t *out_count)
{
    struct connection *oldest = NULL;
    *out_count = 0;
    for (uint32_t slot = SPEAKER_HOUSE + 1; slot < CONNECTIONS_MAX; slot++) {
        struct connection *connection = &port->connections[slot];
        if (connection->phase != CONNECTION_OPEN) continue;
        if (atomic_load(&connection->speaker->state) >= SPEAKER_LIVE) continue;
        ++*out_count;
        if (!oldest || connection->opened_ms < oldest->opened_ms) oldest = connection;
    }
    return oldest;
}

/* Connections that are not being closed. */
static uint32_t open_phase_count(const struct order_port *port)
{
    uint32_t count = 0;
    for (uint32_t slot = SPEAKER_HOUSE + 1; slot < CONNECTIONS_MAX; slot++)
        count += port->connections[slot].phase == CONNECTION_OPEN;
    return count;
}

static struct connection *unused(struct order_port *port)
{
    for (uint32_t slot = SPEAKER_HOUSE + 1; slot < CONNECTIONS_MAX; slot++) {
        if (port->connections[slot].phase == CONNECTION_UNUSED) return &port->connections[slot];
    }
    return NULL;
}

/* Memory of a slot is made once, when its first user comes. */
static int furnish(struct connection *connection, uint32_t slot)
{
    if (connection->in) return 0;
    if (speaker_create(connection->speaker, slot)) return ERR_NO_MEMORY;
    connection->in = malloc(FRAME_MAX);
    bool whole = connection->in &&
                 !nng_aio_alloc(&connection->receive_aio, traffic_on_receive, connection) &&
                 !nng_aio_alloc(&connection->send_aio, traffic_on_send, connection);
    if (whole) return 0;
    if (connection->receive_aio) nng_aio_free(connection->receive_aio);
    connection->receive_aio = NULL;
    free(connection->in);
    connection->in = NULL;
    speaker_destroy(connection->speaker);
    return ERR_NO_MEMORY;
}

static void name_peer(struct connection *connection, const char *url)
{
    nng_sockaddr address;
    char text[40] = "-";
    snprintf(connection->peer, sizeof connection->peer, "%.60s", url);
    if (nng_stream_get_addr(connection->stream, NNG_OPT_REMADDR, &address)) return;
    if (address.s_family != NNG_AF_INET) return;
    inet_ntop(AF_INET, &address.s_in.sa_addr, text, sizeof text);
    snprintf(connection->peer, sizeof connection->peer, "tcp://%.40s:%u", text,
             (unsigned)ntohs(address.s_in.sa_port));
}

static void begin(struct order_port *port, struct connection *connection, nng_stream *stream,
                  const char *url)
{
    uint32_t slot = (uint32_t)(connection - port->connections);
    if (furnish(connection, slot)) {
        refuse(stream, url, ERR_NO_MEMORY);
        return;
    }
    uint64_t now = timing_steady_ms();
    (void)nng_stream_set_bool(stream, NNG_OPT_TCP_NODELAY, true); /* the listener's may not last */
    connection->stream = stream;
    connection->in_used = 0;
    connection->total = 0;
    connection->sent = 0;
    connection->fault_written = false;
    connection->opened_ms = now;
    connection->ended_ms = 0;
    atomic_store(&connection->fault_sent, false);
    atomic_store(&connection->heartbeat_due, false);
    atomic_store(&connection->heard_ms, now);
    atomic_store(&connection->sent_ms, now);
    atomic_store(&connection->broken, false);
    atomic_store(&connection->sending, SENDING_IDLE);
    speaker_begin(connection->speaker, port->options.cluster);
    connection->phase = CONNECTION_OPEN;
    port->open_count++;
    name_peer(connection, url);
    log_line(LOG_INFO, "connected", "slot", log_number(slot), "peer", connection->peer, NULL);
    atomic_store(&connection->receiving, true);
    traffic_receive(connection);
    traffic_kick(connection); /* the CHALLENGE */
}

/* Finds a slot for an accepted stream. Strangers may not crowd out those who can log on: beyond
 * NEWCOMERS_MAX the oldest of them goes, with a reason, for the newest. */
static void place(struct order_port *port, struct acceptor *acceptor, uint64_t now)
{
    uint32_t newcomers;
    struct connection *oldest = oldest_newcomer(port, &newcomers);
    struct connection *slot = unused(port);
    bool freeing = port->open_count > open_phase_count(port);
    if (oldest && (slot ? newcomers >= NEWCOMERS_MAX : !freeing)) {
        speaker_fail(oldest->speaker, ERR_LIMIT, "connections", 0, NEWCOMERS_MAX);
        traffic_kick(oldest); /* nothing else is on its way, so the FAULT is written at once */
        begin_close(oldest, fault_name(ERR_LIMIT), now);
    }
    if (!slot && (oldest || freeing)) {
        port->options.wake_main(port->options.context); /* one is being freed: look again */
        return;
    }
    nng_stream *stream = acceptor->held;
    acceptor->held = NULL;
    if (slot)
        begin(port, slot, stream, acceptor->url);
    else
        refuse(stream, acceptor->url, ERR_LIMIT);
    start_accept(acceptor);
}

static void tick_acceptor(struct order_port *port, struct acceptor *acceptor, uint64_t now)
{
    if (acceptor->retry_ms && now >= acceptor->retry_ms) start_accept(acceptor);
    if (acceptor->held) place(port, acceptor, now);
    if (!atomic_load(&acceptor->done)) return;
    atomic_store(&acceptor->done, false);
    acceptor->waiting = false;
    int error = nng_aio_result(acceptor->aio);
    if (!error) {
        acceptor->held = nng_aio_get_output(acceptor->aio, 0);
        place(port, acceptor, now);
    } else if (error != NNG_ECLOSED) {
        log_line(LOG_WARN, "accept-failed", "url", acceptor->url, "why", nng_strerror(error), NULL);
        acceptor->retry_ms = now + ACCEPT_RETRY_MS;
    }
}

/* ---- Closing ---- */

static void begin_close(struct connection *connection, const char *why, uint64_t now)
{
    struct speaker *speaker = connection->speaker;
    struct order_port *port = connection->port;
    char user[NAME_BYTES + 1] = "";
    memcpy(user, speaker->user.text, NAME_BYTES);
    nng_stream_close(connection->stream);
    /* From here on nothing new is meant for this user; what stages hold is gone after a step. */
    atomic_store(&speaker->state, SPEAKER_FREE);
    atomic_fetch_add(&speaker->generation, 1);
    if (!port->closing) port->options.passes(port->options.context, connection->passes);
    connection->phase = CONNECTION_CLOSING;
    connection->closing_ms = now;
    log_line(LOG_INFO, "closed", "slot", log_number(speaker->slot), "peer", connection->peer,
             "user", user, "why", why, NULL);
}

static void tick_closing(struct connection *connection, uint64_t now)
{
    struct order_port *port = connection->port;
    uint32_t sending = atomic_load(&connection->sending);
    bool busy = sending == SENDING_BUSY || sending == SENDING_AGAIN;
    if (atomic_load(&connection->receiving) || busy) {
        if (now - connection->closing_ms < RETIRE_MS) return;
        nng_aio_abort(connection->receive_aio, NNG_ECLOSED); /* its callback never came */
        nng_aio_abort(connection->send_aio, NNG_ECLOSED);
        return;
    }
    if (!port->closing && !port->options.passed(port->options.context, connection->passes)) return;
    nng_aio_wait(connection->receive_aio); /* the last lines of a callback */
    nng_aio_wait(connection->send_aio);
    sending = atomic_load(&connection->sending); /* a late kick may have begun once more */
    if (sending == SENDING_BUSY || sending == SENDING_AGAIN) return;
    nng_stream_free(connection->stream);
    connection->stream = NULL;
    connection->phase = CONNECTION_UNUSED;
    port->open_count--;
}

/* ---- Deadlines ---- */

static void tick_failed(struct connection *connection, int fault, uint64_t now)
{
    if (!connection->ended_ms) {
        connection->ended_ms = now;
        traffic_kick(connection); /* the FAULT */
    }
    uint64_t waited = now - connection->ended_ms;
    bool said = atomic_load(&connection->fault_sent);
    if ((said && waited >= LINGER_MS) || waited >= 2 * LINGER_MS)
        begin_close(connection, fault_name(fault), now);
}

static void tick_open(struct connection *connection, uint64_t now)
{
    struct speaker *speaker = connection->speaker;
    uint32_t state = atomic_load(&speaker->state);
    uint32_t sending = atomic_load(&connection->sending);
    uint64_t heard = atomic_load(&connection->heard_ms);
    uint64_t sent = atomic_load(&connection->sent_ms);
    int fault = speaker_failed(speaker);
    if (atomic_load(&connection->broken)) {
        begin_close(connection, fault ? fault_name(fault) : "end", now);
        return;
    }
    bool busy = sending == SENDING_BUSY || sending == SENDING_AGAIN;
    if (busy && now > sent + STALL_MS) {
        begin_close(connection, fault_name(ERR_SLOW_READER), now);
        return;
    }
    if (fault) {
        tick_failed(connection, fault, now);
        return;
    }
    if (state == SPEAKER_LEAVING && sending == SENDING_IDLE && speaker_quiet(speaker)) {
        begin_close(connection, "logoff", now);
        return;
    }
    if (state < SPEAKER_LIVE && now > connection->opened_ms + LOGON_MS)
        speaker_fail(speaker, ERR_TIMEOUT, "logon", 0, LOGON_MS);
    else if (now > heard + SILENCE_MS)
        speaker_fail(speaker, ERR_TIMEOUT, "heartbeat", 0, SILENCE_MS);
    else if (state >= SPEAKER_LIVE && now > sent + HEARTBEAT_MS && sending == SENDING_IDLE)
        atomic_store(&connection->heartbeat_due, true);
    else
        return;
    traffic_kick(connection);
}

void order_port_tick(struct order_port *port)
{
    uint64_t now = timing_steady_ms();
    if (!atomic_load(&port->draining)) {
        for (uint32_t i = 0; i < port->acceptor_count; i++)
            tick_acceptor(port, &port->acceptors[i], now);
    }
    for (uint32_t slot = SPEAKER_HOUSE + 1; slot < CONNECTIONS_MAX; slot++) {
        struct connection *connection = &port->connections[slot];
        if (connection->phase == CONNECTION_OPEN)
            tick_open(connection, now);
        else if (connection->phase == CONNECTION_CLOSING)
            tick_closing(connection, now);
    }
}

/* ---- The end ---- */

static void stop_accepting(struct order_port *port)
{
    for (uint32_t i = 0; i < port->acceptor_count; i++) {
        struct acceptor *acceptor = &port->acceptors[i];
        nng_stream_listener_close(acceptor->listener);
        if (acceptor->held) nng_stream_free(acceptor->held);
        if (acceptor->waiting) nng_aio_wait(acceptor->aio);
        if (atomic_load(&acceptor->done) && !nng_aio_result(acceptor->aio))
            nng_stream_free(nng_aio_get_output(acceptor->aio, 0));
        nng_aio_free(acceptor->aio);
        nng_stream_listener_free(acceptor->listener);
    }
    port->acceptor_count = 0;
}

void order_port_drain(struct order_port *port)
{
    atomic_store(&port->draining, true);
    stop_accepting(port);
}

bool order_port_quiet(const struct order_port *port)
{
    for (uint32_t slot = SPEAKER_HOUSE + 1; slot < CONNECTIONS_MAX; slot++) {
        const struct connection *connection = &port->connections[slot];
        if (connection->phase != CONNECTION_OPEN || atomic_load(&connection->broken)) continue;
        if (speaker_failed(connection->speaker)) continue;
        if (!speaker_quiet(connection->speaker)) return false;
        if (atomic_load(&connection->sending) != SENDING_IDLE) return false;
    }
    return true;
}

void order_port_close(struct order_port *port)
{
    if (!port) return;
    port->closing = true;
    order_port_drain(port);
    uint64_t now = timing_steady_ms();
    for (uint32_t slot = SPEAKER_HOUSE + 1; slot < CONNECTIONS_MAX; slot++) {
        if (port->connections[slot].phase == CONNECTION_OPEN)
            begin_close(&port->connections[slot], "shutdown", now);
    }
    while (port->open_count) {
        order_port_tick(port);
        if (port->open_count) usleep(1000);
    }
    for (uint32_t slot = SPEAKER_HOUSE + 1; slot < CONNECTIONS_MAX; slot++) {
        struct connection *connection = &port->connections[slot];
        if (!connection->in) continue;
        nng_aio_free(connection->receive_aio);
        nng_aio_free(connection->send_aio);
        free(connection->in);
        speaker_destroy(connection->speaker);
    }
    free(port);
}
