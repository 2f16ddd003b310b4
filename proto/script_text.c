/* script_text.c - values as text, into a bounded buffer. */
#include "engine/assert.h"
#include "proto/script_parts.h"
#include <string.h>

void script_put(struct script_text *text, const char *bytes, size_t size)
{
    if (text->full || (size_t)(text->end - text->at) < size) {
        text->full = true;
        return;
    }
    memcpy(text->at, bytes, size);
    text->at += size;
}

void script_put_text(struct script_text *text, const char *terminated)
{
    script_put(text, terminated, strlen(terminated));
}

void script_put_name(struct script_text *text, const struct name *name)
{
    size_t size = directory_name_size(name);
    if (size)
        script_put(text, name->text, size);
    else
        script_put(text, "-", 1);
}

void script_put_u64(struct script_text *text, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    script_put(text, digits + at, sizeof digits - at);
}

void script_put_i64(struct script_text *text, int64_t value)
{
    if (value < 0) script_put(text, "-", 1);
    script_put_u64(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void script_put_hex(struct script_text *text, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t index = 0; index < size; index++) {
        script_put(text, &digits[bytes[index] >> 4], 1);
        script_put(text, &digits[bytes[index] & 15], 1);
    }
}

void script_put_day(struct script_text *text, int32_t day)
{
    char out[SCRIPT_DAY_MAX];
    script_put(text, out, script_day_text(day, out));
}

void script_put_set(struct script_text *text, uint8_t mask, const char *const *words, uint8_t count)
{
    bool some = false;
    for (uint8_t number = 0; number < count; number++) {
        if (!(mask >> number & 1)) continue;
        if (some) script_put(text, ",", 1);
        script_put_text(text, words[number]);
        some = true;
    }
    if (!some) script_put(text, "-", 1);
}

void script_put_order(struct script_text *text, const struct script *script, const struct name *id,
                      uint32_t participant)
{
    if (id->text[0] && !script_is_bare(script, id, participant)) {
        script_put_name(text, directory_participant_name(script->directory, participant));
        script_put(text, "/", 1);
    }
    script_put_name(text, id);
}

/* An id that is neither known nor "all" is written as a name nobody has, so that reading it again
 * gives the same "no". */
static void put_unknown(struct script_text *text, const struct directory *directory,
                        enum slot_kind kind)
{
    struct name name = {"unknown"};
    size_t size = directory_name_size(&name);
    for (char digit = '0'; digit <= '9'; digit++) {
        bool of_instrument = kind == SLOT_INSTRUMENT || kind == SLOT_LEGS;
        bool taken = of_instrument ? directory_instrument(directory, &name) != INSTRUMENT_NONE
                     : kind == SLOT_AUCTION
                         ? directory_auction(directory, &name) != AUCTION_NONE
                         : directory_participant(directory, &name) != PARTICIPANT_NONE;
        if (!taken) break;
        ASSERT(size < NAME_BYTES);
        name.text[size++] = digit;
    }
    script_put_name(text, &name);
}

static void put_id(struct script_text *text, const struct script *script, const struct slot *slot,
                   const char *place)
{
    const struct directory *directory = script->directory;
    enum slot_kind kind = (enum slot_kind)slot->kind;
    const struct name *name;
    bool none; /* all are meant */
    uint32_t id = 0;
    if (kind == SLOT_ZONE) {
        script_put_name(text, directory_zone_name(directory, *(const uint8_t *)place));
        return;
    }
    if (kind == SLOT_INSTRUMENT) {
        uint16_t id16;
        memcpy(&id16, place, sizeof id16);
        name = directory_instrument_name(directory, id16);
        none = id16 == slot->fallback;
    } else {
        memcpy(&id, place, sizeof id);
        name = kind == SLOT_AUCTION ? directory_auction_name(directory, id)
                                    : directory_participant_name(directory, id);
        none = id == slot->fallback;
    }
    bool unknown = name->text[0] == '-' && name->text[1] == '\0';
    if (slot->all && unknown && !none)
        put_unknown(text, directory, kind);
    else
        script_put_name(text, name);
}

static void put_seller(struct script_text *text, const struct script *script, uint32_t seller)
{
    static const struct name reserve = {"reserve"};
    if (seller != SELLER_ISSUER) {
        script_put_name(text, directory_participant_name(script->directory, seller));
        return;
    }
    if (directory_participant(script->directory, &reserve) != PARTICIPANT_NONE)
        script_put_text(text, "issuer/");
    script_put_name(text, &reserve);
}

/* A role's user is a number; a participant that is called like one says its role too. */
static void put_actor(struct script_text *text, const struct script *script,
                      const struct command *command)
{
    const struct name *actor = directory_participant_name(script->directory, command->actor);
    bool enterprise = command->role == ROLE_ENTERPRISE;
    bool is_role = false;
    uint8_t other_role;
    uint32_t user;
    for (size_t role = 0; role < ROLE_COUNT; role++)
        is_role |= strncmp(actor->text, script_role_words[role], NAME_BYTES) == 0;
    is_role |= script_user_read(actor->text, directory_name_size(actor), &other_role, &user);
    if (!enterprise || is_role) {
        script_put_text(text, script_role_words[command->role]);
        if (command->actor == PARTICIPANT_NONE) return;
        script_put(text, enterprise ? "/" : ".", 1);
    }
    if (enterprise)
        script_put_name(text, actor);
    else
        script_put_u64(text, command->actor);
}

static void put_maker(struct script_text *text, const struct script *script,
                      const struct command_click *click)
{
    if (click->maker_client_id.text[0] || click->maker != PARTICIPANT_NONE) {
        script_put_name(text, directory_participant_name(script->directory, click->maker));
        script_put(text, "/", 1);
    }
    script_put_name(text, &click->maker_client_id);
}

static void put_legs(struct script_text *text, const struct script *script, const uint16_t *leg)
{
    size_t count = STRIP_LEGS_MAX;
    while (count > 1 && leg[count - 1] == INSTRUMENT_NONE)
        count--;
    for (size_t index = 0; index < count; index++) {
        const struct name *name = directory_instrument_name(script->directory, leg[index]);
        bool unknown = leg[index] != INSTRUMENT_NONE && name->text[0] == '-' && !name->text[1];
        if (index) script_put(text, ",", 1);
        if (unknown)
            put_unknown(text, script->directory, SLOT_LEGS);
        else
            script_put_name(text, name);
    }
}

/* Export always qualifies, but "-" alone where reading gives the same subject anyway. */
static void put_order_slot(struct script_text *text, const struct script *script,
                           const struct name *id, const struct command *command)
{
    uint32_t usual = command->role == ROLE_ENTERPRISE ? command->actor : PARTICIPANT_NONE;
    if (id->text[0] || command->subject != usual) {
        script_put_name(text, directory_participant_name(script->directory, command->subject));
        script_put(text, "/", 1);
    }
    script_put_name(text, id);
}

static uint64_t number_at(const struct slot *slot, const void *place)
{
    if (slot->kind == SLOT_U64) return *(const uint64_t *)place;
    if (slot->kind == SLOT_U32) return *(const uint32_t *)place;
    if (slot->kind == SLOT_U16) return *(const uint16_t *)place;
    return *(const uint8_t *)place;
}

static void put_value(struct script_text *text, const struct script *script,
                      const struct slot *slot, const struct script_item *item)
{
    const char *place = (const char *)item + slot->offset;
    const void *value = place;
    int64_t pair[2];
    switch ((enum slot_kind)slot->kind) {
    case SLOT_I64:
        script_put_i64(text, *(const int64_t *)value);
        return;
    case SLOT_U64:
    case SLOT_U32:
    case SLOT_U16:
    case SLOT_FLAG:
        script_put_u64(text, number_at(slot, value));
        return;
    case SLOT_DAY:
        script_put_day(text, *(const int32_t *)value);
        return;
    case SLOT_CLOCK:
        script_put_clock(text, *(const int64_t *)value);
        return;
    case SLOT_WORD:
        ASSERT(*(const uint8_t *)place < slot->word_count);
        script_put_text(text, slot->words[*(const uint8_t *)place]);
        return;
    case SLOT_SET:
        script_put_set(text, *(const uint8_t *)place, slot->words, slot->word_count);
        return;
    case SLOT_RATIO:
        memcpy(pair, place, sizeof pair);
        script_put_i64(text, pair[0]);
        script_put(text, "/", 1);
        script_put_i64(text, pair[1]);
        return;
    case SLOT_NEW_NAME:
    case SLOT_NAME:
        script_put_name(text, value);
        return;
    case SLOT_ZONE:
    case SLOT_INSTRUMENT:
    case SLOT_PARTICIPANT:
    case SLOT_AUCTION:
    case SLOT_SUBJECT:
        put_id(text, script, slot, place);
        return;
    case SLOT_SELLER:
        put_seller(text, script, *(const uint32_t *)value);
        return;
    case SLOT_ACTOR:
        put_actor(text, script, &item->command);
        return;
    case SLOT_ORDER:
        put_order_slot(text, script, value, &item->command);
        return;
    case SLOT_MAKER:
        put_maker(text, script, &item->command.body.click);
        return;
    case SLOT_LEGS:
        put_legs(text, script, item->command.body.strip.leg);
        return;
    case SLOT_SEED:
        script_put_hex(text, value, SEED_BYTES);
        return;
    }
}

/* Does the slot hold what leaving it out would give? */
static bool at_default(const struct slot *slot, const struct script_item *item)
{
    static const uint8_t sizes[] = {[SLOT_I64] = 8,
                                    [SLOT_U64] = 8,
                                    [SLOT_U32] = 4,
                                    [SLOT_U16] = 2,
                                    [SLOT_SET] = 1,
                                    [SLOT_FLAG] = 1,
                                    [SLOT_DAY] = 4,
                                    [SLOT_CLOCK] = 8,
                                    [SLOT_WORD] = 1,
                                    [SLOT_RATIO] = 16,
                                    [SLOT_ZONE] = 1,
                                    [SLOT_INSTRUMENT] = 2,
                                    [SLOT_PARTICIPANT] = 4,
                                    [SLOT_AUCTION] = 4,
                                    [SLOT_SELLER] = 4,
                                    [SLOT_NAME] = NAME_BYTES,
                                    [SLOT_NEW_NAME] = NAME_BYTES};
    const struct command *command = &item->command;
    struct script_item plain;
    if (slot->kind == SLOT_ACTOR)
        return command->role == ROLE_SYSTEM && command->actor == PARTICIPANT_NONE;
    if (slot->kind == SLOT_SUBJECT)
        return command->subject ==
               (command->role == ROLE_ENTERPRISE ? command->actor : PARTICIPANT_NONE);
    if (slot->kind == SLOT_SEED) return command->body.seed.kind != slot->fallback;
    script_value_default(slot, &plain);
    return memcmp((const char *)&plain + slot->offset, (const char *)item + slot->offset,
                  sizes[slot->kind]) == 0;
}

void script_value_put(struct script_text *text, const struct script *script,
                      const struct slot *slot, const struct script_item *item)
{
    bool may_go = slot->use == USE_KEY || slot->use == USE_OPTIONAL_WORD;
    if (may_go && at_default(slot, item)) return;
    script_put(text, " ", 1);
    if (slot->use == USE_KEY || slot->use == USE_NEEDED_KEY) {
        script_put_text(text, slot->key);
        script_put(text, "=", 1);
    }
    put_value(text, script, slot, item);
}
