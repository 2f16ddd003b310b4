/* lane.c - see lane.h. */
#include "engine/lane.h"

static uint32_t *bucket_of(const struct engine *engine, uint8_t role, uint32_t actor, uint32_t lane)
{
    uint64_t key = ((uint64_t)actor << 32 | lane) ^ (uint64_t)role << 24;
    key *= UINT64_C(0x9e3779b97f4a7c15);
    return &engine->lane_buckets[(key >> 32) & engine->lane_mask];
}

/* The lane used longest ago, of everybody or of this command's user; counts those looked at. */
static uint32_t oldest_lane(const struct engine *engine, const struct command *user,
                            uint32_t *out_count)
{
    uint32_t oldest = NIL;
    *out_count = 0;
    for (uint32_t i = 0; i < engine->lanes; i++) {
        const struct lane *row = &engine->lane[i];
        if (user && (row->role != user->role || row->actor != user->actor)) continue;
        if (oldest == NIL || row->last_used < engine->lane[oldest].last_used) oldest = i;
        (*out_count)++;
    }
    return oldest;
}

/* A user that opens lane after lane recycles its own and forgets nobody else's answers. */
static uint32_t lanes_of_user(const struct engine *engine)
{
    uint32_t share = engine->limits.lanes / 4;
    if (share > LANES_OF_USER_MAX) share = LANES_OF_USER_MAX;
    return share > 0 ? share : 1;
}

/* Takes a row for a new lane: an unused one, or the one used longest ago. Cost: all rows. */
static uint32_t row_take(struct engine *engine, const struct command *command)
{
    uint32_t count, oldest = NIL;
    struct lane *row;
    uint32_t *link;
    if (command->role != ROLE_SYSTEM) {
        oldest = oldest_lane(engine, command, &count);
        if (count < lanes_of_user(engine)) oldest = NIL;
    }
    if (oldest == NIL && engine->lanes < engine->limits.lanes) return engine->lanes++;
    if (oldest == NIL) oldest = oldest_lane(engine, NULL, &count);
    row = &engine->lane[oldest];
    link = bucket_of(engine, row->role, row->actor, row->lane);
    while (*link != oldest)
        link = &engine->lane[*link].chain;
    *link = row->chain;
    return oldest;
}

static uint32_t find(struct engine *engine, const struct command *command)
{
    uint32_t *bucket = bucket_of(engine, command->role, command->actor, command->lane);
    struct lane *row;
    uint32_t at = *bucket;
    for (; at != NIL; at = engine->lane[at].chain) {
        row = &engine->lane[at];
        if (row->lane == command->lane && row->actor == command->actor &&
            row->role == command->role)
            return at;
    }
    at = row_take(engine, command);
    row = &engine->lane[at];
    memset(row, 0, sizeof *row);
    row->lane = command->lane;
    row->actor = command->actor;
    row->role = command->role;
    row->chain = *bucket;
    *bucket = at;
    return at;
}

static struct lane_entry *entry_at(const struct engine *engine, uint32_t lane, uint32_t number)
{
    uint32_t window = engine->limits.lane_window;
    return &engine->lane_entry[(size_t)lane * window + (number & (window - 1))];
}

enum lane_verdict lane_open(struct engine *engine, const struct command *command, uint64_t content,
                            uint32_t *out_lane, const struct lane_entry **out_entry)
{
    struct lane *row;
    uint32_t low, high;
    *out_lane = find(engine, command);
    *out_entry = NULL;
    row = &engine->lane[*out_lane];
    row->last_used = command->sequence;
    if (command->id > row->highest) return LANE_NEW;
    high = row->count; /* ids ascend with the entry number */
    low = row->count > engine->limits.lane_window ? row->count - engine->limits.lane_window : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (entry_at(engine, *out_lane, middle)->id < command->id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == row->count || entry_at(engine, *out_lane, low)->id != command->id) return LANE_STALE;
    *out_entry = entry_at(engine, *out_lane, low);
    return (*out_entry)->content == content ? LANE_REPEAT : LANE_OTHER_CONTENT;
}

void lane_keep(struct engine *engine, uint32_t lane, uint64_t id, uint64_t content,
               const struct event *first)
{
    struct lane *row = &engine->lane[lane];
    struct lane_entry *entry = entry_at(engine, lane, row->count);
    uint32_t window = engine->limits.lane_window;
    ASSERT(first->size <= ANSWER_BYTES && id > row->highest);
    memset(entry, 0, sizeof *entry);
    entry->id = id;
    entry->content = content;
    memcpy(entry->answer, first, first->size);
    row->highest = id;
    row->count++;
    /* The number only has to say which entries are there: it is kept from running over. */
    if (row->count == 4 * window) row->count = 2 * window;
}
