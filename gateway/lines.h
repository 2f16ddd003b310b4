/* lines.h - the lines of a script, one at a time, from a file, standard input or memory.
 *
 * Bound:    SCRIPT_LINE_MAX bytes a line; a longer one is an error, never a larger buffer.
 * Threads:  one at a time.
 */
#ifndef GATEWAY_LINES_H
#define GATEWAY_LINES_H
#include "proto/fault.h"
#include "proto/script.h"
#include <stdio.h>

struct lines {
    FILE *file; /* NULL: memory */
    const char *at;
    const char *end;
    size_t number; /* of the line in `text`, from 1 */
    size_t size;
    char text[SCRIPT_LINE_MAX + 1]; /* without the newline, terminated */
};

/* Opens a file; "-" is standard input. Returns 0, ERR_NOT_FOUND, ERR_PERMISSION or ERR_DISK. */
int lines_open(struct lines *lines, const char *path, struct fault_text *why);

/* Borrowed: the bytes live as long as the lines are read. */
void lines_of_memory(struct lines *lines, const char *bytes, size_t size);

/* Returns 1 (lines->text and size), 0 at the end, ERR_TOO_LONG or ERR_DISK. */
int lines_next(struct lines *lines, struct fault_text *why);

void lines_close(struct lines *lines);
#endif
