#include "gateway/schedule.h"
#include "engine/engine.h"
#include "gateway/log.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTES_MAX 4096u /* a power of two */
#define ASKED_MAX 64u   /* commands of one tick */

struct note {
    struct command command; /* type 0: the event */
    union {
        struct event head;
        struct event_phase phase;
        struct event_retired retired;
        struct event_seed seed;
    } event;
    int64_t time_ns;
};

struct schedule {
    struct schedule_options options;
    struct timetable *timetable;
    uint64_t history; /* sequences up to here came from recovery */
    uint32_t asked;   /* of the house, ever */
    bool started;
    bool said_lost;
    _Atomic bool lost; /* notes did not fit */
    struct ring notes;
    struct note note_slots[NOTES_MAX];
};

/* ---- The text of hours ---- */

struct spec_key {
    const char *name;
    size_t offset;
    bool clock; /* HH:MM[:SS], else seconds */
};
#define KEY(name, field, clock)                                                                    \
    {                                                                                              \
        name, offsetof(struct timetable_hours, field), clock                                       \
    }
static const struct spec_key spec_keys[] = {
    KEY("day", day, true),
    KEY("call", call, true),
    KEY("no-cancel", no_cancel, true),
    KEY("continuous", continuous, true),
    KEY("break", lunch, true),
    KEY("resume", resume, true),
    KEY("closing", closing, true),
    KEY("settlement", settlement, true),
    KEY("closed", closed, true),
    KEY("random-end", random_end, false),
    KEY("interruption", interruption, false),
};
#undef KEY

static bool read_value(const char *text, size_t size, bool clock, uint32_t *out)
{
    unsigned hour = 0, minute = 0, second = 0;
    char copy[16];
    int used = 0;
    if (size == 0 || size >= sizeof copy) return false;
    memcpy(copy, text, size);
    copy[size] = 0;
    if (!clock) {
        if (sscanf(copy, "%5u%n", &second, &used) != 1 || (size_t)used != size) return false;
        *out = second;
        return true;
    }
    if ((sscanf(copy, "%2u:%2u:%2u%n", &hour, &minute, &second, &used) != 3 ||
         (size_t)used != size) &&
        (second = 0, sscanf(copy, "%2u:%2u%n", &hour, &minute, &used) != 2 || (size_t)used != size))
        return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    *out = hour * 3600 + minute * 60 + second;
    return true;
}

static int read_item(const char *item, size_t size, struct timetable_hours *hours,
                     struct fault_text *why)
{
    const char *equals = memchr(item, '=', size);
    size_t name = equals ? (size_t)(equals - item) : size;
    for (size_t i = 0; equals && i < sizeof spec_keys / sizeof *spec_keys; i++) {
        uint32_t *field = (uint32_t *)(void *)((uint8_t *)hours + spec_keys[i].offset);
        if (strlen(spec_keys[i].name) != name || memcmp(spec_keys[i].name, item, name) != 0)
            continue;
        if (read_value(equals + 1, size - name - 1, spec_keys[i].clock, field)) return 0;
        return fault_say(why, ERR_USAGE, "timetable: %.*s is not %s", (int)size, item,
                         spec_keys[i].clock ? "a time HH:MM or HH:MM:SS" : "a number of seconds");
    }
    return fault_say(why, ERR_USAGE, "timetable: no key %.*s", (int)name, item);
}

int schedule_spec(const char *spec, struct timetable_hours *out, struct fault_text *why)
{
    struct timetable_hours hours = timetable_hours_default();
    if (strcmp(spec, "default") != 0)
        while (*spec) {
            size_t size = strcspn(spec, ",");
            int fault = read_item(spec, size, &hours, why);
            if (fault) return fault;
            spec += size + (spec[size] == ',');
        }
    if (!timetable_hours_valid(&hours))
        return fault_say(
            why, ERR_USAGE,
            "timetable: times must rise from day to closed, random-end must be shorter "
            "than no-cancel lasts, interruption at least 1");
    *out = hours;
    return 0;
}

/* ---- Open and close ---- */

/* DATA/schedule.secret: made once, readable by the owner only. */
static int read_secret(const char *directory, uint8_t out[TIMETABLE_SECRET_BYTES],
                       struct fault_text *why)
{
    char path[4096 + 32];
    int size = snprintf(path, sizeof path, "%s/schedule.secret", directory);
    if (size < 0 || (size_t)size >= sizeof path)
        return fault_say(why, ERR_TOO_LONG, "data directory name is too long");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) {
        randombytes_buf(out, TIMETABLE_SECRET_BYTES);
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        bool kept = file >= 0 &&
                    write(file, out, TIMETABLE_SECRET_BYTES) == TIMETABLE_SECRET_BYTES &&
                    fsync(file) == 0;
        if (file >= 0) close(file);
        if (kept) return 0;
        if (file >= 0) (void)unlink(path);
        return fault_say(why, ERR_DISK, "%.200s: %s", path, strerror(errno));
    }
    bool whole = file >= 0 && read(file, out, TIMETABLE_SECRET_BYTES) == TIMETABLE_SECRET_BYTES;
    if (file >= 0) close(file);
    return whole ? 0 : fault_say(why, ERR_DISK, "%.200s: not 32 bytes that can be read", path);
}

