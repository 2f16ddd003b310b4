/* naive_deal.c - the verbs of auctions, agreements, busts, permits, strips, retirement and rule
 * sets. */
#include "tests/lib/naive.h"
#include <stdlib.h>

/* Decision 14.2: raises the set in force from the next command on. */
static const char *do_rules(const struct naive_line *line)
{
    long set = strtol(line->word[1], NULL, 10);
    if (set <= naive.rules) return "WRONG_STATE";
    if (set > 2) return "CAPACITY";
    naive.rules = (int)set;
    naive_say("rules set=%ld", set);
    return NULL;
}

/* Nothing is ever unfinished here. */
static const char *do_step(const struct naive_line *line)
{
    (void)line;
    return "WRONG_STATE";
}

const struct naive_verb naive_deal_verbs[] = {
    {"auction-terms", naive_auction_terms, NULL, N_REGULATORS | N_OPERATORS, 2, 2,
     "containment trigger entry_deposit agency agency_ppm instalments pay_until revocable "
     "announced"},
    {"stage", naive_auction_stage, NULL, N_REGULATORS | N_OPERATORS, 3, 3, ""},
    {"register", naive_auction_register, NULL, N_ITSELF, 3, 3, ""},
    {"bundle", naive_auction_bundle, NULL, N_REGULATORS | N_OPERATORS, 3, 3, "qty"},
    {"rebid", naive_auction_rebid, NULL, N_ITSELF, 3, 3, "n qty price"},
    {"withdraw", naive_auction_withdraw, NULL, N_ITSELF, 3, 3, "n"},
    {"settle", naive_do_settle, NULL, N_REGULATORS | N_OPERATORS, 2, 2, ""},
    {"standing", naive_do_standing, NULL, N_ITSELF, 3, 3, "qty price"},
    {"block", naive_do_block, NULL, N_ITSELF, 5, 5, "qty price"},
    {"bust", naive_do_bust, NULL, N_OPERATORS, 1, 1, "n cause"},
    {"permit", naive_do_permit, NULL, N_REGULATORS, 1, 1, "n decision"},
    {"strip", naive_do_strip, NULL, N_OPERATORS, 2, 2, "legs"},
    {"retire", naive_do_retire, NULL, N_REGULATORS | N_OPERATORS, 2, 2, ""},
    {"rules", do_rules, NULL, N_OPERATORS, 2, 2, ""},
    {"step", do_step, NULL, N_SYSTEMS, 1, 1, "steps"},
    {"auctions", NULL, naive_look_auctions, 0, 1, 2, ""},
    {"blocks", NULL, naive_look_blocks, 0, 1, 2, ""},
    {"jobs", NULL, NULL, 0, 1, 1, ""},
    {"steps", NULL, NULL, 0, 2, 2, ""},
    {NULL, NULL, NULL, 0, 0, 0, NULL},
};

bool naive_deal_answers(const struct naive_verb *verb)
{
    return verb->apply == naive_do_block || verb->apply == naive_do_bust ||
           verb->apply == naive_do_permit || verb->apply == naive_do_retire ||
           verb->apply == naive_auction_stage || verb->apply == do_rules;
}
