/* line_json.h - a line of script form as one JSON object: {"event":"level","price":6310,...}.
 *
 * Amounts and numbers stay exact 64-bit integers; names and words are strings.
 */
#ifndef GATEWAY_LINE_JSON_H
#define GATEWAY_LINE_JSON_H
#include <stddef.h>
#include <stdio.h>

/* Prints the object and a newline. Returns 0 or ERR_NO_MEMORY (nothing is printed then). */
int line_json_print(FILE *out, const char *text, size_t size);
#endif
