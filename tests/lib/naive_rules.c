/* naive_rules.c - maps, links, accounts and the life of one order, in the words of market.md. */
#include "tests/lib/naive.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct naive_world naive;

/* Prints one event; the first one of a command is kept for repeats of its (lane, id). */
void naive_say(const char *format, ...)
{
    char line[NAIVE_LINE];
    va_list arguments;
    if (naive.trial) return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    puts(line);
    if (!naive.said) strcpy(naive.first_line, line);
    naive.said = true;
}

/* A wrong line: the run ends, as `replay` does (script.md: status 2). */
void naive_stop(const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "error line=%ld column=1 reason=", naive.line_number);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

const char *naive_text(wide value)
{
    static char buffer[16][48];
    static unsigned turn;
    char *end = buffer[turn % 16] + 47;
    bool minus = value < 0;
    turn++;
    *end = '\0';
    if (minus) value = -value;
    do {
        *--end = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value > 0);
    if (minus) *--end = '-';
    return end;
}

wide naive_floor(wide a, wide b) /* a >= 0, b > 0 */
{
    return a / b;
}

wide naive_ceil(wide a, wide b)
{
    return (a + b - 1) / b;
}

wide naive_half_up(wide a, wide b)
{
    return (2 * a + b) / (2 * b);
}

/* 6.1: the own zone is 1/1 without levy, always allowed. The levy is the one in force: a congested
 * call leaves a higher one behind (decision 11.1). */
struct naive_link naive_link_of(const struct naive_instrument *x, int from, int to)
{
    struct naive_link link = x->link[from][to];
    if (from == to) return (struct naive_link){true, 1, 1, 0};
    if (x->rent[from][to] > 0) link.levy = x->rent[from][to];
    link.allowed = link.allowed && naive_legs_allow(x, from, to);
    return link;
}

/* 6.2: what the buyer pays per unit received for an ask per unit delivered. */
wide naive_e(struct naive_link link, wide ask)
{
    return naive_ceil(ask * link.rn * (NAIVE_P + link.levy), link.rd * NAIVE_P);
}

/* 6.2: what the seller gets per unit delivered from a bid per unit received. */
wide naive_f(struct naive_link link, wide bid)
{
    return naive_floor(bid * link.rd * NAIVE_P, link.rn * (NAIVE_P + link.levy));
}

/* Units that may still be received over from -> to: of a strip, over its own link and its legs'. */
wide naive_room(const struct naive_instrument *x, int from, int to)
{
    wide room, legs;
    if (from == to) return NAIVE_UNLIMITED;
    if (from < to)
        room = x->pair[from][to].hi - x->pair[from][to].balance;
    else
        room = x->pair[to][from].balance - x->pair[to][from].lo;
    legs = naive_legs_room(x, from, to);
    return legs < room ? legs : room;
}

/* 6.3: received units of a cross-zone fill are multiples of this. */
wide naive_step(const struct naive_instrument *x, int from, int to)
{
    return x->lot * naive_link_of(x, from, to).rd;
}

static void book_flow(struct naive_instrument *x, int from, int to, wide received, wide retired)
{
    x->retired[from] += retired;
    if (from < to)
        x->pair[from][to].balance += received;
    else
        x->pair[to][from].balance -= received;
}

/* Books a movement over a link: the balance, and what the ratio retires in the seller's zone. Of a
 * strip it moves the balances of the legs too, and it is their units that retire. */
void naive_flow(struct naive_instrument *x, int from, int to, wide received, wide delivered)
{
    if (from == to) return;
    book_flow(x, from, to, received, x->legs > 0 ? 0 : delivered - received);
    for (int i = 0; i < x->legs; i++)
        book_flow(&naive.instrument[x->leg[i]], from, to, received, delivered - received);
}

/* Band: low = ceil(ref x (P - band) / P) up to the tick and at least one tick. */
wide naive_band_low(const struct naive_instrument *x, int zone)
{
    wide low = naive_ceil(x->ref[zone] * (NAIVE_P - x->band), NAIVE_P);
    low = naive_ceil(low, x->tick) * x->tick;
    return low < x->tick ? x->tick : low;
}

/* Band: high = floor(ref x (P + band) / P) down to the tick, at most PRICE_MAX. */
wide naive_band_high(const struct naive_instrument *x, int zone)
{
    wide high = naive_floor(x->ref[zone] * (NAIVE_P + x->band), NAIVE_P);
    if (high > NAIVE_PRICE_MAX) high = NAIVE_PRICE_MAX;
    return naive_floor(high, x->tick) * x->tick;
}

/* A cross leg outside its zone's band counts at the band's edge for the close. */
wide naive_in_band(const struct naive_instrument *x, int zone, wide price)
{
    if (price < naive_band_low(x, zone)) return naive_band_low(x, zone);
    if (price > naive_band_high(x, zone)) return naive_band_high(x, zone);
    return price;
}

/* Decision 13.3: the own row, else the city's row, else the city's zone, else the own zone. */
int naive_zone_of(int who, int instrument)
{
    const struct naive_participant *p = naive.participant[who];
    const struct naive_city *city = p->city >= 0 ? &naive.city[p->city] : NULL;
    if (p->member[instrument] >= 0) return p->member[instrument];
    if (city && city->of[instrument] >= 0) return city->of[instrument];
    return city && city->zone >= 0 ? city->zone : p->zone;
}

