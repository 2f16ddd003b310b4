/* stub.c - commands that nobody has built yet; each owner takes its function out. */
#include "engine/calendar.h"
#include "engine/job.h"
#include "engine/orders.h"

void tranche_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

bool stage_links(struct engine *engine, uint16_t instrument)
{
    links_report(engine, instrument, false);
    return true;
}

bool stage_room(struct engine *engine, uint16_t instrument)
{
    call_new_room(engine, instrument);
    return true;
}

bool stage_call(struct engine *engine, uint16_t instrument)
{
    (void)engine;
    (void)instrument;
    return true;
}
