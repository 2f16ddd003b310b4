#include "gateway/market_file.h"
#include "proto/script.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct trial {             /* an engine to try the lines on */
    struct engine *engine; /* NULL until the capacities are certain */
    void *memory;
    size_t memory_size;
    struct event_buffer events;
    struct directory *directory;
    struct script *script;
    size_t capacity; /* of the list of commands */
};

static const struct {
    const char *name;
    size_t offset;
} capacity_fields[] = {
#define FIELD(name)                                                                                \
    {                                                                                              \
#name, offsetof(struct engine_limits, name)                                                \
    }
    FIELD(zones),       FIELD(instruments), FIELD(participants), FIELD(orders), FIELD(names),
    FIELD(levels),      FIELD(positions),   FIELD(auctions),     FIELD(bids),   FIELD(lanes),
    FIELD(lane_window), FIELD(rule_set),    FIELD(work),         FIELD(extras), FIELD(trades),
    FIELD(locks),       FIELD(cities),      FIELD(rules),
#undef FIELD
};
_Static_assert(sizeof capacity_fields / sizeof *capacity_fields * sizeof(uint32_t) ==
                   sizeof(struct engine_limits),
               "every capacity is in the table");

int market_file_join(struct engine_limits *into, const struct engine_limits *from,
                     const char *whose, struct fault_text *why)
{
    for (size_t i = 0; i < sizeof capacity_fields / sizeof *capacity_fields; i++) {
        uint32_t *mine = (uint32_t *)(void *)((uint8_t *)into + capacity_fields[i].offset);
        uint32_t other =
            *(const uint32_t *)(const void *)((const uint8_t *)from + capacity_fields[i].offset);
        if (!other || *mine == other) continue;
        if (*mine)
            return fault_say(why, ERR_CONFLICT, "capacity %s: asked for %u, %s says %u",
                             capacity_fields[i].name, *mine, whose, other);
        *mine = other;
    }
    return 0;
}

static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static int trial_start(struct trial *trial, struct engine_limits *limits, struct fault_text *why)
{
    if (trial->engine) return 0;
    if (!engine_limits_complete(limits))
        return fault_say(why, ERR_LIMIT, "a capacity is out of bounds (engine/limits.h)");
    trial->memory_size = engine_memory(limits);
    trial->memory = reserve(trial->memory_size);
    trial->events.capacity = engine_events_max(limits);
    trial->events.bytes = reserve(trial->events.capacity);
    if (!trial->memory || !trial->events.bytes)
        return fault_say(why, ERR_NO_MEMORY, "no memory to try the market file");
    trial->engine = engine_init(trial->memory, trial->memory_size, limits);
    return 0;
}

static void trial_end(struct trial *trial)
{
    script_destroy(trial->script);
    directory_destroy(trial->directory);
    if (trial->memory) munmap(trial->memory, trial->memory_size);
    if (trial->events.bytes) munmap(trial->events.bytes, trial->events.capacity);
}

static int keep(struct market_file *market, struct trial *trial, const struct command *command,
                bool leaves_work, struct fault_text *why)
{
    if (market->count == MARKET_COMMANDS_MAX)
        return fault_say(why, ERR_LIMIT, "more than %u commands", MARKET_COMMANDS_MAX);
    if (market->count == trial->capacity) {
        size_t capacity = trial->capacity ? trial->capacity * 2 : 256;
        struct command *grown = realloc(market->commands, capacity * sizeof *grown);
        if (grown) market->commands = grown;
        bool *marks = realloc(market->leaves_work, capacity * sizeof *marks);
        if (marks) market->leaves_work = marks;
        if (!grown || !marks) return fault_say(why, ERR_NO_MEMORY, "no memory for the market file");
        trial->capacity = capacity;
    }
    market->commands[market->count] = *command;
    market->leaves_work[market->count++] = leaves_work;
    return 0;
}

static int bad_line(const char *path, size_t line, size_t column, const char *reason,
                    struct fault_text *why)
{
    return fault_say(why, ERR_MALFORMED, "%.100s: error line=%zu column=%zu reason=%.100s", path,
                     line, column, reason);
}

