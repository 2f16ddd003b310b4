/* naive_trades.c - the trades of the day and those in escrow: busts and permits (decisions 13.8
 * and 13.9). */
#include "tests/lib/naive.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asked { /* a bust one operator has asked for */
    uint64_t n;
    int actor;
};

static struct naive_trade *trades; /* every one since the beginning, by number */
static size_t trades_room;
static uint64_t day_begins = 1; /* number of the day's first trade */
static struct asked asked[1024];
static int askings;

void naive_say_date(char out[16], int32_t day)
{
    int year = 1970, month = 1;
    for (;; year++) {
        int days = 365 + ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);
        if (day < days) break;
        day -= days;
    }
    for (;; month++) {
        static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        int days = lengths[month - 1] + (month == 2 && leap);
        if (day < days) break;
        day -= days;
    }
    snprintf(out, 16, "%04d-%02d-%02d", year, month, (int)day % 100 + 1);
}

/* The nets of the gates, in each leg of a strip. */
static void nets(const struct naive_trade *t, int sign)
{
    const struct naive_instrument *x = &naive.instrument[t->instrument];
    for (int i = 0; i < naive_legs(x); i++)
        naive_count_net(x->legs > 0 ? x->leg[i] : t->instrument, t->buyer, t->to,
                        sign * t->received, t->seller, t->from, sign * t->delivered);
}

void naive_trade_done(struct naive_trade *t)
{
    struct naive_instrument *x = &naive.instrument[t->instrument];
    t->counted_buyer = t->received * naive_in_band(x, t->to, t->buyer_price);
    t->counted_seller = t->delivered * naive_in_band(x, t->from, t->seller_price);
    t->late = naive_late();
    for (int i = 0; i < naive_legs(x); i++)
        t->lock_until[i] = naive_lock_until(x->legs > 0 ? x->leg[i] : t->instrument);
    t->period = naive.period;
    naive_figures(t, 1);
    nets(t, 1);
    x->settle_trades++;
    x->settle_units += t->received;
    x->settle_cash += t->pays;
    if (x->conditional) {
        char date[16];
        t->escrow = true;
        t->deadline = naive.today + (int32_t)x->deadline_days;
        naive_say_date(date, t->deadline);
        naive_say("escrow n=%s deadline=%s", naive_text((wide)t->n), date);
    }
    if (t->n >= trades_room) {
        trades_room = 2 * t->n + 64;
        trades = realloc(trades, trades_room * sizeof trades[0]);
        if (!trades) abort();
    }
    trades[t->n] = *t;
}

bool naive_in_escrow(int instrument)
{
    for (uint64_t n = 1; n <= naive.trades; n++)
        if (trades[n].escrow && trades[n].instrument == instrument) return true;
    return false;
}

/* Has the buyer, in every leg, the units: from this trade's lock first, then free? */
static bool has_units(const struct naive_trade *t)
{
    const struct naive_instrument *x = &naive.instrument[t->instrument];
    for (int i = 0; i < naive_legs(x); i++) {
        int instrument = x->legs > 0 ? x->leg[i] : t->instrument;
        wide locked = naive_unlock(t->buyer, instrument, t->to, t->received, t->lock_until[i]);
        wide free_units = naive_units_of(t->buyer, instrument, t->to)->free;
        naive_lock(t->buyer, instrument, t->to, locked, t->lock_until[i]);
        if (locked + free_units < t->received) return false;
    }
    return true;
}

static bool balance_allows(const struct naive_trade *t)
{
    const struct naive_instrument *x = &naive.instrument[t->instrument];
    int low = t->from < t->to ? t->from : t->to, high = t->from < t->to ? t->to : t->from;
    wide back = t->from < t->to ? -t->received : t->received;
    for (int i = 0; t->from != t->to && i <= x->legs; i++) {
        const struct naive_instrument *one = i == x->legs ? x : &naive.instrument[x->leg[i]];
        struct naive_pair pair = one->pair[low][high];
        if (pair.balance + back < pair.lo || pair.balance + back > pair.hi) return false;
    }
    return true;
}

static bool can_go_back(const struct naive_trade *t)
{
    const struct naive_instrument *x = &naive.instrument[t->instrument];
    wide cash = naive.participant[t->seller]->cash;
    if (!t->escrow && (!has_units(t) || cash < t->gets - t->seller_fee)) return false;
    return x->fund[t->from] >= t->fund && (t->period != naive.period || balance_allows(t));
}

static void units_back(const struct naive_trade *t, int instrument, wide until)
{
    struct naive_units *units = naive_units_of(t->buyer, instrument, t->to);
    if (t->escrow)
        units->held -= t->received;
    else
        units->free -= t->received - naive_unlock(t->buyer, instrument, t->to, t->received, until);
    naive_units_of(t->seller, instrument, t->from)->free += t->delivered;
}

