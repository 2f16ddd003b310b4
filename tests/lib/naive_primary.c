/* naive_primary.c - market.md section 5: sealed bids, one price, the regime as data. */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *regime;
    enum naive_under under;
    int reserve, floor_min, share, deposit;
} presets[] = {
    {"custom", N_CANCEL_ALL, 0, 1, 1000000, 1000000},
    {"GD-2013", N_AT_RESERVE, 6000, 1, 1000000, 1000000},
    {"GD-2014", N_AT_LOWEST, 0, 1, 1000000, 1000000},
    {"GD-2015", N_CANCEL_ALL, 0, 1000, 500000, 1000000},
    {"GD-2016", N_CANCEL_ALL, 0, 1000, 500000, 1000000},
    {"GD-entrusted", N_AT_RESERVE, 0, 1, 1000000, 50000},
};

static const char *open_checks(struct naive_auction *a)
{
    if (a->offer < 1 || a->offer > NAIVE_QTY_MAX || a->lot < 1 || a->reserve < 1 ||
        a->reserve > NAIVE_PRICE_MAX || a->floor_min < 1 || a->share < 1 || a->share > NAIVE_P ||
        a->deposit < 0 || a->deposit > NAIVE_P)
        return "QTY_RANGE";
    if (a->offer % a->lot != 0) return "LOT";
    if (a->seller >= 0 && naive_units_of(a->seller, a->instrument, a->seller_zone)->free < a->offer)
        return "UNITS_SHORT";
    return naive.auctions == NAIVE_AUCTIONS ? "CAPACITY" : NULL;
}

const char *naive_auction_open(const struct naive_line *line)
{
    const char *regime = naive_value(line, "regime"), *seller = naive_value(line, "seller");
    const char *under = naive_value(line, "undersubscribed"), *tie = naive_value(line, "tie");
    int row = naive_choice(regime ? regime : "custom",
                           "custom GD-2013 GD-2014 GD-2015 GD-2016 GD-entrusted");
    struct naive_auction *a = calloc(1, sizeof *a);
    const char *no = NULL;
    if (!a) abort();
    strcpy(a->name, line->word[1]);
    a->instrument = naive_instrument_named(line->word[2]);
    a->seller = naive_participant_named(seller ? seller : "reserve");
    a->offer = naive_number(line, "offer", 0);
    a->reserve = naive_number(line, "reserve", presets[row].reserve);
    a->floor_min = naive_number(line, "floor_min", presets[row].floor_min);
    a->share = naive_number(line, "share_ppm", presets[row].share);
    a->deposit = naive_number(line, "deposit_ppm", presets[row].deposit);
    a->pro_rata = naive_choice(tie ? tie : "time", "time pro-rata") == 1;
    a->under = under ? (enum naive_under)naive_choice(
                           under, "cancel-all partial-at-reserve partial-at-lowest-bid")
                     : presets[row].under;
    if (a->instrument < 0)
        no = "UNKNOWN_INSTRUMENT";
    else if (a->seller < 0 && seller && strcmp(seller, "reserve") != 0)
        no = "UNKNOWN_PARTICIPANT";
    else if (naive_auction_named(a->name) >= 0)
        no = "DUPLICATE_ID";
    if (!no) {
        a->lot = naive_number(line, "lot", naive.instrument[a->instrument].lot);
        if (a->seller >= 0) a->seller_zone = naive_zone_of(a->seller, a->instrument);
        no = open_checks(a);
    }
    if (no) {
        free(a);
        return no;
    }
    if (a->seller >= 0) {
        naive_units_of(a->seller, a->instrument, a->seller_zone)->free -= a->offer;
        a->frozen = a->offer;
    }
    naive.auction[naive.auctions++] = a;
    return NULL;
}

/* Does the delivery cross a zone border? Not from the issuer or a reserve: that is allocation. */
static bool crosses(const struct naive_auction *a, int buyer)
{
    return a->seller >= 0 && !naive.participant[a->seller]->reserve &&
           naive_zone_of(buyer, a->instrument) != a->seller_zone;
}

static bool may_deliver(const struct naive_auction *a, int buyer)
{
    const struct naive_instrument *x = &naive.instrument[a->instrument];
    int to = naive_zone_of(buyer, a->instrument);
    struct naive_link link;
    if (!crosses(a, buyer)) return true;
    link = naive_link_of(x, a->seller_zone, to);
    return link.allowed && link.rn == link.rd &&
           naive_room(x, a->seller_zone, to) > NAIVE_UNLIMITED / 2;
}

