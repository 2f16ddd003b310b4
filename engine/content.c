/* content.c - what a command says, as one number. See lane.h.
 *
 * Field by field: the bytes of a struct hold padding, which is nobody's content. */
#include "engine/lane.h"
#include "engine/mix.h"

/* All zones that nobody has are one, as for the other kinds of ids: the text form knows no more.
 * Under rule set 1 they were told apart. */
static uint64_t zone_said(const struct mix *mix, uint8_t zone)
{
    bool known = mix->engine->rule_set < 2 || zone < mix->engine->zones;
    return known ? zone : ZONE_NONE;
}

static void mix_setup(struct mix *m, const struct command *command)
{
    const struct command_instrument *instrument = &command->body.instrument;
    const struct command_link *link = &command->body.link;
    const struct command_limit *limit = &command->body.limit;
    const struct command_participant *participant = &command->body.participant;
    if (command->type == COMMAND_ZONE) {
        mix_name(m, &command->body.zone.name);
    } else if (command->type == COMMAND_INSTRUMENT) {
        mix_name(m, &instrument->name);
        mix_signed(m, instrument->lot);
        mix_signed(m, instrument->tick);
        mix_signed(m, instrument->ref_price);
        mix_signed(m, instrument->band_ppm);
        mix_signed(m, instrument->fee_ppm);
        mix_signed(m, instrument->block_from);
        mix_signed(m, instrument->t_plus);
        mix(m, instrument->family);
        mix(m, instrument->stp);
        mix(m, instrument->phase);
    } else if (command->type == COMMAND_LINK) {
        mix_instrument(m, link->instrument);
        mix(m,
            zone_said(m, link->from_zone) << 16 | zone_said(m, link->to_zone) << 8 | link->allowed);
        mix_signed(m, link->rn);
        mix_signed(m, link->rd);
        mix_signed(m, link->levy_ppm);
    } else if (command->type == COMMAND_LIMIT) {
        mix_instrument(m, limit->instrument);
        mix(m, zone_said(m, limit->from_zone) << 8 | zone_said(m, limit->to_zone));
        mix_signed(m, limit->lo);
        mix_signed(m, limit->hi);
    } else if (command->type == COMMAND_PARTICIPANT) {
        mix_name(m, &participant->name);
        mix_name(m, &participant->group);
        mix_name(m, &participant->city);
        mix_name(m, &participant->sector);
        mix(m, zone_said(m, participant->zone) << 8 | participant->type);
    }
}

static void mix_assets(struct mix *m, const struct command *command)
{
    const struct command_member *member = &command->body.member;
    if (command->type == COMMAND_REF) {
        mix_instrument(m, command->body.ref.instrument);
        mix(m, zone_said(m, command->body.ref.zone));
        mix_signed(m, command->body.ref.price);
    } else if (command->type == COMMAND_MEMBER) {
        mix_account(m, member->account);
        mix_instrument(m, member->instrument);
        mix_signed(m, member->from_day);
        mix(m, zone_said(m, member->zone));
    } else if (command->type == COMMAND_DEPOSIT) {
        mix_account(m, command->body.deposit.account);
        mix_signed(m, command->body.deposit.cash);
    } else if (command->type == COMMAND_ISSUE) {
        mix_account(m, command->body.issue.account);
        mix_instrument(m, command->body.issue.instrument);
        mix_signed(m, command->body.issue.qty);
    }
}

static void mix_trading(struct mix *m, const struct command *command)
{
    const struct command_order *order = &command->body.order;
    const struct command_replace *replace = &command->body.replace;
    if (command->type == COMMAND_ORDER) {
        mix_name(m, &order->client_id);
        mix_instrument(m, order->instrument);
        mix_signed(m, order->qty);
        mix_signed(m, order->price);
        mix_signed(m, order->stop_price);
        mix_signed(m, order->display);
        mix_signed(m, order->minimum);
        mix_signed(m, order->until_day);
        mix(m, (uint64_t)order->side << 24 | (uint64_t)order->type << 16 |
                   (uint64_t)order->tif << 8 | order->post_only);
    } else if (command->type == COMMAND_CANCEL) {
        mix_name(m, &command->body.cancel.client_id);
        mix(m, command->body.cancel.order_id);
    } else if (command->type == COMMAND_REPLACE) {
        mix_name(m, &replace->client_id);
        mix(m, replace->order_id);
        mix_signed(m, replace->qty);
        mix_signed(m, replace->price);
    } else if (command->type == COMMAND_CANCEL_ALL) {
        mix_account(m, command->body.cancel_all.account);
        mix_instrument(m, command->body.cancel_all.instrument);
    } else if (command->type == COMMAND_BID) {
        uint32_t auction = command->body.bid.auction;
        mix(m, auction < m->engine->auctions ? auction : AUCTION_NONE);
        mix_signed(m, command->body.bid.qty);
        mix_signed(m, command->body.bid.price);
    }
}

static void mix_session(struct mix *m, const struct command *command)
{
    const struct command_auction *auction = &command->body.auction;
    if (command->type == COMMAND_PHASE) {
        mix_instrument(m, command->body.phase.instrument);
        mix(m, command->body.phase.phase);
    } else if (command->type == COMMAND_UNCROSS) {
        mix_instrument(m, command->body.uncross.instrument);
    } else if (command->type == COMMAND_DAY) {
        mix_signed(m, command->body.day.day);
    } else if (command->type == COMMAND_PERIOD) {
        mix(m, command->body.period.year);
    } else if (command->type == COMMAND_CLEAR) {
        uint32_t id = command->body.clear.auction;
        mix(m, id < m->engine->auctions ? id : AUCTION_NONE);
    } else if (command->type == COMMAND_AUCTION) {
        mix_name(m, &auction->name);
        mix_instrument(m, auction->instrument);
        mix_account(m, auction->seller);
        mix_signed(m, auction->offer);
        mix_signed(m, auction->reserve_price);
        mix_signed(m, auction->lot);
        mix_signed(m, auction->floor_min);
        mix_signed(m, auction->share_ppm);
        mix_signed(m, auction->deposit_ppm);
        mix(m, (uint64_t)auction->regime << 24 | (uint64_t)auction->undersubscribed << 16 |
                   (uint64_t)auction->tie << 8 | auction->unsold);
    }
}

uint64_t content_of(const struct engine *engine, const struct command *command)
{
    struct mix state = {.engine = engine, .hash = command->type};
    mix_account(&state, command->subject);
    mix_setup(&state, command);
    mix_assets(&state, command);
    mix_trading(&state, command);
    mix_session(&state, command);
    mix_more(&state, command);
    return state.hash;
}
