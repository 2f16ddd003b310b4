/* naive_primary.c - how an auction is opened, changed and brought to its end (decision 12). */
#include "tests/lib/naive_auction.h"
#include <stdlib.h>
#include <string.h>

struct naive_auctions naive_auctions;

static const struct {
    const char *regime;
    int lot; /* 0: the instrument's */
    int floor_min, share, revocable, deposit;
    enum naive_under under;
    enum naive_tie tie;
    enum naive_unsold unsold;
    int reserve; /* 0: must be given */
} presets[] = {
    {"custom", 0, 1, 1000000, 0, 1000000, N_CANCEL_ALL, N_TIME, N_TO_RESERVE, 0},
    {"GD-2013", 0, 1, 1000000, 0, 1000000, N_AT_RESERVE, N_TIME, N_TO_RESERVE, 6000},
    {"GD-2014", 0, 1, 1000000, 0, 1000000, N_AT_LOWEST, N_TIME, N_TO_RESERVE, 0},
    {"GD-2015", 0, 1000, 500000, 0, 1000000, N_CANCEL_ALL, N_TIME, N_TO_RESERVE, 0},
    {"GD-2016", 0, 1000, 500000, 0, 1000000, N_CANCEL_ALL, N_TIME, N_TO_RESERVE, 0},
    {"GD-entrusted", 0, 1, 1000000, 0, 50000, N_AT_RESERVE, N_TIME, N_DROPPED, 0},
    {"EU", 500, 500, 1000000, 1, 1000000, N_CANCEL_ALL, N_SEEDED, N_NEXT, 0},
    {"UK", 500, 500, 1000000, 1, 1000000, N_AT_LOWEST, N_SEEDED, N_NEXT, 0},
    {"CA", 1000, 1000, 250000, 1, 1000000, N_AT_RESERVE, N_PRO_RATA, N_TO_RESERVE, 0},
    {"eco-lot", 0, 1, 1000000, 1, 1000000, N_AT_LOWEST, N_TIME, N_DROPPED, 0},
};

static const char regime_words[] =
    "custom GD-2013 GD-2014 GD-2015 GD-2016 GD-entrusted EU UK CA eco-lot";

int naive_auction_named(const char *name)
{
    for (int i = 0; i < naive.auctions; i++)
        if (strcmp(naive.auction[i]->name, name) == 0) return i;
    return -1;
}

static int choice(const struct naive_line *line, const char *key, const char *words, int otherwise)
{
    const char *word = naive_value(line, key);
    return word ? naive_choice(word, words) : otherwise;
}

/* What earlier auctions of the issuer left unsold for this one; `take`: and it is taken. */
static wide instalments(const struct naive_auction *a, bool take)
{
    wide total = 0;
    for (int i = 0; i < naive_auctions.instalments; i++) {
        struct naive_instalment *row = &naive_auctions.instalment[i];
        wide units;
        if (a->seller >= 0 || row->instrument != a->instrument || row->times == 0) continue;
        units = row->times == 1 ? row->left : row->share;
        units = naive_floor(units, a->lot) * a->lot;
        total += units;
        if (!take) continue;
        row->left -= units;
        row->times--;
    }
    return total;
}

