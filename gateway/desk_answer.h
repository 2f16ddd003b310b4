/* desk_answer.h - the answer to one question, made of ROWS or DIGEST frames.
 *
 * Who may see what: accounts and orders belong to their participant and to regulator, operator and
 * auditor; of a trade an enterprise sees its own side whole and of the other side only what
 * everybody sees; the public sees no participant at all. All else is public.
 * Owns:     memory for one answer of QUERY_BYTES_MAX (reserved, touched as far as needed).
 * Threads:  the desk's.
 */
#ifndef GATEWAY_DESK_ANSWER_H
#define GATEWAY_DESK_ANSWER_H
#include "gateway/speaker.h"
#include "persist/shadow.h"

struct desk_answer;

struct desk_rest { /* an answer whose reader is slower than the desk; bytes on the heap */
    uint8_t *bytes;
    size_t size;
    size_t sent;
    uint32_t generation;
};

struct desk_answer *desk_answer_create(void); /* NULL: no memory */
void desk_answer_destroy(struct desk_answer *answer);

/* Makes the answer as of the shadow's present state. Returns 0 or the fault that stops the shadow.
 * A question the market refuses is an answer with a reason. */
int desk_answer_make(struct desk_answer *answer, struct shadow *shadow,
                     const struct speaker *speaker, const struct wire_query *query,
                     struct fault_text *why);

/* The frames, back to back. Borrowed until the next make. */
const uint8_t *desk_answer_bytes(const struct desk_answer *answer, size_t *out_size);

/* Moves whole frames to the speaker's ring. Returns the bytes that went. */
size_t desk_answer_send(struct speaker *speaker, const uint8_t *bytes, size_t size);
#endif
