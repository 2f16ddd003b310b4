/* naive_look.c - the looks of the script: they print the state and change nothing. */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>

struct level {
    wide price, qty;
    int orders;
};

struct levels {
    struct level at[1024];
    int n;
};

/* Keeps the levels sorted, best first; equal prices merge. */
static void add(struct levels *levels, enum naive_side side, wide price, wide qty)
{
    int i = 0, last = levels->n;
    while (i < last && (side == N_BUY ? levels->at[i].price > price : levels->at[i].price < price))
        i++;
    if (i == last || levels->at[i].price != price) {
        if (last == 1024) abort();
        for (; last > i; last--)
            levels->at[last] = levels->at[last - 1];
        levels->at[i] = (struct level){price, 0, 0};
        levels->n++;
    }
    levels->at[i].qty += qty;
    levels->at[i].orders++;
}

/* 6.7: orders of another zone as `zone` sees them: mapped price, whole steps in `zone`'s units,
 * cut to the room best first. */
static void add_foreign(struct levels *levels, const struct naive_instrument *x, int zone,
                        int other, enum naive_side side)
{
    int from = side == N_SELL ? other : zone, to = side == N_SELL ? zone : other;
    struct naive_link link = naive_link_of(x, from, to);
    const struct naive_book *book = &x->book[other][side];
    wide step = naive_step(x, from, to), room = naive_room(x, from, to);
    for (int i = 0; link.allowed && i < book->count; i++) {
        const struct naive_order *o = book->at[i];
        wide q =
            side == N_SELL ? naive_floor(naive_visible(o) * link.rd, link.rn) : naive_visible(o);
        q = q < room ? q : room;
        q = q > 0 ? naive_floor(q, step) * step : 0;
        room -= q;
        if (q > 0 && side == N_SELL)
            add(levels, side, naive_e(link, o->price), q);
        else if (q > 0)
            add(levels, side, naive_f(link, o->price), q * link.rn / link.rd);
    }
}

static void book_of_zone(const struct naive_instrument *x, int zone, bool local)
{
    static const char *sides[] = {"bid", "ask"};
    for (int side = 0; side < 2; side++) {
        struct levels levels = {.n = 0};
        for (int i = 0; i < x->book[zone][side].count; i++)
            add(&levels, (enum naive_side)side, x->book[zone][side].at[i]->price,
                naive_visible(x->book[zone][side].at[i]));
        for (int other = 0; local && other < naive.zones; other++)
            if (other != zone) add_foreign(&levels, x, zone, other, (enum naive_side)side);
        for (int i = 0; i < levels.n; i++)
            naive_say("level instrument=%s zone=%s side=%s price=%s qty=%s orders=%d", x->name,
                      naive.zone[zone], sides[side], naive_text(levels.at[i].price),
                      naive_text(levels.at[i].qty), levels.at[i].orders);
    }
}

static bool unknown(int found, const char *verb, const char *reason)
{
    if (found < 0) naive_say("rejected command=%s reason=%s", verb, reason);
    return found < 0;
}

void naive_look_book(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    const char *zone = naive_value(line, "zone");
    bool local = naive_number(line, "local", 0) != 0;
    int only = zone ? naive_zone_named(zone) : -1;
    if (unknown(instrument, "book", "UNKNOWN_INSTRUMENT")) return;
    for (int z = 0; z < naive.zones; z++)
        if (only < 0 || only == z) book_of_zone(&naive.instrument[instrument], z, local);
}

void naive_look_account(const struct naive_line *line)
{
    int who = naive_participant_named(line->word[1]);
    int instrument = naive_instrument_named(line->word[2]);
    const struct naive_participant *p;
    if (unknown(who, "account", "UNKNOWN_PARTICIPANT") ||
        unknown(instrument, "account", "UNKNOWN_INSTRUMENT"))
        return;
    p = naive.participant[who];
    for (int z = 0; z < naive.zones; z++) {
        struct naive_units units = p->units[instrument][z];
        bool own = z == naive_zone_of(who, instrument);
        if (!own && units.free + units.held + units.locked + units.surrendered == 0) continue;
        naive_say("account participant=%s instrument=%s free=%s held=%s locked=%s surrendered=%s "
                  "cash=%s cash_held=%s%s%s",
                  p->name, naive.instrument[instrument].name, naive_text(units.free),
                  naive_text(units.held), naive_text(units.locked), naive_text(units.surrendered),
                  naive_text(p->cash), naive_text(p->cash_held),
                  own ? "" : " zone=", own ? "" : naive.zone[z]);
    }
}

