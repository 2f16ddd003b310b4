/* naive_award.c - clearing, awards, payment, what is left over (decisions 12.5 to 12.11). */
#include "tests/lib/naive_auction.h"
#include <stdlib.h>
#include <string.h>

/* Every standing bid of somebody who may bid takes part, behind the real bids in time. */
static void gather_standing(struct naive_auction *a)
{
    wide most = naive_floor(a->offer * a->share, NAIVE_P);
    for (int i = 0; i < naive_auctions.standings; i++) {
        struct naive_standing *row = &naive_auctions.standing[i];
        struct naive_bid bid = {.who = row->who, .price = row->price, .standing = true};
        wide left;
        if (row->instrument != a->instrument || row->price < a->reserve) continue;
        if (naive_stopped(row->who) || naive_barred(row->who, row->instrument)) continue;
        if (a->entry_deposit > 0 && !naive_entrant_of(a, row->who)) continue;
        if (!naive_reaches(a, row->who)) continue;
        left = most - naive_group_bids(a, row->who, -1);
        bid.qty = row->qty < left ? row->qty : left;
        if (bid.qty <= 0) continue;
        bid.qty = naive_floor(bid.qty, a->lot) * a->lot;
        if (bid.qty == 0 || bid.qty < a->floor_min) continue;
        a->bid = realloc(a->bid, (size_t)(a->bids + 1) * sizeof a->bid[0]);
        if (!a->bid) abort();
        a->bid[a->bids++] = bid;
    }
}

/* Decision 12.5: a SplitMix64 output for every bid, withdrawn ones too. */
static void draw(struct naive_auction *a)
{
    uint64_t s = 0;
    for (int i = 0; i < 8; i++)
        s |= (uint64_t)a->seed[i] << (8 * i);
    for (int i = 0; a->tie == N_SEEDED && i < a->bids; i++) {
        uint64_t z;
        s += 0x9e3779b97f4a7c15u;
        z = s;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        a->bid[i].draw = z ^ z >> 31;
    }
}

/* Bids below the reserve are kept but invalid; so are those of a bidder who moved out of reach. */
static bool valid(const struct naive_auction *a, const struct naive_bid *bid)
{
    return !bid->withdrawn && bid->price >= a->reserve && naive_reaches(a, bid->who);
}

static bool ahead(const struct naive_auction *a, int left, int right)
{
    const struct naive_bid *l = &a->bid[left], *r = &a->bid[right];
    if (l->price != r->price) return l->price > r->price;
    if (l->draw != r->draw) return l->draw < r->draw;
    return left < right;
}

static void rank(struct naive_auction *a)
{
    a->rank = calloc((size_t)a->bids + 1, sizeof a->rank[0]);
    if (!a->rank) abort();
    for (int i = 0; i < a->bids; i++) {
        int at = a->ranks;
        if (!valid(a, &a->bid[i])) continue;
        for (; at > 0 && ahead(a, i, a->rank[at - 1]); at--)
            a->rank[at] = a->rank[at - 1];
        a->rank[at] = i;
        a->ranks++;
    }
}

/* Largest remainder: gives `units` of `unit` each to shares in proportion to `weight`; ties to the
 * one named first. */
static void largest_remainder(wide units, const wide weight[], wide out[], int n)
{
    wide total = 0, given = 0;
    for (int i = 0; i < n; i++)
        total += weight[i];
    for (int i = 0; i < n; i++) {
        out[i] = naive_floor(units * weight[i], total);
        given += out[i];
    }
    while (given < units) {
        int best = -1;
        for (int i = 0; i < n; i++)
            if (out[i] == naive_floor(units * weight[i], total) &&
                (best < 0 || units * weight[i] % total > units * weight[best] % total))
                best = i;
        out[best]++;
        given++;
    }
}

/* PRO_RATA over the ranked bids first .. first + n - 1, which are of one price. */
static void pro_rata(struct naive_auction *a, int first, int n, wide units)
{
    wide *weight = calloc(2 * (size_t)n, sizeof *weight);
    if (!weight) abort();
    for (int i = 0; i < n; i++)
        weight[i] = a->bid[a->rank[first + i]].qty;
    largest_remainder(naive_floor(units, a->lot), weight, weight + n, n);
    for (int i = 0; i < n; i++)
        a->bid[a->rank[first + i]].won = weight[n + i] * a->lot;
    free(weight);
}