static wide group_bids(const struct naive_auction *a, int who)
{
    wide total = 0;
    for (int i = 0; i < a->bids; i++)
        if (strcmp(naive.participant[a->bid[i].who]->group, naive.participant[who]->group) == 0)
            total += a->bid[i].qty;
    return total;
}

const char *naive_auction_bid(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    struct naive_bid bid = {naive_participant_named(line->word[2]), naive_number(line, "qty", 0),
                            naive_number(line, "price", 0), 0, 0};
    if (bid.who < 0) return "UNKNOWN_PARTICIPANT";
    if (naive.role != N_SYSTEM && (naive.role != N_ENTERPRISE || naive.actor != bid.who))
        return "NOT_ALLOWED";
    if (auction < 0) return "UNKNOWN_AUCTION";
    if (!may_deliver(a, bid.who)) return "NOT_ALLOWED";
    if (a->state != N_OPEN) return "WRONG_STATE";
    if (bid.qty < 1 || bid.qty > NAIVE_QTY_MAX || bid.price < 1 || bid.price > NAIVE_PRICE_MAX)
        return "QTY_RANGE";
    if (bid.qty % a->lot != 0) return "LOT";
    if (bid.qty < a->floor_min) return "QTY_RANGE";
    if (bid.price % naive.instrument[a->instrument].tick != 0) return "TICK";
    if (bid.qty + group_bids(a, bid.who) > naive_floor(a->offer * a->share, NAIVE_P))
        return "POSITION_LIMIT";
    if (bid.price * bid.qty > NAIVE_MONEY_MAX) return "QTY_RANGE";
    bid.deposit = naive_ceil(bid.price * bid.qty * a->deposit, NAIVE_P);
    if (naive.participant[bid.who]->cash < bid.deposit) return "CASH_SHORT";
    if (a->bids == NAIVE_BIDS) return "CAPACITY";
    naive.participant[bid.who]->cash -= bid.deposit;
    naive.participant[bid.who]->cash_held += bid.deposit;
    a->bid[a->bids++] = bid;
    return NULL;
}

/* A bid below the reserve, or whose bidder now trades in a zone that cannot be served, is kept but
 * wins nothing. */
static bool valid(const struct naive_auction *a, int bid)
{
    return a->bid[bid].price >= a->reserve && may_deliver(a, a->bid[bid].who);
}

/* Largest remainder in lots over the bids at one price; equal remainders in time order. */
static void pro_rata(struct naive_auction *a, wide price, wide units)
{
    wide lots = units / a->lot, asked = 0, given = 0;
    for (int i = 0; i < a->bids; i++)
        if (a->bid[i].price == price && valid(a, i)) asked += a->bid[i].qty;
    for (int i = 0; i < a->bids; i++)
        if (a->bid[i].price == price && valid(a, i)) {
            a->bid[i].won = naive_floor(lots * a->bid[i].qty, asked) * a->lot;
            given += a->bid[i].won / a->lot;
        }
    while (given < lots) { /* one lot to the largest remainder that has not had one */
        int best = -1;
        wide best_rest = -1;
        for (int i = 0; i < a->bids; i++) {
            wide share = lots * a->bid[i].qty;
            if (a->bid[i].price != price || !valid(a, i) ||
                a->bid[i].won > naive_floor(share, asked) * a->lot)
                continue;
            if (share % asked > best_rest) {
                best = i;
                best_rest = share % asked;
            }
        }
        a->bid[best].won += a->lot;
        given++;
    }
}

