/* links.c - says which directions have lost or won the room for one step (script.md, `link` lines).
 */
#include "engine/job.h"
#include "engine/orders.h"

static bool is_congested(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    const struct link *link = state_link(engine, instrument, from, to);
    return link->allowed &&
           link_room(engine, instrument, from, to) < link_step(engine, instrument, link);
}

static void report(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to,
                   bool silent)
{
    struct link *link = state_link(engine, instrument, from, to);
    bool congested = from != to && is_congested(engine, instrument, from, to);
    struct event_link *event;
    if (congested == link->congested) return;
    link->congested = congested;
    if (silent || !link->allowed || engine->instrument[instrument].retired) return;
    event = EMIT(engine, LINK, link);
    event->balance = link_balance(engine, instrument, from, to);
    event->instrument = instrument;
    event->from_zone = from;
    event->to_zone = to;
    event->congested = congested;
}

void links_changed(struct engine *engine, uint16_t instrument)
{
    engine->instrument[instrument].room_changed = 1;
    if (engine->instrument[instrument].resting > 0) return;
    for (uint8_t from = 0; from < engine->zones; from++)
        for (uint8_t to = 0; to < engine->zones; to++)
            report(engine, instrument, from, to, true);
}

/* One source zone is one unit of work. */
bool stage_links(struct engine *engine, uint16_t instrument)
{
    struct job *job = job_of(engine, instrument);
    for (; job->at < engine->zones; job->at++) {
        if (!work_left(engine)) return false;
        work_spend(engine, 1);
        for (uint8_t to = 0; to < engine->zones; to++)
            report(engine, instrument, (uint8_t)job->at, to, false);
    }
    return true;
}
