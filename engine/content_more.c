/* content_more.c - what the commands of rule set 2 say, as one number. See lane.h. */
#include "engine/mix.h"

static void mix_terms(struct mix *m, const struct command_terms *terms)
{
    mix_instrument(m, terms->instrument);
    mix_name(m, &terms->approval);
    mix_signed(m, terms->fee_ppm);
    mix_signed(m, terms->block_fee_ppm);
    mix_signed(m, terms->auction_fee_ppm);
    mix_signed(m, terms->block_band_ppm);
    mix_signed(m, terms->dynamic_ppm);
    mix_signed(m, terms->close_floor);
    mix_signed(m, terms->holders_max);
    mix_signed(m, terms->t_plus);
    mix_signed(m, terms->deadline_days);
    mix_signed(m, terms->vintage);
    mix(m, (uint64_t)terms->basis << 24 | (uint64_t)terms->methods << 16 |
               (uint64_t)terms->close_rule << 8 | terms->live_rent);
    mix(m, (uint64_t)terms->conditional << 8 | terms->investors);
}

/* A leg nobody knows is not the end of the list. */
static void mix_strip(struct mix *m, const struct command_strip *strip)
{
    mix_name(m, &strip->name);
    for (size_t index = 0; index < STRIP_LEGS_MAX; index++) {
        mix(m, strip->leg[index] != INSTRUMENT_NONE);
        mix_instrument(m, strip->leg[index]);
    }
}

static void mix_instruments(struct mix *m, const struct command *command)
{
    const struct command_tranche *tranche = &command->body.tranche;
    if (command->type == COMMAND_TERMS) {
        mix_terms(m, &command->body.terms);
    } else if (command->type == COMMAND_STRIP) {
        mix_strip(m, &command->body.strip);
    } else if (command->type == COMMAND_RETIRE) {
        mix_instrument(m, command->body.retire.instrument);
    } else if (command->type == COMMAND_TRANCHE) {
        mix_instrument(m, tranche->instrument);
        mix_zone(m, tranche->from_zone);
        mix_zone(m, tranche->to_zone);
        mix_signed(m, tranche->lo);
        mix_signed(m, tranche->hi);
        mix_signed(m, tranche->from_day);
    } else if (command->type == COMMAND_RULES) {
        mix(m, command->body.rules.set);
    } else if (command->type == COMMAND_STEP) {
        mix(m, command->body.step.steps);
    } else if (command->type == COMMAND_CALENDAR) {
        mix_signed(m, command->body.calendar.day);
        mix(m, command->body.calendar.kind);
    }
}

static void mix_people(struct mix *m, const struct command *command)
{
    const struct command_city *city = &command->body.city;
    const struct command_quota *quota = &command->body.quota;
    const struct command_discount *discount = &command->body.discount;
    if (command->type == COMMAND_CITY) {
        mix_name(m, &city->name);
        mix_signed(m, city->from_day);
        mix_instrument(m, city->instrument);
        mix_zone(m, city->zone);
        mix(m, city->investors);
    } else if (command->type == COMMAND_STATUS) {
        mix_account(m, command->body.status.account);
        mix(m, command->body.status.active);
    } else if (command->type == COMMAND_QUOTA) {
        mix_account(m, quota->account);
        mix_signed(m, quota->open_orders);
        mix_signed(m, quota->rate);
    } else if (command->type == COMMAND_DISCOUNT) {
        mix_account(m, discount->account);
        mix_signed(m, discount->ppm);
        mix_signed(m, discount->until_day);
    }
}

static void mix_limits(struct mix *m, const struct command *command)
{
    const struct command_holding *holding = &command->body.holding;
    const struct command_gate *gate = &command->body.gate;
    if (command->type == COMMAND_HOLDING) {
        mix_name(m, &holding->group);
        mix_signed(m, holding->units);
        mix_signed(m, holding->ppm);
        mix_signed(m, holding->from_day);
        mix_instrument(m, holding->instrument);
        mix(m, holding->type);
    } else if (command->type == COMMAND_GATE) {
        mix_name(m, &gate->city);
        mix_signed(m, gate->allow);
        mix_instrument(m, gate->instrument);
        mix_zone(m, gate->zone);
        mix(m, (uint64_t)gate->closed << 8 | gate->kind);
    }
}

