#include "gateway/demo/demo_table.h"
#include "engine/assert.h"
#include "gateway/demo/demo_files.h"
#include <stdlib.h>
#include <string.h>

const char *demo_file_text(const char *name, size_t *out_size)
{
    for (const struct demo_file *file = demo_files; file->name; file++) {
        if (strcmp(file->name, name) != 0) continue;
        if (out_size) *out_size = file->size;
        return file->bytes;
    }
    ASSERT(false); /* not in the list of gateway/meson.build */
    return NULL;
}

/* The next line that is not a note. */
static bool next_line(struct demo_table *table, char line[DEMO_LINE_MAX])
{
    while (*table->at) {
        const size_t size = strcspn(table->at, "\n");
        const char *start = table->at;
        ASSERT(size < DEMO_LINE_MAX);
        table->at += size + (table->at[size] == '\n');
        if (size == 0 || *start == '#') continue;
        memcpy(line, start, size);
        line[size] = '\0';
        return true;
    }
    return false;
}

static size_t split(char *line, const char *fields[DEMO_COLUMNS_MAX])
{
    size_t count = 0;
    for (char *at = line; at; count++) {
        ASSERT(count < DEMO_COLUMNS_MAX);
        fields[count] = at;
        at = strchr(at, ',');
        if (at) *at++ = '\0';
    }
    return count;
}

void demo_table_open(struct demo_table *table, const char *name)
{
    *table = (struct demo_table){.at = demo_file_text(name, NULL)};
    const bool headed = next_line(table, table->head);
    ASSERT(headed);
    table->columns = split(table->head, table->names);
}

bool demo_table_next(struct demo_table *table)
{
    if (!next_line(table, table->line)) return false;
    const size_t count = split(table->line, table->fields);
    ASSERT(count == table->columns);
    return true;
}

const char *demo_text(const struct demo_table *table, const char *column)
{
    for (size_t i = 0; i < table->columns; i++) {
        if (strcmp(table->names[i], column) == 0) return table->fields[i];
    }
    ASSERT(false); /* no such column */
    return "";
}

int64_t demo_number(const struct demo_table *table, const char *column)
{
    char *end;
    const char *text = demo_text(table, column);
    const int64_t number = strtoll(text, &end, 10);
    ASSERT(*text && *end == '\0');
    return number;
}
