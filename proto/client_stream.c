/* client_stream.c - the connection itself: dial, receive, send, and a tick that watches over it.
 *
 * Neither EOF nor aio timeouts are trusted: the tick closes a stream that was silent for three
 * heartbeats (nng_stream_close before anything waits), and only it frees one.
 */
#include "engine/assert.h"
#include "proto/client_parts.h"
#include <stdio.h>

void client_dial(struct ln_client *client)
{
    ASSERT(!client->dialing && !client->stream);
    client->stage = STAGE_DIALING;
    client->dialing = true;
    client->mute_ms = 0;
    nng_stream_dialer_dial(client->dialer, client->dial_aio);
}

void client_receive(struct ln_client *client)
{
    if (client->receiving || client->paused || !client->stream || client->closing) return;
    if (client->stage == STAGE_LOST || client->stage == STAGE_OVER) return;
    ASSERT(client->in_used < CLIENT_IN_MAX);
    nng_iov iov = {client->in + client->in_used, CLIENT_IN_MAX - client->in_used};
    (void)nng_aio_set_iov(client->receive_aio, 1, &iov);
    client->receiving = true;
    nng_stream_recv(client->stream, client->receive_aio);
}

static void send_rest(struct ln_client *client)
{
    nng_iov iov = {client->out + client->out_done, client->out_size - client->out_done};
    (void)nng_aio_set_iov(client->send_aio, 1, &iov);
    client->sending = true;
    nng_stream_send(client->stream, client->send_aio);
}

/* Puts together what may go now. Needs: UP and nothing on its way. */
static void compose(struct ln_client *client)
{
    struct wire_writer writer = {.bytes = client->out, .capacity = CLIENT_OUT_MAX};
    int64_t now_ms = client_now_ms();
    if (client->question.unsent) {
        struct wire_query query = {client->question.ticket, client->question.query};
        if (wire_query_put(&writer, &query)) client->question.unsent = false;
    }
    if (now_ms >= client->busy_ms) client_queue_put(client, &writer);
    if (client->want_logoff) {
        if (wire_empty_put(&writer, WIRE_LOGOFF)) client->want_logoff = false;
    } else if (writer.used == 0 && now_ms - client->said_ms >= client->welcome.heartbeat_ms) {
        (void)wire_empty_put(&writer, WIRE_HEARTBEAT);
    }
    client->out_size = writer.used;
}

void client_pump(struct ln_client *client)
{
    if (client->sending || client->mute_ms || !client->stream) return;
    if (client->stage == STAGE_UP && client->out_size == 0) compose(client);
    if (client->stage != STAGE_UP && client->stage != STAGE_WELCOME) return;
    if (client->out_size == 0) return;
    client->said_ms = client_now_ms();
    client->out_done = 0;
    send_rest(client);
}

void client_hurry(struct ln_client *client)
{
    if (!client->closing) nng_aio_cancel(client->tick_aio);
}

/* A question cannot be asked again by us: some of its rows may have been handed out already. */
static void fail_question(struct ln_client *client, int fault)
{
    if (!client->question.open || client->question.done) return;
    client->question.fault = fault;
    client->question.done = true;
    client->question.unsent = false;
}

void client_finish(struct ln_client *client, int fault, const char *why)
{
    if (client->stage == STAGE_OVER) return;
    struct ln_message message = {.kind = LN_FAILED, .fault = fault};
    client->stage = STAGE_OVER;
    client->fault = fault;
    (void)fault_say(&client->why, fault, "%s", why);
    message.why = client->why;
    fail_question(client, ERR_CLOSED);
    if (client->ever_up)
        (void)client_inbox_push(client, &message); /* full: the stage says it too */
    if (client->stream) nng_stream_close(client->stream);
    (void)pthread_cond_broadcast(&client->changed);
}

void client_lose(struct ln_client *client, int fault, const char *why)
{
    if (client->stage == STAGE_OVER || client->stage == STAGE_LOST) return;
    if (!client->ever_up) {
        client_finish(client, fault, why);
        return;
    }
    struct ln_message message = {.kind = LN_LOST, .fault = fault};
    int64_t now_ms = client_now_ms();
    if (client->stage == STAGE_UP) {
        client->since_ms = now_ms; /* giving up counts from here */
        (void)fault_say(&message.why, fault, "%s", why);
        (void)client_inbox_push(client, &message);
    }
    if (now_ms - client->since_ms >= client->give_up_ms) {
        client_finish(client, fault, why);
        return;
    }
    client->stage = STAGE_LOST;
    client->retry_ms = now_ms + client->backoff_ms;
    client->backoff_ms = client->backoff_ms * 2 < CLIENT_BACKOFF_MAX_MS ? client->backoff_ms * 2
                                                                        : CLIENT_BACKOFF_MAX_MS;
    client->in_used = 0;
    client->paused = false;
    client->out_size = 0;
    fail_question(client, ERR_CLOSED);
    if (client->stream) nng_stream_close(client->stream);
    client_hurry(client);
    (void)pthread_cond_broadcast(&client->changed);
}

