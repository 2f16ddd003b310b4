/* naive_people.c - who may buy how much, and at which fee: cities, status, quotas, discounts,
 * position limits, holders and gates (decision 13), and the verbs of the rules. */
#include "tests/lib/naive.h"
#include "tests/lib/naive_auction.h"
#include <stdio.h>
#include <string.h>

bool naive_stopped(int who)
{
    return naive.participant[who]->stopped;
}

bool naive_barred(int who, int instrument)
{
    return naive.instrument[instrument].no_investors &&
           strcmp(naive.participant[who]->type, "investor") == 0;
}

wide naive_rate(int who, wide ppm)
{
    const struct naive_participant *p = naive.participant[who];
    if (p->discount_until > 0 && p->discount_until < naive.today) return ppm;
    return naive_floor(ppm * (NAIVE_P - p->discount), NAIVE_P);
}

/* A bid that may still be filled counts as an open buy of where it was bid. */
static bool living(const struct naive_auction *a, const struct naive_bid *bid)
{
    if (bid->withdrawn || bid->standing) return false;
    if (a->state == N_ANNOUNCED || a->state == N_REGISTRATION || a->state == N_OPEN ||
        a->state == N_AUCTION_CLOSED)
        return true;
    return a->waits && bid->won > 0;
}

/* Units that open buys of one instrument still want, in the book and parked. Not given (-1, NULL):
 * of every zone, city, group. */
wide naive_open_buys(int instrument, int zone, int city, const char *group)
{
    wide total = 0;
    for (int i = 0; i < naive.knowns; i++) {
        const struct naive_order *o = naive.known[i];
        const struct naive_participant *p = naive.participant[o->who];
        if (!o->alive || o->side != N_BUY || o->instrument != instrument) continue;
        if (zone >= 0 && o->zone != zone) continue;
        if (city >= 0 && p->city != city) continue;
        if (group && strcmp(p->group, group) != 0) continue;
        total += o->left;
    }
    for (int i = 0; i < naive.auctions; i++)
        for (int n = 0; n < naive.auction[i]->bids; n++) {
            const struct naive_bid *bid = &naive.auction[i]->bid[n];
            const struct naive_participant *p = naive.participant[bid->who];
            if (naive.auction[i]->instrument != instrument || !living(naive.auction[i], bid))
                continue;
            if (zone >= 0 && bid->zone != zone) continue;
            if (city >= 0 && p->city != city) continue;
            if (group && strcmp(p->group, group) != 0) continue;
            total += bid->qty;
        }
    return total;
}

/* Position limits and holders (decision 13.5) */

static wide units_of_group(int instrument, const char *group)
{
    wide total = 0;
    for (int p = 0; p < naive.participants; p++)
        for (int z = 0; strcmp(naive.participant[p]->group, group) == 0 && z < naive.zones; z++) {
            struct naive_units units = naive.participant[p]->units[instrument][z];
            total += units.free + units.held + units.locked;
        }
    return total;
}

/* The newest line in force for the group, else for the type; -1: no limit. */
static wide limit_of(int instrument, const char *group, const char *type)
{
    const struct naive_holding *found = NULL;
    wide share;
    for (int pass = 0; pass < 2 && !found; pass++)
        for (int i = 0; i < naive.holdings; i++) {
            const struct naive_holding *h = &naive.holding[i];
            bool meant = pass == 0 ? h->group[0] && strcmp(h->group, group) == 0
                                   : !h->group[0] && strcmp(h->type, type) == 0;
            if (h->instrument == instrument && meant && h->from <= naive.today) found = h;
        }
    if (!found) return -1;
    if (found->ppm < 0) return found->units;
    share = naive_floor(found->ppm * naive.instrument[instrument].issued, NAIVE_P);
    return found->units >= 0 && found->units < share ? found->units : share;
}

