/* fault.h - the failing world, by name: one list for the whole project.
 *
 * Functions that can fail because of the world return 0 or one of these negative numbers. The
 * market's "no" is not here (engine/reason.h), nor is a wrong program (engine/assert.h). Numbers
 * travel in FAULT frames, so they are written out and never reused.
 */
#ifndef PROTO_FAULT_H
#define PROTO_FAULT_H

/* X(number, NAME, what to tell a person) */
/* clang-format off */
#define FAULT_LIST(X)                                                                              \
    X(-1,  MALFORMED,   "the bytes are not a valid message")                                       \
    X(-2,  TOO_LONG,    "longer than the stated limit")                                            \
    X(-3,  VERSION,     "made by another version")                                                 \
    X(-4,  CHECKSUM,    "the checksum does not fit the bytes")                                     \
    X(-5,  CHAIN,       "the hash chain is broken")                                                \
    X(-6,  GAP,         "a number is missing in the sequence")                                     \
    X(-7,  DIGEST,      "replay gives another digest")                                             \
    X(-8,  DISK,        "reading or writing the disk failed")                                      \
    X(-9,  DISK_FULL,   "no space left on the disk")                                               \
    X(-10, IN_USE,      "somebody else is using it")                                               \
    X(-11, NO_MEMORY,   "no memory left")                                                          \
    X(-12, NOT_FOUND,   "no such thing")                                                           \
    X(-13, CONNECT,     "no connection to this address")                                           \
    X(-14, CLOSED,      "the connection is closed")                                                \
    X(-15, TIMEOUT,     "no answer in time")                                                       \
    X(-16, KEY,         "the key is damaged, unprotected or not registered")                       \
    X(-17, REFUSED,     "the other side does not allow this")                                      \
    X(-18, BUSY,        "too much at once; try again later")                                       \
    X(-19, LIMIT,       "a stated limit would be passed")                                          \
    X(-20, USAGE,       "called in the wrong way")                                                 \
    X(-21, EXISTS,      "it is there already")                                                     \
    X(-22, PERMISSION,  "the operating system does not permit it")                                 \
    X(-23, SLOW_READER, "reports were not read in time")                                           \
    X(-24, CONFLICT,    "does not fit the present state")                                          \
    X(-25, SYSTEM,      "a call to the operating system failed")
/* clang-format on */

#define FAULT_ENUM(number, name, text) ERR_##name = number,
enum fault { FAULT_LIST(FAULT_ENUM) FAULT_NONE = 0 };
#undef FAULT_ENUM

/* One sentence for a person: what, where, which limit. Always terminated. */
struct fault_text {
    char text[256];
};

/* "ERR_DISK_FULL"; "ERR_UNKNOWN" for a number that is not in the list. Never NULL. */
const char *fault_name(int fault);

/* For people; never NULL. */
const char *fault_message(int fault);

/* Writes "<sentence>" from a printf format, cut to fit; `why` may be NULL. Returns `fault`, so
 * `return fault_say(why, ERR_DISK, "...", ...)` is one line. */
int fault_say(struct fault_text *why, int fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#endif