static void mix_seed(struct mix *m, const struct command_seed *seed)
{
    for (size_t index = 0; index < SEED_BYTES; index++)
        mix(m, seed->value[index]);
    mix_auction(m, seed->auction);
    mix_instrument(m, seed->instrument);
    mix(m, seed->kind);
}

static void mix_agreements(struct mix *m, const struct command *command)
{
    const struct command_click *click = &command->body.click;
    const struct command_block *block = &command->body.block;
    if (command->type == COMMAND_SEED) {
        mix_seed(m, &command->body.seed);
    } else if (command->type == COMMAND_CLICK) {
        mix_name(m, &click->client_id);
        mix_name(m, &click->maker_client_id);
        mix_signed(m, click->qty);
        mix(m, click->maker_order);
        mix_account(m, click->maker);
        mix_instrument(m, click->instrument);
    } else if (command->type == COMMAND_BLOCK) {
        mix_name(m, &block->name);
        mix_signed(m, block->qty);
        mix_signed(m, block->price);
        mix_account(m, block->seller);
        mix_account(m, block->buyer);
        mix_instrument(m, block->instrument);
    } else if (command->type == COMMAND_BUST) {
        mix_name(m, &command->body.bust.cause);
        mix(m, command->body.bust.n);
    } else if (command->type == COMMAND_PERMIT) {
        mix(m, command->body.permit.n);
        mix(m, command->body.permit.decision);
    }
}

static void mix_auction_terms(struct mix *m, const struct command_auction_terms *terms)
{
    mix_auction(m, terms->auction);
    mix_account(m, terms->agency);
    mix_signed(m, terms->containment);
    mix_signed(m, terms->trigger_price);
    mix_signed(m, terms->entry_deposit);
    mix_signed(m, terms->agency_ppm);
    mix_signed(m, terms->instalments);
    mix_signed(m, terms->pay_until);
    mix(m, (uint64_t)terms->revocable << 8 | terms->announced);
}

static void mix_auctions(struct mix *m, const struct command *command)
{
    const struct command_rebid *rebid = &command->body.rebid;
    const struct command_bundle *bundle = &command->body.bundle;
    const struct command_standing *standing = &command->body.standing;
    if (command->type == COMMAND_AUCTION_TERMS) {
        mix_auction_terms(m, &command->body.auction_terms);
    } else if (command->type == COMMAND_STAGE) {
        mix_auction(m, command->body.stage.auction);
        mix(m, command->body.stage.state);
    } else if (command->type == COMMAND_REGISTER) {
        mix_auction(m, command->body.enrol.auction);
    } else if (command->type == COMMAND_REBID) {
        mix_auction(m, rebid->auction);
        mix(m, rebid->n);
        mix_signed(m, rebid->qty);
        mix_signed(m, rebid->price);
    } else if (command->type == COMMAND_WITHDRAW) {
        mix_auction(m, command->body.withdraw.auction);
        mix(m, command->body.withdraw.n);
    } else if (command->type == COMMAND_SETTLE) {
        mix_auction(m, command->body.settle.auction);
    } else if (command->type == COMMAND_STANDING) {
        mix_instrument(m, standing->instrument);
        mix_signed(m, standing->qty);
        mix_signed(m, standing->price);
    } else if (command->type == COMMAND_BUNDLE) {
        mix_auction(m, bundle->auction);
        mix_account(m, bundle->account);
        mix_signed(m, bundle->qty);
    }
}

void mix_more(struct mix *m, const struct command *command)
{
    mix_instruments(m, command);
    mix_people(m, command);
    mix_limits(m, command);
    mix_agreements(m, command);
    mix_auctions(m, command);
}
