#include "gateway/lines.h"
#include <errno.h>
#include <string.h>

int lines_open(struct lines *lines, const char *path, struct fault_text *why)
{
    *lines = (struct lines){0};
    if (strcmp(path, "-") == 0) {
        lines->file = stdin;
        return 0;
    }
    lines->file = fopen(path, "re");
    if (lines->file) return 0;
    const int fault = errno == ENOENT ? ERR_NOT_FOUND : errno == EACCES ? ERR_PERMISSION : ERR_DISK;
    return fault_say(why, fault, "%s: %s", path, strerror(errno));
}

void lines_of_memory(struct lines *lines, const char *bytes, size_t size)
{
    *lines = (struct lines){.at = bytes, .end = bytes + size};
}

static int take(struct lines *lines)
{
    if (lines->file) return getc_unlocked(lines->file);
    return lines->at < lines->end ? (unsigned char)*lines->at++ : EOF;
}

int lines_next(struct lines *lines, struct fault_text *why)
{
    lines->size = 0;
    lines->number++;
    for (;;) {
        const int byte = take(lines);
        if (byte == '\n') break;
        if (byte == EOF) {
            if (lines->file && ferror(lines->file)) {
                return fault_say(why, ERR_DISK, "line %zu: %s", lines->number, strerror(errno));
            }
            if (lines->size == 0) return 0;
            break;
        }
        if (lines->size == SCRIPT_LINE_MAX) {
            return fault_say(why, ERR_TOO_LONG, "line %zu is longer than %d bytes", lines->number,
                             SCRIPT_LINE_MAX);
        }
        lines->text[lines->size++] = (char)byte;
    }
    lines->text[lines->size] = '\0';
    return 1;
}

void lines_close(struct lines *lines)
{
    if (lines->file && lines->file != stdin) fclose(lines->file);
    lines->file = NULL;
}
