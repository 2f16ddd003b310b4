/* naive_deal.c - the verbs of auctions, agreements, busts, permits, strips and retirement. */
#include "tests/lib/naive.h"
#include <stddef.h>

const struct naive_verb naive_deal_verbs[] = {
    {NULL, NULL, NULL, 0, 0, 0, NULL},
};

const char *naive_seed_auction(const struct naive_line *line)
{
    (void)line;
    return "UNKNOWN_AUCTION";
}

void naive_deals_of_day(void)
{
}
