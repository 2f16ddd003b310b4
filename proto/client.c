/* client.c - open, close, and who we are. */
#include "proto/client_parts.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

int64_t client_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool client_wait(struct ln_client *client, int64_t deadline_ms)
{
    struct timespec until = {.tv_sec = deadline_ms / 1000, .tv_nsec = deadline_ms % 1000 * 1000000};
    return pthread_cond_timedwait(&client->changed, &client->lock, &until) == 0;
}

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

static bool options_good(const struct ln_options *options, struct fault_text *why)
{
    if (!options->url || !options->key_path) {
        (void)fault_say(why, ERR_USAGE, "url and key_path are needed");
        return false;
    }
    if (strncmp(options->url, "ipc://", 6) != 0 && strncmp(options->url, "tcp://", 6) != 0) {
        (void)fault_say(why, ERR_USAGE, "%.100s: the address starts with ipc:// or tcp://",
                        options->url);
        return false;
    }
    if (options->queue_max > CLIENT_QUEUE_MAX || options->inbox_max > CLIENT_INBOX_MAX) {
        (void)fault_say(why, ERR_USAGE, "queue_max is at most %u, inbox_max at most %u",
                        CLIENT_QUEUE_MAX, CLIENT_INBOX_MAX);
        return false;
    }
    return true;
}

static void set_options(struct ln_client *client, const struct ln_options *options)
{
    client->timeout_ms = or_default(options->timeout_ms, 5000);
    client->give_up_ms = or_default(options->give_up_ms, 30000);
    client->queue_max = or_default(options->queue_max, 8192);
    client->inbox_max = or_default(options->inbox_max, 65536);
    if (client->inbox_max < CLIENT_INBOX_MIN) client->inbox_max = CLIENT_INBOX_MIN;
    client->lane = options->lane;
    while (client->lane == 0)
        client->lane = randombytes_random();
    client->first_id = options->first_id ? options->first_id : 1;
    client->on_message = options->on_message;
    client->context = options->context;
    client->backoff_ms = CLIENT_BACKOFF_MS;
}

static int prepare_lock(struct ln_client *client)
{
    pthread_condattr_t attributes;
    if (pthread_mutex_init(&client->lock, NULL)) return ERR_NO_MEMORY;
    if (pthread_condattr_init(&attributes)) goto fail_mutex;
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int result = pthread_cond_init(&client->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (result == 0) return 0;
fail_mutex:
    (void)pthread_mutex_destroy(&client->lock);
    return ERR_NO_MEMORY;
}

/* Everything but the connection. What was taken is released by release(), also when half done. */
static int prepare(struct ln_client *client, const char *url, struct fault_text *why)
{
    client->in = malloc(CLIENT_IN_MAX);
    client->out = malloc(CLIENT_OUT_MAX);
    client->queue = calloc(client->queue_max, sizeof *client->queue);
    client->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!client->in || !client->out || !client->queue)
        return fault_say(why, ERR_NO_MEMORY, "no memory for the client");
    if (client->event_fd < 0) return fault_say(why, ERR_SYSTEM, "no eventfd");
    int result = nng_stream_dialer_alloc(&client->dialer, url);
    if (result == NNG_ENOMEM) return fault_say(why, ERR_NO_MEMORY, "no memory for the client");
    if (result) return fault_say(why, ERR_USAGE, "%.100s: %s", url, nng_strerror(result));
    if (nng_aio_alloc(&client->dial_aio, client_on_dialed, client) ||
        nng_aio_alloc(&client->receive_aio, client_on_received, client) ||
        nng_aio_alloc(&client->send_aio, client_on_sent, client) ||
        nng_aio_alloc(&client->tick_aio, client_on_tick, client))
        return fault_say(why, ERR_NO_MEMORY, "no memory for the client");
    nng_aio_set_timeout(client->dial_aio, NNG_DURATION_INFINITE);
    return 0;
}

static void free_aio(nng_aio *aio)
{
    if (aio) nng_aio_free(aio);
}