static const char *may_open(const struct naive_auction *a, const char *seller)
{
    const struct naive_instrument *x;
    bool named = a->seller >= 0;
    if (a->instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (naive.instrument[a->instrument].over) return "NOT_ALLOWED";
    if (!named && seller && strcmp(seller, "reserve") != 0) return "UNKNOWN_PARTICIPANT";
    x = &naive.instrument[a->instrument];
    if (x->legs > 0 || !(x->methods & N_AUCTION)) return "NOT_ALLOWED";
    if (x->basis != 0 && !x->approval[0]) return "NOT_ALLOWED";
    if (x->conditional && named && !naive.participant[a->seller]->reserve) return "NOT_ALLOWED";
    if (a->unsold == N_NEXT && named) return "NOT_ALLOWED";
    if (strcmp(a->name, "-") == 0) return "NOT_ALLOWED";
    if (naive_auction_named(a->name) >= 0) return "DUPLICATE_ID";
    return NULL;
}

static const char *open_checks(const struct naive_auction *a)
{
    if (a->offer < 1 || a->offer > NAIVE_QTY_MAX || a->lot < 1 || a->reserve < 1 ||
        a->reserve > NAIVE_PRICE_MAX || a->floor_min < 1 || a->share < 1 || a->share > NAIVE_P ||
        a->deposit < 0 || a->deposit > NAIVE_P)
        return "QTY_RANGE";
    if (a->offer % a->lot != 0) return "LOT";
    if (a->offer + instalments(a, false) > NAIVE_QTY_MAX) return "QTY_RANGE";
    if (a->seller >= 0 && naive_units_of(a->seller, a->instrument, a->seller_zone)->free < a->offer)
        return "UNITS_SHORT";
    return naive.auctions == NAIVE_AUCTIONS ? "CAPACITY" : NULL;
}

/* Freezes units of an owner for the offer. */
static void bring(struct naive_auction *a, int who, wide qty)
{
    naive_units_of(who, a->instrument, a->seller_zone)->free -= qty;
    a->frozen += qty;
}

static struct naive_auction *read_auction(const struct naive_line *line)
{
    struct naive_auction *a = calloc(1, sizeof *a);
    const char *seller = naive_value(line, "seller");
    int row = choice(line, "regime", regime_words, 0);
    wide lot;
    if (!a) abort();
    strcpy(a->name, line->word[1]);
    a->regime = row;
    a->instrument = naive_instrument_named(line->word[2]);
    a->seller = naive_participant_named(seller ? seller : "reserve");
    lot = presets[row].lot;
    if (lot == 0) lot = naive.instrument[a->instrument < 0 ? 0 : a->instrument].lot;
    a->lot = naive_number(line, "lot", lot);
    a->offer = naive_number(line, "offer", 0);
    a->reserve = naive_number(line, "reserve", presets[row].reserve);
    a->floor_min = naive_number(line, "floor_min", presets[row].floor_min);
    a->share = naive_number(line, "share_ppm", presets[row].share);
    a->deposit = naive_number(line, "deposit_ppm", presets[row].deposit);
    a->tie =
        (enum naive_tie)choice(line, "tie", "time pro-rata seeded-random", (int)presets[row].tie);
    a->under = (enum naive_under)choice(line, "undersubscribed",
                                        "cancel-all partial-at-reserve partial-at-lowest-bid",
                                        (int)presets[row].under);
    a->unsold = (enum naive_unsold)choice(line, "unsold", "reserve cancel next-n",
                                          (int)presets[row].unsold);
    a->revocable = presets[row].revocable != 0;
    a->agency = -1;
    a->instalments = a->unsold == N_NEXT ? 4 : 0;
    a->state = N_OPEN;
    return a;
}

const char *naive_auction_open(const struct naive_line *line)
{
    struct naive_auction *a = read_auction(line);
    const char *no = may_open(a, naive_value(line, "seller"));
    if (!no) {
        if (a->seller >= 0) a->seller_zone = naive_zone_of(a->seller, a->instrument);
        no = open_checks(a);
    }
    if (no) {
        free(a);
        return no;
    }
    if (a->seller >= 0) {
        bring(a, a->seller, a->offer);
        a->owner[a->owners++] = (struct naive_owner){a->seller, a->offer};
    }
    a->offer += instalments(a, true);
    naive.auction[naive.auctions++] = a;
    return NULL;
}

bool naive_before_bids(const struct naive_auction *a)
{
    for (int i = 0; i < a->bids; i++)
        if (!a->bid[i].withdrawn) return false;
    return a->state == N_ANNOUNCED || a->state == N_REGISTRATION || a->state == N_OPEN;
}

static bool outside(wide value, wide lo, wide hi)
{
    return value < lo || value > hi;
}

const char *naive_auction_terms(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction], next;
    const char *agency = naive_value(line, "agency"), *until = naive_value(line, "pay_until");
    bool ours;
    if (auction < 0) return "UNKNOWN_AUCTION";
    next = *a;
    next.containment = naive_number(line, "containment", a->containment);
    next.trigger = naive_number(line, "trigger", a->trigger);
    next.entry_deposit = naive_number(line, "entry_deposit", a->entry_deposit);
    next.agency_ppm = naive_number(line, "agency_ppm", a->agency_ppm);
    next.instalments = naive_number(line, "instalments", a->instalments);
    next.revocable = naive_number(line, "revocable", a->revocable) != 0;
    if (agency) next.agency = naive_participant_named(agency);
    if (until) next.pay_until = naive_date(until);
    if (naive_number(line, "announced", 0) != 0) next.state = N_ANNOUNCED;
    if (agency && strcmp(agency, "-") != 0 && next.agency < 0) return "UNKNOWN_PARTICIPANT";
    if (!naive_before_bids(a) || a->bids > 0 || a->entrants > 0) return "WRONG_STATE";
    ours = a->seller < 0 || naive.participant[a->seller]->reserve;
    if (next.containment > 0 && !ours) return "NOT_ALLOWED";
    if (outside(next.containment, 0, NAIVE_QTY_MAX - a->offer) ||
        outside(next.trigger, 0, NAIVE_PRICE_MAX) ||
        outside(next.entry_deposit, 0, NAIVE_MONEY_MAX) || outside(next.agency_ppm, 0, 100000) ||
        (naive_value(line, "instalments") && outside(next.instalments, 1, 12)) ||
        (until && next.pay_until < naive.today))
        return "QTY_RANGE";
    if (next.containment % a->lot != 0) return "LOT";
    if (a->seller >= 0) {
        struct naive_units *units = naive_units_of(a->seller, a->instrument, a->seller_zone);
        if (units->free < next.containment - a->containment) return "UNITS_SHORT";
        units->free -= next.containment - a->containment;
        next.frozen += next.containment - a->containment;
    }
    *a = next;
    return NULL;
}

