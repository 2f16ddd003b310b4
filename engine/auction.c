/* auction.c - the commands of auctions, each to its file; see auction.h. */
#include "engine/auction.h"

void auction_apply(struct engine *engine, const struct command *command)
{
    if (command->type == COMMAND_AUCTION)
        auction_open_apply(engine, command);
    else if (command->type == COMMAND_BID)
        auction_bid_apply(engine, command);
    else
        auction_clear_apply(engine, command);
}

typedef void apply_function(struct engine *engine, const struct command *command);

static apply_function *const more[COMMAND_END] = {
    [COMMAND_AUCTION_TERMS] = auction_terms_apply, [COMMAND_STAGE] = auction_stage_apply,
    [COMMAND_REGISTER] = auction_register_apply,   [COMMAND_REBID] = auction_rebid_apply,
    [COMMAND_WITHDRAW] = auction_withdraw_apply,   [COMMAND_SETTLE] = auction_settle_apply,
    [COMMAND_STANDING] = standing_apply,           [COMMAND_BUNDLE] = bundle_apply,
};

void auction_more_apply(struct engine *engine, const struct command *command)
{
    more[command->type](engine, command);
}
