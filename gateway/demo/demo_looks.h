/* demo_looks.h - questions the story asks the running exchange, answered as plain rows.
 *
 * All go through the regulator's connection. A fault of the world is left in the voice.
 */
#ifndef GATEWAY_DEMO_DEMO_LOOKS_H
#define GATEWAY_DEMO_DEMO_LOOKS_H
#include "gateway/demo/demo_cast.h"

uint16_t demo_instrument(const struct demo *demo, const char *name); /* must exist (asserted) */
uint8_t demo_zone(const struct demo *demo, const char *name);        /* must exist (asserted) */

/* Rows of a question, copied. `rows` holds `capacity` records of `size` bytes each of row type
 * `type`; others are passed over. Returns how many were found. */
size_t demo_rows(struct demo *demo, const struct query *query, uint16_t type, void *rows,
                 size_t size, size_t capacity);

/* An empty question of that kind: every id is the NONE value. */
struct query demo_query(enum query_kind kind);

/* Balance of one direction; zero if the link is not there. */
struct event_row_balance demo_balance(struct demo *demo, const char *instrument, const char *from,
                                      const char *to);
#endif
