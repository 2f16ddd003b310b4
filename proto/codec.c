/* codec.c - put and get of every command and event, expanded from fields.h. */
#include "proto/codec.h"
#include "engine/assert.h"
#include "proto/field_io.h"

/* clang-format off */
const uint8_t field_name_bytes[256] = {
    ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['0' ... '9'] = 1, ['.'] = 1, ['_'] = 1, ['-'] = 1
};
/* clang-format on */

static const uint16_t body_sizes[COMMAND_END] = {
#define BODY_SIZE(number, name, member, verb) [number] = FIELDS_SUM(FIELDS_COMMAND_##member),
    COMMAND_LIST(BODY_SIZE)
#undef BODY_SIZE
};

static const struct {
    uint16_t wire;   /* bytes of the encoded event, head included */
    uint16_t memory; /* bytes of struct event_<type>, rounded up to 8 */
} event_sizes[EVENT_END] = {
#define EVENT_SIZE(number, name, suffix)                                                           \
    [number] = {CODEC_EVENT_HEAD + FIELDS_SUM(FIELDS_EVENT_##suffix),                              \
                (sizeof(struct event_##suffix) + 7u) / 8u * 8u},
    EVENT_LIST(EVENT_SIZE)
#undef EVENT_SIZE
};

#define BODY_FITS(number, name, member, verb)                                                      \
    _Static_assert(FIELDS_SUM(FIELDS_COMMAND_##member) <= CODEC_BODY_MAX, "CODEC_BODY_MAX");
COMMAND_LIST(BODY_FITS)
#define EVENT_FITS(number, name, suffix)                                                           \
    _Static_assert(CODEC_EVENT_HEAD + FIELDS_SUM(FIELDS_EVENT_##suffix) <= CODEC_EVENT_MAX,        \
                   "CODEC_EVENT_MAX");
EVENT_LIST(EVENT_FITS)
_Static_assert(CODEC_COMMAND_MAX == CODEC_COMMAND_HEAD + CODEC_BODY_MAX, "journal form");

#define COMMAND_CODEC(number, name, member, verb)                                                  \
    static inline void put_command_##member(uint8_t *at, const struct command_##member *from)      \
    {                                                                                              \
        FIELDS_COMMAND_##member(FIELD_PUT)(void) at;                                               \
    }                                                                                              \
    static inline const char *get_command_##member(const uint8_t **at,                             \
                                                   struct command_##member *to)                    \
    {                                                                                              \
        FIELDS_COMMAND_##member(FIELD_GET) return NULL;                                            \
    }
COMMAND_LIST(COMMAND_CODEC)

#define EVENT_CODEC(number, name, suffix)                                                          \
    static inline void put_event_##suffix(uint8_t *at, const struct event_##suffix *from)          \
    {                                                                                              \
        FIELDS_EVENT_##suffix(FIELD_PUT)(void) at;                                                 \
    }                                                                                              \
    static inline const char *get_event_##suffix(const uint8_t **at, struct event_##suffix *to)    \
    {                                                                                              \
        FIELDS_EVENT_##suffix(FIELD_GET) return NULL;                                              \
    }
EVENT_LIST(EVENT_CODEC)

static int malformed(struct codec_place *place, const char *field, size_t offset)
{
    if (place) *place = (struct codec_place){field, offset};
    return ERR_MALFORMED;
}

bool codec_name_valid(const struct name *name, bool or_empty)
{
    const uint8_t *text = (const uint8_t *)name->text;
    return (or_empty || text[0]) && field_name_good(text);
}

size_t codec_body_size(uint8_t type)
{
    return type < COMMAND_END ? body_sizes[type] : 0;
}

size_t codec_body_put(uint8_t *out, size_t capacity, const struct command *command)
{
    size_t size = codec_body_size(command->type);
    ASSERT(size);
    if (capacity < size) return 0;
    switch ((enum command_type)command->type) {
#define PUT_CASE(number, name, member, verb)                                                       \
    case COMMAND_##name:                                                                           \
        put_command_##member(out, &command->body.member);                                          \
        break;
        COMMAND_LIST(PUT_CASE)
#undef PUT_CASE
    case COMMAND_END:
        break;
    }
    return size;
}

int codec_body_get(const uint8_t *bytes, size_t size, uint8_t type, struct command *out,
                   struct codec_place *place)
{
    size_t wanted = codec_body_size(type);
    if (!wanted) return malformed(place, "type", 0);
    if (size != wanted) return malformed(place, "size", 0);
    const uint8_t *at = bytes;
    const char *wrong = NULL;
    out->type = type;
    switch ((enum command_type)type) {
#define GET_CASE(number, name, member, verb)                                                       \
    case COMMAND_##name:                                                                           \
        wrong = get_command_##member(&at, &out->body.member);                                      \
        break;
        COMMAND_LIST(GET_CASE)
#undef GET_CASE
    case COMMAND_END:
        break;
    }
    return wrong ? malformed(place, wrong, (size_t)(at - bytes)) : 0;
}

size_t codec_command_put(uint8_t *out, size_t capacity, const struct command *command)
{
    size_t size = CODEC_COMMAND_HEAD + codec_body_size(command->type);
    if (capacity < size) return 0;
    uint16_t size16 = (uint16_t)size;
    field_put_u16(out, &size16);
    out[2] = command->type;
    out[3] = command->role;
    field_put_u32(out + 4, &command->lane);
    field_put_u64(out + 8, &command->id);
    field_put_u64(out + 16, &command->sequence);
    field_put_i64(out + 24, &command->time_ns);
    field_put_u32(out + 32, &command->actor);
    field_put_u32(out + 36, &command->subject);
    (void)codec_body_put(out + CODEC_COMMAND_HEAD, size - CODEC_COMMAND_HEAD, command);
    return size;
}

int codec_command_check(const uint8_t *bytes, size_t size, struct command *out, size_t *out_used,
                        struct codec_place *place)
{
    if (size < CODEC_COMMAND_HEAD) return malformed(place, "size", 0);
    uint16_t stated;
    (void)field_get_u16(bytes, &stated, 0);
    size_t body = codec_body_size(bytes[2]);
    if (!body) return malformed(place, "type", 2);
    if (stated != CODEC_COMMAND_HEAD + body || size < stated) return malformed(place, "size", 0);
    if (!field_get_word(bytes + 3, &out->role, ROLE_COUNT)) return malformed(place, "role", 3);
    (void)field_get_u32(bytes + 4, &out->lane, 0);
    (void)field_get_u64(bytes + 8, &out->id, 0);
    (void)field_get_u64(bytes + 16, &out->sequence, 0);
    (void)field_get_i64(bytes + 24, &out->time_ns, 0);
    (void)field_get_u32(bytes + 32, &out->actor, 0);
    (void)field_get_u32(bytes + 36, &out->subject, 0);
    int fault = codec_body_get(bytes + CODEC_COMMAND_HEAD, body, bytes[2], out, place);
    if (fault && place) place->offset += CODEC_COMMAND_HEAD;
    if (!fault) *out_used = stated;
    return fault;
}

int codec_command_get(const uint8_t *bytes, size_t size, struct command *out, size_t *out_used)
{
    return codec_command_check(bytes, size, out, out_used, NULL);
}

size_t codec_event_struct(uint16_t type)
{
    return type < EVENT_END ? event_sizes[type].memory : 0;
}

size_t codec_event_put(uint8_t *out, size_t capacity, const struct event *event)
{
    ASSERT(event->type < EVENT_END && event_sizes[event->type].wire);
    uint16_t size = event_sizes[event->type].wire;
    if (capacity < size) return 0;
    field_put_u16(out, &size);
    field_put_u16(out + 2, &event->type);
    field_put_u32(out + 4, &event->flags);
    field_put_u64(out + 8, &event->sequence);
    uint8_t *body = out + CODEC_EVENT_HEAD;
    switch ((enum event_type)event->type) {
#define PUT_CASE(number, name, suffix)                                                             \
    case EVENT_##name:                                                                             \
        put_event_##suffix(body, (const struct event_##suffix *)(const void *)event);              \
        break;
        EVENT_LIST(PUT_CASE)
#undef PUT_CASE
    case EVENT_END:
        break;
    }
    return size;
}

int codec_event_get(const uint8_t *bytes, size_t size, struct event_buffer *out, size_t *out_used)
{
    if (size < CODEC_EVENT_HEAD) return ERR_MALFORMED;
    struct event head;
    uint16_t stated;
    (void)field_get_u16(bytes, &stated, 0);
    (void)field_get_u16(bytes + 2, &head.type, 0);
    (void)field_get_u32(bytes + 4, &head.flags, 0);
    (void)field_get_u64(bytes + 8, &head.sequence, 0);
    if (head.type >= EVENT_END || !event_sizes[head.type].wire) return ERR_MALFORMED;
    if (stated != event_sizes[head.type].wire || size < stated) return ERR_MALFORMED;
    if (head.flags & ~EVENT_FLAG_REPEAT) return ERR_MALFORMED;
    head.size = event_sizes[head.type].memory;
    if (out->capacity - out->used < head.size) return ERR_LIMIT;
    uint8_t *record = out->bytes + out->used;
    const uint8_t *body = bytes + CODEC_EVENT_HEAD;
    const char *wrong = NULL;
    memset(record, 0, head.size); /* padding too: records are compared and hashed as bytes */
    memcpy(record, &head, sizeof head);
    switch ((enum event_type)head.type) {
#define GET_CASE(number, name, suffix)                                                             \
    case EVENT_##name:                                                                             \
        wrong = get_event_##suffix(&body, (struct event_##suffix *)(void *)record);                \
        break;
        EVENT_LIST(GET_CASE)
#undef GET_CASE
    case EVENT_END:
        break;
    }
    if (wrong) return ERR_MALFORMED;
    out->used += head.size;
    *out_used = stated;
    return 0;
}
