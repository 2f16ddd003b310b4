/* golden.c - makes the golden messages. */
#include "tests/proto/golden.h"
#include "tests/proto/samples.h"
#include <stdio.h>
#include <stdlib.h>

static struct golden *next(struct golden *list, size_t *count, const char *kind, const char *name)
{
    struct golden *golden = &list[(*count)++];
    snprintf(golden->name, sizeof golden->name, "%s%s%s", kind, *name ? " " : "", name);
    return golden;
}

static void add_commands(struct golden *list, size_t *count)
{
    struct command command;
#define ADD_COMMAND(number, NAME, field, verb)                                                     \
    {                                                                                              \
        struct dice dice = {.fixed = true};                                                        \
        struct golden *golden = next(list, count, "command", #NAME);                               \
        sample_command(&dice, number, &command);                                                   \
        golden->size = codec_command_put(golden->bytes, GOLDEN_BYTES_MAX, &command);               \
    }
    COMMAND_LIST(ADD_COMMAND)
}

static void add_events(struct golden *list, size_t *count)
{
    _Alignas(8) uint8_t bytes[512];
#define ADD_EVENT(number, NAME, suffix)                                                            \
    {                                                                                              \
        struct dice dice = {.fixed = true};                                                        \
        struct golden *golden = next(list, count, "event", #NAME);                                 \
        golden->size =                                                                             \
            codec_event_put(golden->bytes, GOLDEN_BYTES_MAX, sample_event(&dice, number, bytes));  \
    }
    EVENT_LIST(ADD_EVENT)
}

#define ADD_WHOLE(message, NAME)                                                                   \
    {                                                                                              \
        struct dice dice = {.fixed = true};                                                        \
        struct wire_##message message;                                                             \
        struct golden *golden = next(list, count, "frame", NAME);                                  \
        struct wire_writer writer = {.bytes = golden->bytes, .capacity = GOLDEN_BYTES_MAX};        \
        sample_wire_##message(&dice, &message);                                                    \
        (void)wire_##message##_put(&writer, &message);                                             \
        golden->size = writer.used;                                                                \
    }

#define ADD_ITEM(message, NAME, TYPE)                                                              \
    {                                                                                              \
        struct dice dice = {.fixed = true};                                                        \
        struct wire_##message message;                                                             \
        struct golden *golden = next(list, count, "frame", NAME);                                  \
        struct wire_writer writer = {.bytes = golden->bytes, .capacity = GOLDEN_BYTES_MAX};        \
        sample_wire_##message(&dice, &message);                                                    \
        (void)wire_open(&writer, TYPE);                                                            \
        (void)wire_##message##_put(&writer, &message);                                             \
        wire_close(&writer);                                                                       \
        golden->size = writer.used;                                                                \
    }

static void add_frames(struct golden *list, size_t *count)
{
    ADD_WHOLE(logon, "LOGON")
    ADD_WHOLE(query, "QUERY")
    ADD_WHOLE(challenge, "CHALLENGE")
    ADD_WHOLE(welcome, "WELCOME")
    ADD_WHOLE(digest, "DIGEST")
    ADD_WHOLE(busy, "BUSY")
    ADD_WHOLE(fault, "FAULT")
    ADD_ITEM(answer, "ANSWERS", WIRE_ANSWERS)
    ADD_ITEM(report, "REPORTS", WIRE_REPORTS)
}

static void add_mixed(struct golden *list, size_t *count)
{
    _Alignas(8) uint8_t bytes[512];
    struct dice dice = {.fixed = true};
    struct command command;
    struct wire_rows rows;
    struct wire_feed feed;
    struct golden *golden = next(list, count, "frame", "COMMANDS");
    struct wire_writer writer = {.bytes = golden->bytes, .capacity = GOLDEN_BYTES_MAX};
    (void)wire_open(&writer, WIRE_COMMANDS);
    sample_command(&dice, COMMAND_ORDER, &command);
    (void)wire_command_put(&writer, &command);
    sample_command(&dice, COMMAND_CANCEL, &command);
    (void)wire_command_put(&writer, &command);
    wire_close(&writer);
    golden->size = writer.used;

    golden = next(list, count, "frame", "ROWS");
    writer = (struct wire_writer){.bytes = golden->bytes, .capacity = GOLDEN_BYTES_MAX};
    dice.state = 0;
    sample_wire_rows(&dice, &rows);
    (void)wire_open(&writer, WIRE_ROWS);
    (void)wire_rows_put(&writer, &rows);
    (void)wire_row_put(&writer, sample_event(&dice, EVENT_ROW_LEVEL, bytes));
    wire_close(&writer);
    golden->size = writer.used;

    golden = next(list, count, "frame", "HEARTBEAT");
    writer = (struct wire_writer){.bytes = golden->bytes, .capacity = GOLDEN_BYTES_MAX};
    (void)wire_empty_put(&writer, WIRE_HEARTBEAT);
    golden->size = writer.used;

    golden = next(list, count, "frame", "LOGOFF");
    writer = (struct wire_writer){.bytes = golden->bytes, .capacity = GOLDEN_BYTES_MAX};
    (void)wire_empty_put(&writer, WIRE_LOGOFF);
    golden->size = writer.used;

    golden = next(list, count, "feed", "");
    dice.state = 0;
    sample_wire_feed(&dice, &feed);
    golden->size = wire_feed_put(golden->bytes, GOLDEN_BYTES_MAX, &feed);
}

size_t golden_make(struct golden out[GOLDEN_COUNT_MAX])
{
    size_t count = 0;
    memset(out, 0, GOLDEN_COUNT_MAX * sizeof *out);
    add_commands(out, &count);
    add_events(out, &count);
    add_frames(out, &count);
    add_mixed(out, &count);
    return count;
}

char *golden_read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    if (!file) return NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        text = size < 0 ? NULL : calloc(1, (size_t)size + 1);
        rewind(file);
        if (text && fread(text, 1, (size_t)size, file) != (size_t)size) {
            free(text);
            text = NULL;
        }
    }
    fclose(file);
    return text;
}