/* Holders but for one position, which the caller means to open (-1: none). */
wide naive_holders(int instrument, int but_who, int but_zone)
{
    wide holders = 0;
    for (int p = 0; p < naive.participants; p++)
        for (int z = 0; z < naive.zones; z++) {
            struct naive_units units = naive.participant[p]->units[instrument][z];
            bool buys = false;
            for (int i = 0; i < naive.knowns; i++) {
                const struct naive_order *o = naive.known[i];
                buys = buys || (o->alive && o->who == p && o->instrument == instrument &&
                                o->zone == z && o->side == N_BUY);
            }
            for (int i = 0; i < naive.auctions; i++)
                for (int n = 0; n < naive.auction[i]->bids; n++) {
                    const struct naive_bid *bid = &naive.auction[i]->bid[n];
                    buys = buys || (naive.auction[i]->instrument == instrument && bid->who == p &&
                                    bid->zone == z && living(naive.auction[i], bid));
                }
            if (p == but_who && z == but_zone) continue;
            holders += buys || units.free + units.held + units.locked > 0;
        }
    return holders;
}

static const char *holding_check(int who, int instrument, int zone, wide qty)
{
    const struct naive_instrument *x = &naive.instrument[instrument];
    const struct naive_participant *p = naive.participant[who];
    wide limit = limit_of(instrument, p->group, p->type), others;
    if (limit >= 0 &&
        units_of_group(instrument, p->group) + naive_open_buys(instrument, -1, -1, p->group) + qty >
            limit)
        return "POSITION_LIMIT";
    others = naive_holders(instrument, who, zone);
    if (x->holders_max > 0 && others == naive_holders(instrument, -1, -1) &&
        others + 1 > x->holders_max)
        return "POSITION_LIMIT";
    return NULL;
}

/* Gates (decision 13.6) */

void naive_count_net(int instrument, int buyer, int zone, wide bought, int seller, int seller_zone,
                     wide sold)
{
    if (buyer >= 0) naive.participant[buyer]->net[instrument][zone] += bought;
    if (seller >= 0) naive.participant[seller]->net[instrument][seller_zone] -= sold;
}

static wide net_of(const struct naive_gate *gate)
{
    wide net = 0;
    for (int p = 0; p < naive.participants; p++)
        for (int z = 0; z < naive.zones; z++)
            if (gate->zone >= 0 ? gate->zone == z : naive.participant[p]->city == gate->city)
                net += naive.participant[p]->net[gate->instrument][z];
    return net;
}

static bool gate_stops(const struct naive_gate *gate, int who, int instrument, int zone, wide qty)
{
    const struct naive_participant *p = naive.participant[who];
    if (!gate->closed || gate->instrument != instrument) return false;
    if (gate->zone >= 0 ? gate->zone != zone : gate->city != p->city) return false;
    if (gate->kind == 2 && strcmp(p->type, "new-entrant") != 0) return false;
    qty += net_of(gate) + naive_open_buys(instrument, gate->zone, gate->city, NULL);
    return (gate->kind == 1 ? 2 * qty : qty) > gate->allow;
}

const char *naive_buy_checks(int who, int instrument, int zone, wide qty)
{
    const char *no;
    if (naive.rules < 2) return NULL;
    no = holding_check(who, instrument, zone, qty);
    for (int i = 0; !no && i < naive.gates; i++)
        if (gate_stops(&naive.gate[i], who, instrument, zone, qty)) no = "TARGET_GATE";
    return no;
}

/* Quotas (decision 13.4): GCRA, an order every interval and a burst of one second's. */
const char *naive_rate_check(int who)
{
    struct naive_participant *p = naive.participant[who];
    wide most = p->rate_max >= 0 ? p->rate_max : naive.rate_max, interval;
    if (most == 0) return NULL;
    interval = naive_floor(1000000000, most);
    if (naive.time_ns < p->next_ns - (most - 1) * interval) return "RATE_LIMIT";
    p->next_ns = (naive.time_ns > p->next_ns ? naive.time_ns : p->next_ns) + interval;
    return NULL;
}

