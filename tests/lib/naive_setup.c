/* naive_setup.c - the verbs that build the market: zones, instruments, links, people, assets.
 * They are silent when they succeed. */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>

static const char *usable(const char *name, int known)
{
    if (strcmp(name, "-") == 0) return "NOT_ALLOWED";
    return known >= 0 ? "DUPLICATE_ID" : NULL;
}

const char *naive_do_zone(const struct naive_line *line)
{
    const char *name = line->word[1], *no;
    int known = -1;
    for (int z = 0; z < naive.zones; z++)
        if (strcmp(naive.zone[z], name) == 0) known = z;
    no = usable(name, known);
    if (no) return no;
    if (naive.zones == NAIVE_ZONES) return "CAPACITY";
    strcpy(naive.zone[naive.zones++], name);
    return NULL;
}

static bool outside(wide value, wide lo, wide hi)
{
    return value < lo || value > hi;
}

/* market.md section 3: lot, block threshold and fee of the families, in the order of the words. */
static const struct {
    int lot, block_from;
} families[] = {{1, 100000}, {1, 10000}, {1, 10000}, {1, 10000}, {10, 50000}, {10, 50000}};

const char *naive_do_instrument(const struct naive_line *line)
{
    const char *name = line->word[1], *no = usable(name, naive_instrument_named(name));
    const char *family = naive_value(line, "family"), *stp = naive_value(line, "stp");
    const char *phase = naive_value(line, "phase");
    struct naive_instrument x;
    int row = naive_choice(family ? family : "carbon", "carbon eco energy water air effluent");
    wide ref = naive_number(line, "ref", 0);
    memset(&x, 0, sizeof x);
    strcpy(x.name, name);
    x.family = row;
    x.lot = naive_number(line, "lot", families[row].lot);
    x.tick = naive_number(line, "tick", 1);
    x.band = naive_number(line, "band_ppm", 100000);
    x.fee = naive_number(line, "fee_ppm", 2000);
    x.block_from = naive_number(line, "block_from", families[row].block_from);
    x.t_plus = naive_number(line, "t_plus", 1);
    x.stp =
        (enum naive_stp)naive_choice(stp ? stp : "cancel-incoming",
                                     "cancel-incoming allow cancel-resting cancel-both decrement");
    x.phase = (enum naive_phase)naive_choice(
        phase ? phase : "closed", "closed call no-cancel continuous break halt closing settlement");
    x.methods = N_AGREEMENT | N_LISTING | N_AUCTION | N_BY_CALL | N_MATCHING;
    x.block_fee = x.fee;
    x.block_band = 300000;
    x.deadline_days = 10;
    x.close_floor = NAIVE_CLOSE_FLOOR;
    if (no) return no;
    if (outside(x.lot, 1, 1000000) || outside(x.tick, 1, NAIVE_PRICE_MAX) ||
        outside(x.band, 0, NAIVE_P) || outside(x.fee, 0, NAIVE_P) ||
        outside(x.t_plus, 0, naive.rules < 2 ? 1 : 5) || outside(x.block_from, 0, NAIVE_QTY_MAX) ||
        outside(ref, 0, NAIVE_PRICE_MAX))
        return "QTY_RANGE";
    if (naive.instruments == NAIVE_INSTRUMENTS) return "CAPACITY";
    for (int i = 0; i < NAIVE_ZONES; i++) {
        x.ref[i] = ref;
        for (int j = i + 1; j < NAIVE_ZONES; j++)
            x.pair[i][j] = (struct naive_pair){0, -NAIVE_UNLIMITED, NAIVE_UNLIMITED};
    }
    naive.instrument[naive.instruments++] = x;
    return NULL;
}

