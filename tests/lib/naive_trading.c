/* naive_trading.c - the verbs of trading and of the trading day. */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>

/* Reads "id" or "participant/id". A bare id means the participant that used it last. */
static const char *split(const char *shown, char participant[NAIVE_NAME])
{
    const char *slash = strchr(shown, '/');
    participant[0] = '\0';
    if (!slash) return shown;
    memcpy(participant, shown, (size_t)(slash - shown));
    participant[slash - shown] = '\0';
    return slash + 1;
}

/* The row of a client id in the list of its last users; a new one if it is not there yet. */
static struct naive_user *user_of(const char *id)
{
    for (int i = 0; i < naive.users; i++)
        if (strcmp(naive.user[i].id, id) == 0) return &naive.user[i];
    if (naive.users == naive.user_room) {
        naive.user_room = naive.user_room ? 2 * naive.user_room : 64;
        naive.user = realloc(naive.user, (size_t)naive.user_room * sizeof naive.user[0]);
        if (!naive.user) abort();
    }
    strcpy(naive.user[naive.users].id, id);
    naive.user[naive.users].who = -1;
    return &naive.user[naive.users++];
}

static struct naive_order *find(const char *shown)
{
    char name[NAIVE_NAME];
    const char *id = split(shown, name);
    int who = name[0] ? naive_participant_named(name) : user_of(id)->who;
    for (int i = naive.knowns - 1; i >= 0; i--)
        if (strcmp(naive.known[i]->id, id) == 0 && naive.known[i]->who == who)
            return naive.known[i];
    return NULL;
}

static bool taken(int who, const char *id)
{
    for (int i = 0; i < naive.knowns; i++)
        if (naive.known[i]->who == who && strcmp(naive.known[i]->id, id) == 0) return true;
    return false;
}

static void remember(struct naive_order *o)
{
    user_of(o->id)->who = o->who;
    if (naive.knowns == naive.known_room) {
        naive.known_room = naive.known_room ? 2 * naive.known_room : 64;
        naive.known = realloc(naive.known, (size_t)naive.known_room * sizeof naive.known[0]);
        if (!naive.known) abort();
    }
    naive.known[naive.knowns++] = o;
}

/* The checks an order and a replaced order share, from the quantity on. `o` has the new figures;
 * what the old order froze has already been given back. */
static const char *range_checks(const struct naive_order *o)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument];
    const struct naive_participant *p = naive.participant[o->who];
    if (o->left < 1 || o->left > NAIVE_QTY_MAX) return "QTY_RANGE";
    if (o->tif == N_GTC && o->until > 0 && o->until < naive.today) return "QTY_RANGE";
    if (o->left % x->lot != 0) return "LOT";
    if (o->price % x->tick != 0) return "TICK";
    if (x->block_from > 0 && o->left >= x->block_from) return "QTY_RANGE";
    if (x->ref[o->zone] == 0 || o->price < naive_band_low(x, o->zone) ||
        o->price > naive_band_high(x, o->zone))
        return "PRICE_BAND";
    if (o->price * o->left + naive_half_up(x->fee * o->price * o->left, NAIVE_P) > NAIVE_MONEY_MAX)
        return "QTY_RANGE";
    if (o->side == N_SELL && naive_units_of(o->who, o->instrument, o->zone)->free < o->left)
        return "UNITS_SHORT";
    if (o->side == N_BUY && p->cash < naive_hold(o)) return "CASH_SHORT";
    return NULL;
}

static const char *order_checks(const struct naive_line *line, struct naive_order *o)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument < 0 ? 0 : o->instrument];
    const char *type = naive_value(line, "type");
    bool at_once = o->market || o->tif == N_IOC || o->tif == N_FOK;
    if (o->who < 0) return "UNKNOWN_PARTICIPANT";
    if (naive.role != N_SYSTEM && (naive.role != N_ENTERPRISE || naive.actor != o->who))
        return "NOT_ALLOWED";
    if (o->instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (taken(o->who, o->id)) return "DUPLICATE_ID";
    if ((type && strncmp(type, "stop", 4) == 0) || naive_number(line, "display", 0) != 0 ||
        naive_number(line, "min", 0) != 0 || naive_number(line, "post", 0) != 0)
        return "NOT_ALLOWED";
    if (x->phase != N_CONTINUOUS && (at_once || (x->phase != N_CALL && x->phase != N_NO_CANCEL)))
        return "PHASE";
    o->zone = naive_zone_of(o->who, o->instrument);
    if (o->market && x->ref[o->zone] > 0)
        o->price = o->side == N_BUY ? naive_band_high(x, o->zone) : naive_band_low(x, o->zone);
    return range_checks(o);
}