/* Decision 12.1: the moves of `stage`. */
const char *naive_auction_stage(const struct naive_line *line)
{
    static const enum naive_auction_state wanted[] = {N_REGISTRATION, N_OPEN, N_AUCTION_CLOSED};
    static const char *names[] = {"REGISTRATION", "OPEN", "CLOSED"};
    int auction = naive_auction_named(line->word[1]);
    int word = naive_choice(line->word[2], "registration open closed");
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    enum naive_auction_state to = wanted[word];
    if (auction < 0) return "UNKNOWN_AUCTION";
    if (!(a->state == N_ANNOUNCED && (to == N_REGISTRATION || to == N_OPEN)) &&
        !(a->state == N_REGISTRATION && (to == N_OPEN || to == N_AUCTION_CLOSED)) &&
        !(a->state == N_OPEN && to == N_AUCTION_CLOSED))
        return "WRONG_STATE";
    a->state = to;
    naive_say("stage auction=%s state=%s", a->name, names[word]);
    return NULL;
}

struct naive_entrant *naive_entrant_of(const struct naive_auction *a, int who)
{
    for (int i = 0; i < a->entrants; i++)
        if (a->entrant[i].who == who) return &a->entrant[i];
    return NULL;
}

/* Decision 12.2. */
const char *naive_auction_register(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]), who = naive_participant_named(line->word[2]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    if (who < 0) return "UNKNOWN_PARTICIPANT";
    if (naive_stopped(who)) return "NOT_ALLOWED";
    if (naive.role != N_SYSTEM && (naive.role != N_ENTERPRISE || naive.actor != who))
        return "NOT_ALLOWED";
    if (auction < 0) return "UNKNOWN_AUCTION";
    if (a->state != N_REGISTRATION && a->state != N_OPEN) return "WRONG_STATE";
    if (naive_entrant_of(a, who)) return "DUPLICATE_ID";
    if (naive.participant[who]->cash < a->entry_deposit) return "CASH_SHORT";
    a->entrant = realloc(a->entrant, (size_t)(a->entrants + 1) * sizeof a->entrant[0]);
    if (!a->entrant) abort();
    a->entrant[a->entrants++] = (struct naive_entrant){who, a->entry_deposit};
    naive_hold_cash(who, a->entry_deposit);
    return NULL;
}