static wide common_divisor(wide a, wide b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

bool naive_empty(const struct naive_instrument *x)
{
    for (int z = 0; z < naive.zones; z++)
        if (x->book[z][0].count > 0 || x->book[z][1].count > 0) return false;
    return true;
}

const char *naive_do_link(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    int from = naive_zone_named(line->word[2]), to = naive_zone_named(line->word[3]);
    const char *ratio = naive_value(line, "ratio");
    struct naive_link link = {true, 1, 1, naive_number(line, "levy_ppm", 0)};
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    wide divisor, before;
    bool rented;
    if (ratio) {
        char *slash;
        link.rn = strtoll(ratio, &slash, 10);
        link.rd = *slash == '/' ? strtoll(slash + 1, NULL, 10) : 1;
    }
    link.allowed = naive_number(line, "allowed", 1) != 0;
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->over) return "NOT_ALLOWED";
    if (from == to) return "NOT_ALLOWED";
    if (link.rd < 1 || link.rn < link.rd || link.rn > 1000 || outside(link.levy, 0, NAIVE_P))
        return "QTY_RANGE";
    divisor = common_divisor(link.rn, link.rd);
    link.rn /= divisor;
    link.rd /= divisor;
    before = naive_link_of(x, from, to).levy;
    rented = x->rent[from][to] > 0;
    x->link[from][to] = link;
    x->rent[from][to] = 0;
    if (rented && link.allowed && before != link.levy) naive_say_rent(x, from, to);
    for (int i = 0; i < naive.instruments; i++) /* the rent of a strip ends with its link, unsaid */
        if (!naive_link_of(&naive.instrument[i], from, to).allowed)
            naive.instrument[i].rent[from][to] = 0;
    if (naive_empty(x)) naive_say_links(x, true);
    return NULL;
}

const char *naive_limit_now(int instrument, int from, int to, wide lo, wide hi, bool later)
{
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    struct naive_pair *pair;
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->over || from == to) return "NOT_ALLOWED";
    if (lo > 0 || hi < 0) /* a new period starts at 0, which must be inside */
        return "QTY_RANGE";
    if (later) return NULL;
    if (from > to) { /* the pair counts from the lower id to the higher one */
        wide swapped = lo;
        int zone = from;
        lo = -hi;
        hi = -swapped;
        from = to;
        to = zone;
    }
    pair = &x->pair[from][to];
    if (outside(pair->balance, lo, hi)) return "CAP";
    pair->lo = lo;
    pair->hi = hi;
    if (naive_empty(x)) naive_say_links(x, true);
    return NULL;
}

const char *naive_do_limit(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    int from = naive_zone_named(line->word[2]), to = naive_zone_named(line->word[3]);
    wide lo = naive_number(line, "lo", -NAIVE_UNLIMITED);
    wide hi = naive_number(line, "hi", NAIVE_UNLIMITED);
    const char *no = naive_limit_now(instrument, from, to, lo, hi, false);
    if (!no) naive_drop_tranches(instrument, from, to, naive.tranches);
    return no;
}

const char *naive_do_ref(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    int zone = naive_zone_named(line->word[2]);
    wide price = naive_number(line, "price", 0);
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->over) return "NOT_ALLOWED";
    if (outside(price, 1, NAIVE_PRICE_MAX)) return "QTY_RANGE";
    if (x->book[zone][0].count > 0 || x->book[zone][1].count > 0) return "WRONG_STATE";
    if (x->parked[zone][0].count > 0 || x->parked[zone][1].count > 0) return "WRONG_STATE";
    x->ref[zone] = price;
    return NULL;
}

