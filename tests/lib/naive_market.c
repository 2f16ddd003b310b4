/* naive_market.c - reads a market script on standard input, prints its events.
 *
 * Usage: naive_market < script. Exits 0, or 2 at the first unreadable line (as `lingnan replay`).
 * `digest` is not known here: the line is read over. */
#include "tests/lib/naive.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct naive_verb verbs[] = {
    {"zone", naive_do_zone, NULL, N_REGULATORS | N_OPERATORS, 2, 2, ""},
    {"instrument", naive_do_instrument, NULL, N_OPERATORS, 2, 2,
     "family lot tick ref band_ppm fee_ppm block_from t_plus stp phase"},
    {"link", naive_do_link, NULL, N_REGULATORS | N_OPERATORS, 4, 4, "ratio levy_ppm allowed"},
    {"limit", naive_do_limit, NULL, N_REGULATORS | N_OPERATORS, 4, 4, "lo hi"},
    {"ref", naive_do_ref, NULL, N_OPERATORS, 3, 3, "price"},
    {"participant", naive_do_participant, NULL, N_REGULATORS | N_OPERATORS, 2, 2,
     "zone group type city sector"},
    {"member", naive_do_member, NULL, N_REGULATORS | N_OPERATORS, 3, 3, "zone from"},
    {"deposit", naive_do_deposit, NULL, N_OPERATORS, 2, 2, "cash"},
    {"issue", naive_do_issue, NULL, N_REGULATORS, 3, 3, "qty"},
    {"order", naive_do_order, NULL, N_ITSELF, 5, 5,
     "qty price type stop tif until display min post"},
    {"cancel", naive_do_cancel, NULL, N_ITSELF, 2, 2, ""},
    {"replace", naive_do_replace, NULL, N_ITSELF, 2, 2, "qty price"},
    {"cancel-all", naive_do_cancel_all, NULL, N_ITSELF, 2, 3, ""},
    {"phase", naive_do_phase, NULL, N_OPERATORS, 3, 3, ""},
    {"uncross", naive_do_uncross, NULL, N_OPERATORS, 2, 2, ""},
    {"day", naive_do_day, NULL, N_OPERATORS, 2, 2, ""},
    {"period", naive_do_period, NULL, N_REGULATORS | N_OPERATORS, 2, 2, ""},
    {"auction", naive_auction_open, NULL, N_REGULATORS | N_OPERATORS, 3, 3,
     "regime seller offer reserve floor_min share_ppm lot deposit_ppm undersubscribed tie unsold"},
    {"bid", naive_auction_bid, NULL, N_ITSELF, 3, 3, "qty price"},
    {"clear", naive_auction_clear, NULL, N_REGULATORS | N_OPERATORS, 2, 2, ""},
    {"book", NULL, naive_look_book, 0, 2, 2, "zone local"},
    {"account", NULL, naive_look_account, 0, 3, 3, ""},
    {"orders", NULL, naive_look_orders, 0, 2, 2, ""},
    {"fund", NULL, naive_look_fund, 0, 2, 2, ""},
    {"balance", NULL, naive_look_balance, 0, 4, 4, ""},
    {"reconcile", NULL, naive_look_reconcile, 0, 1, 2, ""},
    {"time", NULL, NULL, 0, 2, 2, ""},
    {"capacity", NULL, NULL, 0, 1, 1,
     "zones instruments participants orders names levels positions auctions bids lanes "
     "lane_window rules work extras trades locks cities rows"},
    {"digest", NULL, NULL, 0, 1, 1, ""},
    {NULL, NULL, NULL, 0, 0, 0, NULL},
};

/* Is `word` one of the blank-separated words of `list`? Its index, or -1. */
static int index_of(const char *word, const char *list)
{
    size_t size = strlen(word);
    int index = 0;
    while (*list) {
        size_t span = strcspn(list, " ");
        if (span == size && memcmp(list, word, size) == 0) return index;
        list += span + (list[span] == ' ');
        index++;
    }
    return -1;
}

int naive_choice(const char *word, const char *choices)
{
    int index = index_of(word, choices);
    if (index < 0) naive_stop("unknown word %s", word);
    return index;
}

const char *naive_value(const struct naive_line *line, const char *key)
{
    for (int i = 0; i < line->keys; i++)
        if (strcmp(line->key[i], key) == 0) return line->value[i];
    return NULL;
}

wide naive_number(const struct naive_line *line, const char *key, wide otherwise)
{
    const char *text = naive_value(line, key);
    char *end;
    long long value;
    if (!text) return otherwise;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end) naive_stop("bad number %s=%s", key, text);
    return value;
}

/* Days from 1970-01-01 of "YYYY-MM-DD", counted year by year and month by month. */
int32_t naive_date(const char *text)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    int32_t days = 0;
    if (sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3 || month < 1 || month > 12)
        naive_stop("bad date %s", text);
    for (int y = 1970; y < year; y++)
        days += 365 + ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0);
    for (int m = 1; m < month; m++)
        days +=
            lengths[m - 1] + (m == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0));
    return days + day - 1;
}

