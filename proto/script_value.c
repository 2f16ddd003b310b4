/* script_value.c - one value of a line: read it into its slot, print it from there. */
#include "engine/assert.h"
#include "proto/script_parts.h"
#include <inttypes.h>
#include <string.h>

#define ISSUER_WORD "reserve"
#define ISSUER_ALWAYS "issuer/reserve" /* also when a participant is called reserve */

const char *const script_role_words[ROLE_COUNT] = {
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

/* a,b,c: some of `words`; "-" is none of them. */
static int read_set(struct script_reader *reader, const struct slot *slot,
                    const struct script_word *word, uint8_t *place)
{
    const char *at = word->value;
    const char *end = at + word->value_size;
    *place = 0;
    if (same(at, word->value_size, "-")) return 0;
    for (;;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        struct script_word part = {.value = at, .value_size = (size_t)((comma ? comma : end) - at)};
        uint8_t number = 0;
        part.value_column = word->value_column + (size_t)(at - word->value);
        int fault = read_word(reader, slot, &part, &number);
        if (fault) return fault;
        *place = (uint8_t)(*place | 1u << number);
        if (!comma) return 0;
        at = comma + 1;
    }
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
    case SLOT_LEGS:
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
    case SLOT_MAKER:
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
    case SLOT_SET:
    case SLOT_RATIO:
    case SLOT_NEW_NAME:
    case SLOT_NAME:
    case SLOT_SEED:
        ASSERT(false);
        break;
    }
    if (slot->all) widen(slot, none, out);
    return 0;
}

static bool role_of(const char *text, size_t size, uint8_t *out)
{
    for (uint8_t role = 0; role < ROLE_COUNT; role++) {
        if (!same(text, size, script_role_words[role])) continue;
        *out = role;
        return true;
    }
    return false;
}

bool script_user_read(const char *text, size_t size, uint8_t *out_role, uint32_t *out_user)
{
    const char *point = memchr(text, '.', size);
    uint64_t user = 0;
    uint8_t role = ROLE_ENTERPRISE; /* acts for a participant, never as a number */
    if (!point || !role_of(text, (size_t)(point - text), &role) || role == ROLE_ENTERPRISE ||
        !whole_number(point + 1, size - (size_t)(point + 1 - text), &user) ||
        user >= PARTICIPANT_NONE)
        return false;
    *out_role = role;
    *out_user = (uint32_t)user;
    return true;
}

