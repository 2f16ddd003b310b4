/* demo_files.h - the facts and example tables of the demo, carried inside the program.
 *
 * The source is made at build time from the files of this directory by embed.py; SOURCES.md says
 * where each figure comes from and which are examples.
 */
#ifndef GATEWAY_DEMO_DEMO_FILES_H
#define GATEWAY_DEMO_DEMO_FILES_H
#include <stddef.h>

struct demo_file {
    const char *name;
    const char *bytes; /* terminated */
    size_t size;
};

extern const struct demo_file demo_files[]; /* ends with a NULL name */
#endif