/* Decision 12.9: a small owner's units join the offer. */
const char *naive_auction_bundle(const struct naive_line *line)
{
    int auction = naive_auction_named(line->word[1]), who = naive_participant_named(line->word[2]);
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    wide qty = naive_number(line, "qty", 0);
    int at = 0;
    if (auction < 0) return "UNKNOWN_AUCTION";
    if (who < 0) return "UNKNOWN_PARTICIPANT";
    if (!naive_before_bids(a)) return "WRONG_STATE";
    if (a->seller < 0 || naive.instrument[a->instrument].family != 1 || who == a->seller ||
        naive_zone_of(who, a->instrument) != a->seller_zone)
        return "NOT_ALLOWED";
    if (outside(qty, 1, NAIVE_QTY_MAX - a->offer - a->containment)) return "QTY_RANGE";
    if (qty % a->lot != 0) return "LOT";
    if (naive_units_of(who, a->instrument, a->seller_zone)->free < qty) return "UNITS_SHORT";
    while (at < a->owners && a->owner[at].who != who)
        at++;
    if (at == NAIVE_OWNERS) return "CAPACITY";
    if (at == a->owners) a->owner[a->owners++] = (struct naive_owner){who, 0};
    a->owner[at].qty += qty;
    a->offer += qty;
    bring(a, who, qty);
    return NULL;
}

/* Does the delivery cross a zone border? Not from the issuer or a reserve: that is allocation. */
bool naive_crosses(const struct naive_auction *a, int buyer)
{
    return a->seller >= 0 && !naive.participant[a->seller]->reserve &&
           naive_zone_of(buyer, a->instrument) != a->seller_zone;
}

/* Decision 4.15: over an allowed link of ratio 1/1 without a cap. */
bool naive_reaches(const struct naive_auction *a, int buyer)
{
    const struct naive_instrument *x = &naive.instrument[a->instrument];
    int to = naive_zone_of(buyer, a->instrument);
    struct naive_link link;
    if (!naive_crosses(a, buyer)) return true;
    link = naive_link_of(x, a->seller_zone, to);
    return link.allowed && link.rn == link.rd &&
           naive_room(x, a->seller_zone, to) > NAIVE_UNLIMITED / 2;
}

static int hex(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit ? strchr(digits, digit) : NULL;
    if (!found) naive_stop("bad digit of a seed");
    return (int)(found - digits);
}

/* Decision 12.5: a secret promised before the first bid and published when bids are closed. */
const char *naive_seed_auction(const struct naive_line *line)
{
    const char *commit = naive_value(line, "commit"), *reveal = naive_value(line, "reveal");
    const char *text = commit ? commit : reveal;
    int auction = naive_auction_named(naive_value(line, "auction"));
    struct naive_auction *a = naive.auction[auction < 0 ? 0 : auction];
    bool right;
    if (!text || strlen(text) != 64 || naive_value(line, "instrument")) naive_stop("bad seed");
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (auction < 0) return "UNKNOWN_AUCTION";
    if (commit)
        right = naive_before_bids(a) && !a->committed;
    else
        right =
            (a->state == N_OPEN || a->state == N_AUCTION_CLOSED) && a->committed && !a->revealed;
    if (!right) return "WRONG_STATE";
    a->committed = true;
    a->revealed = reveal != NULL;
    for (int i = 0; reveal && i < NAIVE_SEED; i++)
        a->seed[i] = (uint8_t)(16 * hex(text[2 * i]) + hex(text[2 * i + 1]));
    if (reveal) a->state = N_AUCTION_CLOSED;
    naive_say("seed %s=%s auction=%s", commit ? "commit" : "reveal", text, a->name);
    return NULL;
}
