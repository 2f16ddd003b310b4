/* demo_table.h - an embedded comma-separated table, row by row, columns by name.
 *
 * Fields contain neither commas nor quotes; lines starting with # are notes. The tables are part of
 * the program, so an unreadable one is a wrong program (asserted).
 */
#ifndef GATEWAY_DEMO_DEMO_TABLE_H
#define GATEWAY_DEMO_DEMO_TABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEMO_COLUMNS_MAX 16
#define DEMO_LINE_MAX 512

struct demo_table {
    const char *at;
    size_t columns;
    char head[DEMO_LINE_MAX];
    char line[DEMO_LINE_MAX];
    const char *names[DEMO_COLUMNS_MAX];
    const char *fields[DEMO_COLUMNS_MAX]; /* of the present row */
};

/* Bytes of an embedded file, terminated. Needs: it exists (asserted). */
const char *demo_file_text(const char *name, size_t *out_size);

void demo_table_open(struct demo_table *table, const char *name);
bool demo_table_next(struct demo_table *table);

/* Field of the present row. Borrowed: until the next row. */
const char *demo_text(const struct demo_table *table, const char *column);
int64_t demo_number(const struct demo_table *table, const char *column);
#endif
