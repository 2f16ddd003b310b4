#include "gateway/line_json.h"
#include "proto/fault.h"
#include "proto/script.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *value_of(const char *text)
{
    char *end;
    errno = 0;
    const long long number = strtoll(text, &end, 10);
    if (*text && *end == '\0' && errno == 0) return json_integer(number);
    return json_string(text);
}

int line_json_print(FILE *out, const char *text, size_t size)
{
    char line[SCRIPT_LINE_MAX + 1];
    char *rest = NULL;
    if (size > SCRIPT_LINE_MAX) size = SCRIPT_LINE_MAX;
    memcpy(line, text, size);
    line[size] = '\0';
    json_t *object = json_object();
    int fault = object ? 0 : ERR_NO_MEMORY;
    bool first = true;
    for (char *word = strtok_r(line, " ", &rest); word && !fault;
         word = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(word, '=');
        const char *key = first ? "event" : word;
        const char *value = first || !equals ? word : equals + 1;
        if (!first && equals) *equals = '\0';
        if (json_object_set_new(object, key, value_of(value))) fault = ERR_NO_MEMORY;
        first = false;
    }
    char *dumped = fault ? NULL : json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (!fault && !dumped) fault = ERR_NO_MEMORY;
    if (dumped) fprintf(out, "%s\n", dumped);
    free(dumped);
    json_decref(object);
    return fault;
}