int naive_zone_named(const char *name)
{
    for (int z = 0; z < naive.zones; z++)
        if (strcmp(naive.zone[z], name) == 0) return z;
    naive_stop("unknown zone %s", name);
}

int naive_instrument_named(const char *name)
{
    for (int i = 0; i < naive.instruments; i++)
        if (strcmp(naive.instrument[i].name, name) == 0) return i;
    return -1;
}

int naive_participant_named(const char *name)
{
    for (int i = 0; i < naive.participants; i++)
        if (strcmp(naive.participant[i]->name, name) == 0) return i;
    return -1;
}

/* Cuts a line into words and key=value pairs, in place. */
static void cut(char *text, struct naive_line *out)
{
    out->words = out->keys = 0;
    text[strcspn(text, "#\r\n")] = '\0';
    for (char *word = strtok(text, " \t"); word; word = strtok(NULL, " \t")) {
        char *equals = strchr(word, '=');
        if (out->words == NAIVE_KEYS || out->keys == NAIVE_KEYS) naive_stop("too many words");
        if (!equals) {
            out->word[out->words++] = word;
            continue;
        }
        *equals = '\0';
        out->key[out->keys] = word;
        out->value[out->keys++] = equals + 1;
    }
}

static const struct naive_verb *named(const struct naive_verb *verbs_from, const char *name)
{
    for (; verbs_from->name; verbs_from++)
        if (strcmp(verbs_from->name, name) == 0) return verbs_from;
    return NULL;
}

static const struct naive_verb *verb_of(const struct naive_line *line)
{
    const struct naive_verb *verb = named(verbs, line->word[0]);
    if (!verb) verb = named(naive_rule_verbs, line->word[0]);
    if (!verb) verb = named(naive_deal_verbs, line->word[0]);
    if (!verb) naive_stop("unknown verb %s", line->word[0]);
    if (line->words < verb->words_min || line->words > verb->words_max)
        naive_stop("%s: wrong number of names", verb->name);
    for (int key = 0; key < line->keys; key++)
        if (index_of(line->key[key], verb->keys) < 0 && index_of(line->key[key], "as lane id") < 0)
            naive_stop("unknown key %s", line->key[key]);
    return verb;
}

/* One of several users of a role, told apart by a number (decision 13.8). */
static void as_one_of(enum naive_role role, const char *number)
{
    naive.role = role;
    naive.actor = (int)strtol(number, NULL, 10);
}

static void act_as(const struct naive_line *line)
{
    const char *as = naive_value(line, "as");
    naive.role = N_SYSTEM;
    naive.actor = -1;
    if (!as || strcmp(as, "system") == 0) return;
    naive.role = N_ENTERPRISE;
    if (strcmp(as, "regulator") == 0)
        naive.role = N_REGULATOR;
    else if (strncmp(as, "regulator.", 10) == 0)
        as_one_of(N_REGULATOR, as + 10);
    else if (strcmp(as, "operator") == 0)
        naive.role = N_OPERATOR;
    else if (strncmp(as, "operator.", 9) == 0)
        as_one_of(N_OPERATOR, as + 9);
    else
        naive.actor = naive_participant_named(as);
}

static void reject(const struct naive_verb *verb, const struct naive_line *line, const char *reason)
{
    if (verb->apply == naive_do_order || verb->apply == naive_do_cancel ||
        verb->apply == naive_do_replace || verb->apply == naive_do_click)
        naive_say("rejected order=%s reason=%s", line->word[1], reason);
    else
        naive_say("rejected command=%s reason=%s", verb->name, reason);
}

/* A new command: it, then per instrument what changed on the links and the uncross of 6.5. */
/* Under rule set 1 nobody knows what came later, but for `rules` and `step`. */
static bool is_old(const struct naive_verb *verb)
{
    return (verb >= verbs && verb < verbs + sizeof verbs / sizeof verbs[0]) ||
           strcmp(verb->name, "rules") == 0 || strcmp(verb->name, "step") == 0;
}

static void apply(const struct naive_verb *verb, const struct naive_line *line)
{
    static const int masks[] = {N_ALL, N_ENTERPRISES, N_REGULATORS, N_OPERATORS};
    const char *no = "NOT_ALLOWED";
    bool known = naive.rules >= 2 || is_old(verb);
    if (known && masks[naive.role] & verb->roles) no = verb->apply(line);
    if (no) {
        reject(verb, line, no);
        return;
    }
    do { /* again only where a fill of a strip moved the room of its legs, or theirs its own */
        naive_rooms_changed();
        for (int i = 0; i < naive.instruments; i++)
            if (!naive.instrument[i].over) naive_after(&naive.instrument[i]);
    } while (naive_rooms_changed());
}

