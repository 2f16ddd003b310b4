/* wire.c - frames and their messages, expanded from fields.h. */
#include "proto/wire.h"
#include "engine/assert.h"
#include "proto/field_io.h"

#define WIRE_SIZE(message) FIELDS_SUM(FIELDS_WIRE_##message)

_Static_assert(FRAME_HEAD + FRAME_ITEMS_MAX * (WIRE_COMMAND_HEAD + CODEC_BODY_MAX) <= FRAME_MAX,
               "a full frame of the largest commands fits");
_Static_assert(FRAME_HEAD + FRAME_ITEMS_MAX * WIRE_SIZE(report) <= FRAME_MAX, "reports fit");
_Static_assert(FRAME_HEAD + FRAME_ITEMS_MAX * WIRE_SIZE(answer) <= FRAME_MAX, "answers fit");
_Static_assert(WIRE_SIZE(feed) == WIRE_FEED_HEAD, "head of market data");

#define WIRE_CODEC(message)                                                                        \
    static inline void put_##message(uint8_t *at, const struct wire_##message *from)               \
    {                                                                                              \
        FIELDS_WIRE_##message(FIELD_PUT)(void) at;                                                 \
    }                                                                                              \
    static inline const char *get_##message(const uint8_t **at, struct wire_##message *to)         \
    {                                                                                              \
        FIELDS_WIRE_##message(FIELD_GET) return NULL;                                              \
    }
WIRE_CODEC(challenge)
WIRE_CODEC(logon)
WIRE_CODEC(welcome)
WIRE_CODEC(query)
WIRE_CODEC(answer)
WIRE_CODEC(report)
WIRE_CODEC(rows)
WIRE_CODEC(digest)
WIRE_CODEC(busy)
WIRE_CODEC(fault)
WIRE_CODEC(feed)

static int malformed(struct codec_place *place, const char *field, size_t offset)
{
    if (place) *place = (struct codec_place){field, offset};
    return ERR_MALFORMED;
}

/* ---- Reading ---- */

int wire_frame_get(const uint8_t *bytes, size_t size, struct wire_frame *out, size_t *out_used)
{
    uint32_t length;
    *out_used = FRAME_HEAD;
    if (size < sizeof length) return 1;
    (void)field_get_u32(bytes, &length, 0);
    if (length > FRAME_MAX - sizeof length) return ERR_TOO_LONG;
    if (length < FRAME_HEAD - sizeof length) return ERR_MALFORMED;
    *out_used = sizeof length + length;
    if (size < *out_used) return 1;
    (void)field_get_u16(bytes + 4, &out->type, 0);
    (void)field_get_u16(bytes + 6, &out->count, 0);
    out->payload = bytes + FRAME_HEAD;
    out->size = *out_used - FRAME_HEAD;
    return 0;
}

struct wire_reader wire_reader_of(const struct wire_frame *frame)
{
    return (struct wire_reader){frame->payload, frame->payload, frame->payload + frame->size,
                                frame->count};
}

bool wire_reader_done(const struct wire_reader *reader)
{
    return reader->left == 0 && reader->at == reader->end;
}

static size_t reader_offset(const struct wire_reader *reader)
{
    return (size_t)(reader->at - reader->start) + FRAME_HEAD;
}

/* Whole-frame messages: the payload is exactly one message. */
#define WIRE_SINGLE(message)                                                                       \
    int wire_##message##_get(const struct wire_frame *frame, struct wire_##message *out,           \
                             struct codec_place *place)                                            \
    {                                                                                              \
        if (frame->size != WIRE_SIZE(message)) return malformed(place, "length", 0);               \
        if (frame->count) return malformed(place, "count", 6);                                     \
        const uint8_t *at = frame->payload;                                                        \
        const char *wrong = get_##message(&at, out);                                               \
        if (!wrong) return 0;                                                                      \
        return malformed(place, wrong, (size_t)(at - frame->payload) + FRAME_HEAD);                \
    }
WIRE_SINGLE(logon)
WIRE_SINGLE(challenge)
WIRE_SINGLE(welcome)
WIRE_SINGLE(digest)
WIRE_SINGLE(busy)
WIRE_SINGLE(fault)

