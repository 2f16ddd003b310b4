/* talk.c - see talk.h. Blocking: an aio without callback, waited for. */
#include "bench/talk.h"
#include "engine/assert.h"
#include "proto/wire.h"
#include <string.h>

#define TIMEOUT_MS 5000
#define REPLY_BYTES 512 /* CHALLENGE, WELCOME and FAULT are shorter */

/* Moves exactly `size` bytes. */
static int move(nng_stream *stream, void (*call)(nng_stream *, nng_aio *), uint8_t *bytes,
                size_t size, struct fault_text *why)
{
    nng_aio *aio = NULL;
    int result = nng_aio_alloc(&aio, NULL, NULL);
    if (result != 0) return fault_say(why, ERR_NO_MEMORY, "%s", nng_strerror(result));
    nng_aio_set_timeout(aio, TIMEOUT_MS);
    for (size_t done = 0; done < size && result == 0;) {
        nng_iov iov = {bytes + done, size - done};
        (void)nng_aio_set_iov(aio, 1, &iov);
        call(stream, aio);
        nng_aio_wait(aio);
        result = nng_aio_result(aio);
        if (result == 0) done += nng_aio_count(aio);
    }
    nng_aio_free(aio);
    if (result == NNG_ETIMEDOUT) return fault_say(why, ERR_TIMEOUT, "logon: no answer");
    if (result != 0) return fault_say(why, ERR_CLOSED, "logon: %s", nng_strerror(result));
    return 0;
}

static int receive(nng_stream *stream, uint16_t wanted, uint8_t bytes[REPLY_BYTES],
                   struct wire_frame *out, struct fault_text *why)
{
    size_t used = 0;
    int status = move(stream, nng_stream_recv, bytes, FRAME_HEAD, why);
    if (status != 0) return status;
    status = wire_frame_get(bytes, FRAME_HEAD, out, &used);
    if (status < 0 || used > REPLY_BYTES) {
        return fault_say(why, ERR_MALFORMED, "logon: not a frame of this protocol");
    }
    if (used > FRAME_HEAD) {
        status = move(stream, nng_stream_recv, bytes + FRAME_HEAD, used - FRAME_HEAD, why);
        if (status != 0) return status;
    }
    status = wire_frame_get(bytes, used, out, &used);
    ASSERT(status == 0);
    if (out->type == WIRE_FAULT) {
        struct wire_fault fault = {0};
        (void)wire_fault_get(out, &fault, NULL);
        return fault_say(why, ERR_REFUSED, "logon: the server says %s", fault_name(fault.fault));
    }
    if (out->type != wanted) {
        return fault_say(why, ERR_MALFORMED, "logon: frame of type %u", out->type);
    }
    return 0;
}

static int log_on(nng_stream *stream, const struct keyfile *key, uint32_t *out_credits,
                  struct fault_text *why)
{
    uint8_t bytes[REPLY_BYTES];
    struct wire_frame frame;
    struct wire_challenge challenge;
    struct wire_welcome welcome;
    struct wire_logon logon = {.version = WIRE_VERSION};
    int status = receive(stream, WIRE_CHALLENGE, bytes, &frame, why);
    if (status != 0) return status;
    status = wire_challenge_get(&frame, &challenge, NULL);
    if (status != 0) return fault_say(why, status, "logon: damaged challenge");
    memcpy(logon.public_key, key->public_key, sizeof logon.public_key);
    status = keyfile_sign(key, challenge.nonce, challenge.cluster, logon.signature);
    if (status != 0) return fault_say(why, status, "logon: cannot sign");
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    ASSERT(wire_logon_put(&writer, &logon));
    status = move(stream, nng_stream_send, bytes, writer.used, why);
    if (status == 0) status = receive(stream, WIRE_WELCOME, bytes, &frame, why);
    if (status != 0) return status;
    status = wire_welcome_get(&frame, &welcome, NULL);
    if (status != 0) return fault_say(why, status, "logon: damaged welcome");
    *out_credits = welcome.credits;
    return 0;
}

int talk_open(struct talk *talk, const char *url, const struct keyfile *key, uint32_t *out_credits,
              struct fault_text *why)
{
    nng_stream_dialer *dialer = NULL;
    nng_aio *aio = NULL;
    talk->stream = NULL;
    int result = nng_stream_dialer_alloc(&dialer, url);
    if (result == 0) result = nng_aio_alloc(&aio, NULL, NULL);
    if (result == 0) {
        nng_aio_set_timeout(aio, TIMEOUT_MS);
        nng_stream_dialer_dial(dialer, aio);
        nng_aio_wait(aio);
        result = nng_aio_result(aio);
    }
    if (result == 0) talk->stream = nng_aio_get_output(aio, 0);
    if (aio) nng_aio_free(aio);
    if (dialer) nng_stream_dialer_free(dialer);
    if (result != 0) return fault_say(why, ERR_CONNECT, "%s: %s", url, nng_strerror(result));
    return key ? log_on(talk->stream, key, out_credits, why) : 0;
}

void talk_close(struct talk *talk)
{
    if (talk->stream) nng_stream_close(talk->stream);
}

void talk_free(struct talk *talk)
{
    if (talk->stream) nng_stream_free(talk->stream);
    talk->stream = NULL;
}
