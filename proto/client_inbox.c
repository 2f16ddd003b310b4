/* client_inbox.c - messages between the connection and the user: a bounded ring and an eventfd. */
#include "proto/client_parts.h"
#include <stdlib.h>
#include <unistd.h>

bool client_inbox_room(const struct ln_client *client, size_t count)
{
    return client->inbox_max - client->inbox_count >= count;
}

static bool grow(struct ln_client *client)
{
    size_t room = client->inbox_room ? 2 * client->inbox_room : 64;
    if (room > client->inbox_max) room = client->inbox_max;
    if (room == client->inbox_room) return false;
    struct ln_message *grown = malloc(room * sizeof *grown);
    if (!grown) return false;
    for (size_t index = 0; index < client->inbox_count; index++)
        grown[index] = client->inbox[(client->inbox_first + index) % client->inbox_room];
    free(client->inbox);
    client->inbox = grown;
    client->inbox_room = room;
    client->inbox_first = 0;
    return true;
}

int client_inbox_push(struct ln_client *client, const struct ln_message *message)
{
    if (client->inbox_count == client->inbox_room && !grow(client)) return ERR_NO_MEMORY;
    size_t at = (client->inbox_first + client->inbox_count) % client->inbox_room;
    client->inbox[at] = *message;
    if (client->inbox_count++) return 0;
    uint64_t one = 1;
    (void)!write(client->event_fd, &one, sizeof one); /* cannot block: it counts to 2^64 */
    (void)pthread_cond_broadcast(&client->changed);
    return 0;
}

static void pop(struct ln_client *client, struct ln_message *out)
{
    *out = client->inbox[client->inbox_first];
    client->inbox_first = (client->inbox_first + 1) % client->inbox_room;
    if (--client->inbox_count) return;
    uint64_t count;
    (void)!read(client->event_fd, &count, sizeof count);
}

void client_inbox_deliver(struct ln_client *client)
{
    struct ln_message message;
    if (!client->on_message || client->delivering) return;
    client->delivering = true;
    while (client->inbox_count && client->on_message) { /* ln_close takes it away */
        void (*on_message)(void *, const struct ln_message *) = client->on_message;
        pop(client, &message);
        (void)pthread_mutex_unlock(&client->lock);
        on_message(client->context, &message);
        (void)pthread_mutex_lock(&client->lock);
    }
    client->delivering = false;
}

int ln_receive(struct ln_client *client, struct ln_message *out, uint32_t timeout_ms)
{
    int64_t deadline_ms = client_now_ms() + timeout_ms;
    int fault = 0;
    (void)pthread_mutex_lock(&client->lock);
    while (client->inbox_count == 0 && !fault) {
        if (client->stage == STAGE_OVER)
            fault = ERR_CLOSED;
        else if (timeout_ms == 0 || !client_wait(client, deadline_ms))
            fault = client->inbox_count ? 0 : ERR_TIMEOUT;
    }
    if (!fault) {
        pop(client, out);
        if (client->paused && client_inbox_room(client, CLIENT_INBOX_MIN / 2)) client_hurry(client);
    }
    (void)pthread_mutex_unlock(&client->lock);
    return fault;
}

int ln_fd(struct ln_client *client)
{
    return client->event_fd; /* fixed for the client's life */
}