static int learn(struct trial *trial)
{
    const struct event *event = event_next(&trial->events, NULL);
    for (; event; event = event_next(&trial->events, event)) {
        if (directory_learn(trial->directory, event)) return ERR_NO_MEMORY;
    }
    return 0;
}

/* Applies it to the trial engine under the next number. */
static void apply(struct trial *trial, struct command command)
{
    command.sequence = engine_sequence(trial->engine) + 1;
    command.time_ns = engine_time(trial->engine);
    trial->events.used = 0;
    engine_apply(trial->engine, &command, &trial->events);
}

/* What a long command left is worked off before the next line, as the exchange will do. */
static int finish(struct trial *trial)
{
    static const struct command step = {.type = COMMAND_STEP,
                                        .role = ROLE_SYSTEM,
                                        .actor = PARTICIPANT_NONE,
                                        .subject = PARTICIPANT_NONE,
                                        .body.step = {.steps = 1}};
    int fault = 0;
    while (!fault && engine_pending(trial->engine)) {
        apply(trial, step);
        fault = learn(trial);
    }
    return fault;
}

static int try_command(struct trial *trial, struct market_file *market, const char *path,
                       size_t line, const struct command *written, struct fault_text *why)
{
    int fault = trial_start(trial, &market->limits, why);
    if (fault) return fault;
    apply(trial, *written);
    const struct event *first = event_next(&trial->events, NULL);
    if (first->type == EVENT_REJECTED) {
        const struct event_rejected *no = (const void *)first;
        return bad_line(path, line, 1, reason_name(no->reason), why);
    }
    if (learn(trial) || script_applied(trial->script, written, first)) return ERR_NO_MEMORY;
    bool leaves_work = engine_pending(trial->engine);
    fault = finish(trial);
    return fault ? fault : keep(market, trial, written, leaves_work, why);
}

static int read_all(struct trial *trial, struct market_file *market, const char *path, FILE *file,
                    struct fault_text *why)
{
    char text[SCRIPT_LINE_MAX + 2];
    for (size_t number = 1; fgets(text, sizeof text, file); number++) {
        size_t size = strlen(text);
        struct script_item item;
        struct script_error error;
        if (script_read(trial->script, text, size, &item, &error))
            return bad_line(path, number, error.column, error.reason, why);
        int fault = 0;
        switch (item.kind) {
        case SCRIPT_NOTHING:
        case SCRIPT_CLOCK:
            break;
        case SCRIPT_CAPACITY:
            fault = trial->engine
                        ? bad_line(path, number, 1, "capacity comes before the first command", why)
                        : market_file_join(&market->limits, &item.limits, path, why);
            break;
        case SCRIPT_COMMAND:
            fault = try_command(trial, market, path, number, &item.command, why);
            break;
        case SCRIPT_LOOK:
        case SCRIPT_DIGEST:
        case SCRIPT_STEPS:
            fault = bad_line(path, number, 1, "a market file only sets up, it does not look", why);
            break;
        }
        if (fault) return fault;
    }
    if (ferror(file)) return fault_say(why, ERR_DISK, "%.160s cannot be read", path);
    return trial_start(trial, &market->limits, why);
}

int market_file_read(const char *path, const struct engine_limits *asked, struct market_file *out,
                     struct fault_text *why)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return fault_say(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_DISK, "market file %.160s: %s",
                         path, strerror(errno));
    struct market_file market = {.limits = *asked};
    struct trial trial = {.engine = NULL};
    trial.directory = directory_create();
    if (trial.directory) trial.script = script_create(trial.directory);
    int fault = trial.script ? read_all(&trial, &market, path, file, why)
                             : fault_say(why, ERR_NO_MEMORY, "no memory for the market file");
    trial_end(&trial);
    fclose(file);
    if (fault) {
        market_file_free(&market);
        return fault;
    }
    *out = market;
    return 0;
}

void market_file_free(struct market_file *market)
{
    free(market->commands);
    free(market->leaves_work);
    market->commands = NULL;
    market->leaves_work = NULL;
    market->count = 0;
}
