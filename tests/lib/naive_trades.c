/* naive_trades.c - the trades of the day and those in escrow: busts and permits (decisions 13.8
 * and 13.9). */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>

void naive_trade_done(struct naive_trade *t)
{
    struct naive_instrument *x = &naive.instrument[t->instrument];
    t->counted_buyer = t->received * naive_in_band(x, t->to, t->buyer_price);
    t->counted_seller = t->delivered * naive_in_band(x, t->from, t->seller_price);
    t->late = naive_late();
    naive_figures(t, 1);
    naive_count_net(t->instrument, t->buyer, t->to, t->received, t->seller, t->from, t->delivered);
    x->settle_trades++;
    x->settle_units += t->received;
    x->settle_cash += t->pays;
}
