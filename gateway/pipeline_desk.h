/* pipeline_desk.h - the stage that follows the committed journal: it checks logons and answers
 * questions from the shadow's engine and view; the live engine is never asked.
 *
 * Owns:     the answers under way (one per speaker), a directory of names, the table of keys.
 * Bound:    QUERY_ROWS_MAX rows and QUERY_BYTES_MAX bytes of an answer.
 * Threads:  one (it is the shadow's thread).
 */
#ifndef GATEWAY_PIPELINE_DESK_H
#define GATEWAY_PIPELINE_DESK_H
#include "gateway/keys.h"
#include "gateway/pipeline.h"
#include "persist/shadow.h"

struct desk;

struct desk_options {      /* all borrowed until close */
    const char *directory; /* DATA */
    struct journal *journal;
    struct pipeline *pipeline;
    struct speaker *speakers;
    struct speaker_doors *doors;
    void (*kick)(void *context, uint32_t slot);
    /* Every command the shadow has applied, with its events. May be NULL. */
    void (*learn)(void *context, const struct command *command, const struct event_buffer *events);
    /* Market data made from the shadow (feed_views.h). */
    bool (*views_heard)(void *context);
    void (*views_send)(void *context, const uint8_t *bytes, size_t size);
    void *context;
};

/* Opens shadow, view and keys. Returns 0 or the fault of shadow_open or keys_open. */
int desk_open(const struct desk_options *options, struct desk **out, struct fault_text *why);
void desk_close(struct desk *desk); /* flushes the view; NULL is allowed */

/* Follows the journal a little, then logons, then questions. Returns > 0: did something, 0: idle,
 * < 0: the shadow has stopped for good; `desk_why` tells more. */
int desk_step(struct desk *desk);
const char *desk_why(const struct desk *desk);

/* True while an answer waits for its reader: step again soon although nothing wakes this stage. */
bool desk_waiting(const struct desk *desk);

/* Applied by the shadow; any thread. */
uint64_t desk_sequence(const struct desk *desk);
#endif
