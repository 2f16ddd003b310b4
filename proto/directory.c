/* directory.c - four tables of names: an array from id to name and a hash from name to id. */
#include "proto/directory.h"
#include "proto/codec.h"
#include "proto/fault.h"
#include <stdlib.h>
#include <string.h>

/* uthash must not end the process when memory is short: the failed add is undone and reported. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(entry) ((entry)->lost = true)
#include <uthash.h>

enum kind { KIND_ZONE, KIND_INSTRUMENT, KIND_PARTICIPANT, KIND_AUCTION, KIND_COUNT };
static const uint32_t ids_max[KIND_COUNT] = {ZONES_MAX, INSTRUMENTS_MAX, PARTICIPANTS_MAX,
                                             AUCTIONS_MAX};

struct entry {
    struct name name;
    uint32_t id;
    uint8_t zone; /* of a participant */
    bool lost;
    UT_hash_handle hh;
};

struct table {
    struct entry **by_id; /* NULL where an id has not been heard of yet */
    struct entry *by_name;
    uint32_t room;
    uint32_t count; /* every id below it is known */
};

struct directory {
    struct table tables[KIND_COUNT];
};

static const struct name nobody = {"-"};

struct directory *directory_create(void)
{
    return calloc(1, sizeof(struct directory));
}

void directory_destroy(struct directory *directory)
{
    if (!directory) return;
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        struct table *table = &directory->tables[kind];
        HASH_CLEAR(hh, table->by_name);
        for (uint32_t id = 0; id < table->room; id++)
            free(table->by_id[id]);
        free(table->by_id);
    }
    free(directory);
}

static struct entry *find(const struct table *table, const struct name *name)
{
    struct entry *found = NULL;
    HASH_FIND(hh, table->by_name, name->text, NAME_BYTES, found);
    return found;
}

static bool make_room(struct table *table, uint32_t id)
{
    if (id < table->room) return true;
    uint32_t room = table->room ? table->room : 16;
    while (room <= id)
        room *= 2;
    struct entry **grown = realloc(table->by_id, room * sizeof *grown);
    if (!grown) return false;
    memset(grown + table->room, 0, (room - table->room) * sizeof *grown);
    table->by_id = grown;
    table->room = room;
    return true;
}

static int learn(struct directory *directory, enum kind kind, uint32_t id, const struct name *name,
                 uint8_t zone)
{
    struct table *table = &directory->tables[kind];
    if (id >= ids_max[kind] || !codec_name_valid(name, false)) return 0;
    if (!make_room(table, id)) return ERR_NO_MEMORY;
    if (table->by_id[id] || find(table, name)) return 0;
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry) return ERR_NO_MEMORY;
    *entry = (struct entry){.name = *name, .id = id, .zone = zone};
    HASH_ADD(hh, table->by_name, name.text, NAME_BYTES, entry);
    if (entry->lost) {
        free(entry);
        return ERR_NO_MEMORY;
    }
    table->by_id[id] = entry;
    while (table->count < table->room && table->by_id[table->count])
        table->count++;
    return 0;
}

/* Which table a NAMED or ROW_NAME record of this command type fills; KIND_COUNT: none. */
static enum kind kind_of(uint8_t command)
{
    switch (command) {
    case COMMAND_ZONE:
        return KIND_ZONE;
    case COMMAND_INSTRUMENT:
        return KIND_INSTRUMENT;
    case COMMAND_PARTICIPANT:
        return KIND_PARTICIPANT;
    case COMMAND_AUCTION:
        return KIND_AUCTION;
    default: /* a byte from outside; other commands name nothing */
        return KIND_COUNT;
    }
}

int directory_learn(struct directory *directory, const struct event *event)
{
    if (event->type == EVENT_NAMED) {
        const struct event_named *named = (const struct event_named *)(const void *)event;
        enum kind kind = kind_of(named->command);
        if (kind == KIND_COUNT) return 0;
        return learn(directory, kind, named->id, &named->name, named->zone);
    }
    if (event->type == EVENT_ROW_NAME) {
        const struct event_row_name *row = (const struct event_row_name *)(const void *)event;
        enum kind kind = kind_of(row->command);
        if (kind == KIND_COUNT) return 0;
        return learn(directory, kind, row->id, &row->name, row->zone);
    }
    if (event->type == EVENT_ROW_INSTRUMENT) {
        const struct event_row_instrument *row =
            (const struct event_row_instrument *)(const void *)event;
        return learn(directory, KIND_INSTRUMENT, row->instrument, &row->name, ZONE_NONE);
    }
    return 0;
}

static uint32_t id_of(const struct directory *directory, enum kind kind, const struct name *name)
{
    const struct entry *entry = find(&directory->tables[kind], name);
    return entry ? entry->id : UINT32_MAX;
}

/* The *_NONE values are all ones in their width, so the cast of UINT32_MAX gives them. */
uint8_t directory_zone(const struct directory *directory, const struct name *name)
{
    return (uint8_t)id_of(directory, KIND_ZONE, name);
}

uint16_t directory_instrument(const struct directory *directory, const struct name *name)
{
    return (uint16_t)id_of(directory, KIND_INSTRUMENT, name);
}

uint32_t directory_participant(const struct directory *directory, const struct name *name)
{
    return id_of(directory, KIND_PARTICIPANT, name);
}

uint32_t directory_auction(const struct directory *directory, const struct name *name)
{
    return id_of(directory, KIND_AUCTION, name);
}

static const struct entry *entry_of(const struct directory *directory, enum kind kind, uint32_t id)
{
    const struct table *table = &directory->tables[kind];
    return id < table->room ? table->by_id[id] : NULL;
}

static const struct name *name_of(const struct directory *directory, enum kind kind, uint32_t id)
{
    const struct entry *entry = entry_of(directory, kind, id);
    return entry ? &entry->name : &nobody;
}

const struct name *directory_zone_name(const struct directory *directory, uint8_t id)
{
    return name_of(directory, KIND_ZONE, id);
}

const struct name *directory_instrument_name(const struct directory *directory, uint16_t id)
{
    return name_of(directory, KIND_INSTRUMENT, id);
}

const struct name *directory_participant_name(const struct directory *directory, uint32_t id)
{
    return name_of(directory, KIND_PARTICIPANT, id);
}

const struct name *directory_auction_name(const struct directory *directory, uint32_t id)
{
    return name_of(directory, KIND_AUCTION, id);
}

uint8_t directory_participant_zone(const struct directory *directory, uint32_t id)
{
    const struct entry *entry = entry_of(directory, KIND_PARTICIPANT, id);
    return entry ? entry->zone : ZONE_NONE;
}

uint32_t directory_zones(const struct directory *directory)
{
    return directory->tables[KIND_ZONE].count;
}

uint32_t directory_instruments(const struct directory *directory)
{
    return directory->tables[KIND_INSTRUMENT].count;
}

uint32_t directory_participants(const struct directory *directory)
{
    return directory->tables[KIND_PARTICIPANT].count;
}

uint32_t directory_auctions(const struct directory *directory)
{
    return directory->tables[KIND_AUCTION].count;
}

bool directory_name_of(const char *text, size_t size, struct name *out)
{
    struct name name = {{0}};
    if (size == 0 || size > NAME_BYTES) return false;
    memcpy(name.text, text, size);
    if (!codec_name_valid(&name, false) || directory_name_size(&name) != size) return false;
    *out = name;
    return true;
}

size_t directory_name_size(const struct name *name)
{
    return strnlen(name->text, NAME_BYTES);
}
