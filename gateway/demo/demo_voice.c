#include "gateway/demo/demo_voice.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int demo_voice_open(struct demo_voice *voice, const char *url, const char *key_path,
                    struct directory *directory)
{
    const struct ln_options options = {.url = url, .key_path = key_path};
    memset(voice, 0, sizeof *voice);
    voice->directory = directory;
    voice->script = script_create(directory);
    if (!voice->script) {
        voice->fault = fault_say(&voice->why, ERR_NO_MEMORY, "no memory left");
        return voice->fault;
    }
    voice->fault = ln_open(&options, &voice->client, &voice->why);
    if (voice->fault) return voice->fault;
    ln_session(voice->client, &voice->me);
    script_actor(voice->script, voice->me.role, voice->me.participant_id);
    return 0;
}

void demo_voice_close(struct demo_voice *voice)
{
    if (voice->client) ln_close(voice->client);
    script_destroy(voice->script);
    voice->client = NULL;
    voice->script = NULL;
}

int demo_flush(struct demo_voice *voice)
{
    if (voice->fault || voice->batched == 0) return voice->fault;
    const size_t count = voice->batched;
    voice->batched = 0;
    voice->fault = ln_call(voice->client, voice->batch, count, voice->answers, DEMO_TIMEOUT_MS);
    if (voice->fault) {
        fault_say(&voice->why, voice->fault, "%.32s: %s", voice->me.user.text,
                  fault_message(voice->fault));
        return voice->fault;
    }
    for (size_t i = 0; i < count; i++) {
        if (voice->answers[i].reason == REASON_NONE) {
            voice->done++;
        } else {
            voice->refused++;
            voice->reasons[voice->answers[i].reason % REASON_COUNT]++;
        }
    }
    return 0;
}

static void add_line(struct demo_voice *voice, const char *line)
{
    struct script_item item;
    struct script_error error = {.reason = ""};
    if (voice->fault) return;
    const int fault = script_read(voice->script, line, strlen(line), &item, &error);
    if (fault || item.kind != SCRIPT_COMMAND) {
        voice->fault = fault_say(&voice->why, ERR_MALFORMED, "%s: %s", line, error.reason);
        return;
    }
    voice->batch[voice->batched++] = item.command;
    if (voice->batched == DEMO_BATCH_MAX) (void)demo_flush(voice);
}

void demo_say(struct demo_voice *voice, const char *format, ...)
{
    char line[SCRIPT_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    add_line(voice, line);
}

enum reason demo_ask(struct demo_voice *voice, const char *format, ...)
{
    char line[SCRIPT_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    (void)demo_flush(voice);
    add_line(voice, line);
    if (demo_flush(voice)) return REASON_NONE; /* the fault tells */
    if (voice->answers[0].reason != REASON_NONE) {
        snprintf(voice->said, sizeof voice->said, "%.127s", line);
    }
    return (enum reason)voice->answers[0].reason;
}

int demo_learn(struct demo_voice *voice)
{
    if (demo_flush(voice)) return voice->fault;
    voice->fault = ln_learn(voice->client, voice->directory, DEMO_TIMEOUT_MS);
    if (voice->fault) {
        fault_say(&voice->why, voice->fault, "directory: %s", fault_message(voice->fault));
    }
    return voice->fault;
}