/* Matches in continuous trading; what is left rests, or is cancelled for its type. */
static void run(struct naive_order *o)
{
    if (naive.instrument[o->instrument].phase == N_CONTINUOUS) {
        if (o->tif == N_FOK && !naive_trial(o)) {
            naive_cancel(o, "FOK");
            return;
        }
        naive_match(o);
    }
    if (!o->alive) return;
    if (o->market || o->tif == N_IOC)
        naive_cancel(o, o->market ? "MARKET" : "IOC");
    else
        naive_rest(o);
}

const char *naive_do_order(const struct naive_line *line)
{
    char name[NAIVE_NAME];
    const char *until = naive_value(line, "until"), *type = naive_value(line, "type");
    const char *tif = naive_value(line, "tif"), *no;
    struct naive_order *o = calloc(1, sizeof *o);
    if (!o) abort();
    strcpy(o->id, split(line->word[1], name));
    strcpy(o->shown, line->word[1]);
    o->who = naive_participant_named(line->word[2]);
    o->instrument = naive_instrument_named(line->word[3]);
    o->side = (enum naive_side)naive_choice(line->word[4], "buy sell");
    o->market = naive_choice(type ? type : "limit", "limit market stop stop-limit") == 1;
    o->tif = (enum naive_tif)naive_choice(tif ? tif : "day", "day gtc ioc fok");
    o->until = until ? naive_date(until) : 0;
    o->left = naive_number(line, "qty", 0);
    o->price = o->market ? 0 : naive_number(line, "price", 0);
    no = order_checks(line, o);
    if (!no && naive.open_orders >= naive.orders_max) no = "BOOK_FULL";
    if (no) {
        free(o);
        return no;
    }
    o->alive = true;
    o->priority = ++naive.priority;
    naive.open_orders++;
    remember(o);
    naive_freeze(o, +1);
    naive_say("accepted order=%s seq=%s", o->shown, naive_text((wide)naive.sequence));
    run(o);
    return NULL;
}

static bool cancels(enum naive_phase phase)
{
    return phase == N_CALL || phase == N_CONTINUOUS || phase == N_BREAK || phase == N_HALT;
}

const char *naive_do_cancel(const struct naive_line *line)
{
    struct naive_order *o = find(line->word[1]);
    if (!o || !o->alive) return "UNKNOWN_ORDER";
    if (naive.role == N_REGULATOR) return "NOT_ALLOWED";
    if (naive.role == N_ENTERPRISE && naive.actor != o->who) return "NOT_OWNER";
    if (!cancels(naive.instrument[o->instrument].phase)) return "PHASE";
    naive_cancel(o, naive.role == N_OPERATOR ? "OPERATOR" : "USER");
    return NULL;
}

const char *naive_do_replace(const struct naive_line *line)
{
    struct naive_order *o = find(line->word[1]);
    struct naive_order next;
    enum naive_phase phase;
    const char *no;
    bool keeps;
    if (!o || !o->alive) return "UNKNOWN_ORDER";
    if (naive.role == N_REGULATOR || naive.role == N_OPERATOR) return "NOT_ALLOWED";
    if (naive.role == N_ENTERPRISE && naive.actor != o->who) return "NOT_OWNER";
    phase = naive.instrument[o->instrument].phase;
    if (phase != N_CALL && phase != N_CONTINUOUS) return "PHASE";
    next = *o;
    next.left = naive_number(line, "qty", 0);
    next.price = naive_number(line, "price", o->price);
    keeps = next.price == o->price && next.left <= o->left;
    naive_freeze(o, -1);
    no = range_checks(&next);
    if (no) {
        naive_freeze(o, +1);
        return no;
    }
    if (!keeps) naive_unrest(o);
    o->left = next.left;
    o->price = next.price;
    naive_freeze(o, +1);
    naive_say("replaced order=%s left=%s price=%s kept_priority=%d", o->shown, naive_text(o->left),
              naive_text(o->price), keeps);
    if (!keeps) {
        o->priority = ++naive.priority;
        run(o);
    }
    return NULL;
}

