/* log.h - structured lines on standard error: `time=... level=info event=listening url=...`.
 *
 * logfmt: key=value pairs; a value with a space, quote, '=' or control byte is quoted. One line is
 * one write(2), so lines of different threads do not mix.
 * Threads:  any. Libraries of the other rooms never log; they return.
 */
#ifndef GATEWAY_LOG_H
#define GATEWAY_LOG_H
#include <stdint.h>

#define LOG_LINE_MAX 1024

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below `level` are dropped. Default: LOG_INFO. */
void log_threshold(enum log_level level);

/* Pairs of key (const char *) and value (const char *), closed by NULL:
 *     log_line(LOG_INFO, "listening", "url", url, NULL);  */
void log_line(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* A number as text for log_line, valid until the sixteenth next call on this thread. */
const char *log_number(int64_t value);
#endif
