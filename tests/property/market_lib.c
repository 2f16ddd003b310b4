/* market_lib.c - the engine and the script form as a shared object, for property tests in Python.
 *
 * One market at a time: market_open, any number of market_line, market_close. Text comes back in
 * buffers the caller owns. A wrong program ends in an assert; the caller runs each example in a
 * process of its own.
 *
 * Owns:     the engine's memory, the directory and the script, from open to close.
 * Threads:  none.
 */
#include "tests/property/market_lib.h"
#include "engine/engine.h"
#include "proto/script.h"
#include <stdlib.h>
#include <string.h>

#define EVENTS_ALIGN 64
#define STEPS_MAX 20000 /* of one long command of a small market; more: it will never end */

static struct {
    struct engine *engine;
    struct directory *directory;
    struct script *script;
    struct event_buffer events;
    char *journal; /* the export form of all commands so far, line by line */
    size_t journal_size;
    size_t journal_room;
    int64_t exported_time;
} market;

/* Appends a line and its end to a text of that capacity; false: it does not fit. */
static bool add_line(char *out, size_t capacity, size_t *used, const char *line, size_t size)
{
    if (*used + size + 2 > capacity) return false;
    memcpy(out + *used, line, size);
    *used += size;
    out[(*used)++] = '\n';
    out[*used] = '\0';
    return true;
}

static void keep(const char *line, size_t size)
{
    while (market.journal_size + size + 2 > market.journal_room) {
        market.journal_room = 2 * market.journal_room + 4096;
        market.journal = realloc(market.journal, market.journal_room);
        if (!market.journal) abort();
    }
    add_line(market.journal, market.journal_room, &market.journal_size, line, size);
}

static void *zeroed(size_t size)
{
    const size_t whole = (size + EVENTS_ALIGN - 1) / EVENTS_ALIGN * EVENTS_ALIGN;
    void *memory = aligned_alloc(EVENTS_ALIGN, whole);
    if (!memory) abort();
    memset(memory, 0, whole);
    return memory;
}

int market_open(const char *capacity)
{
    struct script_item item;
    struct script_error error;
    char text[SCRIPT_LINE_MAX];
    market_close();
    market.directory = directory_create();
    market.script = script_create(market.directory);
    if (script_read(market.script, capacity, strlen(capacity), &item, &error)) return 0;
    if (item.kind != SCRIPT_CAPACITY || !engine_limits_complete(&item.limits)) return 0;
    const size_t size = engine_memory(&item.limits);
    market.engine = engine_init(zeroed(size), size, &item.limits);
    market.events.capacity = engine_events_max(&item.limits);
    market.events.bytes = aligned_alloc(EVENTS_ALIGN, (market.events.capacity + EVENTS_ALIGN - 1) /
                                                          EVENTS_ALIGN * EVENTS_ALIGN);
    if (!market.events.bytes) abort();
    keep(text, script_capacity(&item.limits, text, sizeof text));
    keep(text, script_steps(true, text, sizeof text));
    return 1;
}

void market_close(void)
{
    free(market.engine);
    free(market.events.bytes);
    free(market.journal);
    script_destroy(market.script);
    directory_destroy(market.directory);
    memset(&market, 0, sizeof market);
}

static bool add_events(char *out, size_t capacity, size_t *used)
{
    char text[SCRIPT_LINE_MAX];
    for (const struct event *event = event_next(&market.events, NULL); event;
         event = event_next(&market.events, event)) {
        const size_t size = script_event(market.script, event, text, sizeof text);
        if (size > 0 && !add_line(out, capacity, used, text, size)) return false;
    }
    return true;
}

static bool apply(struct command *command, char *out, size_t capacity, size_t *used)
{
    char text[SCRIPT_LINE_MAX];
    if (command->time_ns != market.exported_time) {
        keep(text, script_clock(command->time_ns, text, sizeof text));
        market.exported_time = command->time_ns;
    }
    keep(text, script_command(market.script, command, text, sizeof text));
    market.events.used = 0;
    command->sequence = engine_sequence(market.engine) + 1;
    engine_apply(market.engine, command, &market.events);
    engine_check(market.engine);
    const struct event *first = event_next(&market.events, NULL);
    if (script_applied(market.script, command, first)) abort();
    for (const struct event *event = first; event; event = event_next(&market.events, event))
        if (directory_learn(market.directory, event)) abort();
    return add_events(out, capacity, used);
}

/* Works off what a long command left. */
static bool finish(char *out, size_t capacity, size_t *used)
{
    for (int steps = 0; engine_pending(market.engine); steps++) {
        if (steps == STEPS_MAX) abort();
        struct command step = {.time_ns = engine_time(market.engine),
                               .actor = PARTICIPANT_NONE,
                               .subject = PARTICIPANT_NONE,
                               .role = ROLE_SYSTEM,
                               .type = COMMAND_STEP,
                               .body.step.steps = 1};
        if (!apply(&step, out, capacity, used)) return false;
    }
    return true;
}

static bool look(const struct query *query, char *out, size_t capacity, size_t *used)
{
    const struct look_query ask = {.look = query->kind,
                                   .zone = query->zone,
                                   .to_zone = query->to_zone,
                                   .local = query->local,
                                   .instrument = query->instrument,
                                   .participant = query->participant,
                                   .auction = query->auction,
                                   .rows_max = query->rows_max,
                                   .from = query->from};
    market.events.used = 0;
    const enum reason reason = engine_look(market.engine, &ask, &market.events);
    if (reason == REASON_NONE) return add_events(out, capacity, used);
    const char *name = reason_name(reason);
    return add_line(out, capacity, used, name, strlen(name));
}

int market_line(const char *line, int steps_manual, char *out, size_t capacity)
{
    struct script_item item;
    struct script_error error;
    size_t used = 0;
    out[0] = '\0';
    if (script_read(market.script, line, strlen(line), &item, &error)) return -1;
    if (item.kind == SCRIPT_LOOK) return look(&item.query, out, capacity, &used) ? 0 : -1;
    if (item.kind != SCRIPT_COMMAND) return 0;
    if (!apply(&item.command, out, capacity, &used)) return -1;
    return steps_manual || finish(out, capacity, &used) ? 0 : -1;
}

const char *market_export(void)
{
    return market.journal;
}

/* FNV-1a over the walk of the state, twice with different beginnings. */
static void hash_more(void *context, const void *bytes, size_t size)
{
    uint64_t *hash = context;
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        hash[0] = (hash[0] ^ at[i]) * UINT64_C(0x100000001b3);
        hash[1] = (hash[1] ^ at[i]) * UINT64_C(0x10000000233);
    }
}

void market_digest(uint64_t out[2])
{
    out[0] = UINT64_C(0xcbf29ce484222325);
    out[1] = UINT64_C(0x9e3779b97f4a7c15);
    engine_walk(market.engine, hash_more, out);
}