/* Gives `units` to the ranked bids of at least `least`; returns the last winning price. */
static wide give(struct naive_auction *a, wide units, wide least)
{
    wide price = 0;
    for (int i = 0; i < a->bids; i++)
        a->bid[i].won = 0;
    a->sold = 0;
    for (int first = 0, n; first < a->ranks && a->sold < units; first += n) {
        wide asked = 0, left = units - a->sold;
        wide level = a->bid[a->rank[first]].price;
        for (n = 0; first + n < a->ranks && a->bid[a->rank[first + n]].price == level; n++)
            asked += a->bid[a->rank[first + n]].qty;
        if (level < least) break;
        price = level;
        if (a->tie == N_PRO_RATA && asked > left) {
            pro_rata(a, first, n, left);
            a->sold = units;
            break;
        }
        for (int i = first; i < first + n && left > 0; i++) {
            struct naive_bid *bid = &a->bid[a->rank[i]];
            bid->won = bid->qty < left ? bid->qty : left;
            left -= bid->won;
            a->sold += bid->won;
        }
    }
    return price;
}

/* Ranks, awards, and joins the containment if the price would pass the trigger. */
static void decide(struct naive_auction *a)
{
    wide asked = 0;
    rank(a);
    for (int i = 0; i < a->ranks; i++)
        asked += a->bid[a->rank[i]].qty;
    a->state = asked >= a->offer ? N_CLEARED : N_PARTIAL;
    if (asked == 0 || (asked < a->offer && a->under == N_CANCEL_ALL)) {
        a->state = N_FAILED;
        return;
    }
    a->price = give(a, a->offer, 0);
    if (a->state == N_PARTIAL && a->under == N_AT_RESERVE) a->price = a->reserve;
    if (a->state == N_CLEARED && a->containment > 0 && a->trigger > 0 && a->price > a->trigger) {
        wide price = give(a, a->offer + a->containment, a->trigger);
        a->price = price > a->trigger ? price : a->trigger;
        naive_say("containment auction=%s qty=%s trigger=%s", a->name, naive_text(a->containment),
                  naive_text(a->trigger));
    }
}

static bool has_award(const struct naive_auction *a, int who)
{
    for (int i = 0; i < a->bids; i++)
        if (a->bid[i].who == who && a->bid[i].won > 0) return true;
    return false;
}

/* Losers' deposits first: their money may pay for their other bids. */
static void release_losers(struct naive_auction *a)
{
    for (int i = 0; i < a->bids; i++) {
        struct naive_bid *bid = &a->bid[i];
        if (bid->standing && bid->won > 0) { /* leaves the standing bid, stays frozen */
            int at = naive_standing_of(bid->who, a->instrument);
            struct naive_standing *row = &naive_auctions.standing[at];
            bid->deposit = bid->won * bid->price;
            row->qty -= bid->won;
            if (row->qty == 0) naive_standing_end(at);
        } else if (bid->won == 0) {
            naive_hold_cash(bid->who, -bid->deposit);
            bid->deposit = 0;
        }
    }
    for (int i = 0; i < a->entrants; i++)
        if (!has_award(a, a->entrant[i].who)) {
            naive_hold_cash(a->entrant[i].who, -a->entrant[i].deposit);
            a->entrant[i].deposit = 0;
        }
}

/* Section 6: a zone transfer pays the levy on the greater of price and the buyer's reference. */
static wide levy_per_unit(const struct naive_auction *a, int buyer)
{
    const struct naive_instrument *x = &naive.instrument[a->instrument];
    int to = naive_zone_of(buyer, a->instrument);
    wide base = a->price > x->ref[to] ? a->price : x->ref[to];
    wide levy;
    if (!naive_crosses(a, buyer)) return 0;
    levy = base - naive_f(naive_link_of(x, a->seller_zone, to), base);
    return levy < a->price ? levy : a->price;
}

