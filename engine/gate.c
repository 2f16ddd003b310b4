/* gate.c - the gates of zones and cities that missed their targets (market.md 6.6, decision 13.6).
 *
 * The regulator closes and opens them; limits_rules.c keeps what they count and asks them.
 */
#include "engine/job.h"
#include "engine/limits_rules.h"

static enum reason apply_gate(struct engine *engine, const struct command_gate *body)
{
    bool of_city = !name_reserved(&body->city);
    uint32_t city = of_city ? city_find(engine, &body->city) : NIL;
    struct gate *gate;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (engine->instrument[body->instrument].retired) return REASON_NOT_ALLOWED;
    if (of_city && city == NIL) return REASON_UNKNOWN_CITY;
    if (!of_city && body->zone >= engine->zones) return REASON_UNKNOWN_ZONE;
    if (body->kind >= GATE_KIND_COUNT) return REASON_NOT_ALLOWED;
    if (is_frozen(engine, body->instrument)) return REASON_FROZEN;
    if (body->allow < 0 || body->allow > QTY_MAX) return REASON_QTY_RANGE;
    gate = of_city ? &state_city(engine, body->instrument, city)->gate
                   : &state_zone(engine, body->instrument, body->zone)->gate;
    gate->closed = body->closed != 0;
    gate->kind = body->kind;
    gate->allow = body->allow;
    done(engine);
    return REASON_NONE;
}

void gate_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = REASON_NOT_ALLOWED;
    if (command->type == COMMAND_TRANCHE) {
        tranche_apply(engine, command);
        return;
    }
    if (command->role == ROLE_SYSTEM || command->role == ROLE_REGULATOR)
        reason = apply_gate(engine, &command->body.gate);
    if (reason != REASON_NONE) reject(engine, reason);
}
