/* script_value.c - one value of a line: read it into its slot, print it from there. */
#include "engine/assert.h"
#include "proto/script_parts.h"
#include <inttypes.h>
#include <string.h>

#define ISSUER_WORD "reserve"
#define ISSUER_ALWAYS "issuer/reserve" /* also when a participant is called reserve */

static const char *const role_words[ROLE_COUNT] = {
#define ROLE_WORD(number, name, word) [number] = word,
    ROLE_LIST(ROLE_WORD)
#undef ROLE_WORD
};

/* ---- Reading ---- */

static bool same(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

static bool whole_number(const char *text, size_t size, uint64_t *out)
{
    uint64_t value = 0;
    if (size == 0) return false;
    for (size_t index = 0; index < size; index++) {
        if (text[index] < '0' || text[index] > '9') return false;
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text[index] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

static bool signed_number(const char *text, size_t size, int64_t *out)
{
    uint64_t value = 0;
    bool negative = size && text[0] == '-';
    if (!whole_number(text + negative, size - negative, &value)) return false;
    if (value > (uint64_t)INT64_MAX + negative) return false;
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

static int read_signed(struct script_reader *reader, const struct script_word *word, int64_t *out)
{
    if (signed_number(word->value, word->value_size, out)) return 0;
    return script_fail(reader, word->value_column, "not a whole number of %" PRId64 " to %" PRId64,
                       INT64_MIN, INT64_MAX);
}

static int read_unsigned(struct script_reader *reader, const struct script_word *word,
                         uint64_t bound, uint64_t *out)
{
    if (whole_number(word->value, word->value_size, out) && *out <= bound) return 0;
    return script_fail(reader, word->value_column, "not a whole number of 0 to %" PRIu64, bound);
}

static int read_ratio(struct script_reader *reader, const struct script_word *word, void *place)
{
    const char *slash = memchr(word->value, '/', word->value_size);
    int64_t ratio[2];
    if (!slash || !signed_number(word->value, (size_t)(slash - word->value), &ratio[0]) ||
        !signed_number(slash + 1, word->value_size - (size_t)(slash + 1 - word->value), &ratio[1]))
        return script_fail(reader, word->value_column,
                           "not a ratio as 6/5: two whole numbers up to %" PRId64, INT64_MAX);
    memcpy(place, ratio, sizeof ratio);
    return 0;
}

static int read_word(struct script_reader *reader, const struct slot *slot,
                     const struct script_word *word, uint8_t *place)
{
    char known[120];
    struct script_text text = {known, known + sizeof known - 1, false};
    for (uint8_t number = 0; number < slot->word_count; number++) {
        if (same(word->value, word->value_size, slot->words[number])) {
            *place = number;
            return 0;
        }
        if (number) script_put_text(&text, ", ");
        script_put_text(&text, slot->words[number]);
    }
    *text.at = '\0';
    return script_fail(reader, word->value_column, "%s is one of %s", slot->key, known);
}

/* A name, or "-" for the empty one. */
static int read_name(struct script_reader *reader, const char *text, size_t size, size_t column,
                     struct name *out)
{
    if (same(text, size, "-")) {
        *out = (struct name){{0}};
        return 0;
    }
    if (directory_name_of(text, size, out)) return 0;
    return script_fail(reader, column, "not a name of 1 to %d characters A-Z a-z 0-9 . _ -",
                       NAME_BYTES);
}

/* Where all can be meant: "-" means it, and a name nobody has must not. */
static void widen(const struct slot *slot, bool none, uint32_t *out)
{
    bool narrow = slot->kind == SLOT_INSTRUMENT;
    uint32_t nobody = narrow ? INSTRUMENT_NONE : UINT32_MAX;
    if (none)
        *out = (uint32_t)slot->fallback;
    else if (*out == nobody && slot->fallback == nobody)
        *out = narrow ? INSTRUMENT_UNKNOWN : PARTICIPANT_UNKNOWN;
}

static int read_id(struct script_reader *reader, const struct slot *slot, const char *text,
                   size_t size, size_t column, uint32_t *out)
{
    const struct directory *directory = reader->script->directory;
    struct name name;
    int fault = read_name(reader, text, size, column, &name);
    if (fault) return fault;
    bool none = name.text[0] == '\0';
    switch ((enum slot_kind)slot->kind) {
    case SLOT_ZONE:
        *out = none ? ZONE_NONE : directory_zone(directory, &name);
        if (*out == ZONE_NONE && !none)
            return script_fail(reader, column, "unknown zone %.*s", (int)size, text);
        return 0;
    case SLOT_INSTRUMENT:
        *out = none ? INSTRUMENT_NONE : directory_instrument(directory, &name);
        break;
    case SLOT_AUCTION:
        *out = none ? AUCTION_NONE : directory_auction(directory, &name);
        break;
    case SLOT_PARTICIPANT:
    case SLOT_SUBJECT:
    case SLOT_ACTOR:
    case SLOT_SELLER:
    case SLOT_ORDER:
        *out = none ? PARTICIPANT_NONE : directory_participant(directory, &name);
        break;
    case SLOT_I64:
    case SLOT_U64:
    case SLOT_U32:
    case SLOT_U16:
    case SLOT_FLAG:
    case SLOT_DAY:
    case SLOT_CLOCK:
    case SLOT_WORD:
    case SLOT_RATIO:
    case SLOT_NEW_NAME:
    case SLOT_NAME:
        ASSERT(false);
        break;
    }
    if (slot->all) widen(slot, none, out);
    return 0;
}

static bool role_of(const char *text, size_t size, uint8_t *out)
{
    for (uint8_t role = 0; role < ROLE_COUNT; role++) {
        if (!same(text, size, role_words[role])) continue;
        *out = role;
        return true;
    }
    return false;
}

/* ROLE, ROLE/PARTICIPANT or PARTICIPANT. */
static int read_actor(struct script_reader *reader, const struct slot *slot,
                      const struct script_word *word)
{
    struct command *command = &reader->item->command;
    const char *slash = memchr(word->value, '/', word->value_size);
    size_t size = slash ? (size_t)(slash - word->value) : word->value_size;
    uint8_t role = ROLE_ENTERPRISE;
    bool is_role = role_of(word->value, size, &role);
    command->role = role;
    command->actor = PARTICIPANT_NONE;
    if (!slash && is_role) return 0;
    if (slash && !is_role)
        return script_fail(reader, word->value_column,
                           "before the / stands system, enterprise, regulator, operator, auditor "
                           "or public");
    const char *name = slash ? slash + 1 : word->value;
    size = word->value_size - (size_t)(name - word->value);
    return read_id(reader, slot, name, size, word->value_column, &command->actor);
}

static int read_seller(struct script_reader *reader, const struct slot *slot,
                       const struct script_word *word, uint32_t *out)
{
    uint32_t seller = SELLER_ISSUER;
    if (same(word->value, word->value_size, ISSUER_ALWAYS)) {
        *out = SELLER_ISSUER;
        return 0;
    }
    int fault = read_id(reader, slot, word->value, word->value_size, word->value_column, &seller);
    if (fault) return fault;
    bool issuer = seller == PARTICIPANT_NONE && same(word->value, word->value_size, ISSUER_WORD);
    *out = issuer ? SELLER_ISSUER : seller;
    return 0;
}

/* "id", "participant/id" or "-". The participant of a bare id in a cancel or replace: our own in a
 * session, else who used it last. */
static int read_order(struct script_reader *reader, const struct slot *slot,
                      const struct script_word *word, struct name *id)
{
    struct script *script = reader->script;
    struct command *command = &reader->item->command;
    const char *slash = memchr(word->value, '/', word->value_size);
    const char *text = slash ? slash + 1 : word->value;
    size_t size = word->value_size - (size_t)(text - word->value);
    size_t column = word->value_column + (size_t)(text - word->value);
    int fault = read_name(reader, text, size, column, id);
    if (fault) return fault;
    if (slash)
        return read_id(reader, slot, word->value, (size_t)(slash - word->value), word->value_column,
                       &command->subject);
    if (id->text[0] == '\0' || script->role == ROLE_ENTERPRISE) return 0;
    uint32_t user = script_last_user(script, id);
    if (user != PARTICIPANT_NONE) command->subject = user;
    return 0;
}

static int read_day(struct script_reader *reader, const struct script_word *word, int32_t *out)
{
    int64_t number;
    if (script_day_read(word->value, word->value_size, out)) return 0;
    if (signed_number(word->value, word->value_size, &number) && number >= INT32_MIN &&
        number <= INT32_MAX) {
        *out = (int32_t)number;
        return 0;
    }
    return script_fail(reader, word->value_column,
                       "not a date YYYY-MM-DD of the years 0000 to 9999, nor a day number");
}

static int read_subject(struct script_reader *reader, const struct slot *slot,
                        const struct script_word *word)
{
    uint32_t id = PARTICIPANT_NONE;
    uint32_t *subject = &reader->item->command.subject;
    int fault = read_id(reader, slot, word->value, word->value_size, word->value_column, &id);
    if (fault) return fault;
    if (reader->qualified && id != *subject)
        return script_fail(reader, word->value_column,
                           "the order's name belongs to another participant");
    *subject = id;
    return 0;
}

static void put_id(const struct slot *slot, void *place, uint32_t id)
{
    uint8_t id8 = (uint8_t)id;
    uint16_t id16 = (uint16_t)id;
    if (slot->kind == SLOT_ZONE)
        memcpy(place, &id8, sizeof id8);
    else if (slot->kind == SLOT_INSTRUMENT)
        memcpy(place, &id16, sizeof id16);
    else
        memcpy(place, &id, sizeof id);
}

static int read_number(struct script_reader *reader, const struct slot *slot,
                       const struct script_word *word, void *place)
{
    static const uint64_t bounds[] = {
        [SLOT_U64] = UINT64_MAX, [SLOT_U32] = UINT32_MAX, [SLOT_U16] = UINT16_MAX, [SLOT_FLAG] = 1};
    uint64_t value = 0;
    int fault = read_unsigned(reader, word, bounds[slot->kind], &value);
    if (fault) return fault;
    uint32_t value32 = (uint32_t)value;
    uint16_t value16 = (uint16_t)value;
    uint8_t value8 = (uint8_t)value;
    if (slot->kind == SLOT_U64) memcpy(place, &value, sizeof value);
    if (slot->kind == SLOT_U32) memcpy(place, &value32, sizeof value32);
    if (slot->kind == SLOT_U16) memcpy(place, &value16, sizeof value16);
    if (slot->kind == SLOT_FLAG) memcpy(place, &value8, sizeof value8);
    return 0;
}

static int read_clock(struct script_reader *reader, const struct script_word *word, int64_t *out)
{
    if (script_clock_read(word->value, word->value_size, reader->script->now_ns, out)) return 0;
    return script_fail(reader, word->value_column,
                       "not a time as 2026-06-01T09:30:00.123456789 (1970 to 2262) or +250ms "
                       "(ns, us, ms, s, min)");
}

int script_value_read(struct script_reader *reader, const struct slot *slot,
                      const struct script_word *word)
{
    void *place = (char *)reader->item + slot->offset;
    uint32_t id = 0;
    int fault;
    switch ((enum slot_kind)slot->kind) {
    case SLOT_I64:
        return read_signed(reader, word, place);
    case SLOT_U64:
    case SLOT_U32:
    case SLOT_U16:
    case SLOT_FLAG:
        return read_number(reader, slot, word, place);
    case SLOT_DAY:
        return read_day(reader, word, place);
    case SLOT_CLOCK:
        return read_clock(reader, word, place);
    case SLOT_WORD:
        return read_word(reader, slot, word, place);
    case SLOT_RATIO:
        return read_ratio(reader, word, place);
    case SLOT_NEW_NAME: /* "-" goes on to the engine, which refuses it */
        if (directory_name_of(word->value, word->value_size, place)) return 0;
        return read_name(reader, word->value, word->value_size, word->value_column, place);
    case SLOT_NAME:
        return read_name(reader, word->value, word->value_size, word->value_column, place);
    case SLOT_ZONE:
    case SLOT_INSTRUMENT:
    case SLOT_PARTICIPANT:
    case SLOT_AUCTION:
        fault = read_id(reader, slot, word->value, word->value_size, word->value_column, &id);
        if (!fault) put_id(slot, place, id);
        return fault;
    case SLOT_SELLER:
        return read_seller(reader, slot, word, place);
    case SLOT_SUBJECT:
        return read_subject(reader, slot, word);
    case SLOT_ACTOR:
        return read_actor(reader, slot, word);
    case SLOT_ORDER:
        reader->qualified = memchr(word->value, '/', word->value_size) != NULL;
        return read_order(reader, slot, word, place);
    }
    return ERR_MALFORMED;
}

void script_value_default(const struct slot *slot, struct script_item *item)
{
    char *place = (char *)item + slot->offset;
    int64_t pair[2] = {slot->fallback, slot->fallback};
    uint32_t id = (uint32_t)slot->fallback;
    uint16_t number16 = (uint16_t)slot->fallback;
    uint8_t number8 = (uint8_t)slot->fallback;
    switch ((enum slot_kind)slot->kind) {
    case SLOT_I64:
    case SLOT_U64:
    case SLOT_CLOCK:
        memcpy(place, pair, sizeof pair[0]);
        return;
    case SLOT_RATIO:
        memcpy(place, pair, sizeof pair);
        return;
    case SLOT_U32:
    case SLOT_DAY:
    case SLOT_PARTICIPANT:
    case SLOT_AUCTION:
    case SLOT_SELLER:
        memcpy(place, &id, sizeof id);
        return;
    case SLOT_U16:
    case SLOT_INSTRUMENT:
        memcpy(place, &number16, sizeof number16);
        return;
    case SLOT_FLAG:
    case SLOT_WORD:
    case SLOT_ZONE:
        memcpy(place, &number8, sizeof number8);
        return;
    case SLOT_NAME:
        memset(place, 0, NAME_BYTES);
        return;
    case SLOT_NEW_NAME:
    case SLOT_SUBJECT: /* set with the actor, before the slots */
    case SLOT_ACTOR:
    case SLOT_ORDER:
        return;
    }
}