static void say_award(const struct naive_auction *a, const struct naive_bid *bid, const char *state)
{
    naive_say("award auction=%s participant=%s qty=%s price=%s%s", a->name,
              naive.participant[bid->who]->name, naive_text(bid->won), naive_text(a->price), state);
}

/* The whole proceeds to the owners by their quantity, less the agency's share of each. */
static void pay_out(struct naive_auction *a)
{
    wide weight[NAIVE_OWNERS], part[NAIVE_OWNERS] = {0};
    int n = a->owners > 0 ? a->owners : 1;
    for (int i = 0; i < n; i++)
        weight[i] = a->owners > 0 ? a->owner[i].qty : 1;
    largest_remainder(a->proceeds, weight, part, n);
    for (int i = 0; i < n; i++) {
        wide agency = a->agency < 0 ? 0 : naive_floor(part[i] * a->agency_ppm, NAIVE_P);
        if (agency > 0) naive.participant[a->agency]->cash += agency;
        if (a->owners > 0)
            naive.participant[a->owner[i].who]->cash += part[i] - agency;
        else
            naive.treasury += part[i] - agency;
    }
    a->proceeds = 0;
}

static void forfeit(struct naive_auction *a, struct naive_bid *bid, int fund_zone)
{
    struct naive_instrument *x = &naive.instrument[a->instrument];
    struct naive_entrant *entrant = naive_entrant_of(a, bid->who);
    x->fund[fund_zone] += bid->deposit;
    naive.participant[bid->who]->cash_held -= bid->deposit;
    if (!entrant) return;
    x->fund[fund_zone] += entrant->deposit;
    naive.participant[bid->who]->cash_held -= entrant->deposit;
    entrant->deposit = 0;
}

static void deliver(struct naive_auction *a, struct naive_bid *bid)
{
    struct naive_instrument *x = &naive.instrument[a->instrument];
    struct naive_participant *winner = naive.participant[bid->who];
    int zone = naive_zone_of(bid->who, a->instrument);
    wide pays = a->price * bid->won;
    wide fee = naive_half_up(naive_rate(bid->who, x->auction_fee) * pays, NAIVE_P);
    wide levy;
    if (!naive_reaches(a, bid->who)) { /* only where payment was waited for */
        naive_hold_cash(bid->who, -bid->deposit);
        say_award(a, bid, " state=DEFAULTED");
        return;
    }
    if (bid->deposit + winner->cash < pays + fee) {
        forfeit(a, bid, a->seller >= 0 ? a->seller_zone : zone);
        say_award(a, bid, " state=DEFAULTED");
        return;
    }
    winner->cash_held -= bid->deposit;
    winner->cash += bid->deposit - pays - fee;
    naive.operator_cash += fee;
    a->delivered += bid->won;
    levy = levy_per_unit(a, bid->who) * bid->won;
    a->proceeds += pays - levy;
    if (a->seller < 0) {
        x->issued += bid->won;
    } else {
        a->frozen -= bid->won;
        x->fund[a->seller_zone] += levy;
        if (naive_crosses(a, bid->who)) naive_flow(x, a->seller_zone, zone, bid->won, bid->won);
    }
    naive_arrive(bid->who, a->instrument, zone, bid->won);
    naive_count_net(a->instrument, bid->who, zone, bid->won, -1, 0, 0);
    if (naive.rules < 2) pay_out(a);
    say_award(a, bid, "");
}

/* Decision 12.7, for an issuer's auction. */
static void issuer_unsold(const struct naive_auction *a, wide units)
{
    struct naive_instalment *row = &naive_auctions.instalment[naive_auctions.instalments];
    if (a->unsold == N_TO_RESERVE) naive_auctions.unsold[a->instrument] += units;
    if (a->unsold != N_NEXT || units == 0) return;
    if (naive_auctions.instalments == NAIVE_INSTALMENTS) naive_stop("too many instalments");
    naive_auctions.instalments++;
    *row = (struct naive_instalment){a->instrument, 0, units, a->instalments};
    row->share = naive_floor(naive_floor(units, a->instalments), a->lot) * a->lot;
}

