/* script.h - the market script: text to commands, and commands, events and looks to text.
 *
 * The grammar is SCRIPT.md. One table of verbs and one of keys (script_tables.c) drive parsing,
 * printing, help and the check of SCRIPT.md.
 *
 * Owns:     its memory of how order names were written (bare or participant/id), on the heap: one
 *           row per client order id seen in a line; needed for printing "as the order line wrote
 *           it" and for a bare id offline.
 * Threads:  one at a time.
 */
#ifndef PROTO_SCRIPT_H
#define PROTO_SCRIPT_H
#include "engine/command.h"
#include "engine/event.h"
#include "proto/directory.h"
#include "proto/fault.h"
#include "proto/query.h"

#define SCRIPT_LINE_MAX 1024 /* bytes of one line, of input and of output, without the newline */

enum script_kind {
    SCRIPT_NOTHING,  /* blank line or comment */
    SCRIPT_COMMAND,  /* item.command: all but `sequence`; time_ns is the script's present time */
    SCRIPT_CLOCK,    /* item.time_ns: the script's time from now on */
    SCRIPT_CAPACITY, /* item.limits: zero fields mean the default */
    SCRIPT_STEPS,    /* item.steps_manual: long commands go on at `step` lines only */
    SCRIPT_LOOK,     /* item.query */
    SCRIPT_DIGEST    /* the state's digest is asked for */
};

struct script_item {
    enum script_kind kind;
    struct command command;
    int64_t time_ns;
    struct engine_limits limits;
    struct query query;
    uint8_t steps_manual;
};

struct script_error {
    size_t line;   /* 1-based count of script_read calls */
    size_t column; /* 1-based */
    char reason[160];
};

struct script;

/* The directory stays the caller's and must live as long; the caller feeds it with events. */
struct script *script_create(struct directory *directory); /* NULL: no memory */
void script_destroy(struct script *script);

/* Who acts when a line has no `as=`. At first ROLE_SYSTEM and nobody: offline, every role. An
 * online client sets the role and participant of its session. */
void script_actor(struct script *script, uint8_t role, uint32_t participant);

/* Reads one line (a trailing newline or CR is allowed). Returns 0, ERR_MALFORMED and fills `error`,
 * or ERR_NO_MEMORY. Every call counts as one line. */
int script_read(struct script *script, const char *line, size_t size, struct script_item *out,
                struct script_error *error);

/* Tells what became of a command: how its order was written is remembered, so that bare ids find
 * their participant and events print the name the same way. `first` is its first event. Also to be
 * called for commands that did not come from script_read (all are then written participant/id). */
int script_applied(struct script *script, const struct command *command, const struct event *first);

/* Text without newline or terminator. Returns its size; 0: this event has no text form, or it does
 * not fit (SCRIPT_LINE_MAX always fits). */
size_t script_event(struct script *script, const struct event *event, char *out, size_t capacity);

/* Export form: order names qualified, every field that differs from its default, `as=` unless the
 * role is SYSTEM, `lane=` and `id=` unless 0. The time is not part of it (script_clock). */
size_t script_command(struct script *script, const struct command *command, char *out,
                      size_t capacity);
size_t script_clock(int64_t time_ns, char *out, size_t capacity); /* "time 2026-06-01T09:30:00" */
size_t script_capacity(const struct engine_limits *limits, char *out, size_t capacity);
size_t script_steps(bool manual, char *out, size_t capacity); /* "steps manual" */
size_t script_digest(uint64_t sequence, const uint8_t hash[32], char *out, size_t capacity);

/* "error line=N column=N reason=..." */
size_t script_error_text(const struct script_error *error, char *out, size_t capacity);

/* The verbs, for help: NULL behind the last. `form` is the line as SCRIPT.md shows it. */
struct script_verb_help {
    const char *verb;
    const char *form;
    const char *text;
    bool look; /* prints, changes nothing */
};
const struct script_verb_help *script_help(size_t index);

/* Dates: days from 1970-01-01, `YYYY-MM-DD`. */
bool script_day_read(const char *text, size_t size, int32_t *out_day);
#define SCRIPT_DAY_MAX 11
size_t script_day_text(int32_t day, char out[SCRIPT_DAY_MAX]);
#endif
