/* people.c - what a participant may do and pays: status, quotas, discounts, position limits.
 *
 * Source: decision 13.2, 13.4, 13.5. All are silent and none looks back: what rests stays as it is.
 * The commands for a city are in city.c.
 */
#include "engine/city.h"
#include "engine/limits_rules.h"

#define RATE_MAX INT64_C(1000000000) /* one in a nanosecond */

static bool is_outside(int64_t value, int64_t low, int64_t high)
{
    return value < low || value > high;
}

static enum reason apply_status(struct engine *engine, const struct command_status *body)
{
    if (body->account >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    engine->participant[body->account].stopped = body->active == 0;
    done(engine);
    return REASON_NONE;
}

/* Everybody's 0 is no bound; one's own says so, because its 0 in the state is everybody's. */
static void set_quota(uint32_t *quota, int64_t given, bool everybody)
{
    if (given == UNSET) return;
    *quota = given == 0 && !everybody ? QUOTA_NONE : (uint32_t)given;
}

static enum reason apply_quota(struct engine *engine, const struct command_quota *body)
{
    bool everybody = body->account == PARTICIPANT_ALL;
    uint32_t *open, *rate;
    if (!everybody && body->account >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if ((body->open_orders != UNSET && is_outside(body->open_orders, 0, ORDERS_MAX)) ||
        (body->rate != UNSET && is_outside(body->rate, 0, RATE_MAX)))
        return REASON_QTY_RANGE;
    open = everybody ? &engine->quota_open : &engine->participant[body->account].quota_open;
    rate = everybody ? &engine->quota_rate : &engine->participant[body->account].quota_rate;
    set_quota(open, body->open_orders, everybody);
    set_quota(rate, body->rate, everybody);
    done(engine);
    return REASON_NONE;
}

static enum reason apply_discount(struct engine *engine, const struct command_discount *body)
{
    struct participant *row;
    if (body->account >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (is_outside(body->ppm, 0, PPM) || body->until_day < 0 ||
        (body->until_day > 0 && body->until_day < engine->day))
        return REASON_QTY_RANGE;
    row = &engine->participant[body->account];
    row->discount_ppm = (uint32_t)body->ppm;
    row->discount_until = body->until_day;
    done(engine);
    return REASON_NONE;
}

static enum reason apply_holding(struct engine *engine, const struct command_holding *body)
{
    bool grouped = !name_reserved(&body->group);
    struct holding_line line = {.units = body->units,
                                .ppm = body->ppm,
                                .group = NIL,
                                .from_day = body->from_day,
                                .instrument = body->instrument,
                                .type = grouped ? 0 : body->type};
    enum reason reason;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (grouped)
        line.group = name_index_find(&engine->group_index, engine->group_names,
                                     sizeof engine->group_names[0], &body->group);
    if (grouped && line.group == NIL) return REASON_UNKNOWN_PARTICIPANT;
    if (!grouped && body->type >= PARTICIPANT_TYPE_COUNT) return REASON_NOT_ALLOWED;
    if (is_frozen(engine, body->instrument)) return REASON_FROZEN;
    if ((body->units != UNSET && is_outside(body->units, 0, QTY_MAX)) ||
        (body->ppm != UNSET && is_outside(body->ppm, 0, PPM)))
        return REASON_QTY_RANGE;
    reason = holding_limit_add(engine, &line);
    if (reason == REASON_NONE) done(engine);
    return reason;
}

/* What is to run the market is the operator's; status, cities and position limits the regulator's
 * too. */
static bool is_allowed(const struct command *command)
{
    bool regulators = command->type != COMMAND_QUOTA && command->type != COMMAND_DISCOUNT;
    return command->role == ROLE_SYSTEM || command->role == ROLE_OPERATOR ||
           (command->role == ROLE_REGULATOR && regulators);
}

static enum reason apply_body(struct engine *engine, const struct command *command)
{
    switch (command->type) {
    case COMMAND_CITY:
        return city_apply(engine, &command->body.city);
    case COMMAND_STATUS:
        return apply_status(engine, &command->body.status);
    case COMMAND_QUOTA:
        return apply_quota(engine, &command->body.quota);
    case COMMAND_DISCOUNT:
        return apply_discount(engine, &command->body.discount);
    default:
        ASSERT(command->type == COMMAND_HOLDING);
        return apply_holding(engine, &command->body.holding);
    }
}

void people_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = REASON_NOT_ALLOWED;
    if (is_allowed(command)) reason = apply_body(engine, command);
    if (reason != REASON_NONE) reject(engine, reason);
}
