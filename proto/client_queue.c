/* client_queue.c - commands that have no answer yet, numbered once and for ever.
 *
 *   head <= sent <= tail: [head, sent) is on the wire, [sent, tail) waits for credit.
 */
#include "engine/assert.h"
#include "proto/client_parts.h"

static struct client_entry *entry_at(struct ln_client *client, uint64_t position)
{
    return &client->queue[position % client->queue_max];
}

bool client_queue_room(const struct ln_client *client, size_t count)
{
    return client->queue_max - (client->tail - client->head) >= count;
}

void client_queue_add(struct ln_client *client, const struct command *commands, size_t count,
                      struct client_call *call)
{
    ASSERT(client_queue_room(client, count));
    for (size_t index = 0; index < count; index++) {
        struct client_entry *entry = entry_at(client, client->tail);
        *entry = (struct client_entry){.command = commands[index], .call = call, .place = index};
        entry->command.lane = client->lane;
        entry->command.id = client->first_id + client->tail;
        client->tail++;
    }
}

void client_queue_put(struct ln_client *client, struct wire_writer *writer)
{
    if (client->sent == client->tail || !wire_open(writer, WIRE_COMMANDS)) return;
    while (client->sent < client->tail && client->sent - client->head < client->welcome.credits) {
        const struct client_entry *entry = entry_at(client, client->sent);
        if (!entry->answered && !wire_command_put(writer, &entry->command)) break;
        client->sent++;
    }
    if (writer->count)
        wire_close(writer);
    else
        writer->used = writer->frame; /* no credit: no frame */
}

void client_queue_again(struct ln_client *client, uint64_t position)
{
    ASSERT(position >= client->head && position <= client->sent);
    client->sent = position;
}

int client_queue_answer(struct ln_client *client, const struct wire_answer *answer)
{
    uint64_t position = answer->id - client->first_id;
    if (answer->lane != client->lane || answer->id < client->first_id || position >= client->sent)
        return ERR_MALFORMED;
    if (position < client->head) return 0;
    struct client_entry *entry = entry_at(client, position);
    if (entry->answered) return 0;
    entry->answered = true;
    int fault = 0;
    if (entry->call) {
        entry->call->answers[entry->place] = *answer;
        if (--entry->call->missing == 0) (void)pthread_cond_broadcast(&client->changed);
    } else if (!entry->dropped) {
        struct ln_message message = {.kind = LN_ANSWER, .answer = *answer};
        fault = client_inbox_push(client, &message);
    }
    while (client->head < client->sent && entry_at(client, client->head)->answered)
        client->head++;
    return fault;
}

int client_queue_busy(struct ln_client *client, const struct wire_busy *busy)
{
    uint64_t position = busy->id - client->first_id;
    if (busy->lane != client->lane || busy->id < client->first_id || position < client->head ||
        position >= client->tail)
        return ERR_MALFORMED;
    uint32_t wait_ms = busy->retry_ms < CLIENT_RETRY_MAX_MS ? busy->retry_ms : CLIENT_RETRY_MAX_MS;
    if (position < client->sent) client_queue_again(client, position); /* else said before */
    client->busy_ms = client_now_ms() + wait_ms;
    client_hurry(client);
    return 0;
}

/* A body the server could not read would cost the connection. */
static bool commands_good(const struct command *commands, size_t count)
{
    uint8_t body[CODEC_BODY_MAX];
    struct command back;
    if (count == 0 || count > FRAME_ITEMS_MAX) return false;
    for (size_t index = 0; index < count; index++) {
        if (codec_body_size(commands[index].type) == 0) return false;
        size_t size = codec_body_put(body, sizeof body, &commands[index]);
        if (codec_body_get(body, size, commands[index].type, &back, NULL)) return false;
    }
    return true;
}

int ln_submit(struct ln_client *client, const struct command *commands, size_t count,
              uint64_t *out_first_id)
{
    if (!commands_good(commands, count)) return ERR_USAGE;
    int fault = 0;
    (void)pthread_mutex_lock(&client->lock);
    if (client->stage == STAGE_OVER)
        fault = ERR_CLOSED;
    else if (!client_queue_room(client, count))
        fault = ERR_BUSY;
    if (!fault) {
        if (out_first_id) *out_first_id = client->first_id + client->tail;
        client_queue_add(client, commands, count, NULL);
        client_pump(client);
    }
    (void)pthread_mutex_unlock(&client->lock);
    return fault;
}

size_t ln_pending(struct ln_client *client)
{
    (void)pthread_mutex_lock(&client->lock);
    size_t pending = (size_t)(client->tail - client->head);
    (void)pthread_mutex_unlock(&client->lock);
    return pending;
}

/* Nobody waits for these any more: their answers are thrown away. */
static void drop(struct ln_client *client, const struct client_call *call)
{
    for (uint64_t position = client->head; position < client->tail; position++) {
        struct client_entry *entry = entry_at(client, position);
        if (entry->call != call) continue;
        entry->call = NULL;
        entry->dropped = true;
    }
}

int ln_call(struct ln_client *client, const struct command *commands, size_t count,
            struct wire_answer *out_answers, uint32_t timeout_ms)
{
    struct client_call call = {.answers = out_answers, .missing = count};
    int64_t deadline_ms = client_now_ms() + timeout_ms;
    bool queued = false;
    int fault = 0;
    if (!commands_good(commands, count) || count > client->queue_max) return ERR_USAGE;
    (void)pthread_mutex_lock(&client->lock);
    while (!fault && call.missing) {
        if (client->stage == STAGE_OVER) {
            fault = ERR_CLOSED;
            break;
        }
        if (!queued && client_queue_room(client, count)) {
            client_queue_add(client, commands, count, &call);
            client_pump(client);
            queued = true;
        }
        if (!client_wait(client, deadline_ms) && call.missing) fault = ERR_TIMEOUT;
    }
    if (fault && queued) drop(client, &call);
    (void)pthread_mutex_unlock(&client->lock);
    return fault;
}
