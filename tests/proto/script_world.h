/* script_world.h - a directory with a few names and a script over it, for the tests of the script.
 *
 * Zones EWN 0, GBA 1; instruments CO2 0, NOX 1; participants mill 0, bakery 1; auction A1 0. */
#ifndef TESTS_PROTO_SCRIPT_WORLD_H
#define TESTS_PROTO_SCRIPT_WORLD_H
#include "proto/script.h"
#include <stdio.h>
#include <string.h>

struct world {
    struct directory *directory;
    struct script *script;
};

static inline void world_name(struct world *world, uint8_t command, uint32_t id, const char *text)
{
    struct event_named event = {.head = {.type = EVENT_NAMED, .size = sizeof event},
                                .id = id,
                                .command = command,
                                .zone = 0};
    memcpy(event.name.text, text, strlen(text));
    assert_int_equal(directory_learn(world->directory, &event.head), 0);
}

static inline struct world world_make(void)
{
    struct world world = {.directory = directory_create()};
    assert_non_null(world.directory);
    world.script = script_create(world.directory);
    assert_non_null(world.script);
    world_name(&world, COMMAND_ZONE, 0, "EWN");
    world_name(&world, COMMAND_ZONE, 1, "GBA");
    world_name(&world, COMMAND_INSTRUMENT, 0, "CO2");
    world_name(&world, COMMAND_INSTRUMENT, 1, "NOX");
    world_name(&world, COMMAND_PARTICIPANT, 0, "mill");
    world_name(&world, COMMAND_PARTICIPANT, 1, "bakery");
    world_name(&world, COMMAND_AUCTION, 0, "A1");
    return world;
}

static inline void world_end(struct world *world)
{
    script_destroy(world->script);
    directory_destroy(world->directory);
}

static inline int world_read(struct world *world, const char *line, struct script_item *item,
                             struct script_error *error)
{
    return script_read(world->script, line, strlen(line), item, error);
}

/* Needs: the line is good. */
static inline struct script_item world_item(struct world *world, const char *line)
{
    struct script_item item;
    struct script_error error = {.reason = ""};
    int fault = world_read(world, line, &item, &error);
    if (fault) fail_msg("%s: column %zu: %s", line, error.column, error.reason);
    return item;
}
#endif
