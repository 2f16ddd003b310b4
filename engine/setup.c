/* setup.c - the market is described: zones, instruments, links, people; cash and units come in. */
#include "engine/city.h"
#include "engine/family.h"
#include "engine/legs.h"
#include "engine/limits_rules.h"
#include "engine/orders.h"
#include "engine/rent.h"
#include "engine/setup.h"
#include "engine/tranche.h"

static enum reason name_reason(const struct name *name, bool taken)
{
    if (name_reserved(name)) return REASON_NOT_ALLOWED;
    return taken ? REASON_DUPLICATE_ID : REASON_NONE;
}

static void named(struct engine *engine, const struct name *name, uint32_t id, uint8_t command,
                  uint8_t zone)
{
    struct event_named *event = EMIT(engine, NAMED, named);
    event->name = *name;
    event->id = id;
    event->command = command;
    event->zone = zone;
}

static enum reason apply_zone(struct engine *engine, const struct command_zone *body)
{
    enum reason reason =
        name_reason(&body->name, engine_find_zone(engine, &body->name) != ZONE_NONE);
    if (reason != REASON_NONE) return reason;
    if (engine->zones == engine->limits.zones) return REASON_CAPACITY;
    engine->zone_names[engine->zones] = body->name;
    named(engine, &body->name, engine->zones, COMMAND_ZONE, (uint8_t)engine->zones);
    engine->zones++;
    return REASON_NONE;
}

static int64_t given(int64_t value, int64_t otherwise)
{
    return value == UNSET ? otherwise : value;
}

static bool is_outside(int64_t value, int64_t low, int64_t high)
{
    return value < low || value > high;
}

/* Links of a new instrument: closed and without limit; a zone is always linked to itself. */
static void open_zones(struct engine *engine, uint16_t instrument, int64_t ref)
{
    for (uint32_t from = 0; from < engine->limits.zones; from++) {
        struct zone_state *state = state_zone(engine, instrument, (uint8_t)from);
        state->ref = UNSET;
        for (uint8_t side = 0; side < SIDES; side++) {
            state->side[side].root = state->stop[side].root = NIL;
            state->side[side].finger = state->stop[side].finger = NIL;
        }
        if (ref != UNSET) zone_band_set(engine, instrument, (uint8_t)from, ref);
        for (uint32_t to = 0; to < engine->limits.zones; to++) {
            struct link *link = state_link(engine, instrument, (uint8_t)from, (uint8_t)to);
            link->rn = link->rd = 1;
            link->allowed = from == to;
        }
    }
}

void instrument_open(struct engine *engine, const struct instrument *row, int64_t ref)
{
    uint16_t id = (uint16_t)engine->instruments;
    engine->instrument[id] = *row;
    name_index_add(&engine->instrument_index, &row->name, id);
    open_zones(engine, id, ref);
    named(engine, &row->name, id, COMMAND_INSTRUMENT, ZONE_NONE);
    engine->instruments++;
}

static enum reason apply_instrument(struct engine *engine, const struct command_instrument *body)
{
    const struct family_row *family;
    struct instrument row = {.name = body->name};
    int64_t ref = body->ref_price == 0 ? UNSET : body->ref_price;
    int64_t t_plus_max = engine->rule_set < 2 ? T_PLUS_FIRST : T_PLUS_MAX;
    enum reason reason =
        name_reason(&body->name, engine_find_instrument(engine, &body->name) != INSTRUMENT_NONE);
    if (reason != REASON_NONE) return reason;
    if (body->family >= FAMILY_COUNT) return REASON_NOT_ALLOWED;
    family = family_of(body->family);
    row.lot = given(body->lot, family->lot);
    row.tick = given(body->tick, family->tick);
    row.band_ppm = given(body->band_ppm, family->band_ppm);
    row.fee_ppm = given(body->fee_ppm, family->fee_ppm);
    row.block_from = given(body->block_from, family->block_from);
    row.t_plus = given(body->t_plus, family->t_plus);
    row.family = body->family;
    row.terms = (struct terms){.block_fee_ppm = row.fee_ppm,
                               .block_band_ppm = family->block_band_ppm,
                               .close_floor = CLOSE_FLOOR_UNITS,
                               .deadline_days = family->deadline_days,
                               .basis = BASIS_SANDBOX,
                               .methods = METHODS_ALL,
                               .close_rule = CLOSE_RULE_WEIGHTED,
                               .live_rent = 1,
                               .investors = 1};
    row.stp = body->stp == UNSET_ENUM ? STP_CANCEL_INCOMING : body->stp;
    row.phase = body->phase == UNSET_ENUM ? PHASE_CLOSED : body->phase;
    if (row.stp >= STP_COUNT || row.phase >= PHASE_COUNT) return REASON_NOT_ALLOWED;
    if (is_outside(row.lot, 1, LOT_MAX) || is_outside(row.tick, 1, PRICE_MAX) ||
        is_outside(row.band_ppm, 0, PPM) || is_outside(row.fee_ppm, 0, PPM) ||
        is_outside(row.block_from, 0, QTY_MAX) || is_outside(row.t_plus, 0, t_plus_max) ||
        (ref != UNSET && is_outside(ref, 1, PRICE_MAX)))
        return REASON_QTY_RANGE;
    if (engine->instruments == engine->limits.instruments) return REASON_CAPACITY;
    instrument_open(engine, &row, ref);
    return REASON_NONE;
}

