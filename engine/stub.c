/* stub.c - commands that nobody has built yet; each owner takes its function out. */
#include "engine/state.h"

void rules_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

void terms_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

void people_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

void gate_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

void calendar_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

void click_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

void block_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

void bust_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}

void auction_more_apply(struct engine *engine, const struct command *command)
{
    (void)command;
    reject(engine, REASON_NOT_ALLOWED);
}
