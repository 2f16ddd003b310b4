#include "gateway/demo/demo_looks.h"
#include "engine/assert.h"
#include <string.h>

uint16_t demo_instrument(const struct demo *demo, const char *name)
{
    struct name key;
    const bool valid = directory_name_of(name, strlen(name), &key);
    ASSERT(valid);
    const uint16_t id = directory_instrument(demo->directory, &key);
    ASSERT(id < DEMO_INSTRUMENTS_MAX);
    return id;
}

uint8_t demo_zone(const struct demo *demo, const char *name)
{
    struct name key;
    const bool valid = directory_name_of(name, strlen(name), &key);
    ASSERT(valid);
    const uint8_t id = directory_zone(demo->directory, &key);
    ASSERT(id < DEMO_ZONES_MAX);
    return id;
}

struct query demo_query(enum query_kind kind)
{
    return (struct query){.kind = (uint8_t)kind,
                          .zone = ZONE_NONE,
                          .to_zone = ZONE_NONE,
                          .instrument = INSTRUMENT_NONE,
                          .participant = PARTICIPANT_NONE,
                          .auction = AUCTION_NONE};
}

struct rows {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    size_t count;
    uint16_t type;
};

static void take(void *context, const struct event *row)
{
    struct rows *rows = context;
    if (row->type != rows->type) return;
    if (rows->count < rows->capacity) {
        memcpy(rows->bytes + rows->count * rows->size, row, rows->size);
    }
    rows->count++;
}

size_t demo_rows(struct demo *demo, const struct query *query, uint16_t type, void *rows,
                 size_t size, size_t capacity)
{
    struct rows taken = {.bytes = rows, .size = size, .capacity = capacity, .type = type};
    struct demo_voice *voice = demo->regulator;
    struct ln_answer answer;
    if (demo->fault || demo_voice_fault(demo, voice)) return 0;
    voice->fault = ln_query(voice->client, query, take, &taken, &answer, DEMO_TIMEOUT_MS);
    if (voice->fault) {
        fault_say(&voice->why, voice->fault, "question %u: %s", query->kind,
                  fault_message(voice->fault));
        (void)demo_voice_fault(demo, voice);
        return 0;
    }
    return taken.count < capacity ? taken.count : capacity;
}

struct event_row_balance demo_balance(struct demo *demo, const char *instrument, const char *from,
                                      const char *to)
{
    struct event_row_balance row = {.net = 0};
    struct query query = demo_query(QUERY_BALANCE);
    query.instrument = demo_instrument(demo, instrument);
    query.zone = demo_zone(demo, from);
    query.to_zone = demo_zone(demo, to);
    (void)demo_rows(demo, &query, EVENT_ROW_BALANCE, &row, sizeof row, 1);
    return row;
}
