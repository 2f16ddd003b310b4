#include "gateway/line_json.h"
#include "proto/fault.h"
#include "proto/script.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Keys whose values are names or words, even when somebody is called 007. */
static bool is_text(const char *key)
{
    static const char *const keys[] = {
        "order", "maker",  "taker",   "seller", "buyer",  "participant", "instrument", "zone",
        "from",  "to",     "auction", "side",   "reason", "state",       "command",    "hash",
        "name",  "regime", "group",   "family", "stp",    "phase"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(keys[i], key) == 0) return true;
    }
    return false;
}

static json_t *value_of(const char *key, const char *text)
{
    char *end;
    if (is_text(key)) return json_string(text);
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
        if (json_object_set_new(object, key, first ? json_string(value) : value_of(key, value)))
            fault = ERR_NO_MEMORY;
        first = false;
    }
    char *dumped = fault ? NULL : json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (!fault && !dumped) fault = ERR_NO_MEMORY;
    if (dumped) fprintf(out, "%s\n", dumped);
    free(dumped);
    json_decref(object);
    return fault;
}