static void release(struct ln_client *client)
{
    /* Closed first: then every operation ends, and freeing the aios cannot wait for ever. */
    if (client->dialer) nng_stream_dialer_close(client->dialer);
    if (client->dial_aio) nng_aio_stop(client->dial_aio);
    if (client->tick_aio) nng_aio_stop(client->tick_aio);
    if (client->stream) nng_stream_close(client->stream);
    if (client->receive_aio) nng_aio_stop(client->receive_aio);
    if (client->send_aio) nng_aio_stop(client->send_aio);
    if (client->stream) nng_stream_free(client->stream);
    if (client->dialer) nng_stream_dialer_free(client->dialer);
    free_aio(client->tick_aio);
    free_aio(client->dial_aio);
    free_aio(client->receive_aio);
    free_aio(client->send_aio);
    if (client->event_fd >= 0) (void)close(client->event_fd);
    free(client->inbox);
    free(client->queue);
    free(client->out);
    free(client->in);
    keyfile_wipe(&client->key);
    (void)pthread_cond_destroy(&client->changed);
    (void)pthread_mutex_destroy(&client->lock);
    free(client);
}

/* Connects and waits until the server has welcomed us or all is over. */
static int start(struct ln_client *client, struct fault_text *why)
{
    int fault = 0;
    (void)pthread_mutex_lock(&client->lock);
    client->since_ms = client_now_ms();
    client_dial(client);
    nng_sleep_aio(CLIENT_TICK_MS, client->tick_aio);
    while (!fault && !client->ever_up) { /* it may be lost again before we wake */
        if (client->stage == STAGE_OVER)
            fault = fault_say(why, client->fault, "%s", client->why.text);
        else if (!client_wait(client, client->since_ms + client->timeout_ms) && !client->ever_up &&
                 client->stage != STAGE_OVER)
            fault = fault_say(why, ERR_TIMEOUT, "no logon within %u ms", client->timeout_ms);
    }
    if (fault) client->closing = true;
    (void)pthread_mutex_unlock(&client->lock);
    return fault;
}

int ln_open(const struct ln_options *options, struct ln_client **out, struct fault_text *why)
{
    struct fault_text unread;
    if (!why) why = &unread;
    why->text[0] = '\0';
    if (!options_good(options, why)) return ERR_USAGE;
    struct ln_client *client = calloc(1, sizeof *client);
    if (!client) return fault_say(why, ERR_NO_MEMORY, "no memory for the client");
    client->event_fd = -1;
    int fault = sodium_init() < 0 ? ERR_SYSTEM : 0;
    if (!fault) fault = keyfile_read(options->key_path, &client->key, why);
    if (!fault) fault = prepare_lock(client);
    if (fault) {
        keyfile_wipe(&client->key);
        free(client);
        return fault;
    }
    set_options(client, options);
    fault = prepare(client, options->url, why);
    if (!fault) fault = start(client, why);
    if (fault) {
        release(client);
        return fault;
    }
    *out = client;
    return 0;
}

void ln_stop(struct ln_client *client)
{
    (void)pthread_mutex_lock(&client->lock);
    client_finish(client, ERR_CLOSED, "closed by the program");
    (void)pthread_mutex_unlock(&client->lock);
}

void ln_close(struct ln_client *client)
{
    if (!client) return;
    (void)pthread_mutex_lock(&client->lock);
    if (client->stage == STAGE_UP) {
        int64_t deadline_ms = client_now_ms() + CLIENT_LOGOFF_MS;
        client->want_logoff = true;
        client_pump(client);
        while ((client->want_logoff || client->sending) && client->stage == STAGE_UP)
            if (!client_wait(client, deadline_ms)) break;
    }
    client->closing = true;
    client->on_message = NULL; /* a callback under way ends before its aio does */
    client_finish(client, ERR_CLOSED, "closed by the program");
    (void)pthread_mutex_unlock(&client->lock);
    release(client);
}

void ln_session(struct ln_client *client, struct wire_welcome *out)
{
    (void)pthread_mutex_lock(&client->lock);
    *out = client->welcome;
    (void)pthread_mutex_unlock(&client->lock);
}