void client_on_dialed(void *context)
{
    struct ln_client *client = context;
    char why[160];
    (void)pthread_mutex_lock(&client->lock);
    int result = nng_aio_result(client->dial_aio);
    client->dialing = false;
    if (result == 0) client->stream = nng_aio_get_output(client->dial_aio, 0);
    if (result == 0 && client->stage == STAGE_DIALING) {
        client->stage = STAGE_CHALLENGE;
        client->in_used = 0;
        client->out_size = 0;
        client->heard_ms = client_now_ms();
        client->said_ms = client->heard_ms;
        client_receive(client);
    } else if (result != 0 && client->stage == STAGE_DIALING) {
        (void)snprintf(why, sizeof why, "no connection: %s", nng_strerror(result));
        client_lose(client, ERR_CONNECT, why);
    } else if (client->stream) {
        nng_stream_close(client->stream); /* too late; the tick frees it */
    }
    client_inbox_deliver(client);
    (void)pthread_mutex_unlock(&client->lock);
}

void client_on_received(void *context)
{
    struct ln_client *client = context;
    (void)pthread_mutex_lock(&client->lock);
    int result = nng_aio_result(client->receive_aio);
    client->receiving = false;
    if (client->stage == STAGE_LOST || client->stage == STAGE_OVER) {
        client_hurry(client); /* the stream can be freed now */
    } else if (result != 0) {
        client_lose(client, ERR_CLOSED,
                    client->ever_up ? "the server closed the connection"
                                    : "the server closed during logon");
    } else {
        client->heard_ms = client_now_ms();
        client->in_used += nng_aio_count(client->receive_aio);
        client_frames(client);
        client_pump(client);
        client_receive(client);
    }
    client_inbox_deliver(client);
    (void)pthread_cond_broadcast(&client->changed);
    (void)pthread_mutex_unlock(&client->lock);
}

void client_on_sent(void *context)
{
    struct ln_client *client = context;
    (void)pthread_mutex_lock(&client->lock);
    int result = nng_aio_result(client->send_aio);
    client->sending = false;
    if (client->stage == STAGE_LOST || client->stage == STAGE_OVER) {
        client->out_size = 0;
        client_hurry(client);
    } else if (result != 0) { /* a FAULT that says why may already be here to be read */
        client->out_size = 0;
        client->mute_ms = client_now_ms();
        client_hurry(client);
    } else {
        client->out_done += nng_aio_count(client->send_aio);
        if (client->out_done < client->out_size) {
            send_rest(client);
        } else {
            client->out_size = 0;
            client_pump(client);
        }
    }
    client_inbox_deliver(client);
    (void)pthread_cond_broadcast(&client->changed); /* ln_close waits for LOGOFF */
    (void)pthread_mutex_unlock(&client->lock);
}

/* Deadlines of a connection that stands. */
static void watch(struct ln_client *client, int64_t now_ms)
{
    if (client->mute_ms && now_ms - client->mute_ms >= CLIENT_LISTEN_MS) {
        client_lose(client, ERR_CLOSED, "the server closed the connection");
        return;
    }
    if (client->stage != STAGE_UP) {
        int64_t began_ms = client->ever_up ? client->heard_ms : client->since_ms;
        if (client->stage != STAGE_DIALING && now_ms - began_ms >= client->timeout_ms)
            client_lose(client, ERR_TIMEOUT, "the server did not finish the logon in time");
        return;
    }
    if (client->handling) client->heard_ms = now_ms; /* our own callback takes its time */
    if (!client->paused && now_ms - client->heard_ms >= 3 * (int64_t)client->welcome.heartbeat_ms) {
        client_lose(client, ERR_TIMEOUT, "the server was silent for three heartbeats");
        return;
    }
    if (client->paused && !client->handling) {
        client->heard_ms = now_ms; /* we did not listen */
        client_frames(client);
        client_receive(client);
    }
    client_pump(client);
}

static void free_stream(struct ln_client *client)
{
    if (!client->stream || client->receiving || client->sending || client->handling) return;
    nng_stream_free(client->stream);
    client->stream = NULL;
}

/* Until the next tick. */
static nng_duration pause_ms(const struct ln_client *client, int64_t now_ms)
{
    bool hurry = client->stage == STAGE_LOST || client->mute_ms || now_ms < client->busy_ms;
    uint32_t quarter_ms = client->welcome.heartbeat_ms / 4;
    if (hurry || (quarter_ms && quarter_ms < CLIENT_HURRY_MS)) return CLIENT_HURRY_MS;
    return quarter_ms && quarter_ms < CLIENT_TICK_MS ? (nng_duration)quarter_ms : CLIENT_TICK_MS;
}

void client_on_tick(void *context)
{
    struct ln_client *client = context;
    (void)pthread_mutex_lock(&client->lock);
    int64_t now_ms = client_now_ms();
    if (client->closing) {
        (void)pthread_mutex_unlock(&client->lock);
        return;
    }
    if (client->stage == STAGE_LOST || client->stage == STAGE_OVER)
        free_stream(client);
    else
        watch(client, now_ms);
    if (client->stage == STAGE_LOST && !client->stream && !client->dialing &&
        now_ms >= client->retry_ms)
        client_dial(client);
    client_inbox_deliver(client);
    if (!client->closing) nng_sleep_aio(pause_ms(client, now_ms), client->tick_aio);
    (void)pthread_mutex_unlock(&client->lock);
}
