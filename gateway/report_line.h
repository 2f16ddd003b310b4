/* report_line.h - an execution report as the line of script its event has.
 *
 * A report tells one side's half: a `trade` line has the keys of the script in their order without
 * the other side's (its order, its price, its money, the fund); `fee=` and `left=` of the own order
 * stand at the end.
 * Threads:  no state.
 */
#ifndef GATEWAY_REPORT_LINE_H
#define GATEWAY_REPORT_LINE_H
#include "proto/directory.h"
#include "proto/wire.h"
#include <stddef.h>

#define REPORT_LINE_MAX 640 /* more than any report needs */

/* Returns the size of the text, without a line end; 0: the report has no line, the answer has said
 * it. */
size_t report_line(const struct directory *names, const struct wire_report *report,
                   char out[REPORT_LINE_MAX]);
#endif
