/* field_io.h - one put and one get for each kind of field, inlined into every message.
 *
 * FIELD_PUT and FIELD_GET are given to the lists of fields.h; the compiler turns each message into
 * a straight run of stores or checked loads, with no interpreter in between. For codec.c and wire.c
 * only.
 */
#ifndef PROTO_FIELD_IO_H
#define PROTO_FIELD_IO_H
#include "engine/command.h"
#include "engine/reason.h"
#include "proto/fields.h"
#include <endian.h>
#include <string.h>

/* Writes `from->member` at `at` and moves on. Needs: uint8_t *at; from. */
#define FIELD_PUT(kind, member, bound, unit)                                                       \
    field_put_##kind(at, &from->member);                                                           \
    at += FIELD_SIZE_##kind;
/* Reads `to->member`; a wrong value ends the function, returning the field's name and leaving `*at`
 * there. Needs: const uint8_t **at; to. */
#define FIELD_GET(kind, member, bound, unit)                                                       \
    if (!field_get_##kind(*at, &to->member, bound)) return #member;                                \
    *at += FIELD_SIZE_##kind;

static inline void field_put_u8(uint8_t *at, const uint8_t *value)
{
    *at = *value;
}
static inline bool field_get_u8(const uint8_t *at, uint8_t *out, unsigned bound)
{
    (void)bound;
    *out = *at;
    return true;
}

#define FIELD_NUMBER(kind, type, bits)                                                             \
    static inline void field_put_##kind(uint8_t *at, const type *value)                            \
    {                                                                                              \
        uint##bits##_t little = htole##bits((uint##bits##_t) * value);                             \
        memcpy(at, &little, sizeof little);                                                        \
    }                                                                                              \
    static inline bool field_get_##kind(const uint8_t *at, type *out, unsigned bound)              \
    {                                                                                              \
        uint##bits##_t little;                                                                     \
        (void)bound;                                                                               \
        memcpy(&little, at, sizeof little);                                                        \
        *out = (type)le##bits##toh(little);                                                        \
        return true;                                                                               \
    }
FIELD_NUMBER(u16, uint16_t, 16)
FIELD_NUMBER(u32, uint32_t, 32)
FIELD_NUMBER(u64, uint64_t, 64)
FIELD_NUMBER(i32, int32_t, 32)
FIELD_NUMBER(i64, int64_t, 64)

#define FIELD_BYTES(kind, count)                                                                   \
    static inline void field_put_##kind(uint8_t *at, const uint8_t(*value)[count])                 \
    {                                                                                              \
        memcpy(at, *value, count);                                                                 \
    }                                                                                              \
    static inline bool field_get_##kind(const uint8_t *at, uint8_t(*out)[count], unsigned bound)   \
    {                                                                                              \
        (void)bound;                                                                               \
        memcpy(*out, at, count);                                                                   \
        return true;                                                                               \
    }
FIELD_BYTES(b16, 16)
FIELD_BYTES(b32, 32)
FIELD_BYTES(b64, 64)

#define field_put_word field_put_u8
#define field_put_word_or field_put_u8
#define field_put_verb field_put_u8

static inline bool field_get_word(const uint8_t *at, uint8_t *out, unsigned bound)
{
    *out = *at;
    return *at < bound;
}
static inline bool field_get_word_or(const uint8_t *at, uint8_t *out, unsigned bound)
{
    *out = *at;
    return *at < bound || *at == UNSET_ENUM;
}
static inline bool field_get_verb(const uint8_t *at, uint8_t *out, unsigned bound)
{
    (void)bound;
    *out = *at;
    return *at > 0 && *at < COMMAND_END;
}
#define field_put_flag field_put_u8
static inline bool field_get_flag(const uint8_t *at, uint8_t *out, unsigned bound)
{
    (void)bound;
    *out = *at;
    return *at < 2;
}

static inline void field_put_name(uint8_t *at, const struct name *value)
{
    memcpy(at, value->text, NAME_BYTES);
}
/* 1 for [A-Za-z0-9._-]; codec.c. */
extern const uint8_t field_name_bytes[256];

/* Eight bytes at a time: the usual short name is one word of letters and three of zeros. */
static inline bool field_name_good(const uint8_t *at)
{
    for (size_t word = 0; word < NAME_BYTES / 8; word++) {
        uint64_t eight;
        memcpy(&eight, at + word * 8, 8);
        if (eight == 0) continue;
        for (size_t index = word * 8; index < word * 8 + 8; index++) {
            if (at[index] == 0) { /* from here on everything must be zero */
                for (; index < NAME_BYTES; index++)
                    if (at[index]) return false;
                return true;
            }
            if (!field_name_bytes[at[index]]) return false;
            if (index && !at[index - 1]) return false;
        }
    }
    return true;
}
static inline bool field_get_name(const uint8_t *at, struct name *out, unsigned bound)
{
    (void)bound;
    memcpy(out->text, at, NAME_BYTES);
    return field_name_good(at);
}
#endif