static char *copy(const char *text)
{
    char *made = strdup(text);
    if (!made) abort();
    return made;
}

/* What a command says, without who sends it under which number. */
static void content_of(const struct naive_line *line, char out[NAIVE_LINE])
{
    out[0] = '\0';
    for (int i = 0; i < line->words; i++)
        strcat(strcat(out, line->word[i]), " ");
    for (int i = 0; i < line->keys; i++)
        if (index_of(line->key[i], "as lane id") < 0)
            strcat(strcat(strcat(strcat(out, line->key[i]), "="), line->value[i]), " ");
}

static struct naive_lane *lane_of(uint64_t number)
{
    struct naive_lane *lane;
    for (int i = 0; i < naive.lanes; i++) {
        lane = &naive.lane[i];
        if (lane->role == naive.role && lane->actor == naive.actor && lane->number == number)
            return lane;
    }
    if (naive.lanes == NAIVE_LANES) naive_stop("too many lanes");
    lane = &naive.lane[naive.lanes++];
    lane->role = naive.role;
    lane->actor = naive.actor;
    lane->number = number;
    lane->answer = calloc((size_t)naive.lane_window, sizeof lane->answer[0]);
    if (!lane->answer) abort();
    return lane;
}

/* Exactly once: is this command a repeat, or too late? Then it is answered here. */
static bool answered(struct naive_lane *lane, uint64_t id, const char *content,
                     const struct naive_verb *verb, const struct naive_line *line)
{
    for (int i = 0; i < lane->answers; i++) {
        struct naive_answer *answer = &lane->answer[i];
        if (answer->id != id) continue;
        if (strcmp(answer->content, content) != 0)
            reject(verb, line, "DUPLICATE_ID");
        else if (answer->line[0])
            naive_say("%s repeat=1", answer->line);
        return true;
    }
    if (id > lane->highest) return false;
    reject(verb, line, "STALE_ID");
    return true;
}

/* A command that is silent by itself is answered silently again, whatever it set off; so is `clear`
 * since it may take steps (decision 12). */
static bool has_answer(const struct naive_verb *verb)
{
    bool clears = verb->apply == naive_auction_clear && naive.rules < 2;
    return strncmp(naive.first_line, "rejected ", 9) == 0 || verb->apply == naive_do_order ||
           verb->apply == naive_do_cancel || verb->apply == naive_do_replace ||
           verb->apply == naive_do_phase || clears || verb->apply == naive_do_click ||
           verb->apply == naive_do_seed || naive_deal_answers(verb);
}

static void keep_answer(struct naive_lane *lane, uint64_t id, const char *content,
                        const struct naive_verb *verb)
{
    bool kept = naive.said && has_answer(verb);
    if (lane->answers == naive.lane_window) {
        free(lane->answer[0].content);
        free(lane->answer[0].line);
        memmove(&lane->answer[0], &lane->answer[1],
                (size_t)(lane->answers - 1) * sizeof lane->answer[0]);
        lane->answers--;
    }
    lane->highest = id;
    lane->answer[lane->answers++] =
        (struct naive_answer){id, copy(content), copy(kept ? naive.first_line : "")};
}

static void run_line(char *text)
{
    char content[NAIVE_LINE];
    struct naive_line line;
    const struct naive_verb *verb;
    cut(text, &line);
    if (line.words == 0) return;
    verb = verb_of(&line);
    act_as(&line);
    naive.said = false;
    if (verb->look) verb->look(&line);
    if (strcmp(verb->name, "time") == 0) naive_time(line.word[1]);
    if (strcmp(verb->name, "capacity") == 0) {
        naive.orders_max = (int64_t)naive_number(&line, "orders", naive.orders_max);
        naive.lane_window = (int64_t)naive_number(&line, "lane_window", naive.lane_window);
        naive.trades_max = (int64_t)naive_number(&line, "trades", naive.trades_max);
        naive.rules = (int)naive_number(&line, "rules", naive.rules);
        naive.locks_max = (int64_t)naive_number(&line, "locks", naive.locks_max);
    }
    if (!verb->apply) return;
    naive.sequence++;
    if (naive_number(&line, "lane", 0) > 0) {
        struct naive_lane *lane = lane_of((uint64_t)naive_number(&line, "lane", 0));
        uint64_t id = (uint64_t)naive_number(&line, "id", 0);
        content_of(&line, content);
        if (answered(lane, id, content, verb, &line)) return;
        apply(verb, &line);
        keep_answer(lane, id, content, verb);
        return;
    }
    apply(verb, &line);
}

int main(void)
{
    static char text[NAIVE_LINE];
    naive.orders_max = 1000000;
    naive.locks_max = 1000000;
    naive.lane_window = 1024;
    naive.rules = 2;
    naive.trades_max = INT32_MAX;
    while (fgets(text, sizeof text, stdin)) {
        naive.line_number++;
        run_line(text);
    }
    return 0;
}
