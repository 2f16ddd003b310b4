/* script_read.c - one line of script: cut into words, matched to a verb, read slot by slot. */
#include "proto/script_parts.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 32 /* more than any verb takes */

struct line {
    struct script_word words[WORDS_MAX];
    bool used[WORDS_MAX];
    size_t count;
    size_t end_column; /* just behind the last word */
};

int script_fail(struct script_reader *reader, size_t column, const char *format, ...)
{
    struct script_error *error = reader->error;
    va_list arguments;
    error->line = reader->script->line;
    error->column = column;
    va_start(arguments, format);
    (void)vsnprintf(error->reason, sizeof error->reason, format, arguments);
    va_end(arguments);
    return ERR_MALFORMED;
}

/* ---- Words ---- */

static bool blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* What stands before a comment and the line end. */
static size_t without_comment(const char *line, size_t size)
{
    const char *comment = memchr(line, '#', size);
    if (comment) size = (size_t)(comment - line);
    while (size && (line[size - 1] == '\n' || line[size - 1] == '\r' || blank(line[size - 1])))
        size--;
    return size;
}

static int take_word(struct script_reader *reader, const char *line, size_t start, size_t end,
                     struct line *out)
{
    if (out->count == WORDS_MAX)
        return script_fail(reader, start + 1, "more than %d words", WORDS_MAX);
    const char *text = line + start;
    const char *equals = memchr(text, '=', end - start);
    struct script_word word = {
        .value = text, .value_size = end - start, .column = start + 1, .value_column = start + 1};
    if (equals) {
        word.key = text;
        word.key_size = (size_t)(equals - text);
        word.value = equals + 1;
        word.value_size = (size_t)(line + end - word.value);
        word.value_column = start + word.key_size + 2;
    }
    out->words[out->count++] = word;
    return 0;
}

static int cut(struct script_reader *reader, const char *line, size_t size, struct line *out)
{
    size_t end = without_comment(line, size);
    if (end > SCRIPT_LINE_MAX)
        return script_fail(reader, SCRIPT_LINE_MAX + 1, "the line is longer than %d bytes",
                           SCRIPT_LINE_MAX);
    out->count = 0;
    out->end_column = end + 1;
    for (size_t at = 0; at < end;) {
        if (blank(line[at])) {
            at++;
            continue;
        }
        size_t start = at;
        for (; at < end && !blank(line[at]); at++)
            if (line[at] <= ' ' || line[at] > '~')
                return script_fail(reader, at + 1, "byte 0x%02x is not printable ASCII",
                                   (unsigned)(unsigned char)line[at]);
        int fault = take_word(reader, line, start, at, out);
        if (fault) return fault;
    }
    return 0;
}

static bool is_key(const struct script_word *word, const char *key)
{
    return word->key && strlen(key) == word->key_size &&
           memcmp(word->key, key, word->key_size) == 0;
}

static int printed(size_t size)
{
    return size > 40 ? 40 : (int)size; /* the reason has 160 bytes */
}

/* ---- A verb's line ---- */

static const struct script_verb *verb_of(const struct script_word *word)
{
    for (size_t index = 0; index < script_verb_count; index++) {
        const char *verb = script_verbs[index].help.verb;
        if (!word->key && strlen(verb) == word->value_size &&
            memcmp(verb, word->value, word->value_size) == 0)
            return &script_verbs[index];
    }
    return NULL;
}

/* The word or key=value for a slot, NULL if the line has none; a second one is an error. */
static int find_word(struct script_reader *reader, struct line *line, const struct slot *slot,
                     const struct script_word **out)
{
    bool keyed = slot->use == USE_KEY || slot->use == USE_NEEDED_KEY;
    *out = NULL;
    for (size_t index = 1; index < line->count; index++) {
        const struct script_word *word = &line->words[index];
        if (line->used[index] || (keyed ? !is_key(word, slot->key) : word->key != NULL)) continue;
        if (*out) return script_fail(reader, word->column, "%s= is given twice", slot->key);
        *out = word;
        line->used[index] = true;
        if (!keyed) return 0;
    }
    return 0;
}

static int read_slot(struct script_reader *reader, struct line *line, const struct slot *slot)
{
    const struct script_word *word;
    int fault = find_word(reader, line, slot, &word);
    if (fault) return fault;
    if (word) return script_value_read(reader, slot, word);
    if (slot->use == USE_WORD)
        return script_fail(reader, line->end_column, "the %s is missing", slot->key);
    if (slot->use == USE_NEEDED_KEY)
        return script_fail(reader, line->end_column, "%s= is missing", slot->key);
    script_value_default(slot, reader->item);
    return 0;
}

