/* samples.h - a message of every type, filled from the field table: random or always the same.
 *
 * SAMPLE_FILL is given to the lists of proto/fields.h; it needs `dice` and `to`. With dice->fixed
 * the values follow from the place of the field alone, which is what the golden bytes are made of.
 */
#ifndef TESTS_PROTO_SAMPLES_H
#define TESTS_PROTO_SAMPLES_H
#include "engine/reason.h"
#include "proto/fields.h"
#include "proto/wire.h"
#include <string.h>

struct dice {
    uint64_t state;
    bool fixed;
};

/* xorshift64*: seeded, the same everywhere. */
static inline uint64_t dice_roll(struct dice *dice)
{
    if (dice->fixed) return ++dice->state;
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return dice->state * UINT64_C(2685821657736338717);
}
static inline uint64_t dice_below(struct dice *dice, uint64_t bound)
{
    return dice_roll(dice) % bound;
}

#define SAMPLE_NUMBER(kind, type)                                                                  \
    static inline void sample_##kind(struct dice *dice, type *out, unsigned bound)                 \
    {                                                                                              \
        (void)bound;                                                                               \
        *out = (type)(dice->fixed ? dice_roll(dice) * UINT64_C(0x0101) : dice_roll(dice));         \
    }
SAMPLE_NUMBER(u8, uint8_t)
SAMPLE_NUMBER(u16, uint16_t)
SAMPLE_NUMBER(u32, uint32_t)
SAMPLE_NUMBER(u64, uint64_t)
SAMPLE_NUMBER(i32, int32_t)
SAMPLE_NUMBER(i64, int64_t)

#define SAMPLE_BYTES(kind, count)                                                                  \
    static inline void sample_##kind(struct dice *dice, uint8_t(*out)[count], unsigned bound)      \
    {                                                                                              \
        (void)bound;                                                                               \
        for (size_t index = 0; index < (count); index++)                                           \
            (*out)[index] = (uint8_t)dice_roll(dice);                                              \
    }
SAMPLE_BYTES(b16, 16)
SAMPLE_BYTES(b32, 32)
SAMPLE_BYTES(b64, 64)

static inline void sample_word(struct dice *dice, uint8_t *out, unsigned bound)
{
    *out = (uint8_t)dice_below(dice, bound);
}
static inline void sample_word_or(struct dice *dice, uint8_t *out, unsigned bound)
{
    uint64_t value = dice_below(dice, bound + 1);
    *out = value == bound ? UNSET_ENUM : (uint8_t)value;
}
static inline void sample_verb(struct dice *dice, uint8_t *out, unsigned bound)
{
    (void)bound;
    *out = (uint8_t)(1 + dice_below(dice, dice->fixed ? 20 : COMMAND_END - 1));
}
static inline void sample_flag(struct dice *dice, uint8_t *out, unsigned bound)
{
    (void)bound;
    *out = (uint8_t)dice_below(dice, 2);
}
static inline void sample_name(struct dice *dice, struct name *out, unsigned bound)
{
    static const char letters[] = "ABCXYZabcxyz0189._-";
    (void)bound;
    *out = (struct name){{0}};
    uint64_t size = dice_below(dice, NAME_BYTES + 1);
    for (uint64_t index = 0; index < size; index++)
        out->text[index] = letters[dice_below(dice, sizeof letters - 1)];
}

/* Golden bytes are frozen: they are drawn from the words there were when the page was first
 * written, though more have come since. */
static inline unsigned sample_bound(const struct dice *dice, unsigned bound, const char *name)
{
    static const struct {
        const char *name;
        unsigned first;
    } grown[] = {{"REGIME_COUNT", 6},        {"CANCEL_REASON_COUNT", 10},
                 {"TIE_COUNT", 2},           {"UNSOLD_COUNT", 2},
                 {"AUCTION_STATE_COUNT", 4}, {"AWARD_STATE_COUNT", 2},
                 {"REASON_COUNT", 29},       {"QUERY_END", 11}};
    for (size_t index = 0; dice->fixed && index < sizeof grown / sizeof grown[0]; index++)
        if (strcmp(grown[index].name, name) == 0) return grown[index].first;
    return bound;
}

#define SAMPLE_FILL(kind, member, bound, unit)                                                     \
    sample_##kind(dice, &to->member, sample_bound(dice, bound, #bound));

/* A command of this type; the head filled too. */
static inline void sample_command(struct dice *dice, uint8_t type, struct command *out)
{
    memset(out, 0, sizeof *out);
    out->type = type;
    out->role = (uint8_t)dice_below(dice, ROLE_COUNT);
    out->lane = (uint32_t)dice_roll(dice) | 1u;
    out->id = dice_roll(dice) | 1u;
    out->sequence = dice_roll(dice);
    out->time_ns = (int64_t)dice_roll(dice);
    out->actor = (uint32_t)dice_roll(dice);
    out->subject = (uint32_t)dice_roll(dice);
    switch ((enum command_type)type) {
#define FILL_CASE(number, name, field, verb)                                                       \
    case COMMAND_##name: {                                                                         \
        struct command_##field *to = &out->body.field;                                             \
        FIELDS_COMMAND_##field(SAMPLE_FILL) break;                                                 \
    }
        COMMAND_LIST(FILL_CASE)
#undef FILL_CASE
    case COMMAND_END:
        break;
    }
}

/* An event of this type in `bytes` (8-byte aligned, 512 of them). */
static inline struct event *sample_event(struct dice *dice, uint16_t type, uint8_t *bytes)
{
    struct event *event = (struct event *)(void *)bytes;
    memset(bytes, 0, 512);
    event->type = type;
    event->size = (uint16_t)codec_event_struct(type);
    event->flags = (uint32_t)dice_below(dice, 2);
    event->sequence = dice_roll(dice);
    switch ((enum event_type)type) {
#define FILL_CASE(number, name, suffix)                                                            \
    case EVENT_##name: {                                                                           \
        struct event_##suffix *to = (struct event_##suffix *)(void *)bytes;                        \
        FIELDS_EVENT_##suffix(SAMPLE_FILL) break;                                                  \
    }
        EVENT_LIST(FILL_CASE)
#undef FILL_CASE
    case EVENT_END:
        break;
    }
    return event;
}

#define SAMPLE_WIRE(message)                                                                       \
    static inline void sample_wire_##message(struct dice *dice, struct wire_##message *to)         \
    {                                                                                              \
        memset(to, 0, sizeof *to);                                                                 \
        FIELDS_WIRE_##message(SAMPLE_FILL)                                                         \
    }
SAMPLE_WIRE(challenge)
SAMPLE_WIRE(logon)
SAMPLE_WIRE(welcome)
SAMPLE_WIRE(query)
SAMPLE_WIRE(answer)
SAMPLE_WIRE(report)
SAMPLE_WIRE(rows)
SAMPLE_WIRE(digest)
SAMPLE_WIRE(busy)
SAMPLE_WIRE(fault)
SAMPLE_WIRE(feed)
#endif
