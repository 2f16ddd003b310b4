/* client_frames.c - what the server says, frame by frame. */
#include "engine/assert.h"
#include "proto/client_parts.h"
#include <stdio.h>
#include <string.h>

static int malformed(struct ln_client *client, const char *frame)
{
    char why[80];
    (void)snprintf(why, sizeof why, "the server sent a bad %s frame", frame);
    client_finish(client, ERR_MALFORMED, why); /* it would do it again */
    return ERR_MALFORMED;
}

static void on_challenge(struct ln_client *client, const struct wire_frame *frame)
{
    struct wire_challenge challenge;
    struct wire_logon logon = {.version = WIRE_VERSION};
    if (client->stage != STAGE_CHALLENGE || wire_challenge_get(frame, &challenge, NULL)) {
        (void)malformed(client, "CHALLENGE");
        return;
    }
    if (challenge.version != WIRE_VERSION) {
        client_finish(client, ERR_VERSION, "the server speaks another version of the protocol");
        return;
    }
    if (client->ever_up &&
        memcmp(challenge.cluster, client->cluster, sizeof client->cluster) != 0) {
        client_finish(client, ERR_CONFLICT, "another exchange answers at this address now");
        return;
    }
    memcpy(client->cluster, challenge.cluster, sizeof client->cluster);
    memcpy(logon.public_key, client->key.public_key, sizeof logon.public_key);
    if (keyfile_sign(&client->key, challenge.nonce, challenge.cluster, logon.signature)) {
        client_finish(client, ERR_SYSTEM, "the logon could not be signed");
        return;
    }
    struct wire_writer writer = {.bytes = client->out, .capacity = CLIENT_OUT_MAX};
    ASSERT(!client->sending);
    (void)wire_logon_put(&writer, &logon);
    client->out_size = writer.used;
    client->stage = STAGE_WELCOME;
}

static void on_welcome(struct ln_client *client, const struct wire_frame *frame)
{
    struct wire_welcome welcome;
    struct ln_message message = {.kind = LN_BACK};
    if (client->stage != STAGE_WELCOME || wire_welcome_get(frame, &welcome, NULL) ||
        welcome.credits == 0) {
        (void)malformed(client, "WELCOME");
        return;
    }
    if (welcome.heartbeat_ms == 0) welcome.heartbeat_ms = CLIENT_HEARTBEAT_MS;
    client->welcome = welcome;
    client->stage = STAGE_UP;
    client->backoff_ms = CLIENT_BACKOFF_MS;
    client->busy_ms = 0;
    client_queue_again(client, client->head);
    if (client->ever_up && client_inbox_push(client, &message))
        client_lose(client, ERR_NO_MEMORY, "no memory left for messages");
    client->ever_up = true;
    (void)pthread_cond_broadcast(&client->changed);
}

static void on_answers(struct ln_client *client, const struct wire_frame *frame)
{
    struct wire_reader reader = wire_reader_of(frame);
    struct wire_answer answer;
    while (reader.left) {
        int fault = wire_answer_get(&reader, &answer, NULL);
        if (!fault) fault = client_queue_answer(client, &answer);
        if (fault == ERR_MALFORMED) {
            (void)malformed(client, "ANSWERS");
            return;
        }
        if (fault) {
            client_lose(client, fault, "no memory left for messages");
            return;
        }
    }
    if (!wire_reader_done(&reader)) (void)malformed(client, "ANSWERS");
    (void)pthread_cond_broadcast(&client->changed); /* there is room in the queue again */
}

static void on_reports(struct ln_client *client, const struct wire_frame *frame)
{
    struct wire_reader reader = wire_reader_of(frame);
    struct ln_message message = {.kind = LN_REPORT};
    while (reader.left) {
        if (wire_report_get(&reader, &message.report, NULL)) {
            (void)malformed(client, "REPORTS");
            return;
        }
        if (client_inbox_push(client, &message)) {
            client_lose(client, ERR_NO_MEMORY, "no memory left for messages");
            return;
        }
    }
    if (!wire_reader_done(&reader)) (void)malformed(client, "REPORTS");
}

/* Hands the rows out one by one, without the lock; the question stays `running` meanwhile, so that
 * ln_query cannot return under our feet. */
static int hand_out(struct ln_client *client, struct wire_reader *reader)
{
    struct client_question *question = &client->question;
    _Alignas(8) uint8_t bytes[1024];
    int fault = 0;
    question->running = true;
    (void)pthread_mutex_unlock(&client->lock);
    uint64_t rows = 0;
    while (reader->left && !fault) {
        struct event_buffer buffer = {.bytes = bytes, .capacity = sizeof bytes};
        fault = wire_row_get(reader, &buffer);
        if (fault) break;
        if (question->row)
            question->row(question->context, (const struct event *)(const void *)bytes);
        rows++;
    }
    (void)pthread_mutex_lock(&client->lock);
    question->answer.rows += rows;
    question->running = false;
    return fault;
}