const char *naive_do_cancel_all(const struct naive_line *line)
{
    bool everybody = strcmp(line->word[1], "-") == 0;
    int who = everybody ? -1 : naive_participant_named(line->word[1]);
    int only = line->words > 2 ? naive_instrument_named(line->word[2]) : -1;
    const char *reason = naive.role == N_OPERATOR || everybody ? "OPERATOR" : "USER";
    if (!everybody && who < 0) return "UNKNOWN_PARTICIPANT";
    if (naive.role == N_REGULATOR || (naive.role == N_ENTERPRISE && naive.actor != who))
        return "NOT_ALLOWED";
    if (line->words > 2 && only < 0) return "UNKNOWN_INSTRUMENT";
    if (only >= 0 && !cancels(naive.instrument[only].phase)) return "PHASE";
    for (int i = 0; i < naive.instruments; i++) {
        struct naive_instrument *x = &naive.instrument[i];
        if ((only >= 0 && only != i) || !cancels(x->phase)) continue;
        for (int z = 0; z < naive.zones; z++)
            for (int side = 0; side < 2; side++)
                for (int n = 0; n < x->book[z][side].count;) {
                    if (everybody || x->book[z][side].at[n]->who == who)
                        naive_cancel(x->book[z][side].at[n], reason);
                    else
                        n++;
                }
    }
    return NULL;
}

/* Contract of the phases: market.md section 4, "Day". */
static bool may_move(enum naive_phase from, enum naive_phase to)
{
    static const char *moves[N_PHASES] = {
        [N_CLOSED] = "call continuous",
        [N_CALL] = "no-cancel continuous halt closed",
        [N_NO_CANCEL] = "continuous halt",
        [N_CONTINUOUS] = "call break halt closing closed",
        [N_BREAK] = "continuous call halt closing",
        [N_HALT] = "call closing",
        [N_CLOSING] = "settlement",
        [N_SETTLEMENT] = "closed",
    };
    static const char *words[N_PHASES] = {"closed", "call", "no-cancel", "continuous",
                                          "break",  "halt", "closing",   "settlement"};
    char list[64], *word;
    strcpy(list, moves[from]);
    for (word = strtok(list, " "); word; word = strtok(NULL, " "))
        if (strcmp(word, words[to]) == 0) return true;
    return false;
}

const char *naive_do_phase(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    enum naive_phase from = x->phase;
    enum naive_phase to = (enum naive_phase)naive_choice(
        line->word[2], "closed call no-cancel continuous break halt closing settlement");
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (!may_move(from, to)) return "WRONG_STATE";
    x->phase = to;
    naive_say("phase instrument=%s to=%s", x->name, line->word[2]);
    /* A book left crossed by a call that never came must not enter continuous trading as it is. */
    if (to == N_CONTINUOUS && (from == N_CALL || from == N_NO_CANCEL || naive_crossed(x)))
        naive_uncross(x);
    return NULL;
}

const char *naive_do_uncross(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->phase != N_CALL && x->phase != N_NO_CANCEL) return "PHASE";
    naive_uncross(x);
    return NULL;
}

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
    return k < NAIVE_CLOSE_FLOOR ? NAIVE_CLOSE_FLOOR : k;
}

static void close_prices(struct naive_instrument *x)
{
    for (int z = 0; z < naive.zones; z++) {
        wide k = median_volume(x, z), volume = x->day_volume[z];
        if (x->ref[z] > 0)
            x->ref[z] = naive_floor(2 * (k * x->ref[z] + x->day_turnover[z]) + k + volume,
                                    2 * (k + volume));
        x->volumes[z][x->days % NAIVE_CLOSE_DAYS] = volume;
        x->day_volume[z] = x->day_turnover[z] = 0;
    }
    x->days++;
}

static void expire(struct naive_instrument *x)
{
    for (int z = 0; z < naive.zones; z++)
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
}

static void unlock(int instrument)
{
    for (int p = 0; p < naive.participants; p++)
        for (int z = 0; z < naive.zones; z++) {
            struct naive_units *units = &naive.participant[p]->units[instrument][z];
            units->free += units->locked;
            units->locked = 0;
        }
}

/* Ids of orders that died on the day before the one that ends now are free again. */
static void forget(void)
{
    int kept = 0;
    for (int i = 0; i < naive.knowns; i++) {
        struct naive_order *o = naive.known[i];
        if (!o->alive && o->died + 1 < naive.day_number)
            free(o);
        else
            naive.known[kept++] = o;
    }
    naive.knowns = kept;
}

const char *naive_do_day(const struct naive_line *line)
{
    int32_t day = naive_date(line->word[1]);
    int kept = 0;
    if (day <= naive.today) return "WRONG_STATE";
    naive.today = day;
    for (int i = 0; i < naive.instruments; i++) {
        close_prices(&naive.instrument[i]);
        expire(&naive.instrument[i]);
        unlock(i);
    }
    naive.day_number++;
    forget();
    for (int i = 0; i < naive.members; i++)
        if (naive.member[i].from <= day)
            naive_member_now(naive.member[i].who, naive.member[i].instrument, naive.member[i].zone);
        else
            naive.member[kept++] = naive.member[i];
    naive.members = kept;
    return NULL;
}
