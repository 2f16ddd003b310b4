/* client_id.c - client order ids: unique per participant while the order lives and through the next
 * trading day (system.md 2, "Exactly once"; decision 4.11).
 */
#include "engine/job.h"
#include "engine/orders.h"

static uint32_t *client_bucket(const struct engine *engine, uint32_t participant,
                               const struct name *text)
{
    uint64_t hash = name_hash(text, (uint64_t)participant + 1);
    return &engine->client_buckets[hash & engine->client_mask];
}

uint32_t client_find(const struct engine *engine, uint32_t participant, const struct name *text)
{
    uint32_t at = *client_bucket(engine, participant, text);
    while (at != NIL && (engine->client_name[at].participant != participant ||
                         !name_same(&engine->client_name[at].text, text)))
        at = engine->client_name[at].next;
    return at;
}

bool client_has_room(const struct engine *engine)
{
    return engine->names_used < engine->limits.names;
}

uint32_t client_add(struct engine *engine, uint32_t participant, const struct name *text,
                    uint32_t slot)
{
    uint32_t *bucket = client_bucket(engine, participant, text);
    uint32_t at = engine->names_free;
    struct client_name *row;
    if (at != NIL)
        engine->names_free = engine->client_name[at].next;
    else
        at = engine->names_top++;
    ASSERT(at < engine->limits.names);
    engine->names_used++;
    row = &engine->client_name[at];
    row->text = *text;
    row->participant = participant;
    row->order = slot;
    row->died_day = 0;
    row->next = *bucket;
    *bucket = at;
    return at;
}

/* An id dies with its order; one that the change of day cancels died on the day before. */
void client_end(struct engine *engine, uint32_t at, uint16_t instrument)
{
    struct client_name *row = &engine->client_name[at];
    uint32_t *list;
    row->order = NIL;
    row->died_day = engine->day_number;
    if (job_of(engine, instrument)->stage == JOB_DAY) row->died_day--;
    list = &engine->died[row->died_day & 1];
    row->died_next = *list;
    *list = at;
}

static void client_free(struct engine *engine, uint32_t at)
{
    struct client_name *row = &engine->client_name[at];
    uint32_t *link = client_bucket(engine, row->participant, &row->text);
    while (*link != at)
        link = &engine->client_name[*link].next;
    *link = row->next;
    memset(&row->text, 0, sizeof row->text);
    row->next = engine->names_free;
    engine->names_free = at;
    engine->names_used--;
}

/* Needs: called after day_number has risen. An id that died on day n is free from day n + 2 on. */
void client_forget(struct engine *engine)
{
    for (uint32_t at = 0; at < engine->names_top; at++) {
        const struct client_name *row = &engine->client_name[at];
        if (name_empty(&row->text) || row->order != NIL) continue;
        if (row->died_day + 2 <= engine->day_number) client_free(engine, at);
    }
    engine->died[engine->day_number & 1] = NIL; /* the same ids, in another order */
}

bool client_forget_some(struct engine *engine)
{
    uint32_t *list = &engine->died[engine->day_number & 1];
    while (*list != NIL) {
        uint32_t at = *list;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        ASSERT(engine->client_name[at].died_day + 2 == engine->day_number);
        *list = engine->client_name[at].died_next;
        client_free(engine, at);
    }
    return true;
}

struct name order_client(const struct engine *engine, const struct order *order)
{
    static const struct name none;
    return order->name == NIL ? none : engine->client_name[order->name].text;
}