/* Cities (decision 13.3) */

int naive_city_named(const char *name)
{
    for (int i = 0; i < naive.cities; i++)
        if (strcmp(naive.city[i].name, name) == 0) return i;
    return -1;
}

int naive_city_made(const char *name)
{
    int city = naive_city_named(name);
    if (city >= 0) return city;
    if (naive.cities == NAIVE_CITIES) return -1;
    strcpy(naive.city[naive.cities].name, name);
    naive.city[naive.cities].zone = -1;
    for (int i = 0; i < NAIVE_INSTRUMENTS; i++)
        naive.city[naive.cities].of[i] = -1;
    return naive.cities++;
}

/* A city's zone is what it is from now on; what rested where its owner no longer trades is
 * cancelled behind it. */
void naive_move_now(const struct naive_move *move)
{
    struct naive_city *city = &naive.city[move->city];
    if (move->zone >= 0 && move->instrument >= 0)
        city->of[move->instrument] = move->zone;
    else if (move->zone >= 0)
        city->zone = move->zone;
}

static void cancel_displaced(int who, struct naive_book *book)
{
    for (int n = 0; n < book->count;) {
        struct naive_order *o = book->at[n];
        if (o->who == who && o->zone != naive_zone_of(who, o->instrument))
            naive_cancel(o, "OPERATOR");
        else
            n++;
    }
}

/* Orders that stand where their owner no longer trades: by participant, instrument, zone, as
 * cancel-all. Units keep their zone. */
void naive_moved(void)
{
    for (int p = 0; p < naive.participants; p++)
        for (int i = 0; i < naive.instruments; i++)
            for (int z = 0; z < naive.zones; z++)
                for (int kind = 0; kind < 4; kind++) {
                    struct naive_instrument *x = &naive.instrument[i];
                    cancel_displaced(p, kind < 2 ? &x->book[z][kind] : &x->parked[z][kind - 2]);
                }
}

/* The verbs */

static int32_t date_of(const struct naive_line *line, const char *key)
{
    const char *text = naive_value(line, key);
    return text ? naive_date(text) : 0;
}

static const char *do_city(const struct naive_line *line)
{
    const char *zone = naive_value(line, "zone"), *instrument = naive_value(line, "instrument");
    struct naive_move move = {0, zone ? naive_zone_named(zone) : -1,
                              instrument ? naive_instrument_named(instrument) : -1,
                              date_of(line, "from")};
    wide investors = naive_number(line, "investors", -1);
    if (naive.rules < 2 || strcmp(line->word[1], "-") == 0) return "NOT_ALLOWED";
    if (instrument && move.instrument < 0) return "UNKNOWN_INSTRUMENT";
    move.city = naive_city_made(line->word[1]);
    if (move.city < 0) return "CAPACITY";
    if (move.zone >= 0 && move.from > naive.today && naive.moves == NAIVE_ROWS) return "CAPACITY";
    if (investors >= 0) naive.city[move.city].investors = investors != 0;
    if (move.zone >= 0 && move.from > naive.today) {
        naive.move[naive.moves++] = move;
        return NULL;
    }
    naive_move_now(&move);
    naive_moved();
    return NULL;
}

static const char *do_status(const struct naive_line *line)
{
    int who = naive_participant_named(line->word[1]);
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (who < 0) return "UNKNOWN_PARTICIPANT";
    naive.participant[who]->stopped = naive_number(line, "active", 1) == 0;
    return NULL;
}

