/* naive_offer.c - the looks at auctions. */
#include "tests/lib/naive_auction.h"
#include <stdio.h>
#include <string.h>

static const char *const regimes[] = {"custom",       "GD-2013", "GD-2014", "GD-2015", "GD-2016",
                                      "GD-entrusted", "EU",      "UK",      "CA",      "eco-lot"};
static const char *const states[] = {"ANNOUNCED", "REGISTRATION", "OPEN",   "CLOSED",
                                     "CLEARED",   "PARTIAL",      "FAILED", "SETTLED"};

static void add(char line[], const char *key, const char *value)
{
    strcat(strcat(strcat(strcat(line, " "), key), "="), value);
}

static void add_number(char line[], const char *key, wide value)
{
    if (value != 0) add(line, key, naive_text(value));
}

/* The further terms, each only where there is something to say. */
static void say_offer(const struct naive_auction *a)
{
    char more[NAIVE_LINE] = "", date[16];
    int alive = 0;
    for (int n = 0; n < a->bids; n++)
        alive += !a->bid[n].withdrawn && !a->bid[n].standing;
    add_number(more, "containment", a->containment);
    add_number(more, "trigger", a->trigger);
    add_number(more, "entry_deposit", a->entry_deposit);
    add_number(more, "registered", a->entrants);
    if (a->agency >= 0) add(more, "agency", naive.participant[a->agency]->name);
    add_number(more, "agency_ppm", a->agency_ppm);
    add_number(more, "instalments", a->instalments);
    naive_say_date(date, a->pay_until);
    if (a->pay_until > 0) add(more, "pay_until", date);
    add_number(more, "revocable", a->revocable);
    add_number(more, "unsold_reserve", naive_auctions.unsold[a->instrument]);
    naive_say("offer auction=%s instrument=%s regime=%s seller=%s offer=%s reserve=%s bids=%d "
              "price=%s sold=%s state=%s%s",
              a->name, naive.instrument[a->instrument].name, regimes[a->regime],
              a->seller < 0 ? "reserve" : naive.participant[a->seller]->name, naive_text(a->offer),
              naive_text(a->reserve), alive, naive_text(a->price), naive_text(a->sold),
              states[a->state], more);
}

void naive_look_auctions(const struct naive_line *line)
{
    int only = line->words > 1 ? naive_auction_named(line->word[1]) : -1;
    if (line->words > 1 && only < 0) naive_say("rejected command=auctions reason=UNKNOWN_AUCTION");
    for (int i = 0; i < naive.auctions; i++)
        if (only == i || line->words == 1) say_offer(naive.auction[i]);
}