struct naive_units *naive_units_of(int who, int instrument, int zone)
{
    return &naive.participant[who]->units[instrument][zone];
}

bool naive_same_group(const struct naive_order *a, const struct naive_order *b)
{
    return strcmp(naive.participant[a->who]->group, naive.participant[b->who]->group) == 0;
}

/* What an order freezes: units for a sell; for a buy its own limit x open quantity and the fee that
 * this would add to the fee charged so far. */
wide naive_hold(const struct naive_order *o)
{
    wide most = o->price * o->left * naive_legs(&naive.instrument[o->instrument]);
    if (o->side == N_SELL) return o->left;
    return most + naive_half_up(o->fee * (o->turnover + most), NAIVE_P) - o->charged;
}

void naive_freeze(struct naive_order *o, int sign)
{
    struct naive_participant *p = naive.participant[o->who];
    wide hold = sign * naive_hold(o);
    if (o->side == N_SELL) {
        naive_hold_units(o->who, o->instrument, o->zone, hold);
    } else {
        p->cash -= hold;
        p->cash_held += hold;
    }
}

/* Units leave a seller or reach a buyer, in every leg of a strip. With a conditional instrument
 * what arrives waits for the permit: the units as held, the money (the caller's) as cash_held. */
static void move_units(const struct naive_order *o, wide qty)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument];
    for (int i = 0; i < (x->legs > 0 ? x->legs : 1); i++) {
        int instrument = x->legs > 0 ? x->leg[i] : o->instrument;
        struct naive_units *units = naive_units_of(o->who, instrument, o->zone);
        if (o->side == N_SELL)
            units->free -= qty;
        else if (x->conditional)
            units->held += qty;
        else
            naive_arrive(o->who, instrument, o->zone, qty);
    }
}

/* One side of a fill: `qty` in the order's own units at `price` per such unit. The fee is what
 * half_up(ppm x turnover so far) has grown by. */
wide naive_leg(struct naive_order *o, wide qty, wide price)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument];
    struct naive_participant *p = naive.participant[o->who];
    wide money = qty * price * naive_legs(x);
    wide fee;
    naive_freeze(o, -1);
    o->left -= qty;
    o->visible = o->visible > qty ? o->visible - qty : 0;
    o->turnover += money;
    fee = naive_half_up(o->fee * o->turnover, NAIVE_P) - o->charged;
    o->charged += fee;
    naive_freeze(o, +1);
    naive.operator_cash += fee;
    move_units(o, qty);
    if (o->side == N_BUY)
        p->cash -= money + fee;
    else
        *(x->conditional ? &p->cash_held : &p->cash) += money - fee;
    return fee;
}

wide naive_visible(const struct naive_order *o)
{
    return o->display > 0 ? o->visible : o->left;
}

/* Decision 9.3: with nothing shown and units left it shows anew, last at its price. */
void naive_refresh(struct naive_order *o)
{
    if (o->left == 0 || naive_visible(o) > 0) return;
    naive_unrest(o);
    o->priority = ++naive.priority;
    naive_rest(o);
}

void naive_cut(struct naive_order *o, wide qty)
{
    naive_freeze(o, -1);
    o->left -= qty;
    if (o->visible > o->left) o->visible = o->left;
    naive_freeze(o, +1);
    naive_say("replaced order=%s left=%s price=%s kept_priority=1", o->shown, naive_text(o->left),
              naive_text(o->price));
}

static bool before(const struct naive_order *a, const struct naive_order *b)
{
    if (a->parked && a->stop != b->stop)
        return a->side == N_BUY ? a->stop < b->stop : a->stop > b->stop;
    if (!a->parked && a->price != b->price)
        return a->side == N_BUY ? a->price > b->price : a->price < b->price;
    return a->priority < b->priority;
}

static struct naive_book *place_of(const struct naive_order *o)
{
    struct naive_instrument *x = &naive.instrument[o->instrument];
    return o->parked ? &x->parked[o->zone][o->side] : &x->book[o->zone][o->side];
}

void naive_rest(struct naive_order *o)
{
    struct naive_book *book = place_of(o);
    int i;
    if (book->count == book->room) {
        book->room = book->room ? 2 * book->room : 16;
        book->at = realloc(book->at, (size_t)book->room * sizeof book->at[0]);
        if (!book->at) abort();
    }
    for (i = book->count++; i > 0 && before(o, book->at[i - 1]); i--)
        book->at[i] = book->at[i - 1];
    book->at[i] = o;
    o->visible = o->display > 0 && o->display < o->left ? o->display : o->left;
}

void naive_unrest(struct naive_order *o)
{
    struct naive_book *book = place_of(o);
    int from = 0;
    while (from < book->count && book->at[from] != o)
        from++;
    if (from == book->count) return; /* it never rested */
    book->count--;
    for (; from < book->count; from++)
        book->at[from] = book->at[from + 1];
}

/* An order that is filled or cancelled; its id stays taken through the next trading day. */
void naive_die(struct naive_order *o)
{
    naive_unrest(o);
    o->alive = false;
    o->died = naive.day_number;
    naive.open_orders--;
}

void naive_cancel(struct naive_order *o, const char *reason)
{
    naive_freeze(o, -1);
    naive_say("cancelled order=%s left=%s reason=%s", o->shown, naive_text(o->left), reason);
    naive_die(o);
}