static const char *do_quota(const struct naive_line *line)
{
    bool everybody = strcmp(line->word[1], "-") == 0;
    int who = everybody ? -1 : naive_participant_named(line->word[1]);
    wide *open = everybody ? &naive.open_orders_max : NULL;
    wide *per_second = everybody ? &naive.rate_max : NULL;
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (!everybody && who < 0) return "UNKNOWN_PARTICIPANT";
    if (naive_number(line, "rate", 0) > 1000000000) return "QTY_RANGE";
    if (!everybody) {
        open = &naive.participant[who]->open_orders_max;
        per_second = &naive.participant[who]->rate_max;
    }
    *open = naive_number(line, "open_orders", *open);
    *per_second = naive_number(line, "rate", *per_second);
    return NULL;
}

static const char *do_discount(const struct naive_line *line)
{
    int who = naive_participant_named(line->word[1]);
    wide ppm = naive_number(line, "ppm", 0);
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (who < 0) return "UNKNOWN_PARTICIPANT";
    if (ppm < 0 || ppm > NAIVE_P) return "QTY_RANGE";
    if (date_of(line, "until") > 0 && date_of(line, "until") < naive.today) return "QTY_RANGE";
    naive.participant[who]->discount = ppm;
    naive.participant[who]->discount_until = date_of(line, "until");
    return NULL;
}

static bool group_known(const char *group)
{
    for (int i = 0; i < naive.participants; i++)
        if (strcmp(naive.participant[i]->group, group) == 0) return true;
    return false;
}

static const char *do_holding(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    const char *group = naive_value(line, "group"), *type = naive_value(line, "type");
    struct naive_holding h = {.instrument = instrument,
                              .units = naive_number(line, "units", -1),
                              .ppm = naive_number(line, "ppm", -1),
                              .from = date_of(line, "from")};
    if (!type) type = "covered";
    if (!group) naive_choice(type, "covered new-entrant voluntary investor reserve eco-project");
    strcpy(group ? h.group : h.type, group ? group : type);
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (group && !group_known(group)) return "UNKNOWN_PARTICIPANT";
    if (h.units < -1 || h.units > NAIVE_QTY_MAX || h.ppm < -1 || h.ppm > NAIVE_P)
        return "QTY_RANGE";
    if (naive.holdings == NAIVE_ROWS) return "CAPACITY";
    naive.holding[naive.holdings++] = h;
    return NULL;
}