int wire_query_get(const struct wire_frame *frame, struct wire_query *out,
                   struct codec_place *place)
{
    if (frame->size != WIRE_SIZE(query)) return malformed(place, "length", 0);
    if (frame->count) return malformed(place, "count", 6);
    const uint8_t *at = frame->payload;
    const char *wrong = get_query(&at, out);
    if (!wrong && out->query.kind == 0) wrong = "query.kind";
    if (!wrong) return 0;
    return malformed(place, wrong, (size_t)(at - frame->payload) + FRAME_HEAD);
}

int wire_command_get(struct wire_reader *reader, struct command *out, struct codec_place *place)
{
    size_t offset = reader_offset(reader);
    if (reader->left == 0 || reader->left > FRAME_ITEMS_MAX) return malformed(place, "count", 6);
    size_t size = (size_t)(reader->end - reader->at);
    if (size < WIRE_COMMAND_HEAD) return malformed(place, "size", offset);
    const uint8_t *at = reader->at;
    uint16_t stated;
    (void)field_get_u16(at, &stated, 0);
    if (stated < WIRE_COMMAND_HEAD || stated > size) return malformed(place, "size", offset);
    if (at[3]) return malformed(place, "zero", offset + 3);
    (void)field_get_u32(at + 4, &out->lane, 0);
    (void)field_get_u64(at + 8, &out->id, 0);
    if (!out->lane) return malformed(place, "lane", offset + 4);
    if (!out->id) return malformed(place, "id", offset + 8);
    int fault = codec_body_get(at + WIRE_COMMAND_HEAD, (size_t)stated - WIRE_COMMAND_HEAD, at[2],
                               out, place);
    if (fault) {
        if (place) place->offset += offset + WIRE_COMMAND_HEAD;
        return fault;
    }
    reader->at += stated;
    reader->left--;
    return 0;
}

#define WIRE_ITEM(message)                                                                         \
    int wire_##message##_get(struct wire_reader *reader, struct wire_##message *out,               \
                             struct codec_place *place)                                            \
    {                                                                                              \
        if (reader->left == 0) return malformed(place, "count", 6);                                \
        if ((size_t)(reader->end - reader->at) < WIRE_SIZE(message))                               \
            return malformed(place, "size", reader_offset(reader));                                \
        const uint8_t *at = reader->at;                                                            \
        const char *wrong = get_##message(&at, out);                                               \
        if (wrong) {                                                                               \
            reader->at = at;                                                                       \
            return malformed(place, wrong, reader_offset(reader));                                 \
        }                                                                                          \
        reader->at = at;                                                                           \
        reader->left--;                                                                            \
        return 0;                                                                                  \
    }
WIRE_ITEM(answer)
WIRE_ITEM(report)

int wire_rows_get(struct wire_reader *reader, struct wire_rows *out, struct codec_place *place)
{
    if ((size_t)(reader->end - reader->at) < WIRE_SIZE(rows))
        return malformed(place, "size", reader_offset(reader));
    const char *wrong = get_rows(&reader->at, out);
    return wrong ? malformed(place, wrong, reader_offset(reader)) : 0;
}

int wire_row_get(struct wire_reader *reader, struct event_buffer *out)
{
    if (reader->left == 0) return ERR_MALFORMED;
    size_t used = 0;
    int fault = codec_event_get(reader->at, (size_t)(reader->end - reader->at), out, &used);
    if (fault) return fault;
    reader->at += used;
    reader->left--;
    return 0;
}

int wire_feed_get(const uint8_t *bytes, size_t size, struct wire_feed *out,
                  struct wire_reader *events)
{
    if (size < WIRE_FEED_HEAD) return ERR_MALFORMED;
    const uint8_t *at = bytes;
    if (get_feed(&at, out)) return ERR_MALFORMED;
    *events = (struct wire_reader){bytes, at, bytes + size, out->count};
    return 0;
}

/* ---- Writing ---- */

bool wire_open(struct wire_writer *writer, enum wire_type type)
{
    if (writer->capacity - writer->used < FRAME_HEAD) return false;
    writer->frame = writer->used;
    writer->count = 0;
    uint16_t number = (uint16_t)type;
    field_put_u16(writer->bytes + writer->used + 4, &number);
    writer->used += FRAME_HEAD;
    return true;
}