static int nothing_left(struct script_reader *reader, const struct script_verb *verb,
                        const struct line *line)
{
    for (size_t index = 1; index < line->count; index++) {
        const struct script_word *word = &line->words[index];
        if (line->used[index]) continue;
        if (word->key)
            return script_fail(reader, word->column,
                               "%s does not know the key %.*s=", verb->help.verb,
                               printed(word->key_size), word->key);
        return script_fail(reader, word->column, "one word too many for %s: %.*s", verb->help.verb,
                           printed(word->value_size), word->value);
    }
    return 0;
}

/* as=, lane= and id= come first: the subject of a line may follow from who acts. */
static int read_common(struct script_reader *reader, struct line *line,
                       const struct script_verb *verb)
{
    struct command *command = &reader->item->command;
    command->role = reader->script->role;
    command->actor = reader->script->actor;
    for (size_t index = 0; index < script_common_count; index++) {
        const struct slot *slot = &script_common[index];
        if (slot->kind == SLOT_SUBJECT) {
            command->subject = command->role == ROLE_ENTERPRISE ? command->actor : PARTICIPANT_NONE;
            if (script_names_subject(verb)) continue;
        }
        int fault = read_slot(reader, line, slot);
        if (fault) return fault;
    }
    if ((command->lane == 0) != (command->id == 0))
        return script_fail(reader, line->end_column, "lane= and id= go together, both from 1");
    return 0;
}

/* What a rejection of this line will call the order. */
static void remember_name(struct script *script, const struct script_verb *verb,
                          const struct line *line, const struct command *command)
{
    script->named.size = 0;
    if (verb->kind != SCRIPT_COMMAND || verb->slots[0].kind != SLOT_ORDER) return;
    const struct name *id = &command->body.cancel.client_id;
    if (command->type == COMMAND_ORDER) id = &command->body.order.client_id;
    if (command->type == COMMAND_REPLACE) id = &command->body.replace.client_id;
    if (command->type == COMMAND_CLICK) id = &command->body.click.client_id;
    for (size_t index = 1; index < line->count; index++) {
        const struct script_word *word = &line->words[index];
        if (word->key) continue;
        script->named.key = (struct order_key){*id, command->subject};
        script->named.type = command->type;
        script->named.size = (uint8_t)word->value_size;
        memcpy(script->named.text, word->value, word->value_size);
        return;
    }
}

static int read_line(struct script_reader *reader, struct line *line)
{
    struct script_item *item = reader->item;
    const struct script_verb *verb = verb_of(&line->words[0]);
    if (!verb)
        return script_fail(reader, line->words[0].column, "unknown verb %.*s",
                           printed(line->words[0].value_size), line->words[0].value);
    item->command.type = verb->number;
    item->command.time_ns = reader->script->now_ns;
    item->query = (struct query){.kind = verb->number,
                                 .zone = ZONE_NONE,
                                 .to_zone = ZONE_NONE,
                                 .instrument = INSTRUMENT_NONE,
                                 .participant = PARTICIPANT_NONE,
                                 .auction = AUCTION_NONE};
    int fault = read_common(reader, line, verb);
    for (size_t index = 0; index < verb->slot_count && !fault; index++)
        fault = read_slot(reader, line, &verb->slots[index]);
    if (!fault) fault = nothing_left(reader, verb, line);
    if (fault) return fault;
    if (verb->kind == SCRIPT_COMMAND && verb->number == COMMAND_SEED && !reader->seeded)
        return script_fail(reader, line->end_column, "commit= or reveal= is missing");
    item->kind = (enum script_kind)verb->kind;
    if (item->kind == SCRIPT_CLOCK && item->time_ns < reader->script->now_ns)
        return script_fail(reader, line->words[1].column, "the time goes back");
    if (item->kind == SCRIPT_CLOCK) reader->script->now_ns = item->time_ns;
    remember_name(reader->script, verb, line, &item->command);
    if (item->kind != SCRIPT_COMMAND) return 0;
    /* Many lines may be read before the first is answered, so the form is noted here already. */
    const struct name *id = script_new_order(&item->command);
    if (!id) return 0;
    return script_note_form(reader->script, id, item->command.subject, !reader->qualified, false);
}

int script_read(struct script *script, const char *line, size_t size, struct script_item *out,
                struct script_error *error)
{
    struct line words = {.count = 0};
    struct script_item item;
    struct script_error unread;
    struct script_reader reader = {
        .script = script, .item = &item, .error = error ? error : &unread};
    memset(&item, 0, sizeof item); /* whole bodies are compared and hashed */
    script->line++;
    int fault = cut(&reader, line, size, &words);
    if (!fault && words.count) fault = read_line(&reader, &words);
    if (!fault) *out = item;
    return fault;
}
