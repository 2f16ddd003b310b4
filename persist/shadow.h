/* shadow.h - follows the committed journal like a replica would and alone writes the view.
 *
 * Owns:      an engine of its own, a journal reader, the view.
 * Threads:   one: the thread that steps it also looks at its engine and reads its view.
 * Failure:   a digest that does not fit stops the shadow for good, naming sequence and rule set.
 */
#ifndef PERSIST_SHADOW_H
#define PERSIST_SHADOW_H
#include "persist/journal.h"
#include "persist/view.h"

#define SHADOW_FLUSH_NS INT64_C(200000000) /* rows wait at most this long for their bulk write */
#define SHADOW_ENTRIES_STEP 256u           /* entries applied by one step at most */

struct shadow;

/* Called after each applied command (borrowed), e.g. to learn names or feed a page; may be NULL. */
typedef void shadow_watch(void *context, const struct command *command,
                          const struct event_buffer *events);

struct shadow_options {
    struct journal *journal; /* borrowed until close */
    const char *directory;   /* DATA */
    uint64_t view_map_bytes; /* 0: default */
    bool view_skip;          /* no view at all (tests, offline digests) */
    bool view_verify;        /* read the whole view once at opening */
    shadow_watch *watch;
    void *watch_context;
};

/* Starts an empty engine; the first steps replay the journal. Rows the view already holds are not
 * written again. Returns 0 or a fault: ERR_GAP when the view is ahead of the journal. */
int shadow_open(const struct shadow_options *options, struct shadow **out, struct fault_text *why);
void shadow_close(struct shadow *shadow); /* flushes what is noted; NULL is allowed */

/* Applies committed entries not yet applied and flushes the view when rows are due: `now_ns` is any
 * clock that never goes back (the caller's). Returns entries applied, 0 idle (the view is flushed
 * when due), or a fault. After a fault of the journal or the replay the shadow has stopped and says
 * the same from now on; after one of the view's writing (ERR_DISK_FULL, ERR_DISK) nothing is lost
 * and the next step tries again. */
int shadow_step(struct shadow *shadow, int64_t now_ns, struct fault_text *why);

/* Writes what is noted now, e.g. before a clean stop. */
int shadow_flush(struct shadow *shadow, struct fault_text *why);

uint64_t shadow_sequence(const struct shadow *shadow); /* applied; safe from any thread */
uint64_t shadow_index(const struct shadow *shadow);    /* applied entry; safe from any thread */
const struct engine *shadow_engine(const struct shadow *shadow);
struct view *shadow_view(struct shadow *shadow);  /* NULL with view_skip */
bool shadow_rebuilt(const struct shadow *shadow); /* the view was thrown away at opening */
#endif
