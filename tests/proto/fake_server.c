/* fake_server.c - see fake_server.h. Blocking: one aio without callback, waited for. */
#include "tests/proto/fake_server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 20000 /* only a hanging test meets it */

static const uint8_t cluster[16] = {7, 7, 7};

bool fake_start(struct fake_server *server)
{
    struct name name = {.text = "tester"};
    memset(server, 0, sizeof *server);
    server->credits = 100;
    server->heartbeat_ms = 5000;
    snprintf(server->directory, sizeof server->directory, "/tmp/lingnan-client-XXXXXX");
    if (!mkdtemp(server->directory)) return false;
    snprintf(server->url, sizeof server->url, "ipc://%s/order.ipc", server->directory);
    snprintf(server->key_path, sizeof server->key_path, "%s/tester.key", server->directory);
    if (keyfile_make(&name, &server->key)) return false;
    if (keyfile_write(server->key_path, &server->key, NULL)) return false;
    if (nng_aio_alloc(&server->aio, NULL, NULL)) return false;
    nng_aio_set_timeout(server->aio, PATIENCE_MS);
    if (nng_stream_listener_alloc(&server->listener, server->url)) return false;
    return nng_stream_listener_listen(server->listener) == 0;
}

static void *run(void *argument)
{
    struct fake_server *server = argument;
    server->script(server);
    return NULL;
}

void fake_play(struct fake_server *server, void (*script)(struct fake_server *server))
{
    server->script = script;
    if (pthread_create(&server->thread, NULL, run, server)) abort();
}

int fake_end(struct fake_server *server)
{
    char path[128];
    if (server->script) pthread_join(server->thread, NULL);
    fake_hang_up(server);
    nng_stream_listener_close(server->listener);
    nng_stream_listener_free(server->listener);
    nng_aio_free(server->aio);
    unlink(server->key_path);
    snprintf(path, sizeof path, "%s/order.ipc", server->directory);
    unlink(path);
    rmdir(server->directory);
    return server->wrong;
}

/* ---- Bytes ---- */

bool fake_accept(struct fake_server *server)
{
    nng_stream_listener_accept(server->listener, server->aio);
    nng_aio_wait(server->aio);
    const bool done = nng_aio_result(server->aio) == 0;
    FAKE_CHECK(server, done);
    if (done) server->stream = nng_aio_get_output(server->aio, 0);
    server->in_used = 0;
    server->in_taken = 0;
    return done;
}

void fake_hang_up(struct fake_server *server)
{
    if (!server->stream) return;
    nng_stream_close(server->stream);
    nng_stream_free(server->stream);
    server->stream = NULL;
}

void fake_wait_opened(struct fake_server *server)
{
    while (!atomic_load(&server->opened))
        usleep(1000);
}

void fake_wait_release(struct fake_server *server)
{
    while (!atomic_load(&server->release))
        usleep(1000);
}

bool fake_send(struct fake_server *server, const uint8_t *bytes, size_t size)
{
    int error = server->stream ? 0 : NNG_ECLOSED;
    for (size_t done = 0; done < size && !error;) {
        nng_iov piece = {(void *)(uintptr_t)(bytes + done), size - done};
        (void)nng_aio_set_iov(server->aio, 1, &piece);
        nng_stream_send(server->stream, server->aio);
        nng_aio_wait(server->aio);
        error = nng_aio_result(server->aio);
        if (!error) done += nng_aio_count(server->aio);
    }
    return !error;
}

bool fake_receive(struct fake_server *server, struct wire_frame *out)
{
    if (!server->stream) return false;
    memmove(server->in, server->in + server->in_taken, server->in_used - server->in_taken);
    server->in_used -= server->in_taken;
    server->in_taken = 0;
    for (;;) {
        size_t used;
        const int status = wire_frame_get(server->in, server->in_used, out, &used);
        FAKE_CHECK(server, status >= 0);
        if (status < 0) return false;
        if (status == 0) {
            server->in_taken = used;
            return true;
        }
        nng_iov piece = {server->in + server->in_used, FRAME_MAX - server->in_used};
        (void)nng_aio_set_iov(server->aio, 1, &piece);
        nng_stream_recv(server->stream, server->aio);
        nng_aio_wait(server->aio);
        if (nng_aio_result(server->aio)) return false;
        server->in_used += nng_aio_count(server->aio);
    }
}

bool fake_next(struct fake_server *server, struct wire_frame *out)
{
    while (fake_receive(server, out)) {
        if (out->type != WIRE_HEARTBEAT) return true;
    }
    return false;
}

/* ---- Logon ---- */

void fake_challenge(struct fake_server *server)
{
    uint8_t bytes[256];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    struct wire_challenge challenge = {.version = WIRE_VERSION};
    memset(challenge.nonce, ++server->nonce, sizeof challenge.nonce);
    memcpy(challenge.cluster, cluster, sizeof cluster);
    FAKE_CHECK(server, wire_challenge_put(&writer, &challenge));
    FAKE_CHECK(server, fake_send(server, bytes, writer.used));
}

