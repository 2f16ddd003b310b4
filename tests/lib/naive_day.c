/* naive_day.c - the trading day: time, calendar, locks, close, settlement (decisions 4.11, 10). */
#include "tests/lib/naive.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND ((wide)1000000000)

/* `2026-06-01T09:30:00.5` of Shanghai, or `+250ms` from the present on. */
void naive_time(const char *text)
{
    static const struct {
        const char *unit;
        wide ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", SECOND}, {"min", 60 * SECOND}};
    char *end;
    int hour, minute, second;
    wide fraction = 0, scale = SECOND, next = -1;
    if (text[0] == '+') {
        wide count = strtoll(text + 1, &end, 10);
        for (int i = 0; i < 5; i++)
            if (strcmp(units[i].unit, end) == 0) next = naive.time_ns + count * units[i].ns;
    } else if (strlen(text) >= 19 && text[10] == 'T' &&
               sscanf(text + 11, "%2d:%2d:%2d", &hour, &minute, &second) == 3) {
        for (const char *at = text + 19; at[0] && isdigit((unsigned char)at[1]); at++)
            fraction += (at[1] - '0') * (scale /= 10);
        next = (wide)naive_date(text) * 86400 + hour * 3600 + minute * 60 + second - 8 * 3600;
        next = next * SECOND + fraction;
    }
    if (next < naive.time_ns) naive_stop("bad time %s", text);
    naive.time_ns = next;
}

bool naive_late(void)
{
    return (naive.time_ns / SECOND + 8 * 3600) % 86400 >= 9 * 3600 + 32 * 60;
}

/* Calendar (decision 10.1) */

static const struct naive_mark *mark_of(int32_t day)
{
    for (int i = 0; i < naive.marks; i++)
        if (naive.mark[i].day == day) return &naive.mark[i];
    return NULL;
}

/* Takes away the marks of days before `day`, and that of the day `gone`. */
static void forget_marks(int32_t day, int32_t gone)
{
    int kept = 0;
    for (int i = 0; i < naive.marks; i++)
        if (naive.mark[i].day >= day && naive.mark[i].day != gone)
            naive.mark[kept++] = naive.mark[i];
    naive.marks = kept;
}

const char *naive_do_calendar(const struct naive_line *line)
{
    int32_t day = naive_date(line->word[1]);
    const char *word = naive_value(line, "kind");
    int kind = naive_choice(word ? word : "", "business holiday session");
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (day <= naive.today) return "WRONG_STATE";
    if (kind != 0 && !mark_of(day) && naive.marks == 512) return "CAPACITY";
    forget_marks(INT32_MIN, day);
    if (kind != 0) naive.mark[naive.marks++] = (struct naive_mark){day, kind == 1};
    return NULL;
}

/* Locks (decision 10.2) */

/* The business day on which units bought now are free; 0: they are free at once. A session counts
 * as the business day after it. */
wide naive_lock_until(int instrument)
{
    wide t_plus = naive.instrument[instrument].t_plus;
    return t_plus > 0 ? naive.business + naive.session + t_plus : 0;
}

void naive_arrive(int who, int instrument, int zone, wide qty)
{
    naive_lock(who, instrument, zone, qty, naive_lock_until(instrument));
}

static bool of_position(const struct naive_lock *lock, int who, int instrument, int zone)
{
    return lock->qty > 0 && lock->who == who && lock->instrument == instrument &&
           lock->zone == zone;
}

/* Rows beyond the one that every position has room for. */
static int rows_of_table(void)
{
    int rows = 0;
    for (int i = 0; i < naive.locks; i++) {
        const struct naive_lock *lock = &naive.lock[i];
        bool first = true;
        for (int j = 0; j < i; j++)
            first = first && !of_position(&naive.lock[j], lock->who, lock->instrument, lock->zone);
        rows += lock->qty > 0 && !first;
    }
    return rows;
}

/* The row that units free on `until` join: that of the day, or when no room is left the latest one
 * of the position, which then ends on the later of the two days. NULL: a new row. */
static struct naive_lock *row_to_join(int who, int instrument, int zone, wide until)
{
    struct naive_lock *latest = NULL;
    for (int i = 0; i < naive.locks; i++) {
        struct naive_lock *lock = &naive.lock[i];
        if (!of_position(lock, who, instrument, zone)) continue;
        if (lock->until == until) return lock;
        if (!latest || lock->until > latest->until) latest = lock;
    }
    if (latest && rows_of_table() < naive.locks_max) return NULL;
    return latest;
}

void naive_lock(int who, int instrument, int zone, wide qty, wide until)
{
    struct naive_lock *lock;
    struct naive_units *units = naive_units_of(who, instrument, zone);
    if (until <= (naive.rules < 2 ? 0 : naive.business)) {
        units->free += qty;
        return;
    }
    units->locked += qty;
    if (naive.rules < 2) until = 0; /* free at the next change of day, whatever day it is */
    lock = row_to_join(who, instrument, zone, until);
    if (lock) {
        lock->qty += qty;
        if (until > lock->until) lock->until = until;
        return;
    }
    if (naive.locks == naive.lock_room) {
        naive.lock_room = naive.lock_room ? 2 * naive.lock_room : 64;
        naive.lock = realloc(naive.lock, (size_t)naive.lock_room * sizeof naive.lock[0]);
        if (!naive.lock) abort();
    }
    naive.lock[naive.locks++] = (struct naive_lock){who, instrument, zone, qty, until};
}

wide naive_unlock(int who, int instrument, int zone, wide qty, wide until)
{
    wide taken = 0, day = -1; /* that day's lock, or the next later one it was joined to */
    if (until <= naive.business) return 0; /* free by now, or from the beginning */
    for (int i = 0; i < naive.locks; i++) {
        const struct naive_lock *lock = &naive.lock[i];
        if (lock->who == who && lock->instrument == instrument && lock->zone == zone &&
            lock->qty > 0 && lock->until >= until && (day < 0 || lock->until < day))
            day = lock->until;
    }
    for (int i = 0; i < naive.locks; i++) {
        struct naive_lock *lock = &naive.lock[i];
        wide part = lock->qty < qty - taken ? lock->qty : qty - taken;
        if (lock->who != who || lock->instrument != instrument || lock->zone != zone ||
            lock->until != day)
            continue;
        lock->qty -= part;
        taken += part;
    }
    naive_units_of(who, instrument, zone)->locked -= taken;
    return taken;
}

static void unlock(void)
{
    int kept = 0;
    for (int i = 0; i < naive.locks; i++) {
        struct naive_lock *lock = &naive.lock[i];
        struct naive_units *units = naive_units_of(lock->who, lock->instrument, lock->zone);
        if (naive.rules >= 2 && lock->until > naive.business) {
            naive.lock[kept++] = *lock;
            continue;
        }
        units->free += lock->qty;
        units->locked -= lock->qty;
    }
    naive.locks = kept;
}

/* Close (decisions 4.11 and 10.4) */

/* K: the lower median of the last 20 days' volumes, at least the floor. */
static wide median_volume(const struct naive_instrument *x, int zone)
{
    wide sorted[NAIVE_CLOSE_DAYS];
    int n = x->days < NAIVE_CLOSE_DAYS ? x->days : NAIVE_CLOSE_DAYS;
    wide k = 0;
    for (int i = 0; i < n; i++) {
        int at = i;
        for (; at > 0 && sorted[at - 1] > x->volumes[zone][i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = x->volumes[zone][i];
    }
    if (n > 0) k = sorted[(n - 1) / 2];
    return k < x->close_floor ? x->close_floor : k;
}

static wide close_of(const struct naive_instrument *x, int zone)
{
    wide k = median_volume(x, zone), volume = x->day_volume[zone];
    if (!x->gd_2019)
        return naive_floor(2 * (k * x->ref[zone] + x->day_turnover[zone]) + k + volume,
                           2 * (k + volume));
    if (x->late_volume[zone] <= 100) return x->ref[zone];
    return naive_in_band(x, zone, naive_half_up(x->listing_money[zone], x->listing_volume[zone]));
}

void naive_strike(struct naive_instrument *x)
{
    for (int z = 0; z < naive.zones; z++)
        x->close[z] = x->ref[z] > 0 ? close_of(x, z) : 0;
}

static void close_day(struct naive_instrument *x)
{
    for (int z = 0; z < naive.zones; z++) {
        if (x->ref[z] > 0) x->ref[z] = x->close[z] > 0 ? x->close[z] : close_of(x, z);
        x->volumes[z][x->days % NAIVE_CLOSE_DAYS] = x->day_volume[z];
        x->day_volume[z] = x->day_turnover[z] = x->money[z] = 0;
        x->listing_volume[z] = x->listing_money[z] = x->late_volume[z] = 0;
        x->block_volume[z] = x->block_money[z] = 0;
        x->last[z] = x->open[z] = x->high[z] = x->low[z] = x->close[z] = 0;
    }
    x->settle_trades = x->settle_units = x->settle_cash = 0;
    x->is_settled = false;
    x->days++;
}

/* The day's figures (decision 10.6) */

void naive_price_seen(struct naive_instrument *x, int zone, wide price)
{
    x->last[zone] = price;
    if (x->open[zone] == 0) x->open[zone] = price;
    if (price > x->high[zone]) x->high[zone] = price;
    if (x->low[zone] == 0 || price < x->low[zone]) x->low[zone] = price;
}

static void leg_figures(struct naive_instrument *x, int zone, const struct naive_trade *t,
                        bool buys, int sign)
{
    wide units = sign * (buys ? t->received : t->delivered);
    wide money = sign * (buys ? t->pays : t->gets) / naive_legs(x); /* per unit and leg */
    if (t->agreement) {
        x->block_volume[zone] += units;
        x->block_money[zone] += money;
        return;
    }
    x->day_volume[zone] += units;
    x->day_turnover[zone] += sign * (buys ? t->counted_buyer : t->counted_seller);
    x->money[zone] += money;
    x->listing_volume[zone] += units;
    x->listing_money[zone] += money;
    if (t->late) x->late_volume[zone] += units;
    if (sign > 0) naive_price_seen(x, zone, buys ? t->buyer_price : t->seller_price);
}

void naive_figures(const struct naive_trade *t, int sign)
{
    struct naive_instrument *x = &naive.instrument[t->instrument];
    leg_figures(x, t->to, t, true, sign);
    if (t->from != t->to) leg_figures(x, t->from, t, false, sign);
}

static wide shown(wide sum) /* what does not fit 64 bits is shown as the largest */
{
    return sum > INT64_MAX ? INT64_MAX : sum;
}

void naive_settled(struct naive_instrument *x)
{
    naive_say("settled instrument=%s trades=%s units=%s cash=%s", x->name,
              naive_text(x->settle_trades), naive_text(shown(x->settle_units)),
              naive_text(shown(x->settle_cash)));
    x->is_settled = true;
}

void naive_look_prices(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    const struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    if (instrument < 0) naive_say("rejected command=prices reason=UNKNOWN_INSTRUMENT");
    for (int z = 0; instrument >= 0 && z < naive.zones; z++) {
        wide vwap = x->day_volume[z] > 0 ? naive_half_up(x->money[z], x->day_volume[z]) : 0;
        if (x->ref[z] == 0) continue;
        naive_say("prices instrument=%s zone=%s ref=%s band_low=%s band_high=%s last=%s open=%s "
                  "high=%s low=%s close=%s vwap=%s volume=%s turnover=%s block_volume=%s "
                  "block_turnover=%s",
                  x->name, naive.zone[z], naive_text(x->ref[z]), naive_text(naive_band_low(x, z)),
                  naive_text(naive_band_high(x, z)), naive_text(x->last[z]), naive_text(x->open[z]),
                  naive_text(x->high[z]), naive_text(x->low[z]), naive_text(x->close[z]),
                  naive_text(vwap), naive_text(shown(x->day_volume[z])),
                  naive_text(shown(x->money[z])), naive_text(shown(x->block_volume[z])),
                  naive_text(shown(x->block_money[z])));
    }
}

/* The change of day */

static void expire(struct naive_instrument *x)
{
    for (int z = 0; z < naive.zones; z++) {
        for (int side = 0; side < 2; side++)
            for (int i = 0; i < x->book[z][side].count;) {
                struct naive_order *o = x->book[z][side].at[i];
                if (o->tif != N_GTC || (o->until > 0 && o->until < naive.today))
                    naive_cancel(o, "EXPIRED");
                else if (naive_in_band(x, z, o->price) != o->price)
                    naive_cancel(o, "BAND");
                else
                    i++;
            }
        naive_expire_stops(x, z);
    }
}

static void members_of_day(void)
{
    int kept = 0;
    for (int i = 0; i < naive.members; i++)
        if (naive.member[i].from <= naive.today)
            naive_member_now(naive.member[i].who, naive.member[i].instrument, naive.member[i].zone);
        else
            naive.member[kept++] = naive.member[i];
    naive.members = kept;
}

static void moves_of_day(void)
{
    int kept = 0;
    for (int i = 0; i < naive.moves; i++)
        if (naive.move[i].from <= naive.today)
            naive_move_now(&naive.move[i]);
        else
            naive.move[kept++] = naive.move[i];
    naive.moves = kept;
}

/* Decision 11.2: what waits for room of a pair ends when a later line about it takes effect. */
void naive_drop_tranches(int instrument, int a, int b, int before)
{
    int kept = 0;
    for (int i = 0; i < naive.tranches; i++) {
        struct naive_tranche t = naive.tranche[i];
        bool pair = (t.from_zone == a && t.to_zone == b) || (t.from_zone == b && t.to_zone == a);
        if (i >= before || t.instrument != instrument || !pair || t.from > naive.today)
            naive.tranche[kept++] = t;
    }
    naive.tranches = kept;
}

/* A tranche that excludes the balance waits for the next day. */
static void tranches_of_day(void)
{
    for (int i = 0; i < naive.tranches; i++) {
        struct naive_tranche t = naive.tranche[i];
        int waiting = naive.tranches;
        if (t.from > naive.today ||
            naive_limit_now(t.instrument, t.from_zone, t.to_zone, t.lo, t.hi, false))
            continue;
        naive_drop_tranches(t.instrument, t.from_zone, t.to_zone, i + 1); /* itself too */
        i -= waiting - naive.tranches;
    }
}

/* Decision 4.11: rule set 1. */
static void day_of_set_1(void)
{
    for (int i = 0; i < naive.instruments; i++) {
        close_day(&naive.instrument[i]);
        expire(&naive.instrument[i]);
    }
    unlock();
    naive.day_number++;
    naive_ids_forget(naive.day_number);
    members_of_day();
}

/* Decision 10.3. */
static void day_of_set_2(void)
{
    unlock();
    naive_ids_forget(naive.day_number + 1);
    naive_deals_of_day();
    moves_of_day();
    members_of_day();
    naive_moved();
    tranches_of_day();
    for (int i = 0; i < naive.instruments; i++) {
        close_day(&naive.instrument[i]);
        expire(&naive.instrument[i]); /* these orders died on the old day ... */
        naive.day_number++;
        naive_after(&naive.instrument[i]); /* ... and these on the new one */
        naive.day_number--;
    }
    naive.day_number++;
}

const char *naive_do_day(const struct naive_line *line)
{
    int32_t day = naive_date(line->word[1]);
    const struct naive_mark *mark = mark_of(day);
    if (day <= naive.today) return "WRONG_STATE";
    if (mark && mark->holiday) return "WRONG_STATE";
    if (naive.rules >= 2 && naive.day_seen && day > naive.today + 366) return "QTY_RANGE";
    naive.today = day;
    naive.day_seen = true;
    naive.session = mark != NULL;
    naive.business += !naive.session;
    forget_marks(day + 1, day);
    if (naive.rules < 2)
        day_of_set_1();
    else
        day_of_set_2();
    return NULL;
}

const char *naive_do_tranche(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    struct naive_tranche t = {instrument,
                              naive_zone_named(line->word[2]),
                              naive_zone_named(line->word[3]),
                              naive_number(line, "lo", -NAIVE_UNLIMITED),
                              naive_number(line, "hi", NAIVE_UNLIMITED),
                              naive_value(line, "from") ? naive_date(naive_value(line, "from"))
                                                        : 0};
    const char *no;
    if (naive.rules < 2) return "NOT_ALLOWED";
    no = naive_limit_now(instrument, t.from_zone, t.to_zone, t.lo, t.hi, t.from > naive.today);
    if (!no && t.from <= naive.today)
        naive_drop_tranches(instrument, t.from_zone, t.to_zone, naive.tranches);
    if (no || t.from <= naive.today) return no;
    if (naive.tranches == NAIVE_ROWS) return "CAPACITY";
    naive.tranche[naive.tranches++] = t;
    return NULL;
}

/* Decision 10.7: the engine keeps the order of commit and reveal, and prints. */
const char *naive_do_seed(const struct naive_line *line)
{
    const char *commit = naive_value(line, "commit"), *reveal = naive_value(line, "reveal");
    const char *name = naive_value(line, "instrument"), *hex = commit ? commit : reveal;
    int instrument = name ? naive_instrument_named(name) : -1;
    if (naive_value(line, "auction")) return naive_seed_auction(line);
    if (!name || !hex || (commit && reveal) || strlen(hex) != 64 ||
        strspn(hex, "0123456789abcdef") != 64)
        naive_stop("bad seed");
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (naive.instrument[instrument].over) return "NOT_ALLOWED";
    if ((commit != NULL) == naive.instrument[instrument].seed_waits) return "WRONG_STATE";
    naive.instrument[instrument].seed_waits = commit != NULL;
    naive_say("seed %s=%s instrument=%s", commit ? "commit" : "reveal", hex, name);
    return NULL;
}
