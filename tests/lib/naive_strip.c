/* naive_strip.c - one order for several vintages, and the retirement of instruments (decisions 11.5
 * and 11.6). */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>

wide naive_legs(const struct naive_instrument *x)
{
    return x->legs > 0 ? x->legs : 1;
}

bool naive_is_leg(int instrument)
{
    for (int i = 0; i < naive.instruments; i++)
        for (int n = 0; !naive.instrument[i].over && n < naive.instrument[i].legs; n++)
            if (naive.instrument[i].leg[n] == instrument) return true;
    return false;
}

wide naive_free_units(int who, int instrument, int zone)
{
    const struct naive_instrument *x = &naive.instrument[instrument];
    wide least = NAIVE_UNLIMITED;
    if (x->legs == 0) return naive_units_of(who, instrument, zone)->free;
    for (int i = 0; i < x->legs; i++)
        if (naive_units_of(who, x->leg[i], zone)->free < least)
            least = naive_units_of(who, x->leg[i], zone)->free;
    return least;
}

void naive_hold_units(int who, int instrument, int zone, wide qty)
{
    const struct naive_instrument *x = &naive.instrument[instrument];
    for (int i = 0; i < naive_legs(x); i++) {
        struct naive_units *units = naive_units_of(who, x->legs > 0 ? x->leg[i] : instrument, zone);
        units->free -= qty;
        units->held += qty;
    }
}

wide naive_legs_room(const struct naive_instrument *x, int from, int to)
{
    wide least = NAIVE_UNLIMITED;
    for (int i = 0; i < x->legs; i++) {
        wide room = naive_room(&naive.instrument[x->leg[i]], from, to);
        if (room < least) least = room;
    }
    return least;
}

bool naive_legs_allow(const struct naive_instrument *x, int from, int to)
{
    for (int i = 0; i < x->legs; i++)
        if (!naive.instrument[x->leg[i]].link[from][to].allowed) return false;
    return true;
}

bool naive_rooms_changed(void)
{
    static wide balance[NAIVE_INSTRUMENTS][NAIVE_ZONES][NAIVE_ZONES];
    bool changed = false;
    for (int i = 0; i < naive.instruments; i++)
        for (int a = 0; a < naive.zones; a++)
            for (int b = a + 1; b < naive.zones; b++) {
                wide now = naive.instrument[i].pair[a][b].balance;
                bool linked = naive.instrument[i].legs > 0 || naive_is_leg(i);
                if (linked && now != balance[i][a][b]) changed = true;
                balance[i][a][b] = now;
            }
    return changed;
}

/* The legs named in "A,B,C". Returns how many, or -1 - the number known if one is unknown. */
static int read_legs(char *text, int leg[NAIVE_LEGS], bool *unknown)
{
    int n = 0;
    *unknown = false;
    for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
        int instrument = naive_instrument_named(word);
        if (instrument < 0) *unknown = true;
        if (n < NAIVE_LEGS) leg[n] = instrument;
        n++;
    }
    return n;
}

static bool fit_together(const int leg[], int n)
{
    for (int i = 0; i < n; i++) {
        const struct naive_instrument *x = &naive.instrument[leg[i]];
        const struct naive_instrument *first = &naive.instrument[leg[0]];
        if (x->family != first->family || x->lot != first->lot || x->conditional || x->over ||
            x->legs > 0)
            return false;
        for (int other = 0; other < i; other++)
            if (leg[other] == leg[i]) return false;
    }
    return true;
}

const char *naive_do_strip(const struct naive_line *line)
{
    const char *name = line->word[1], *legs = naive_value(line, "legs");
    const struct naive_instrument *first;
    struct naive_instrument x;
    char text[NAIVE_LINE];
    int leg[NAIVE_LEGS], n;
    bool unknown;
    strcpy(text, legs ? legs : "");
    n = read_legs(text, leg, &unknown);
    if (strcmp(name, "-") == 0) return "NOT_ALLOWED";
    if (naive_instrument_named(name) >= 0) return "DUPLICATE_ID";
    if (unknown) return "UNKNOWN_INSTRUMENT";
    if (n < 2 || n > NAIVE_LEGS || !fit_together(leg, n)) return "NOT_ALLOWED";
    if (naive.instruments == NAIVE_INSTRUMENTS) return "CAPACITY";
    first = &naive.instrument[leg[0]];
    memset(&x, 0, sizeof x);
    strcpy(x.name, name);
    strcpy(x.approval, first->approval);
    x.family = first->family;
    x.lot = first->lot;
    x.tick = first->tick;
    x.band = first->band;
    x.fee = first->fee;
    x.block_from = first->block_from;
    x.t_plus = first->t_plus;
    x.stp = first->stp;
    x.methods = first->methods;
    x.no_investors = first->no_investors;
    x.block_fee = first->block_fee;
    x.auction_fee = first->auction_fee;
    x.block_band = first->block_band;
    x.deadline_days = first->deadline_days;
    x.holders_max = first->holders_max;
    x.dynamic = first->dynamic;
    x.close_floor = first->close_floor;
    x.vintage = first->vintage;
    x.basis = first->basis;
    x.gd_2019 = first->gd_2019;
    x.no_rent = first->no_rent;
    x.phase = N_CLOSED;
    for (int i = 0; i < NAIVE_ZONES; i++)
        for (int j = i + 1; j < NAIVE_ZONES; j++)
            x.pair[i][j] = (struct naive_pair){0, -NAIVE_UNLIMITED, NAIVE_UNLIMITED};
    x.legs = n;
    memcpy(x.leg, leg, (size_t)n * sizeof leg[0]);
    naive.instrument[naive.instruments++] = x;
    return NULL;
}

const char *naive_do_retire(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->over || naive_auction_alive(instrument) || naive_in_escrow(instrument) ||
        naive_is_leg(instrument))
        return "WRONG_STATE";
    naive_say("retired instrument=%s", x->name);
    naive_cancel_of(-1, instrument, "OPERATOR");
    naive_standings_end(instrument);
    x->phase = N_CLOSED;
    x->over = true;
    return NULL;
}
