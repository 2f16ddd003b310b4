/* look.h - one answer to a look being written, a row at a time.
 *
 * Bound: no more rows than the caller's buffer holds or its rows_max says; `from` skips rows.
 * Private to engine/.
 */
#ifndef ENGINE_LOOK_H
#define ENGINE_LOOK_H
#include "engine/state.h"

struct page {
    struct event_buffer *out;
    uint64_t skip; /* rows to leave out first */
    uint64_t room; /* rows still wanted */
    bool full;
};

struct page page_of(const struct look_query *query, struct event_buffer *out);

/* A zeroed row, or NULL: not wanted (skipped) or no room (page->full). */
void *row_put(struct page *page, enum event_type type, size_t size);
#define ROW(page, NAME, suffix)                                                                    \
    ((struct event_row_##suffix *)row_put(page, EVENT_ROW_##NAME,                                  \
                                          sizeof(struct event_row_##suffix)))

/* Looks that have a file of their own. */
enum reason look_prices(const struct engine *engine, const struct look_query *query,
                        struct event_buffer *out); /* figures.c */
/* look_rules.c */
enum reason look_terms(const struct engine *engine, const struct look_query *query,
                       struct event_buffer *out);
enum reason look_gates(const struct engine *engine, const struct look_query *query,
                       struct event_buffer *out);
enum reason look_holders(const struct engine *engine, const struct look_query *query,
                         struct event_buffer *out);
enum reason look_auction(const struct engine *engine, const struct look_query *query,
                         struct event_buffer *out); /* look_auction.c */
enum reason look_indicative(const struct engine *engine, const struct look_query *query,
                            struct event_buffer *out); /* look_call.c */
/* look_waiting.c */
enum reason look_blocks(const struct engine *engine, const struct look_query *query,
                        struct event_buffer *out);
enum reason look_jobs(const struct engine *engine, const struct look_query *query,
                      struct event_buffer *out);
#endif
