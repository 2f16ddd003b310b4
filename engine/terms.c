/* terms.c - the legal basis of an instrument: `terms`. The end of one and strips are in strip.c.
 *
 * Source: market.md 3, "Legal basis"; decision 13.1. A basis is a preset: it sets methods,
 * resale lock and holders first, the other keys of the line override it, the result is checked.
 */
#include "engine/job.h"
#include "engine/orders.h"
#include "engine/rent.h"
#include "engine/strip.h"

#define HOLDERS_CN_MAX 200
#define LOCK_CN_DAYS 5
#define DEADLINE_MAX 3650
#define YEAR_MAX 9999
#define METHODS_MATCHING (METHOD_BIT(CALL) | METHOD_BIT(CONTINUOUS))
#define METHODS_CN (METHOD_BIT(AGREEMENT) | METHOD_BIT(LISTING) | METHOD_BIT(AUCTION))

/* What a `terms` line may change. */
struct draft {
    struct terms terms;
    int64_t fee_ppm;
    int64_t t_plus;
};

static bool is_outside(int64_t value, int64_t low, int64_t high)
{
    return value < low || value > high;
}

static void take(int64_t *value, int64_t given)
{
    if (given != UNSET) *value = given;
}

static void take_word(uint8_t *value, uint8_t given)
{
    if (given != UNSET_ENUM) *value = given;
}

static void preset(struct draft *draft, uint8_t basis)
{
    draft->terms.basis = basis;
    draft->terms.methods = basis == BASIS_CN_PERMITTED ? METHODS_CN : METHODS_ALL;
    draft->terms.holders_max = basis == BASIS_CN_PERMITTED ? HOLDERS_CN_MAX : 0;
    if (basis == BASIS_CN_PERMITTED) draft->t_plus = LOCK_CN_DAYS;
    if (basis == BASIS_APPROVED_EXCHANGE && draft->t_plus < 1) draft->t_plus = 1;
}

static struct draft draft_of(const struct instrument *row, const struct command_terms *body)
{
    struct draft draft = {.terms = row->terms, .fee_ppm = row->fee_ppm, .t_plus = row->t_plus};
    struct terms *terms = &draft.terms;
    if (body->basis != UNSET_ENUM) preset(&draft, body->basis);
    if (!name_empty(&body->approval)) terms->approval = body->approval;
    if (name_reserved(&terms->approval)) memset(&terms->approval, 0, sizeof terms->approval);
    take(&draft.fee_ppm, body->fee_ppm);
    take(&draft.t_plus, body->t_plus);
    take(&terms->block_fee_ppm, body->block_fee_ppm);
    take(&terms->auction_fee_ppm, body->auction_fee_ppm);
    take(&terms->block_band_ppm, body->block_band_ppm);
    take(&terms->dynamic_ppm, body->dynamic_ppm);
    take(&terms->close_floor, body->close_floor);
    take(&terms->holders_max, body->holders_max);
    take(&terms->deadline_days, body->deadline_days);
    take(&terms->vintage, body->vintage);
    take_word(&terms->methods, body->methods);
    take_word(&terms->close_rule, body->close_rule);
    take_word(&terms->live_rent, body->live_rent);
    take_word(&terms->conditional, body->conditional);
    take_word(&terms->investors, body->investors);
    return draft;
}

/* Words outside their lists, and methods that the basis or an escrow forbids. A strip's trades
 * would need a permit for each leg, so neither it nor a leg of it is conditional. */
static bool is_combination(const struct instrument *row, const struct terms *terms)
{
    bool matching = (terms->methods & METHODS_MATCHING) != 0;
    if (terms->basis >= BASIS_COUNT || (terms->methods & ~METHODS_ALL) != 0 ||
        terms->close_rule >= CLOSE_RULE_COUNT || terms->live_rent > 1 || terms->conditional > 1 ||
        terms->investors > 1)
        return false;
    if (terms->conditional && (matching || row->legs > 0 || row->strips > 0)) return false;
    return terms->basis != BASIS_CN_PERMITTED || !matching;
}

static bool is_in_range(const struct draft *draft)
{
    const struct terms *terms = &draft->terms;
    if (terms->basis == BASIS_CN_PERMITTED &&
        (draft->t_plus < LOCK_CN_DAYS || is_outside(terms->holders_max, 1, HOLDERS_CN_MAX)))
        return false;
    return !is_outside(draft->fee_ppm, 0, PPM) && !is_outside(draft->t_plus, 0, T_PLUS_MAX) &&
           !is_outside(terms->block_fee_ppm, 0, PPM) &&
           !is_outside(terms->auction_fee_ppm, 0, PPM) &&
           !is_outside(terms->block_band_ppm, 0, PPM) && !is_outside(terms->dynamic_ppm, 0, PPM) &&
           !is_outside(terms->close_floor, 1, QTY_MAX) &&
           !is_outside(terms->holders_max, 0, QTY_MAX) &&
           !is_outside(terms->deadline_days, 0, DEADLINE_MAX) &&
           !is_outside(terms->vintage, 0, YEAR_MAX);
}

/* These decide what rests in the book and what a day's figures mean, so they wait for the close. */
static bool needs_closed(const struct instrument *row, const struct draft *draft)
{
    const struct terms *old = &row->terms, *new = &draft->terms;
    return new->basis != old->basis || new->methods != old->methods ||
           new->conditional != old->conditional || new->close_rule != old->close_rule ||
           draft->t_plus != row->t_plus;
}

static bool may_set(const struct command *command)
{
    return command->role == ROLE_SYSTEM || command->role == ROLE_OPERATOR ||
           command->role == ROLE_REGULATOR;
}

static enum reason apply_terms(struct engine *engine, const struct command *command)
{
    const struct command_terms *body = &command->body.terms;
    struct instrument *row;
    struct draft draft;
    if (body->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    row = &engine->instrument[body->instrument];
    draft = draft_of(row, body);
    if (!may_set(command) || row->retired || !is_combination(row, &draft.terms))
        return REASON_NOT_ALLOWED;
    if (is_frozen(engine, body->instrument)) return REASON_FROZEN;
    if (row->phase != PHASE_CLOSED && needs_closed(row, &draft)) return REASON_WRONG_STATE;
    if (!is_in_range(&draft)) return REASON_QTY_RANGE;
    row->terms = draft.terms;
    row->fee_ppm = draft.fee_ppm;
    row->t_plus = draft.t_plus;
    done(engine);
    if (!row->terms.live_rent) rent_end(engine, body->instrument);
    return REASON_NONE;
}

void terms_apply(struct engine *engine, const struct command *command)
{
    enum reason reason;
    if (command->type == COMMAND_TERMS)
        reason = apply_terms(engine, command);
    else if (command->type == COMMAND_STRIP)
        reason = strip_apply(engine, command);
    else
        reason = retire_apply(engine, command);
    if (reason != REASON_NONE) reject(engine, reason);
}