const char *naive_do_participant(const struct naive_line *line)
{
    const char *name = line->word[1], *no = usable(name, naive_participant_named(name));
    const char *zone = naive_value(line, "zone"), *group = naive_value(line, "group");
    const char *type = naive_value(line, "type"), *city = naive_value(line, "city");
    int lives = city ? naive_city_named(city) : -1;
    int home = naive_zone_named(zone ? zone : "");
    struct naive_participant *p;
    if (no) return no;
    if (lives >= 0 && naive.city[lives].investors && (!type || strcmp(type, "investor") != 0))
        return "NOT_ALLOWED";
    if (naive.participants == NAIVE_PARTICIPANTS) return "CAPACITY";
    if (city && strcmp(city, "-") != 0 && (lives = naive_city_made(city)) < 0) return "CAPACITY";
    p = calloc(1, sizeof *p);
    if (!p) abort();
    strcpy(p->name, name);
    strcpy(p->group, group ? group : name);
    p->zone = home;
    p->reserve = type && strcmp(type, "reserve") == 0;
    strcpy(p->type, type ? type : "covered");
    p->city = lives;
    p->open_orders_max = p->rate_max = -1;
    for (int i = 0; i < NAIVE_INSTRUMENTS; i++)
        p->member[i] = -1;
    naive.participant[naive.participants++] = p;
    return NULL;
}

/* Section 6: units already held keep their zone and resting orders are cancelled. */
void naive_member_now(int who, int instrument, int zone)
{
    if (naive.rules < 2 && naive_zone_of(who, instrument) != zone)
        naive_cancel_of(who, instrument, "OPERATOR");
    naive.participant[who]->member[instrument] = zone;
}

const char *naive_do_member(const struct naive_line *line)
{
    int who = naive_participant_named(line->word[1]);
    int instrument = naive_instrument_named(line->word[2]);
    const char *zone = naive_value(line, "zone"), *from = naive_value(line, "from");
    struct naive_member member = {who, instrument, naive_zone_named(zone ? zone : ""),
                                  from ? naive_date(from) : 0};
    if (who < 0) return "UNKNOWN_PARTICIPANT";
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (naive.instrument[instrument].over) return "NOT_ALLOWED";
    if (member.from > naive.today) {
        if (naive.members == NAIVE_MEMBERS) return "CAPACITY";
        naive.member[naive.members++] = member;
        return NULL;
    }
    naive_member_now(who, instrument, member.zone);
    if (naive.rules >= 2) naive_moved();
    return NULL;
}

const char *naive_do_deposit(const struct naive_line *line)
{
    int who = naive_participant_named(line->word[1]);
    wide cash = naive_number(line, "cash", 0);
    if (who < 0) return "UNKNOWN_PARTICIPANT";
    if (cash < 1 || naive.deposited + cash > NAIVE_MONEY_MAX) return "QTY_RANGE";
    naive.deposited += cash;
    naive.participant[who]->cash += cash;
    return NULL;
}

const char *naive_do_issue(const struct naive_line *line)
{
    int who = naive_participant_named(line->word[1]);
    int instrument = naive_instrument_named(line->word[2]);
    wide qty = naive_number(line, "qty", 0);
    if (who < 0) return "UNKNOWN_PARTICIPANT";
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (naive.instrument[instrument].over || naive.instrument[instrument].legs > 0)
        return "NOT_ALLOWED";
    if (qty < 1 || naive.instrument[instrument].issued + qty > NAIVE_QTY_MAX) return "QTY_RANGE";
    naive.instrument[instrument].issued += qty;
    naive_units_of(who, instrument, naive_zone_of(who, instrument))->free += qty;
    return NULL;
}

const char *naive_do_period(const struct naive_line *line)
{
    wide year = strtoll(line->word[1], NULL, 10);
    if (year <= naive.period) return "WRONG_STATE";
    naive.period = year;
    for (int i = 0; i < naive.participants; i++)
        memset(naive.participant[i]->net, 0, sizeof naive.participant[i]->net);
    for (int i = 0; i < naive.instruments; i++)
        naive_rents_end(&naive.instrument[i]);
    for (int i = 0; i < naive.instruments; i++) {
        struct naive_instrument *x = &naive.instrument[i];
        for (int a = 0; a < naive.zones; a++)
            for (int b = a + 1; b < naive.zones; b++)
                x->pair[a][b].balance = 0;
        if (naive_empty(x)) naive_say_links(x, true);
    }
    return NULL;
}
