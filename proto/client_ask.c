/* client_ask.c - questions: one at a time, rows handed to the caller's function. */
#include "proto/client_parts.h"

int ln_query(struct ln_client *client, const struct query *query, ln_row *row, void *context,
             struct ln_answer *out, uint32_t timeout_ms)
{
    struct client_question *question = &client->question;
    int64_t deadline_ms = client_now_ms() + timeout_ms;
    int fault = 0;
    if (query->kind == 0 || query->kind >= QUERY_END) return ERR_USAGE;
    (void)pthread_mutex_lock(&client->lock);
    /* Somebody else's question goes first; and one that is asked while lost waits. */
    while (!fault && (question->open || client->stage != STAGE_UP)) {
        if (client->stage == STAGE_OVER)
            fault = ERR_CLOSED;
        else if (!client_wait(client, deadline_ms))
            fault = ERR_TIMEOUT;
    }
    if (fault) {
        (void)pthread_mutex_unlock(&client->lock);
        return fault;
    }
    *question = (struct client_question){.row = row,
                                         .context = context,
                                         .query = *query,
                                         .ticket = question->ticket + 1,
                                         .open = true,
                                         .unsent = true};
    client_pump(client);
    while (!question->done && !fault)
        if (!client_wait(client, deadline_ms) && !question->done) fault = ERR_TIMEOUT;
    question->done = true; /* what still comes is too late */
    question->unsent = false;
    while (question->running)
        (void)pthread_cond_wait(&client->changed, &client->lock);
    if (!fault) fault = question->fault;
    if (!fault) *out = question->answer;
    question->open = false;
    (void)pthread_cond_broadcast(&client->changed);
    (void)pthread_mutex_unlock(&client->lock);
    return fault;
}

struct learning {
    struct directory *directory;
    int fault;
};

static void learn(void *context, const struct event *row)
{
    struct learning *learning = context;
    if (!learning->fault) learning->fault = directory_learn(learning->directory, row);
}

int ln_learn(struct ln_client *client, struct directory *directory, uint32_t timeout_ms)
{
    struct learning learning = {.directory = directory};
    struct query query = {.kind = QUERY_DIRECTORY,
                          .zone = ZONE_NONE,
                          .to_zone = ZONE_NONE,
                          .instrument = INSTRUMENT_NONE,
                          .participant = PARTICIPANT_NONE,
                          .auction = AUCTION_NONE,
                          .rows_max = CLIENT_PAGE_ROWS};
    struct ln_answer answer;
    do {
        int fault = ln_query(client, &query, learn, &learning, &answer, timeout_ms);
        if (fault) return fault;
        if (learning.fault) return learning.fault;
        query.from += answer.rows;
    } while (answer.rows);
    return 0;
}
