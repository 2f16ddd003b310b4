/* naive_people.c - who may buy, at which fee, and how bought units arrive (decisions 10 and 13). */
#include "tests/lib/naive.h"
#include <string.h>

bool naive_stopped(int who)
{
    (void)who;
    return false;
}

bool naive_barred(int who, int instrument)
{
    return naive.instrument[instrument].no_investors &&
           strcmp(naive.participant[who]->type, "investor") == 0;
}

wide naive_rate(int who, wide ppm)
{
    (void)who;
    return ppm;
}

const char *naive_buy_checks(int who, int instrument, int zone, wide qty)
{
    (void)who;
    (void)instrument;
    (void)zone;
    (void)qty;
    return NULL;
}

void naive_arrive(int who, int instrument, int zone, wide qty)
{
    struct naive_units *units = naive_units_of(who, instrument, zone);
    *(naive.instrument[instrument].t_plus > 0 ? &units->locked : &units->free) += qty;
}

void naive_count_net(int instrument, int buyer, int zone, wide bought, int seller, int seller_zone,
                     wide sold)
{
    (void)instrument;
    (void)buyer;
    (void)zone;
    (void)bought;
    (void)seller;
    (void)seller_zone;
    (void)sold;
}

void naive_figures(const struct naive_trade *t, int sign)
{
    struct naive_instrument *x = &naive.instrument[t->instrument];
    if (t->agreement) return;
    x->day_volume[t->to] += sign * t->received;
    x->day_turnover[t->to] += sign * t->counted_buyer;
    if (t->from == t->to) return;
    x->day_volume[t->from] += sign * t->delivered;
    x->day_turnover[t->from] += sign * t->counted_seller;
}