void wire_close(struct wire_writer *writer)
{
    ASSERT(writer->used - writer->frame >= FRAME_HEAD && writer->used - writer->frame <= FRAME_MAX);
    uint32_t length = (uint32_t)(writer->used - writer->frame - sizeof length);
    field_put_u32(writer->bytes + writer->frame, &length);
    field_put_u16(writer->bytes + writer->frame + 6, &writer->count);
}

/* Bytes the open frame may still take. */
static size_t room_of(const struct wire_writer *writer)
{
    size_t room = writer->capacity - writer->used;
    size_t frame = FRAME_MAX - (writer->used - writer->frame);
    return room < frame ? room : frame;
}

bool wire_command_put(struct wire_writer *writer, const struct command *command)
{
    size_t body = codec_body_size(command->type);
    ASSERT(body);
    if (writer->count == FRAME_ITEMS_MAX || room_of(writer) < WIRE_COMMAND_HEAD + body)
        return false;
    uint8_t *at = writer->bytes + writer->used;
    uint16_t size = (uint16_t)(WIRE_COMMAND_HEAD + body);
    field_put_u16(at, &size);
    at[2] = command->type;
    at[3] = 0;
    field_put_u32(at + 4, &command->lane);
    field_put_u64(at + 8, &command->id);
    (void)codec_body_put(at + WIRE_COMMAND_HEAD, body, command);
    writer->used += size;
    writer->count++;
    return true;
}

#define WIRE_APPEND(message)                                                                       \
    bool wire_##message##_put(struct wire_writer *writer, const struct wire_##message *from)       \
    {                                                                                              \
        if (writer->count == FRAME_ITEMS_MAX || room_of(writer) < WIRE_SIZE(message))              \
            return false;                                                                          \
        put_##message(writer->bytes + writer->used, from);                                         \
        writer->used += WIRE_SIZE(message);                                                        \
        writer->count++;                                                                           \
        return true;                                                                               \
    }
WIRE_APPEND(answer)
WIRE_APPEND(report)

bool wire_rows_put(struct wire_writer *writer, const struct wire_rows *rows)
{
    if (room_of(writer) < WIRE_SIZE(rows)) return false;
    put_rows(writer->bytes + writer->used, rows);
    writer->used += WIRE_SIZE(rows);
    return true;
}

bool wire_row_put(struct wire_writer *writer, const struct event *event)
{
    if (writer->count == FRAME_ITEMS_MAX) return false;
    size_t size = codec_event_put(writer->bytes + writer->used, room_of(writer), event);
    writer->used += size;
    writer->count = (uint16_t)(writer->count + (size ? 1 : 0));
    return size != 0;
}

#define WIRE_WHOLE(message, NUMBER)                                                                \
    bool wire_##message##_put(struct wire_writer *writer, const struct wire_##message *from)       \
    {                                                                                              \
        if (writer->capacity - writer->used < FRAME_HEAD + WIRE_SIZE(message)) return false;       \
        (void)wire_open(writer, WIRE_##NUMBER);                                                    \
        put_##message(writer->bytes + writer->used, from);                                         \
        writer->used += WIRE_SIZE(message);                                                        \
        wire_close(writer);                                                                        \
        return true;                                                                               \
    }
WIRE_WHOLE(logon, LOGON)
WIRE_WHOLE(challenge, CHALLENGE)
WIRE_WHOLE(welcome, WELCOME)
WIRE_WHOLE(query, QUERY)
WIRE_WHOLE(digest, DIGEST)
WIRE_WHOLE(busy, BUSY)
WIRE_WHOLE(fault, FAULT)

bool wire_empty_put(struct wire_writer *writer, enum wire_type type)
{
    if (!wire_open(writer, type)) return false;
    wire_close(writer);
    return true;
}

size_t wire_feed_put(uint8_t *out, size_t capacity, const struct wire_feed *feed)
{
    if (capacity < WIRE_FEED_HEAD) return 0;
    put_feed(out, feed);
    return WIRE_FEED_HEAD;
}