bool fake_logon(struct fake_server *server)
{
    struct wire_frame frame;
    struct wire_logon logon;
    uint8_t nonce[KEYFILE_NONCE_BYTES];
    memset(nonce, server->nonce, sizeof nonce);
    bool good = fake_receive(server, &frame) && frame.type == WIRE_LOGON &&
                !wire_logon_get(&frame, &logon, NULL) && logon.version == WIRE_VERSION &&
                !memcmp(logon.public_key, server->key.public_key, sizeof logon.public_key) &&
                keyfile_verify(logon.public_key, nonce, cluster, logon.signature);
    FAKE_CHECK(server, good);
    return good;
}

void fake_welcome(struct fake_server *server)
{
    uint8_t bytes[256];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    const struct wire_welcome welcome = {.user = server->key.name,
                                         .participant = {.text = "mill"},
                                         .sequence = 42,
                                         .time_ns = 1000,
                                         .participant_id = 3,
                                         .credits = server->credits,
                                         .heartbeat_ms = server->heartbeat_ms,
                                         .role = ROLE_ENTERPRISE};
    FAKE_CHECK(server, wire_welcome_put(&writer, &welcome));
    FAKE_CHECK(server, fake_send(server, bytes, writer.used));
}

void fake_greet(struct fake_server *server)
{
    if (!fake_accept(server)) return;
    fake_challenge(server);
    if (fake_logon(server)) fake_welcome(server);
}

/* ---- Traffic ---- */

uint32_t fake_commands(struct fake_server *server, uint64_t first, uint32_t count)
{
    uint32_t lane = 0;
    for (uint32_t seen = 0; seen < count;) {
        struct wire_frame frame;
        struct command command;
        const bool good = fake_next(server, &frame) && frame.type == WIRE_COMMANDS;
        FAKE_CHECK(server, good);
        if (!good) return lane;
        struct wire_reader reader = wire_reader_of(&frame);
        FAKE_CHECK(server, reader.left > 0 && seen + reader.left <= count);
        while (reader.left) {
            const bool read = !wire_command_get(&reader, &command, NULL);
            FAKE_CHECK(server, read);
            if (!read) return lane;
            FAKE_CHECK(server, command.id == first + seen);
            FAKE_CHECK(server, command.lane && (!lane || lane == command.lane));
            lane = command.lane;
            seen++;
        }
        FAKE_CHECK(server, wire_reader_done(&reader));
    }
    return lane;
}

void fake_answers(struct fake_server *server, uint32_t lane, uint64_t first, uint32_t count,
                  uint8_t flags)
{
    static uint8_t bytes[FRAME_MAX];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    FAKE_CHECK(server, wire_open(&writer, WIRE_ANSWERS));
    for (uint32_t i = 0; i < count; i++) {
        const struct wire_answer answer = {.id = first + i,
                                           .sequence = 100 + first + i,
                                           .lane = lane,
                                           .created = UINT32_MAX,
                                           .command = COMMAND_PERIOD,
                                           .flags = flags};
        FAKE_CHECK(server, wire_answer_put(&writer, &answer));
    }
    wire_close(&writer);
    FAKE_CHECK(server, fake_send(server, bytes, writer.used));
}

void fake_reports(struct fake_server *server, uint64_t first_order, uint32_t count)
{
    static uint8_t bytes[FRAME_MAX];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    FAKE_CHECK(server, wire_open(&writer, WIRE_REPORTS));
    for (uint32_t i = 0; i < count; i++) {
        const struct wire_report report = {.sequence = 7,
                                           .order_id = first_order + i,
                                           .participant = 3,
                                           .side = '1',
                                           .exec = EXEC_TRADE,
                                           .status = STATUS_FILLED,
                                           .other_zone = ZONE_NONE,
                                           .cancel = UNSET_ENUM};
        FAKE_CHECK(server, wire_report_put(&writer, &report));
    }
    wire_close(&writer);
    FAKE_CHECK(server, fake_send(server, bytes, writer.used));
}

void fake_busy(struct fake_server *server, uint32_t lane, uint64_t id, uint32_t retry_ms)
{
    uint8_t bytes[64];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    const struct wire_busy busy = {.id = id, .lane = lane, .retry_ms = retry_ms};
    FAKE_CHECK(server, wire_busy_put(&writer, &busy));
    FAKE_CHECK(server, fake_send(server, bytes, writer.used));
}

void fake_fault(struct fake_server *server, int fault, const char *field)
{
    uint8_t bytes[128];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    struct wire_fault said = {.fault = fault};
    memcpy(said.field.text, field, strlen(field));
    FAKE_CHECK(server, wire_fault_put(&writer, &said));
    FAKE_CHECK(server, fake_send(server, bytes, writer.used));
}
