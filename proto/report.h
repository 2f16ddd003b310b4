/* report.h - execution reports and answers, made from events.
 *
 * Threads:  no state.
 */
#ifndef PROTO_REPORT_H
#define PROTO_REPORT_H
#include "proto/wire.h"

#define REPORTS_PER_EVENT 2

/* The reports an event means: none, one, or two (a trade: maker and taker). Each goes to
 * `participant` of the report. Events and rows without a report give 0. */
size_t report_make(const struct event *event, int64_t time_ns,
                   struct wire_report out[REPORTS_PER_EVENT]);

/* The answer to a command, from its first event. */
void report_answer(const struct command *command, const struct event *first,
                   struct wire_answer *out);
#endif
