/* naive_stop.c - parked stop orders (decision 9.4) and all that follows a command. */
#include "tests/lib/naive.h"
#include <stddef.h>

/* The zone's last price of this trading day, before the first one its reference. */
wide naive_last(const struct naive_instrument *x, int zone)
{
    return x->last[zone] > 0 ? x->last[zone] : x->ref[zone];
}

static bool reached(const struct naive_instrument *x, const struct naive_order *o)
{
    wide last = naive_last(x, o->zone);
    return o->side == N_BUY ? last >= o->stop : last <= o->stop;
}

/* Is `a` taken before `b`? Buys by lowest stop price, then sells by highest; equal ones by
 * priority. */
static bool sooner(const struct naive_order *a, const struct naive_order *b)
{
    if (a->side != b->side) return a->side == N_BUY;
    if (a->stop != b->stop) return a->side == N_BUY ? a->stop < b->stop : a->stop > b->stop;
    return a->priority < b->priority;
}

static struct naive_order *next_stop(const struct naive_instrument *x)
{
    struct naive_order *found = NULL;
    for (int z = 0; z < naive.zones; z++)
        for (int side = 0; side < 2; side++)
            for (int i = 0; i < x->parked[z][side].count; i++) {
                struct naive_order *o = x->parked[z][side].at[i];
                if (reached(x, o) && (!found || sooner(o, found))) found = o;
            }
    return found;
}

static void links_and_room(struct naive_instrument *x)
{
    naive_say_links(x, false);
    if (x->phase != N_CONTINUOUS) return;
    naive_new_room(x);
    naive_say_links(x, false);
}

void naive_after(struct naive_instrument *x)
{
    links_and_room(x);
    while (x->phase == N_CONTINUOUS) {
        struct naive_order *o = next_stop(x);
        if (!o) return;
        naive_unrest(o);
        o->parked = false;
        o->priority = ++naive.priority;
        o->type = o->type == N_STOP ? N_MARKET : N_LIMIT;
        o->stop = 0;
        naive_say("triggered order=%s", o->shown);
        naive_run(o);
        links_and_room(x);
    }
}

/* At the change of day, in the new band: a plain stop's frozen price follows it where that frees
 * cash or asks more; what cannot follow is cancelled. */
static const char *stop_expires(const struct naive_instrument *x, struct naive_order *o)
{
    wide inside = naive_in_band(x, o->zone, o->price);
    if (o->tif != N_GTC || (o->until > 0 && o->until < naive.today)) return "EXPIRED";
    if (naive_in_band(x, o->zone, o->stop) != o->stop) return "BAND";
    if (inside == o->price) return NULL;
    if (o->type == N_STOP_LIMIT || (o->side == N_BUY) != (inside < o->price)) return "BAND";
    naive_freeze(o, -1);
    o->price = inside;
    naive_freeze(o, +1);
    return NULL;
}

void naive_expire_stops(struct naive_instrument *x, int zone)
{
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < x->parked[zone][side].count;) {
            struct naive_order *o = x->parked[zone][side].at[i];
            const char *reason = stop_expires(x, o);
            if (reason)
                naive_cancel(o, reason);
            else
                i++;
        }
}