/* What was not sold goes back to its owners in lots, by their quantity. */
static void give_back(struct naive_auction *a, wide unsold)
{
    wide weight[NAIVE_OWNERS], part[NAIVE_OWNERS] = {0};
    for (int i = 0; i < a->owners; i++)
        weight[i] = a->owner[i].qty;
    largest_remainder(naive_floor(unsold, a->lot), weight, part, a->owners);
    for (int i = 0; i < a->owners; i++) {
        wide units = part[i] * a->lot, kept = a->frozen - unsold;
        if (i == 0 && a->containment > 0) units += kept; /* the containment's own rest */
        naive_units_of(a->owner[i].who, a->instrument, a->seller_zone)->free += units;
        naive_count_net(a->instrument, -1, 0, 0, a->owner[i].who, a->seller_zone,
                        a->owner[i].qty + (i == 0 ? a->containment : 0) - units);
    }
    a->frozen = 0;
}

static void finish(struct naive_auction *a)
{
    /* defaults, too; what was delivered counts as the offer's first, then as the containment's */
    wide unsold = a->delivered < a->offer ? a->offer - a->delivered : 0;
    for (int i = 0; i < a->entrants; i++) {
        naive_hold_cash(a->entrant[i].who, -a->entrant[i].deposit);
        a->entrant[i].deposit = 0;
    }
    pay_out(a);
    if (a->seller < 0)
        issuer_unsold(a, unsold);
    else
        give_back(a, unsold);
    a->waits = false;
    if (a->state != N_FAILED && naive.rules >= 2) a->state = N_SETTLED;
}

void naive_auction_settle(struct naive_auction *a)
{
    for (int i = 0; i < a->ranks; i++)
        if (a->bid[a->rank[i]].won > 0) deliver(a, &a->bid[a->rank[i]]);
    finish(a);
}

const char *naive_auction_clear(const struct naive_line *line)
{
    static const char *states[] = {"", "", "", "", "CLEARED", "PARTIAL", "FAILED"};
    int auction = naive_auction_named(line->word[1]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    if (auction < 0) return "UNKNOWN_AUCTION";
    if (a->state != N_OPEN && a->state != N_AUCTION_CLOSED) return "WRONG_STATE";
    if (a->tie == N_SEEDED && !a->revealed) return "WRONG_STATE";
    gather_standing(a);
    draw(a);
    decide(a);
    naive_say("cleared auction=%s price=%s sold=%s state=%s", a->name, naive_text(a->price),
              naive_text(a->sold), states[a->state]);
    release_losers(a);
    if (a->state == N_FAILED || a->pay_until == 0) {
        naive_auction_settle(a);
        return NULL;
    }
    a->waits = true;
    for (int i = 0; i < a->ranks; i++)
        if (a->bid[a->rank[i]].won > 0) say_award(a, &a->bid[a->rank[i]], " state=AWARDED");
    return NULL;
}

const char *naive_do_settle(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]);
    if (auction < 0) return "UNKNOWN_AUCTION";
    if (!naive.auction[auction]->waits) return "WRONG_STATE";
    naive_auction_settle(naive.auction[auction]);
    return NULL;
}

/* 10.3, step 1: awards whose last day of payment has passed are settled. */
void naive_settle_due(void)
{
    for (int i = 0; i < naive.auctions; i++)
        if (naive.auction[i]->waits && naive.auction[i]->pay_until < naive.today)
            naive_auction_settle(naive.auction[i]);
}

wide naive_auctioned(int instrument)
{
    wide total = 0;
    for (int i = 0; i < naive.auctions; i++)
        if (naive.auction[i]->instrument == instrument) total += naive.auction[i]->frozen;
    return total;
}

bool naive_auction_alive(int instrument)
{
    for (int i = 0; i < naive.auctions; i++)
        if (naive.auction[i]->instrument == instrument && naive.auction[i]->state != N_FAILED &&
            naive.auction[i]->state != N_SETTLED)
            return true;
    return false;
}

void naive_standings_end(int instrument)
{
    for (int i = naive_auctions.standings - 1; i >= 0; i--)
        if (naive_auctions.standing[i].instrument == instrument) naive_standing_end(i);
}