/* Counter-entries: everything back, fees and retired units too. */
static void go_back(struct naive_trade *t)
{
    struct naive_instrument *x = &naive.instrument[t->instrument];
    struct naive_participant *seller = naive.participant[t->seller];
    for (int i = 0; i < naive_legs(x); i++)
        units_back(t, x->legs > 0 ? x->leg[i] : t->instrument, t->lock_until[i]);
    naive.participant[t->buyer]->cash += t->pays + t->buyer_fee;
    *(t->escrow ? &seller->cash_held : &seller->cash) -= t->gets - t->seller_fee;
    naive.operator_cash -= t->buyer_fee + t->seller_fee;
    x->fund[t->from] -= t->fund;
    if (t->period == naive.period) {
        naive_flow(x, t->from, t->to, -t->received, -t->delivered);
        nets(t, -1);
    } else { /* the balance of that period is gone; what was retired comes back */
        naive_flow(x, t->from, t->to, 0, t->received - t->delivered);
    }
    t->escrow = false;
    t->gone = true;
    if (t->n < day_begins) return;
    naive_figures(t, -1);
    x->settle_trades--;
    x->settle_units -= t->received;
    x->settle_cash -= t->pays;
    if (x->close[t->from] > 0 || x->close[t->to] > 0) naive_strike(x); /* struck again, 10.4 */
}

static struct asked *asking(uint64_t n)
{
    for (int i = 0; i < askings; i++)
        if (asked[i].n == n) return &asked[i];
    return NULL;
}

const char *naive_do_bust(const struct naive_line *line)
{
    uint64_t n = (uint64_t)naive_number(line, "n", 0);
    const char *cause = naive_value(line, "cause");
    struct asked *first = asking(n);
    struct naive_trade *t;
    if (n < day_begins || n > naive.trades || trades[n].gone) return "UNKNOWN_TRADE";
    if (n + (uint64_t)naive.trades_max <= naive.trades) return "UNKNOWN_TRADE";
    t = &trades[n];
    if (naive.instrument[t->instrument].is_settled) return "WRONG_STATE";
    if (naive.role != N_SYSTEM && first && first->actor == naive.actor) return "FOUR_EYES";
    if (naive.role != N_SYSTEM && !first) {
        if (askings == 1024) naive_stop("too many busts");
        asked[askings++] = (struct asked){n, naive.actor};
        naive_say("pending bust=%s", naive_text((wide)n));
        return NULL;
    }
    if (!can_go_back(t)) return "WRONG_STATE";
    go_back(t);
    if (first) *first = asked[--askings];
    naive_say("busted n=%s instrument=%s seller=%s buyer=%s from=%s to=%s received=%s "
              "delivered=%s pays=%s gets=%s fund=%s cause=%s",
              naive_text((wide)n), naive.instrument[t->instrument].name,
              naive.participant[t->seller]->name, naive.participant[t->buyer]->name,
              naive.zone[t->from], naive.zone[t->to], naive_text(t->received),
              naive_text(t->delivered), naive_text(t->pays), naive_text(t->gets),
              naive_text(t->fund), cause ? cause : "-");
    return NULL;
}

/* 13.9: the authority has changed the permit. */
static void deliver(struct naive_trade *t)
{
    struct naive_participant *seller = naive.participant[t->seller];
    struct naive_units *units = naive_units_of(t->buyer, t->instrument, t->to);
    units->held -= t->received;
    naive_lock(t->buyer, t->instrument, t->to, t->received, t->lock_until[0]);
    seller->cash_held -= t->gets - t->seller_fee;
    seller->cash += t->gets - t->seller_fee;
    t->escrow = false;
}

const char *naive_do_permit(const struct naive_line *line)
{
    uint64_t n = (uint64_t)naive_number(line, "n", 0);
    const char *decision = naive_value(line, "decision");
    int refused = naive_choice(decision ? decision : "", "delivered refused");
    struct naive_trade *t;
    if (n < 1 || n > naive.trades || !trades[n].escrow) return "UNKNOWN_TRADE";
    t = &trades[n];
    if (refused && !can_go_back(t)) return "WRONG_STATE";
    if (refused)
        go_back(t);
    else
        deliver(t);
    naive_say("permit n=%s state=%s", naive_text((wide)n), refused ? "REFUSED" : "DELIVERED");
    return NULL;
}

/* The day has turned: what was asked lapses, what waited too long for its permit is refused. */
void naive_deals_of_day(void)
{
    askings = 0;
    day_begins = naive.trades + 1;
    naive_blocks_lapse();
    for (uint64_t n = 1; n <= naive.trades; n++)
        if (trades[n].escrow && trades[n].deadline < naive.today && can_go_back(&trades[n])) {
            go_back(&trades[n]);
            naive_say("permit n=%s state=REFUSED", naive_text((wide)n));
        }
    naive_settle_due();
}
