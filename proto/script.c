/* script.c - the memory of order names, and commands as text. */
#include "proto/script.h"
#include "engine/assert.h"
#include "proto/script_parts.h"
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(entry) ((entry)->lost = true)
#include <uthash.h>

struct order_row {
    struct order_key key;
    uint32_t participant; /* in `last`: who used the id last */
    bool bare;            /* in `forms`: the order's line wrote a bare id */
    bool lost;
    UT_hash_handle hh;
};

struct script *script_create(struct directory *directory)
{
    struct script *script = calloc(1, sizeof *script);
    if (!script) return NULL;
    script->directory = directory;
    script->role = ROLE_SYSTEM;
    script->actor = PARTICIPANT_NONE;
    return script;
}

static void destroy_rows(struct order_row *rows)
{
    struct order_row *row, *next;
    HASH_ITER(hh, rows, row, next)
    {
        HASH_DEL(rows, row);
        free(row);
    }
}

void script_destroy(struct script *script)
{
    if (!script) return;
    destroy_rows(script->forms);
    destroy_rows(script->last);
    free(script);
}

void script_actor(struct script *script, uint8_t role, uint32_t participant)
{
    ASSERT(role < ROLE_COUNT);
    script->role = role;
    script->actor = participant;
}

static struct order_row *find(struct order_row *rows, const struct order_key *key)
{
    struct order_row *row = NULL;
    HASH_FIND(hh, rows, key, sizeof *key, row);
    return row;
}

static struct order_row *add(struct order_row **rows, const struct order_key *key)
{
    struct order_row *row = calloc(1, sizeof *row);
    if (!row) return NULL;
    row->key = *key;
    HASH_ADD(hh, *rows, key, sizeof *key, row);
    if (!row->lost) return row;
    free(row);
    return NULL;
}

bool script_is_bare(const struct script *script, const struct name *id, uint32_t participant)
{
    struct order_key key = {*id, participant};
    const struct order_row *row = find(script->forms, &key);
    return row && row->bare;
}

int script_note_form(struct script *script, const struct name *id, uint32_t participant, bool bare,
                     bool accepted)
{
    struct order_key key = {*id, participant};
    struct order_row *row = find(script->forms, &key);
    if (row && !accepted) return 0;
    if (!row) row = add(&script->forms, &key);
    if (!row) return ERR_NO_MEMORY;
    row->bare = bare;
    return 0;
}

uint32_t script_last_user(const struct script *script, const struct name *id)
{
    struct order_key key = {*id, 0};
    const struct order_row *row = find(script->last, &key);
    return row ? row->participant : PARTICIPANT_NONE;
}

const struct name *script_new_order(const struct command *command)
{
    const struct name *id = NULL;
    if (command->type == COMMAND_ORDER) id = &command->body.order.client_id;
    if (command->type == COMMAND_CLICK) id = &command->body.click.client_id;
    return id && id->text[0] ? id : NULL;
}

int script_applied(struct script *script, const struct command *command, const struct event *first)
{
    if (first->type != EVENT_ACCEPTED || first->flags & EVENT_FLAG_REPEAT) return 0;
    const struct name *id = script_new_order(command);
    if (!id) return 0;
    struct order_key key = {*id, command->subject};
    bool is_named = script->named.size && script->named.type == command->type &&
                    memcmp(&script->named.key, &key, sizeof key) == 0;
    bool bare = is_named && !memchr(script->named.text, '/', script->named.size);
    int fault = script_note_form(script, id, command->subject, bare, is_named);
    if (fault) return fault;
    key.participant = 0;
    struct order_row *row = find(script->last, &key);
    if (!row) row = add(&script->last, &key);
    if (!row) return ERR_NO_MEMORY;
    row->participant = command->subject;
    return 0;
}

/* ---- Commands and other lines as text ---- */

static const struct script_verb *verb_of(enum script_kind kind, uint8_t number)
{
    for (size_t index = 0; index < script_verb_count; index++)
        if (script_verbs[index].kind == kind && script_verbs[index].number == number)
            return &script_verbs[index];
    return NULL;
}

static size_t line_of(const struct script *script, const struct script_verb *verb,
                      const struct script_item *item, char *out, size_t capacity)
{
    struct script_text text = {out, out + capacity, false};
    script_put_text(&text, verb->help.verb);
    for (size_t index = 0; index < verb->slot_count; index++)
        script_value_put(&text, script, &verb->slots[index], item);
    if (verb->kind == SCRIPT_COMMAND) {
        for (size_t index = 0; index < script_common_count; index++) {
            const struct slot *slot = &script_common[index];
            if (slot->kind == SLOT_SUBJECT && script_names_subject(verb)) continue;
            script_value_put(&text, script, slot, item);
        }
    }
    return text.full ? 0 : (size_t)(text.at - out);
}

size_t script_command(struct script *script, const struct command *command, char *out,
                      size_t capacity)
{
    const struct script_verb *verb = verb_of(SCRIPT_COMMAND, command->type);
    struct script_item item = {.kind = SCRIPT_COMMAND, .command = *command};
    ASSERT(verb && command->role < ROLE_COUNT);
    return line_of(script, verb, &item, out, capacity);
}

size_t script_clock(int64_t time_ns, char *out, size_t capacity)
{
    struct script_item item = {.kind = SCRIPT_CLOCK, .time_ns = time_ns};
    return line_of(NULL, verb_of(SCRIPT_CLOCK, 0), &item, out, capacity);
}

size_t script_capacity(const struct engine_limits *limits, char *out, size_t capacity)
{
    struct script_item item = {.kind = SCRIPT_CAPACITY, .limits = *limits};
    return line_of(NULL, verb_of(SCRIPT_CAPACITY, 0), &item, out, capacity);
}

size_t script_steps(bool manual, char *out, size_t capacity)
{
    struct script_item item = {.kind = SCRIPT_STEPS, .steps_manual = manual};
    return line_of(NULL, verb_of(SCRIPT_STEPS, 0), &item, out, capacity);
}

size_t script_digest(uint64_t sequence, const uint8_t hash[32], char *out, size_t capacity)
{
    struct script_text text = {out, out + capacity, false};
    script_put_text(&text, "digest seq=");
    script_put_u64(&text, sequence);
    script_put_text(&text, " hash=");
    script_put_hex(&text, hash, 32);
    return text.full ? 0 : (size_t)(text.at - out);
}

size_t script_error_text(const struct script_error *error, char *out, size_t capacity)
{
    struct script_text text = {out, out + capacity, false};
    script_put_text(&text, "error line=");
    script_put_u64(&text, error->line);
    script_put_text(&text, " column=");
    script_put_u64(&text, error->column);
    script_put_text(&text, " reason=");
    script_put_text(&text, error->reason);
    return text.full ? 0 : (size_t)(text.at - out);
}
