#include "gateway/log.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static _Atomic int threshold = LOG_INFO;

struct line {
    char text[LOG_LINE_MAX];
    size_t used;
};

static void add_byte(struct line *line, char byte)
{
    if (line->used < sizeof line->text - 1) line->text[line->used++] = byte;
}

static void add_text(struct line *line, const char *text)
{
    while (*text)
        add_byte(line, *text++);
}

static bool needs_quotes(const char *value)
{
    if (!*value) return true;
    for (; *value; value++) {
        if ((unsigned char)*value <= ' ' || *value == '"' || *value == '=' || *value == 127)
            return true;
    }
    return false;
}

static void add_value(struct line *line, const char *value)
{
    bool quotes = needs_quotes(value);
    if (quotes) add_byte(line, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\') add_byte(line, '\\');
        add_byte(line, (unsigned char)*value < ' ' || *value == 127 ? '?' : *value);
    }
    if (quotes) add_byte(line, '"');
}

static void add_time(struct line *line)
{
    struct timespec now;
    struct tm utc;
    char text[40];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    add_text(line, text);
    snprintf(text, sizeof text, ".%03ldZ", now.tv_nsec / 1000000);
    add_text(line, text);
}

void log_threshold(enum log_level level)
{
    atomic_store(&threshold, (int)level);
}

void log_line(enum log_level level, const char *event, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load(&threshold)) return;
    struct line line = {.used = 0};
    add_text(&line, "time=");
    add_time(&line);
    add_text(&line, " level=");
    add_text(&line, names[level]);
    add_text(&line, " event=");
    add_value(&line, event);
    va_list pairs;
    va_start(pairs, event);
    for (const char *key; (key = va_arg(pairs, const char *));) {
        const char *value = va_arg(pairs, const char *);
        add_byte(&line, ' ');
        add_text(&line, key);
        add_byte(&line, '=');
        add_value(&line, value ? value : "");
    }
    va_end(pairs);
    line.text[line.used++] = '\n'; /* add_byte always leaves room for it */
    ssize_t written = write(STDERR_FILENO, line.text, line.used);
    (void)written; /* a log that cannot be written has nowhere to say so */
}

const char *log_number(int64_t value)
{
    static _Thread_local char texts[16][24];
    static _Thread_local unsigned next;
    char *text = texts[next++ % 16];
    snprintf(text, sizeof texts[0], "%" PRId64, value);
    return text;
}
