/* naive_bids.c - sealed bids, changed and withdrawn ones, standing bids (decisions 12.3, 12.10). */
#include "tests/lib/naive_auction.h"
#include <stdlib.h>
#include <string.h>

void naive_hold_cash(int who, wide cash)
{
    naive.participant[who]->cash -= cash;
    naive.participant[who]->cash_held += cash;
}

static bool same_group(int a, int b)
{
    return strcmp(naive.participant[a]->group, naive.participant[b]->group) == 0;
}

wide naive_group_bids(const struct naive_auction *a, int who, int except)
{
    wide total = 0;
    for (int i = 0; i < a->bids; i++)
        if (i != except && !a->bid[i].withdrawn && same_group(a->bid[i].who, who))
            total += a->bid[i].qty;
    return total;
}

static const char *may_act(int who, bool bids)
{
    if (who < 0) return "UNKNOWN_PARTICIPANT";
    if (bids && naive_stopped(who)) return "NOT_ALLOWED";
    if (naive.role != N_SYSTEM && (naive.role != N_ENTERPRISE || naive.actor != who))
        return "NOT_ALLOWED";
    return NULL;
}

/* Decision 12.3 from QTY_RANGE on; `old`: the bid that is changed, -1 for a new one. */
static const char *figures(const struct naive_auction *a, struct naive_bid *bid, int old)
{
    const struct naive_instrument *x = &naive.instrument[a->instrument];
    wide credit = old >= 0 ? a->bid[old].deposit : 0;
    const char *no;
    if (bid->qty < 1 || bid->qty > NAIVE_QTY_MAX || bid->price < 1 || bid->price > NAIVE_PRICE_MAX)
        return "QTY_RANGE";
    if (bid->qty % a->lot != 0) return "LOT";
    if (bid->qty < a->floor_min) return "QTY_RANGE";
    if (bid->price % x->tick != 0) return "TICK";
    if (bid->qty + naive_group_bids(a, bid->who, old) > naive_floor(a->offer * a->share, NAIVE_P))
        return "POSITION_LIMIT";
    no = naive.rules < 2
             ? NULL
             : naive_buy_checks(bid->who, a->instrument, naive_zone_of(bid->who, a->instrument),
                                bid->qty - (old >= 0 ? a->bid[old].qty : 0));
    if (no) return no;
    if (bid->price * bid->qty > NAIVE_MONEY_MAX) return "QTY_RANGE";
    bid->deposit = naive_ceil(bid->price * bid->qty * a->deposit, NAIVE_P);
    if (naive.participant[bid->who]->cash + credit < bid->deposit) return "CASH_SHORT";
    return NULL;
}

static void enter(struct naive_auction *a, struct naive_bid bid)
{
    a->bid = realloc(a->bid, (size_t)(a->bids + 1) * sizeof a->bid[0]);
    if (!a->bid) abort();
    a->bid[a->bids++] = bid;
}

/* Who may bid here at all, beside registration. */
static const char *may_bid(const struct naive_auction *a, int who)
{
    if (!naive_reaches(a, who) || naive_barred(who, a->instrument)) return "NOT_ALLOWED";
    return NULL;
}

const char *naive_auction_bid(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    struct naive_bid bid = {.who = naive_participant_named(line->word[2]),
                            .number = 1,
                            .qty = naive_number(line, "qty", 0),
                            .price = naive_number(line, "price", 0)};
    const char *no = may_act(bid.who, true);
    if (no) return no;
    if (auction < 0) return "UNKNOWN_AUCTION";
    no = may_bid(a, bid.who);
    if (no) return no;
    if (a->state != N_OPEN) return "WRONG_STATE";
    if (a->entry_deposit > 0 && !naive_entrant_of(a, bid.who)) return "NOT_ALLOWED";
    no = figures(a, &bid, -1);
    if (no) return no;
    if (a->bids == NAIVE_BIDS) return "CAPACITY";
    for (int i = 0; i < a->bids; i++)
        bid.number += a->bid[i].who == bid.who;
    naive_hold_cash(bid.who, bid.deposit);
    bid.zone = naive_zone_of(bid.who, a->instrument);
    enter(a, bid);
    return NULL;
}

/* The living bid number n of a participant, or -1. */
static int bid_named(const struct naive_auction *a, int who, wide n)
{
    for (int i = 0; i < a->bids; i++)
        if (a->bid[i].who == who && a->bid[i].number == n && !a->bid[i].withdrawn) return i;
    return -1;
}