static void on_rows(struct ln_client *client, const struct wire_frame *frame)
{
    struct client_question *question = &client->question;
    struct wire_reader reader = wire_reader_of(frame);
    struct wire_rows rows;
    if (wire_rows_get(&reader, &rows, NULL)) {
        (void)malformed(client, "ROWS");
        return;
    }
    if (!question->open || question->done || rows.ticket != question->ticket) return; /* too late */
    question->answer.sequence = rows.sequence;
    question->answer.reason = (enum reason)rows.reason;
    if (hand_out(client, &reader) || !wire_reader_done(&reader)) {
        (void)malformed(client, "ROWS");
        return;
    }
    if (rows.last) question->done = true;
    (void)pthread_cond_broadcast(&client->changed);
}

static void on_digest(struct ln_client *client, const struct wire_frame *frame)
{
    struct client_question *question = &client->question;
    struct wire_digest digest;
    if (wire_digest_get(frame, &digest, NULL)) {
        (void)malformed(client, "DIGEST");
        return;
    }
    if (!question->open || question->done || digest.ticket != question->ticket) return;
    memcpy(question->answer.hash, digest.hash, sizeof digest.hash);
    question->answer.sequence = digest.sequence;
    question->done = true;
    (void)pthread_cond_broadcast(&client->changed);
}

static void on_busy(struct ln_client *client, const struct wire_frame *frame)
{
    struct wire_busy busy;
    if (wire_busy_get(frame, &busy, NULL) || client_queue_busy(client, &busy))
        (void)malformed(client, "BUSY");
}

/* Faults that connecting again cannot cure. */
static bool is_final(int fault)
{
    return fault == ERR_KEY || fault == ERR_REFUSED || fault == ERR_VERSION ||
           fault == ERR_MALFORMED || fault == ERR_TOO_LONG || fault == ERR_USAGE;
}

static void on_fault(struct ln_client *client, const struct wire_frame *frame)
{
    struct wire_fault fault;
    struct fault_text why;
    if (wire_fault_get(frame, &fault, NULL) || fault.fault >= 0) {
        (void)malformed(client, "FAULT");
        return;
    }
    int size = snprintf(why.text, sizeof why.text, "the server says %s: %s",
                        fault_name(fault.fault), fault_message(fault.fault));
    if (fault.field.text[0])
        size += snprintf(why.text + size, sizeof why.text - (size_t)size, ", field %.*s",
                         NAME_BYTES, fault.field.text);
    if (fault.place)
        size += snprintf(why.text + size, sizeof why.text - (size_t)size, ", place %u",
                         (unsigned)fault.place);
    if (fault.limit)
        (void)snprintf(why.text + size, sizeof why.text - (size_t)size, ", limit %lld",
                       (long long)fault.limit);
    if (is_final(fault.fault))
        client_finish(client, fault.fault, why.text);
    else
        client_lose(client, fault.fault, why.text);
}

static void on_frame(struct ln_client *client, const struct wire_frame *frame)
{
    bool up = client->stage == STAGE_UP;
    switch ((enum wire_type)frame->type) {
    case WIRE_CHALLENGE:
        on_challenge(client, frame);
        return;
    case WIRE_WELCOME:
        on_welcome(client, frame);
        return;
    case WIRE_FAULT:
        on_fault(client, frame);
        return;
    case WIRE_HEARTBEAT:
        return;
    case WIRE_ANSWERS:
        if (up) on_answers(client, frame);
        break;
    case WIRE_REPORTS:
        if (up) on_reports(client, frame);
        break;
    case WIRE_ROWS:
        if (up) on_rows(client, frame);
        break;
    case WIRE_DIGEST:
        if (up) on_digest(client, frame);
        break;
    case WIRE_BUSY:
        if (up) on_busy(client, frame);
        break;
    case WIRE_LOGON:
    case WIRE_COMMANDS:
    case WIRE_QUERY:
    case WIRE_LOGOFF:
    case WIRE_END:
    default: /* a number from outside */
        (void)malformed(client, "unknown");
        return;
    }
    if (!up) (void)malformed(client, "early");
}

static bool live(const struct ln_client *client)
{
    return client->stage == STAGE_CHALLENGE || client->stage == STAGE_WELCOME ||
           client->stage == STAGE_UP;
}

void client_frames(struct ln_client *client)
{
    size_t start = 0;
    client->paused = false;
    client->handling = true; /* `in` stays ours while the lock is let go */
    while (live(client)) {
        struct wire_frame frame;
        size_t used = 0;
        int got = wire_frame_get(client->in + start, client->in_used - start, &frame, &used);
        if (got > 0) break;
        if (got < 0) {
            client_finish(client, got, "the server sent a frame of an impossible length");
            break;
        }
        if (!client_inbox_room(client, (size_t)frame.count + 2)) {
            client->paused = true; /* ln_receive lets us go on */
            break;
        }
        on_frame(client, &frame);
        client_inbox_deliver(client);
        start += used;
    }
    client->handling = false;
    if (!live(client)) {
        client->in_used = 0;
        return;
    }
    memmove(client->in, client->in + start, client->in_used - start);
    client->in_used -= start;
}