/* ROLE, ROLE.USER, ROLE/PARTICIPANT or PARTICIPANT. */
static int read_actor(struct script_reader *reader, const struct slot *slot,
                      const struct script_word *word)
{
    struct command *command = &reader->item->command;
    const char *slash = memchr(word->value, '/', word->value_size);
    size_t size = slash ? (size_t)(slash - word->value) : word->value_size;
    uint8_t role = ROLE_ENTERPRISE;
    uint32_t user = PARTICIPANT_NONE;
    bool is_user = !slash && script_user_read(word->value, size, &role, &user);
    bool is_role = is_user || role_of(word->value, size, &role);
    command->role = is_role ? role : ROLE_ENTERPRISE;
    command->actor = user;
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

/* "id", "participant/id" or "-": the client id, and its participant if the word says one. */
static int read_order_name(struct script_reader *reader, const struct slot *slot,
                           const struct script_word *word, struct name *id, bool *qualified,
                           uint32_t *participant)
{
    const char *slash = memchr(word->value, '/', word->value_size);
    const char *text = slash ? slash + 1 : word->value;
    size_t size = word->value_size - (size_t)(text - word->value);
    size_t column = word->value_column + (size_t)(text - word->value);
    int fault = read_name(reader, text, size, column, id);
    *qualified = slash != NULL;
    if (fault || !slash) return fault;
    return read_id(reader, slot, word->value, (size_t)(slash - word->value), word->value_column,
                   participant);
}

/* The participant of a bare id in a cancel or replace: our own in a session, else who used it
 * last. */
static int read_order(struct script_reader *reader, const struct slot *slot,
                      const struct script_word *word, struct name *id)
{
    struct script *script = reader->script;
    struct command *command = &reader->item->command;
    int fault = read_order_name(reader, slot, word, id, &reader->qualified, &command->subject);
    if (fault || reader->qualified) return fault;
    if (id->text[0] == '\0' || script->role == ROLE_ENTERPRISE) return 0;
    uint32_t user = script_last_user(script, id);
    if (user != PARTICIPANT_NONE) command->subject = user;
    return 0;
}

static int read_maker(struct script_reader *reader, const struct slot *slot,
                      const struct script_word *word, struct name *id)
{
    struct command_click *click = &reader->item->command.body.click;
    bool qualified;
    click->maker = PARTICIPANT_NONE;
    int fault = read_order_name(reader, slot, word, id, &qualified, &click->maker);
    if (fault || qualified || id->text[0] == '\0') return fault;
    click->maker = script_last_user(reader->script, id);
    return 0;
}

/* A,B,C. A name nobody has must not be the end of the list. */
static int read_legs(struct script_reader *reader, const struct slot *slot,
                     const struct script_word *word, uint16_t *leg)
{
    const char *at = word->value;
    const char *end = at + word->value_size;
    for (size_t index = 0; index < STRIP_LEGS_MAX; index++)
        leg[index] = INSTRUMENT_NONE;
    for (size_t index = 0; at <= end; index++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t size = (size_t)((comma ? comma : end) - at);
        size_t column = word->value_column + (size_t)(at - word->value);
        uint32_t id = INSTRUMENT_NONE;
        if (index == STRIP_LEGS_MAX)
            return script_fail(reader, column, "more than %d legs", STRIP_LEGS_MAX);
        int fault = read_id(reader, slot, at, size, column, &id);
        if (fault) return fault;
        bool unknown = id == INSTRUMENT_NONE && !same(at, size, "-");
        leg[index] = unknown ? INSTRUMENT_UNKNOWN : (uint16_t)id;
        at += size + 1;
    }
    return 0;
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    return -1;
}

static int read_seed(struct script_reader *reader, const struct slot *slot,
                     const struct script_word *word, uint8_t *value)
{
    if (reader->seeded)
        return script_fail(reader, word->column, "commit= and reveal= exclude each other");
    reader->seeded = true;
    reader->item->command.body.seed.kind = (uint8_t)slot->fallback;
    for (size_t index = 0; index < SEED_BYTES; index++) {
        bool there = word->value_size == 2 * (size_t)SEED_BYTES;
        int high = there ? hex_digit(word->value[2 * index]) : -1;
        int low = there ? hex_digit(word->value[2 * index + 1]) : -1;
        if (high < 0 || low < 0)
            return script_fail(reader, word->value_column, "not %d digits 0-9 a-f", 2 * SEED_BYTES);
        value[index] = (uint8_t)(high << 4 | low);
    }
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
    case SLOT_SET:
        return read_set(reader, slot, word, place);
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
        return read_order(reader, slot, word, place);
    case SLOT_MAKER:
        return read_maker(reader, slot, word, place);
    case SLOT_LEGS:
        return read_legs(reader, slot, word, place);
    case SLOT_SEED:
        return read_seed(reader, slot, word, place);
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
    case SLOT_SET:
    case SLOT_ZONE:
        memcpy(place, &number8, sizeof number8);
        return;
    case SLOT_NEW_NAME:
    case SLOT_NAME:
        memset(place, 0, NAME_BYTES);
        return;
    case SLOT_SUBJECT: /* set with the actor, before the slots */
    case SLOT_ACTOR:
    case SLOT_ORDER:
    case SLOT_MAKER:
    case SLOT_LEGS:
    case SLOT_SEED:
        return;
    }
}