/* Gives units to the valid bids by price, then time, and finds price and state. */
static void award(struct naive_auction *a)
{
    wide units = 0, left = a->offer, price = NAIVE_PRICE_MAX + 1;
    for (int i = 0; i < a->bids; i++)
        if (valid(a, i)) units += a->bid[i].qty;
    a->state = units >= a->offer ? N_CLEARED : N_PARTIAL;
    if (units == 0 || (units < a->offer && a->under == N_CANCEL_ALL)) {
        a->state = N_FAILED;
        return;
    }
    while (left > 0) {
        wide next = 0, asked = 0;
        for (int i = 0; i < a->bids; i++)
            if (a->bid[i].price < price && a->bid[i].price > next && valid(a, i))
                next = a->bid[i].price;
        if (next == 0) break;
        price = next;
        for (int i = 0; i < a->bids; i++)
            asked += a->bid[i].price == price && valid(a, i) ? a->bid[i].qty : 0;
        if (a->pro_rata && asked > left) {
            pro_rata(a, price, left);
            left = 0;
        }
        for (int i = 0; i < a->bids && left > 0; i++)
            if (a->bid[i].price == price && valid(a, i)) {
                a->bid[i].won = a->bid[i].qty < left ? a->bid[i].qty : left;
                left -= a->bid[i].won;
            }
    }
    a->price = a->state == N_PARTIAL && a->under == N_AT_RESERVE ? a->reserve : price;
    a->sold = a->offer - left;
}

/* Section 6: a zone transfer pays the levy on the greater of price and the buyer's reference. */
static wide levy_per_unit(const struct naive_auction *a, int buyer)
{
    const struct naive_instrument *x = &naive.instrument[a->instrument];
    int to = naive_zone_of(buyer, a->instrument);
    wide base = a->price > x->ref[to] ? a->price : x->ref[to];
    wide levy;
    if (!crosses(a, buyer)) return 0;
    levy = base - naive_f(naive_link_of(x, a->seller_zone, to), base);
    return levy < a->price ? levy : a->price;
}

static void deliver(struct naive_auction *a, struct naive_bid *bid)
{
    struct naive_instrument *x = &naive.instrument[a->instrument];
    struct naive_participant *winner = naive.participant[bid->who];
    int zone = naive_zone_of(bid->who, a->instrument);
    struct naive_units *units = naive_units_of(bid->who, a->instrument, zone);
    wide pays = a->price * bid->won;
    int fund_zone = a->seller >= 0 ? a->seller_zone : zone;
    winner->cash_held -= bid->deposit;
    if (bid->deposit + winner->cash < pays) {
        x->fund[fund_zone] += bid->deposit; /* forfeited; the units go back */
        naive_say("award auction=%s participant=%s qty=%s price=%s state=DEFAULTED", a->name,
                  winner->name, naive_text(bid->won), naive_text(a->price));
        return;
    }
    winner->cash += bid->deposit - pays;
    *(x->t_plus > 0 ? &units->locked : &units->free) += bid->won;
    if (a->seller < 0) {
        x->issued += bid->won;
        naive.treasury += pays;
    } else {
        wide levy = levy_per_unit(a, bid->who) * bid->won;
        a->frozen -= bid->won;
        naive.participant[a->seller]->cash += pays - levy;
        x->fund[a->seller_zone] += levy;
        if (crosses(a, bid->who)) naive_flow(x, a->seller_zone, zone, bid->won);
    }
    naive_say("award auction=%s participant=%s qty=%s price=%s", a->name, winner->name,
              naive_text(bid->won), naive_text(a->price));
}

const char *naive_auction_clear(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    static const char *states[] = {"OPEN", "CLEARED", "PARTIAL", "FAILED"};
    if (auction < 0) return "UNKNOWN_AUCTION";
    if (a->state != N_OPEN) return "WRONG_STATE";
    award(a);
    naive_say("cleared auction=%s price=%s sold=%s state=%s", a->name, naive_text(a->price),
              naive_text(a->sold), states[a->state]);
    for (int i = 0; i < a->bids; i++)
        if (a->bid[i].won == 0) { /* losers first: their money may pay for their other bids */
            naive.participant[a->bid[i].who]->cash += a->bid[i].deposit;
            naive.participant[a->bid[i].who]->cash_held -= a->bid[i].deposit;
        }
    for (wide price = NAIVE_PRICE_MAX + 1;;) { /* rank: price, then time */
        wide next = 0;
        for (int i = 0; i < a->bids; i++)
            if (a->bid[i].won > 0 && a->bid[i].price < price && a->bid[i].price > next)
                next = a->bid[i].price;
        if (next == 0) break;
        price = next;
        for (int i = 0; i < a->bids; i++)
            if (a->bid[i].won > 0 && a->bid[i].price == price) deliver(a, &a->bid[i]);
    }
    if (a->seller >= 0) {
        naive_units_of(a->seller, a->instrument, a->seller_zone)->free += a->frozen;
        a->frozen = 0;
    }
    return NULL;
}
