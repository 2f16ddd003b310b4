/* codec.h - commands and events as bytes and back; the one layout of journal, wire and feed.
 *
 * The only source of the layout is the field table in fields.h: fields in their order, without
 * padding, little-endian. PROTOCOL.md prints the same table with offsets; a test compares both.
 *
 * Journal form of a command (client frames carry their own header, wire.h, before the same body):
 *   OFFSET  SIZE  FIELD
 *        0     2  size of the whole record
 *        2     1  type, enum command_type
 *        3     1  role, enum role
 *        4     4  lane
 *        8     8  id
 *       16     8  sequence
 *       24     8  time_ns
 *       32     4  actor
 *       36     4  subject
 *       40     n  body
 * An event: size u16, type u16, flags u32, sequence u64, then its fields at 16.
 *
 * Decoding checks the length first, then enum ranges, flags (0 or 1) and names (zero padded,
 * [A-Za-z0-9._-]{1,32} or empty). Amounts may be anything: they get a reason from the engine.
 * Threads:  no state.
 */
#ifndef PROTO_CODEC_H
#define PROTO_CODEC_H
#include "engine/command.h"
#include "engine/event.h"
#include "proto/fault.h"

#define CODEC_COMMAND_HEAD 40
#define CODEC_EVENT_HEAD 16
#define CODEC_BODY_MAX 130    /* the largest command body: PARTICIPANT */
#define CODEC_COMMAND_MAX 170 /* CODEC_COMMAND_HEAD + CODEC_BODY_MAX */
#define CODEC_EVENT_MAX 221   /* the largest event: TRADE */

/* What was wrong, for a fault message. */
struct codec_place {
    const char *field; /* "qty"; "size" or "type" for the head; never NULL after a fault */
    size_t offset;     /* from the first byte given */
};

/* Appends the journal form. Returns the bytes written; 0: no room. Needs: type in its enum. */
size_t codec_command_put(uint8_t *out, size_t capacity, const struct command *command);

/* Returns 0 or ERR_MALFORMED. On success *out_used is the record's size. */
int codec_command_get(const uint8_t *bytes, size_t size, struct command *out, size_t *out_used);

/* The same, and names the field that is wrong. `place` may be NULL. */
int codec_command_check(const uint8_t *bytes, size_t size, struct command *out, size_t *out_used,
                        struct codec_place *place);

/* Only the body of a command (client frames). The size of a body depends on the type alone. */
size_t codec_body_size(uint8_t type); /* 0: no such type */
size_t codec_body_put(uint8_t *out, size_t capacity, const struct command *command);
int codec_body_get(const uint8_t *bytes, size_t size, uint8_t type, struct command *out,
                   struct codec_place *place); /* sets out->type and out->body only */

size_t codec_event_put(uint8_t *out, size_t capacity, const struct event *event);

/* Appends one decoded event to `out`. Returns 0, ERR_MALFORMED, or ERR_LIMIT (no room in out). */
int codec_event_get(const uint8_t *bytes, size_t size, struct event_buffer *out, size_t *out_used);

/* Bytes of struct event_<type> in memory, a multiple of 8; 0: no such type. */
size_t codec_event_struct(uint16_t type);

/* True for a name of [A-Za-z0-9._-]{1,32}, zero padded; `or_empty` allows 32 zero bytes. */
bool codec_name_valid(const struct name *name, bool or_empty);
#endif
