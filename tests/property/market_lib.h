/* market_lib.h - what the property tests load: one market, driven line by line.
 *
 * Bound:    one market at a time.
 * Threads:  none.
 */
#ifndef TESTS_PROPERTY_MARKET_LIB_H
#define TESTS_PROPERTY_MARKET_LIB_H
#include <stddef.h>
#include <stdint.h>

/* Opens a new market with the capacities of a `capacity ...` line. Returns 1, or 0: bad line. */
int market_open(const char *capacity);
void market_close(void);

/* Applies one line of a script and checks every invariant of the state (engine_check). Long
 * commands are stepped to their end, unless `steps_manual`. Returns 0 and the events' text, or -1:
 * the line cannot be read, or the text does not fit. */
int market_line(const char *line, int steps_manual, char *out, size_t capacity);

/* All commands so far, steps too, as a script. Borrowed until the next line. */
const char *market_export(void);

void market_digest(uint64_t out[2]); /* of the whole state, in id order */
#endif
