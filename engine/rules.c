/* rules.c - the rule set in force, and the steps of long commands (docs/decisions/0014). */
#include "engine/job.h"
#include "engine/lock.h"

static enum reason rules_reason(const struct engine *engine, const struct command *command)
{
    if (command->role != ROLE_SYSTEM && command->role != ROLE_OPERATOR) return REASON_NOT_ALLOWED;
    if (engine->jobs > 0) return REASON_FROZEN;
    if (command->body.rules.set <= engine->rule_set) return REASON_WRONG_STATE;
    return command->body.rules.set > RULE_SET_NEWEST ? REASON_CAPACITY : REASON_NONE;
}

/* Under the first set a last price outlives its day; from now on it is the day's (decision 9.4). */
static void forget_last(struct engine *engine)
{
    for (uint32_t i = 0; i < engine->instruments; i++)
        for (uint32_t zone = 0; zone < engine->zones; zone++) {
            struct zone_state *state = state_zone(engine, (uint16_t)i, (uint8_t)zone);
            if (state->open == 0) state->last = 0;
        }
}

static void apply_rules(struct engine *engine, const struct command *command)
{
    enum reason reason = rules_reason(engine, command);
    struct event_rules *event;
    if (reason != REASON_NONE) {
        reject(engine, reason);
        return;
    }
    if (engine->rule_set < 2) {
        lock_adopt(engine);
        forget_last(engine);
    }
    engine->rule_set = command->body.rules.set;
    event = EMIT(engine, RULES, rules);
    event->set = engine->rule_set;
}

static void apply_step(struct engine *engine, const struct command *command)
{
    bool went_on;
    if (command->role != ROLE_SYSTEM) {
        reject(engine, REASON_NOT_ALLOWED);
        return;
    }
    if (engine->jobs == 0) {
        reject(engine, REASON_WRONG_STATE);
        return;
    }
    done(engine);
    went_on = job_run_all(engine);
    ASSERT(went_on); /* one that waits for another's slate spends nothing, the other does */
}

void rules_apply(struct engine *engine, const struct command *command)
{
    if (command->type == COMMAND_RULES)
        apply_rules(engine, command);
    else
        apply_step(engine, command);
}