static const char *do_gate(const struct naive_line *line)
{
    const char *city = naive_value(line, "city"), *kind = naive_value(line, "kind");
    struct naive_gate gate = {naive_instrument_named(line->word[1]),
                              line->words > 2 ? naive_zone_named(line->word[2]) : -1,
                              city ? naive_city_named(city) : -1,
                              naive_number(line, "closed", 1) != 0,
                              naive_choice(kind ? kind : "block", "block ratio new-projects"),
                              naive_number(line, "allow", 0)};
    int at = 0;
    if ((line->words > 2) == (city != NULL)) naive_stop("zone or city is missing");
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (gate.instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (naive.instrument[gate.instrument].over) return "NOT_ALLOWED";
    if (city && gate.city < 0) return "UNKNOWN_CITY";
    if (gate.allow < 0 || gate.allow > NAIVE_QTY_MAX) return "QTY_RANGE";
    while (at < naive.gates &&
           (naive.gate[at].instrument != gate.instrument || naive.gate[at].zone != gate.zone ||
            naive.gate[at].city != gate.city))
        at++;
    if (at == NAIVE_ROWS) return "CAPACITY";
    if (at == naive.gates) naive.gates++;
    naive.gate[at] = gate;
    return NULL;
}

static bool unknown(int instrument, const char *verb)
{
    if (instrument < 0) naive_say("rejected command=%s reason=UNKNOWN_INSTRUMENT", verb);
    return instrument < 0;
}

static void say_gate(const struct naive_gate *gate)
{
    static const char *const kinds[] = {"block", "ratio", "new-projects"};
    naive_say("gate instrument=%s %s=%s kind=%s allow=%s net=%s buying=%s",
              naive.instrument[gate->instrument].name, gate->zone >= 0 ? "zone" : "city",
              gate->zone >= 0 ? naive.zone[gate->zone] : naive.city[gate->city].name,
              kinds[gate->kind], naive_text(gate->allow), naive_text(net_of(gate)),
              naive_text(naive_open_buys(gate->instrument, gate->zone, gate->city, NULL)));
}

/* Zones by id, then cities by id. */
static void look_gates(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    if (unknown(instrument, "gates")) return;
    for (int at = 0; at < naive.zones + naive.cities; at++)
        for (int i = 0; i < naive.gates; i++) {
            const struct naive_gate *gate = &naive.gate[i];
            int place = gate->zone >= 0 ? gate->zone : naive.zones + gate->city;
            if (gate->instrument == instrument && gate->closed && place == at) say_gate(gate);
        }
}

/* Groups with at least so many ppm of the units issued: most units first, then by name. */
static void look_holders(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    wide least = naive_number(line, "ppm", 0), last_units = NAIVE_UNLIMITED;
    const char *last = "";
    if (unknown(instrument, "holders")) return;
    for (;;) {
        const struct naive_participant *best = NULL;
        wide most = 0, share, limit, issued = naive.instrument[instrument].issued;
        for (int i = 0; i < naive.participants; i++) {
            const struct naive_participant *p = naive.participant[i];
            wide units = units_of_group(instrument, p->group);
            bool later = units < last_units || (units == last_units && strcmp(p->group, last) > 0);
            if (units > 0 && later &&
                (!best || units > most || (units == most && strcmp(p->group, best->group) < 0))) {
                best = p;
                most = units;
            }
        }
        if (!best) return;
        last = best->group;
        last_units = most;
        share = naive_floor(most * NAIVE_P, issued);
        limit = limit_of(instrument, best->group, best->type);
        if (share >= least)
            naive_say("holder instrument=%s group=%s units=%s ppm=%s limit=%s",
                      naive.instrument[instrument].name, best->group, naive_text(most),
                      naive_text(share), limit < 0 ? "-" : naive_text(limit));
    }
}

enum { BOTH = N_REGULATORS | N_OPERATORS };

const struct naive_verb naive_rule_verbs[] = {
    {"terms", naive_do_terms, NULL, BOTH, 2, 2,
     "basis methods approval fee_ppm block_fee_ppm auction_fee_ppm block_band_ppm dynamic_ppm "
     "close close_floor holders_max t_plus conditional deadline_days vintage live_rent investors"},
    {"show-terms", NULL, naive_look_terms, 0, 2, 2, ""},
    {"discount", do_discount, NULL, N_OPERATORS, 2, 2, "ppm until"},
    {"city", do_city, NULL, BOTH, 2, 2, "zone from instrument investors"},
    {"status", do_status, NULL, BOTH, 2, 2, "active"},
    {"quota", do_quota, NULL, N_OPERATORS, 2, 2, "open_orders rate"},
    {"position-limit", do_holding, NULL, BOTH, 2, 2, "group type units ppm from"},
    {"holders", NULL, look_holders, 0, 2, 2, "ppm"},
    {"gate", do_gate, NULL, N_REGULATORS, 2, 3, "city closed allow kind"},
    {"gates", NULL, look_gates, 0, 2, 2, ""},
    {"tranche", naive_do_tranche, NULL, BOTH, 4, 4, "lo hi from"},
    {"calendar", naive_do_calendar, NULL, N_OPERATORS, 2, 2, "kind"},
    {"seed", naive_do_seed, NULL, N_OPERATORS, 1, 1, "commit reveal instrument auction"},
    {"click", naive_do_click, NULL, N_ITSELF, 4, 4, "qty instrument"},
    {"prices", NULL, naive_look_prices, 0, 2, 2, ""},
    {"indicative", NULL, naive_look_indicative, 0, 2, 2, ""},
    {NULL, NULL, NULL, 0, 0, 0, NULL},
};