/* Does the instrument take commands? */
static enum reason instrument_reason(const struct engine *engine, uint16_t instrument)
{
    if (instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (engine->instrument[instrument].retired) return REASON_NOT_ALLOWED;
    return is_frozen(engine, instrument) ? REASON_FROZEN : REASON_NONE;
}

enum reason link_reason(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    enum reason reason = instrument_reason(engine, instrument);
    if (reason != REASON_NONE) return reason;
    if (from >= engine->zones || to >= engine->zones) return REASON_UNKNOWN_ZONE;
    return from == to ? REASON_NOT_ALLOWED : REASON_NONE;
}

static enum reason apply_link(struct engine *engine, const struct command_link *body)
{
    enum reason reason = link_reason(engine, body->instrument, body->from_zone, body->to_zone);
    int64_t a = body->rn, b = body->rd;
    struct link *link;
    int64_t before;
    size_t row;
    if (reason != REASON_NONE) return reason;
    if (b < 1 || a < b || a > RATIO_MAX || is_outside(body->levy_ppm, 0, PPM))
        return REASON_QTY_RANGE;
    while (b != 0) { /* greatest common divisor ends in a */
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    link = state_link(engine, body->instrument, body->from_zone, body->to_zone);
    before = rent_drop(link);
    link->rn = (uint32_t)(body->rn / a);
    link->rd = (uint32_t)(body->rd / a);
    link->levy_ppm = body->levy_ppm;
    link->allowed = body->allowed != 0;
    row = (size_t)body->instrument * engine->limits.zones;
    engine->sources[row + body->to_zone] &= ~(1u << body->from_zone);
    engine->targets[row + body->from_zone] &= ~(1u << body->to_zone);
    if (link->allowed) {
        engine->sources[row + body->to_zone] |= 1u << body->from_zone;
        engine->targets[row + body->from_zone] |= 1u << body->to_zone;
    }
    link->asked = link->allowed;
    if (legs_related(&engine->instrument[body->instrument]))
        legs_link_changed(engine, body->instrument, body->from_zone, body->to_zone);
    links_changed(engine, body->instrument);
    engine->touched = body->instrument;
    done(engine);
    rent_say(engine, body->instrument, body->from_zone, body->to_zone, before);
    return REASON_NONE;
}

static enum reason apply_ref(struct engine *engine, const struct command_ref *body)
{
    enum reason reason = instrument_reason(engine, body->instrument);
    const struct zone_state *state;
    if (reason != REASON_NONE) return reason;
    if (body->zone >= engine->zones) return REASON_UNKNOWN_ZONE;
    if (is_outside(body->price, 1, PRICE_MAX)) return REASON_QTY_RANGE;
    state = state_zone(engine, body->instrument, body->zone);
    for (uint8_t side = 0; side < SIDES; side++)
        if (state->side[side].orders + state->stop[side].orders > 0) return REASON_WRONG_STATE;
    zone_band_set(engine, body->instrument, body->zone, body->price);
    done(engine);
    return REASON_NONE;
}

static uint32_t group_of(struct engine *engine, const struct name *name)
{
    uint32_t id = name_index_find(&engine->group_index, engine->group_names,
                                  sizeof engine->group_names[0], name);
    if (id != NIL) return id;
    id = engine->groups++;
    engine->group_names[id] = *name;
    engine->group_first[id] = NIL;
    name_index_add(&engine->group_index, name, id);
    return id;
}

/* A position limit looks at all members of a group, so there is a bound on them. */
static bool group_is_full(const struct engine *engine, const struct name *name)
{
    uint32_t count = 0, at = name_index_find(&engine->group_index, engine->group_names,
                                             sizeof engine->group_names[0], name);
    if (engine->rule_set < 2 || at == NIL) return false;
    for (at = engine->group_first[at]; at != NIL && count < GROUP_MEMBERS_MAX; count++)
        at = engine->participant[at].next_in_group;
    return count == GROUP_MEMBERS_MAX;
}

static enum reason apply_participant(struct engine *engine, const struct command_participant *body)
{
    const struct name *group = name_empty(&body->group) ? &body->name : &body->group;
    uint32_t id = engine->participants;
    struct participant *row;
    enum reason reason =
        name_reason(&body->name, engine_find_participant(engine, &body->name) != PARTICIPANT_NONE);
    if (reason != REASON_NONE) return reason;
    if (body->zone >= engine->zones) return REASON_UNKNOWN_ZONE;
    if (body->type >= PARTICIPANT_TYPE_COUNT) return REASON_NOT_ALLOWED;
    reason = city_reason(engine, &body->city, body->type);
    if (reason != REASON_NONE) return reason;
    if (id == engine->limits.participants || group_is_full(engine, group)) return REASON_CAPACITY;
    row = &engine->participant[id];
    row->group = group_of(engine, group);
    row->next_in_group = engine->group_first[row->group];
    engine->group_first[row->group] = id;
    row->zone = body->zone;
    row->type = body->type;
    row->first_order = NIL;
    row->first_position = NIL;
    row->first_member = NIL;
    city_join(engine, id, &body->city);
    engine->participant_text[id].name = body->name;
    engine->participant_text[id].city = body->city;
    engine->participant_text[id].sector = body->sector;
    name_index_add(&engine->participant_index, &body->name, id);
    engine->participants++;
    named(engine, &body->name, id, COMMAND_PARTICIPANT, body->zone);
    return REASON_NONE;
}

static enum reason apply_deposit(struct engine *engine, const struct command_deposit *body)
{
    if (body->account >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    if (body->cash < 1 || body->cash > MONEY_MAX - engine->deposited) return REASON_QTY_RANGE;
    engine->deposited += body->cash;
    engine->participant[body->account].cash += body->cash;
    done(engine);
    return REASON_NONE;
}

static enum reason apply_issue(struct engine *engine, const struct command_issue *body)
{
    struct instrument *row;
    struct position *position;
    enum reason reason;
    uint32_t at;
    bool was;
    if (body->account >= engine->participants) return REASON_UNKNOWN_PARTICIPANT;
    reason = instrument_reason(engine, body->instrument);
    if (reason != REASON_NONE) return reason;
    row = &engine->instrument[body->instrument];
    if (row->legs > 0) return REASON_NOT_ALLOWED;
    if (body->qty < 1 || body->qty > QTY_MAX - row->issued) return REASON_QTY_RANGE;
    at = position_open(engine, body->account, body->instrument,
                       zone_of(engine, body->account, body->instrument));
    if (at == NIL) return REASON_CAPACITY;
    position = &engine->position[at];
    was = is_holder(position);
    row->issued += body->qty;
    position->free += body->qty;
    holder_change(engine, position, was);
    done(engine);
    return REASON_NONE;
}

/* Who may, beside the system: instruments, references and cash are the operator's; units the
 * regulator's; the rest both may. */
static bool is_allowed(const struct command *command)
{
    bool operators = command->type != COMMAND_ISSUE;
    bool regulators = command->type != COMMAND_INSTRUMENT && command->type != COMMAND_REF &&
                      command->type != COMMAND_DEPOSIT;
    return command->role == ROLE_SYSTEM || (command->role == ROLE_OPERATOR && operators) ||
           (command->role == ROLE_REGULATOR && regulators);
}

static enum reason apply_body(struct engine *engine, const struct command *command)
{
    switch (command->type) {
    case COMMAND_ZONE:
        return apply_zone(engine, &command->body.zone);
    case COMMAND_INSTRUMENT:
        return apply_instrument(engine, &command->body.instrument);
    case COMMAND_LINK:
        return apply_link(engine, &command->body.link);
    case COMMAND_LIMIT:
        return limit_apply(engine, &command->body.limit);
    case COMMAND_REF:
        return apply_ref(engine, &command->body.ref);
    case COMMAND_PARTICIPANT:
        return apply_participant(engine, &command->body.participant);
    case COMMAND_MEMBER:
        return member_apply(engine, &command->body.member);
    case COMMAND_DEPOSIT:
        return apply_deposit(engine, &command->body.deposit);
    default:
        ASSERT(command->type == COMMAND_ISSUE);
        return apply_issue(engine, &command->body.issue);
    }
}

void setup_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = REASON_NOT_ALLOWED;
    if (is_allowed(command)) reason = apply_body(engine, command);
    if (reason != REASON_NONE) reject(engine, reason);
}
