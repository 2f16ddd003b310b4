/* naive_deal.c - the verbs of auctions, agreements, busts, permits, strips and retirement. */
#include "tests/lib/naive.h"
#include <stddef.h>

const struct naive_verb naive_deal_verbs[] = {
    {NULL, NULL, NULL, 0, 0, 0, NULL},
};