static void open_orders(const struct naive_book *book, int who)
{
    for (int i = 0; i < book->count; i++) {
        const struct naive_order *o = book->at[i];
        if (o->who == who)
            naive_say("open order=%s instrument=%s side=%s left=%s price=%s%s%s%s%s", o->shown,
                      naive.instrument[o->instrument].name, o->side == N_BUY ? "buy" : "sell",
                      naive_text(o->left), naive_text(o->price), o->display > 0 ? " display=" : "",
                      o->display > 0 ? naive_text(o->display) : "", o->parked ? " stop=" : "",
                      o->parked ? naive_text(o->stop) : "");
    }
}

void naive_look_orders(const struct naive_line *line)
{
    int who = naive_participant_named(line->word[1]);
    if (unknown(who, "orders", "UNKNOWN_PARTICIPANT")) return;
    for (int i = 0; i < naive.instruments; i++)
        for (int z = 0; z < naive.zones; z++) {
            for (int side = 0; side < 2; side++)
                open_orders(&naive.instrument[i].book[z][side], who);
            for (int side = 0; side < 2; side++)
                open_orders(&naive.instrument[i].parked[z][side], who);
        }
}

void naive_look_fund(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    if (unknown(instrument, "fund", "UNKNOWN_INSTRUMENT")) return;
    for (int z = 0; z < naive.zones; z++)
        naive_say("fund instrument=%s zone=%s cash=%s retired=%s",
                  naive.instrument[instrument].name, naive.zone[z],
                  naive_text(naive.instrument[instrument].fund[z]),
                  naive_text(naive.instrument[instrument].retired[z]));
}

void naive_look_balance(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    int from = naive_zone_named(line->word[2]), to = naive_zone_named(line->word[3]);
    struct naive_pair pair;
    if (unknown(instrument, "balance", "UNKNOWN_INSTRUMENT")) return;
    pair = naive.instrument[instrument].pair[from < to ? from : to][from < to ? to : from];
    if (from > to) pair = (struct naive_pair){-pair.balance, -pair.hi, -pair.lo};
    naive_say("balance instrument=%s from=%s to=%s net=%s lo=%s hi=%s",
              naive.instrument[instrument].name, naive.zone[from], naive.zone[to],
              naive_text(pair.balance), pair.lo == -NAIVE_UNLIMITED ? "-" : naive_text(pair.lo),
              pair.hi == NAIVE_UNLIMITED ? "-" : naive_text(pair.hi));
}

static void reconcile_units(int instrument)
{
    const struct naive_instrument *x = &naive.instrument[instrument];
    struct naive_units sum = {0, 0, 0, 0};
    wide retired = 0, auctioned = naive_auctioned(instrument);
    for (int z = 0; z < naive.zones; z++) {
        retired += x->retired[z];
        for (int p = 0; p < naive.participants; p++) {
            struct naive_units units = naive.participant[p]->units[instrument][z];
            sum.free += units.free;
            sum.held += units.held;
            sum.locked += units.locked;
            sum.surrendered += units.surrendered;
        }
    }
    naive_say("units instrument=%s issued=%s free=%s held=%s locked=%s surrendered=%s retired=%s "
              "auctioned=%s difference=%s",
              x->name, naive_text(x->issued), naive_text(sum.free), naive_text(sum.held),
              naive_text(sum.locked), naive_text(sum.surrendered), naive_text(retired),
              naive_text(auctioned),
              naive_text(x->issued - sum.free - sum.held - sum.locked - sum.surrendered - retired -
                         auctioned));
}

void naive_look_reconcile(const struct naive_line *line)
{
    int only = line->words > 1 ? naive_instrument_named(line->word[1]) : -1;
    wide cash = 0, held = 0, fund = 0;
    if (line->words > 1 && unknown(only, "reconcile", "UNKNOWN_INSTRUMENT")) return;
    for (int i = 0; i < naive.instruments; i++)
        if (only < 0 || only == i) reconcile_units(i);
    if (only >= 0) return;
    for (int p = 0; p < naive.participants; p++) {
        cash += naive.participant[p]->cash;
        held += naive.participant[p]->cash_held;
    }
    for (int i = 0; i < naive.instruments; i++)
        for (int z = 0; z < naive.zones; z++)
            fund += naive.instrument[i].fund[z];
    naive_say(
        "money deposited=%s free=%s held=%s fund=%s operator=%s treasury=%s difference=%s",
        naive_text(naive.deposited), naive_text(cash), naive_text(held), naive_text(fund),
        naive_text(naive.operator_cash), naive_text(naive.treasury),
        naive_text(naive.deposited - cash - held - fund - naive.operator_cash - naive.treasury));
}
