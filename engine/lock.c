/* lock.c - see lock.h. */
#include "engine/lock.h"
#include "engine/job.h"

uint32_t lock_release(const struct engine *engine, uint16_t instrument)
{
    int64_t t_plus = engine->instrument[instrument].t_plus;
    if (t_plus == 0) return 0;
    return engine->business_day + engine->session_day + (uint32_t)t_plus;
}

static uint32_t *day_list(struct engine *engine, uint32_t release)
{
    return &engine->lock_day[release % LOCK_DAYS];
}

static void day_list_add(struct engine *engine, uint32_t at)
{
    struct lock *row = &engine->lock[at];
    uint32_t *head = day_list(engine, row->release);
    row->day_prev = NIL;
    row->day_next = *head;
    if (*head != NIL) engine->lock[*head].day_prev = at;
    *head = at;
}

static void day_list_remove(struct engine *engine, uint32_t at)
{
    const struct lock *row = &engine->lock[at];
    if (row->day_prev != NIL)
        engine->lock[row->day_prev].day_next = row->day_next;
    else
        *day_list(engine, row->release) = row->day_next;
    if (row->day_next != NIL) engine->lock[row->day_next].day_prev = row->day_prev;
}

/* A row for the position, linked in where `link` says. */
static void row_add(struct engine *engine, uint32_t position, uint32_t *link, uint32_t release,
                    int64_t qty)
{
    uint32_t at = engine->locks_free;
    struct lock *row;
    if (at != NIL)
        engine->locks_free = engine->lock[at].next;
    else
        at = engine->locks_top++;
    ASSERT(at < engine->limits.locks + engine->limits.positions);
    if (engine->position[position].locks != NIL) engine->locks_used++;
    row = &engine->lock[at];
    row->qty = qty;
    row->position = position;
    row->release = release;
    row->next = *link;
    *link = at;
    day_list_add(engine, at);
}

static void row_remove(struct engine *engine, uint32_t *link)
{
    uint32_t at = *link;
    struct lock *row = &engine->lock[at];
    struct position *position = &engine->position[row->position];
    day_list_remove(engine, at);
    *link = row->next;
    if (position->locks != NIL) engine->locks_used--;
    row->next = engine->locks_free;
    row->qty = 0;
    engine->locks_free = at;
}

void lock_add(struct engine *engine, uint32_t position, uint32_t release, int64_t qty)
{
    struct position *owner = &engine->position[position];
    uint32_t *link = &owner->locks;
    struct lock *last = NULL;
    ASSERT(release > engine->business_day && release - engine->business_day < LOCK_DAYS);
    owner->locked += qty;
    while (*link != NIL && engine->lock[*link].release <= release) {
        last = &engine->lock[*link];
        if (last->release == release) {
            last->qty += qty;
            return;
        }
        link = &last->next;
    }
    if (owner->locks == NIL || engine->locks_used < engine->limits.locks) {
        row_add(engine, position, link, release, qty);
        return;
    }
    while (*link != NIL) { /* the newest row has the later release, or gets it */
        last = &engine->lock[*link];
        link = &last->next;
    }
    last->qty += qty;
    if (last->release > release) return;
    day_list_remove(engine, (uint32_t)(last - engine->lock));
    last->release = release;
    day_list_add(engine, (uint32_t)(last - engine->lock));
}

int64_t lock_take(struct engine *engine, uint32_t position, uint32_t release, int64_t qty)
{
    struct position *owner = &engine->position[position];
    uint32_t *link = &owner->locks;
    struct lock *row;
    int64_t taken;
    while (*link != NIL && engine->lock[*link].release < release)
        link = &engine->lock[*link].next;
    if (*link == NIL) return 0;
    row = &engine->lock[*link];
    taken = row->qty < qty ? row->qty : qty;
    row->qty -= taken;
    owner->locked -= taken;
    if (row->qty == 0) row_remove(engine, link);
    return taken;
}

bool lock_free_some(struct engine *engine)
{
    uint32_t *head = day_list(engine, engine->business_day);
    while (*head != NIL) {
        const struct lock *row = &engine->lock[*head];
        struct position *owner = &engine->position[row->position];
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        ASSERT(owner->locks == *head && row->release == engine->business_day);
        owner->locked -= row->qty;
        owner->free += row->qty;
        row_remove(engine, &owner->locks);
    }
    return true;
}

void lock_adopt(struct engine *engine)
{
    engine->locks_adopted = 1;
}

static int64_t row_sum(const struct engine *engine, uint32_t position)
{
    int64_t sum = 0;
    for (uint32_t at = engine->position[position].locks; at != NIL; at = engine->lock[at].next)
        sum += engine->lock[at].qty;
    return sum;
}

bool lock_free_adopted(struct engine *engine, uint32_t *at)
{
    if (!engine->locks_adopted) return true;
    for (; *at < engine->positions; (*at)++) {
        struct position *owner = &engine->position[*at];
        int64_t listed;
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        listed = row_sum(engine, *at);
        owner->free += owner->locked - listed;
        owner->locked = listed;
    }
    engine->locks_adopted = 0;
    return true;
}

void lock_check(const struct engine *engine)
{
    uint32_t further = 0, rows = 0, listed = 0;
    for (uint32_t position = 0; position < engine->positions; position++) {
        uint32_t count = 0, release = engine->business_day;
        int64_t sum = row_sum(engine, position);
        for (uint32_t at = engine->position[position].locks; at != NIL;
             at = engine->lock[at].next) {
            const struct lock *row = &engine->lock[at];
            ASSERT(row->position == position && row->qty > 0 && count < LOCK_DAYS);
            ASSERT(row->release > release || (engine->jobs > 0 && row->release == release));
            ASSERT(row->release - engine->business_day < LOCK_DAYS);
            release = row->release;
            count++;
        }
        ASSERT(sum == engine->position[position].locked || engine->locks_adopted);
        ASSERT(sum <= engine->position[position].locked);
        rows += count;
        further += count > 1 ? count - 1 : 0;
    }
    for (uint32_t day = 0; day < LOCK_DAYS; day++)
        for (uint32_t at = engine->lock_day[day]; at != NIL; at = engine->lock[at].day_next) {
            ASSERT(engine->lock[at].release % LOCK_DAYS == day && listed < rows);
            listed++;
        }
    ASSERT(listed == rows && further == engine->locks_used);
    ASSERT(further <= engine->limits.locks);
}