static const char *may_revoke(const struct naive_auction *a, int who, wide n)
{
    if (!a->revocable) return "NOT_ALLOWED";
    if (a->state != N_OPEN) return "WRONG_STATE";
    return bid_named(a, who, n) < 0 ? "UNKNOWN_ORDER" : NULL;
}

/* A changed bid has the time of the change: it goes behind the others. */
const char *naive_auction_rebid(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]), who = naive_participant_named(line->word[2]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    wide n = naive_number(line, "n", 0);
    struct naive_bid bid;
    const char *no = may_act(who, true);
    int at;
    if (no) return no;
    if (auction < 0) return "UNKNOWN_AUCTION";
    no = may_bid(a, who);
    if (!no) no = may_revoke(a, who, n);
    if (no) return no;
    at = bid_named(a, who, n);
    bid = a->bid[at];
    bid.qty = naive_number(line, "qty", 0);
    bid.price = naive_number(line, "price", 0);
    no = figures(a, &bid, at);
    if (no) return no;
    naive_hold_cash(who, bid.deposit - a->bid[at].deposit);
    bid.zone = naive_zone_of(who, a->instrument);
    for (; at + 1 < a->bids; at++)
        a->bid[at] = a->bid[at + 1];
    a->bid[a->bids - 1] = bid;
    return NULL;
}

const char *naive_auction_withdraw(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]), who = naive_participant_named(line->word[2]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    wide n = naive_number(line, "n", 0);
    const char *no = may_act(who, false);
    struct naive_bid *bid;
    if (no) return no;
    if (auction < 0) return "UNKNOWN_AUCTION";
    no = may_revoke(a, who, n);
    if (no) return no;
    bid = &a->bid[bid_named(a, who, n)];
    naive_hold_cash(who, -bid->deposit);
    bid->withdrawn = true;
    bid->deposit = 0;
    return NULL;
}

int naive_standing_of(int who, int instrument)
{
    for (int i = 0; i < naive_auctions.standings; i++)
        if (naive_auctions.standing[i].who == who &&
            naive_auctions.standing[i].instrument == instrument)
            return i;
    return -1;
}

/* Gives back what is still frozen and closes the gap. */
void naive_standing_end(int at)
{
    struct naive_standing *row = &naive_auctions.standing[at];
    naive_hold_cash(row->who, -row->qty * row->price);
    naive_auctions.standings--;
    for (; at < naive_auctions.standings; at++)
        naive_auctions.standing[at] = naive_auctions.standing[at + 1];
}

const char *naive_do_standing(const struct naive_line *line)
{
    int who = naive_participant_named(line->word[1]);
    struct naive_standing row = {who, naive_instrument_named(line->word[2]),
                                 naive_number(line, "qty", 0), naive_number(line, "price", 0)};
    const char *no = may_act(who, row.qty != 0);
    const struct naive_instrument *x;
    int old;
    wide credit;
    if (no) return no;
    if (row.instrument < 0) return "UNKNOWN_INSTRUMENT";
    x = &naive.instrument[row.instrument];
    if (x->family != 1 || x->over || (row.qty != 0 && naive_barred(who, row.instrument)))
        return "NOT_ALLOWED";
    old = naive_standing_of(who, row.instrument);
    if (row.qty == 0 && old < 0) return "UNKNOWN_ORDER";
    if (row.qty == 0) {
        naive_standing_end(old);
        return NULL;
    }
    if (row.qty < 0 || row.qty > NAIVE_QTY_MAX || row.price < 1 || row.price > NAIVE_PRICE_MAX)
        return "QTY_RANGE";
    if (row.price % x->tick != 0) return "TICK";
    if (row.qty * row.price > NAIVE_MONEY_MAX) return "QTY_RANGE";
    credit = old < 0 ? 0 : naive_auctions.standing[old].qty * naive_auctions.standing[old].price;
    if (naive.participant[who]->cash + credit < row.qty * row.price) return "CASH_SHORT";
    if (old < 0 && naive_auctions.standings == NAIVE_STANDING) return "CAPACITY";
    if (old >= 0) naive_standing_end(old);
    naive_hold_cash(who, row.qty * row.price);
    naive_auctions.standing[naive_auctions.standings++] = row;
    return NULL;
}