int schedule_open(const struct schedule_options *options, struct schedule **out,
                  struct fault_text *why)
{
    uint8_t secret[TIMETABLE_SECRET_BYTES];
    struct timetable_hours hours;
    int fault = schedule_spec(options->spec, &hours, why);
    if (!fault) fault = read_secret(options->directory, secret, why);
    if (fault) return fault;
    struct schedule *schedule =
        aligned_alloc(RING_LINE, (sizeof *schedule + RING_LINE - 1) / RING_LINE * RING_LINE);
    if (schedule) {
        memset(schedule, 0, sizeof *schedule);
        schedule->options = *options;
        schedule->timetable = timetable_create(&hours, secret);
        ring_init(&schedule->notes, NOTES_MAX);
    }
    sodium_memzero(secret, sizeof secret);
    if (!schedule || !schedule->timetable) {
        schedule_close(schedule);
        return fault_say(why, ERR_NO_MEMORY, "no memory for the timetable");
    }
    *out = schedule;
    return 0;
}

void schedule_close(struct schedule *schedule)
{
    if (!schedule) return;
    if (schedule->started) {
        atomic_store(&schedule->options.house->state, SPEAKER_FREE);
        speaker_destroy(schedule->options.house);
    }
    timetable_destroy(schedule->timetable);
    free(schedule);
}

int schedule_start(struct schedule *schedule, uint64_t sequence)
{
    int fault = speaker_create(schedule->options.house, SPEAKER_HOUSE);
    if (fault) return fault;
    speaker_begin(schedule->options.house, schedule->options.cluster);
    schedule->history = sequence;
    schedule->started = true;
    return 0;
}

/* ---- What has happened ---- */

static bool matters(const struct command *command)
{
    return command->type == COMMAND_CALENDAR || command->type == COMMAND_DAY ||
           command->type == COMMAND_INSTRUMENT || command->type == COMMAND_STRIP ||
           command->type == COMMAND_TERMS;
}

static bool tells(const struct event *event)
{
    return event->type == EVENT_PHASE || event->type == EVENT_RETIRED || event->type == EVENT_SEED;
}

static void take_note(struct schedule *schedule, const struct note *note)
{
    if (note->command.type != 0)
        timetable_command(schedule->timetable, &note->command);
    else
        timetable_event(schedule->timetable, &note->event.head, note->time_ns);
}

static void note(struct schedule *schedule, const struct note *note)
{
    if (!schedule->started) {
        take_note(schedule, note);
    } else if (ring_room(&schedule->notes, 1) == 0) {
        atomic_store(&schedule->lost, true);
    } else {
        schedule->note_slots[ring_free_slot(&schedule->notes, 0)] = *note;
        ring_publish(&schedule->notes, 1);
    }
}

void schedule_learn(struct schedule *schedule, const struct command *command,
                    const struct event_buffer *events)
{
    const struct event *first = event_next(events, NULL);
    if (schedule->started && command->sequence <= schedule->history) return;
    if (first && (first->type == EVENT_REJECTED || first->flags & EVENT_FLAG_REPEAT)) return;
    if (matters(command)) note(schedule, &(struct note){.command = *command});
    for (const struct event *event = first; event; event = event_next(events, event)) {
        struct note row = {.time_ns = command->time_ns};
        if (!tells(event)) continue;
        ASSERT(event->size <= sizeof row.event);
        memcpy(&row.event, event, event->size);
        note(schedule, &row);
    }
}

/* ---- What is due ---- */

static void take_notes(struct schedule *schedule)
{
    for (uint32_t left = ring_ready(&schedule->notes); left; left--) {
        take_note(schedule, &schedule->note_slots[ring_full_slot(&schedule->notes, 0)]);
        ring_take(&schedule->notes, 1);
    }
}

/* The house reads none of its mail: what it needs to know comes from the desk. */
static void empty_mail(struct speaker *house)
{
    for (int out = 0; out < SPEAKER_OUTS; out++)
        ring_take(&house->out[out], ring_ready(&house->out[out]));
}

void schedule_tick(struct schedule *schedule, int64_t now_ns, bool may_ask)
{
    struct speaker *house = schedule->options.house;
    struct command due[ASKED_MAX];
    empty_mail(house);
    if (atomic_load(&schedule->lost)) {
        if (!schedule->said_lost)
            log_line(LOG_ERROR, "timetable-lost", "why", "too many notes", NULL);
        schedule->said_lost = true;
        return;
    }
    uint32_t answered = atomic_load_explicit(&house->answered, memory_order_acquire);
    take_notes(schedule);
    if (!may_ask || answered != schedule->asked) return;
    size_t count = timetable_due(schedule->timetable, now_ns, due, ASKED_MAX);
    uint32_t room = ring_room(&house->commands, (uint32_t)count);
    if (count > room) count = room;
    if (count == 0) return;
    for (uint32_t i = 0; i < count; i++)
        house->command_slots[ring_free_slot(&house->commands, i)] = due[i];
    ring_publish(&house->commands, (uint32_t)count);
    schedule->asked += (uint32_t)count;
    ready_set(&schedule->options.doors->commands_ready, SPEAKER_HOUSE);
    waker_wake(schedule->options.doors->engine);
}
