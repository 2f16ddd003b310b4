/* naive_terms.c - the terms of an instrument: basis, methods, fees, close (decision 13.1). */
#include "tests/lib/naive.h"
#include <string.h>

enum { ALL_METHODS = N_AGREEMENT | N_LISTING | N_AUCTION | N_BY_CALL | N_MATCHING };

static const char method_words[] = "agreement listing auction call continuous";
static const char *const methods[] = {"agreement", "listing", "auction", "call", "continuous"};
static const char *const bases[] = {"sandbox", "approved-exchange", "CN-permitted"};

bool naive_matches(const struct naive_instrument *x)
{
    return x->methods & N_MATCHING || !(x->methods & N_LISTING);
}

/* Decision 9.7: the method, and outside the sandbox the approval. */
const char *naive_phase_allowed(const struct naive_instrument *x, enum naive_phase to)
{
    bool call = to == N_CALL || to == N_NO_CANCEL;
    if (naive.rules < 2) return NULL;
    if (call && !(x->methods & N_BY_CALL)) return "NOT_ALLOWED";
    if (to == N_CONTINUOUS && !(x->methods & (N_MATCHING | N_LISTING))) return "NOT_ALLOWED";
    if ((call || to == N_CONTINUOUS) && x->basis != 0 && !x->approval[0]) return "NOT_ALLOWED";
    return NULL;
}

static int methods_in(const char *text)
{
    char copy[NAIVE_LINE];
    int mask = 0;
    strcpy(copy, text);
    for (char *word = copy; word;) {
        char *comma = strchr(word, ',');
        if (comma) *comma++ = '\0';
        mask |= 1 << naive_choice(word, method_words);
        word = comma;
    }
    return mask;
}

/* `basis` first sets its preset; the other keys override. */
static void read_terms(const struct naive_line *line, struct naive_instrument *x)
{
    const char *basis = naive_value(line, "basis"), *allowed = naive_value(line, "methods");
    const char *approval = naive_value(line, "approval"), *close = naive_value(line, "close");
    if (basis) {
        x->basis = naive_choice(basis, "sandbox approved-exchange CN-permitted");
        x->methods = x->basis == 2 ? N_AGREEMENT | N_LISTING | N_AUCTION : ALL_METHODS;
        x->holders_max = x->basis == 2 ? 200 : 0;
        if (x->basis == 2) x->t_plus = 5;
        if (x->basis == 1 && x->t_plus < 1) x->t_plus = 1;
    }
    if (allowed) x->methods = methods_in(allowed);
    if (approval) strcpy(x->approval, strcmp(approval, "-") == 0 ? "" : approval);
    if (close) x->gd_2019 = naive_choice(close, "weighted GD-2019") == 1;
    x->fee = naive_number(line, "fee_ppm", x->fee);
    x->block_fee = naive_number(line, "block_fee_ppm", x->block_fee);
    x->auction_fee = naive_number(line, "auction_fee_ppm", x->auction_fee);
    x->block_band = naive_number(line, "block_band_ppm", x->block_band);
    x->dynamic = naive_number(line, "dynamic_ppm", x->dynamic);
    x->close_floor = naive_number(line, "close_floor", x->close_floor);
    x->holders_max = naive_number(line, "holders_max", x->holders_max);
    x->t_plus = naive_number(line, "t_plus", x->t_plus);
    x->deadline_days = naive_number(line, "deadline_days", x->deadline_days);
    x->vintage = naive_number(line, "vintage", x->vintage);
    x->conditional = naive_number(line, "conditional", x->conditional) != 0;
    x->no_rent = naive_number(line, "live_rent", !x->no_rent) == 0;
    x->no_investors = naive_number(line, "investors", !x->no_investors) == 0;
}

static bool rate(wide ppm)
{
    return ppm >= 0 && ppm <= NAIVE_P;
}

static const char *terms_checks(const struct naive_instrument *old,
                                const struct naive_instrument *x)
{
    bool permitted = x->basis == 2;
    if (permitted && x->methods & (N_MATCHING | N_BY_CALL)) return "NOT_ALLOWED";
    if (x->conditional && x->methods & ~(N_AGREEMENT | N_LISTING | N_AUCTION)) return "NOT_ALLOWED";
    if (x->conditional && (x->legs > 0 || naive_is_leg(naive_instrument_named(x->name))))
        return "NOT_ALLOWED";
    if (old->phase != N_CLOSED &&
        (x->basis != old->basis || x->methods != old->methods || x->t_plus != old->t_plus ||
         x->conditional != old->conditional || x->gd_2019 != old->gd_2019))
        return "WRONG_STATE";
    if (!rate(x->fee) || !rate(x->block_fee) || !rate(x->auction_fee) || !rate(x->block_band) ||
        !rate(x->dynamic) || x->close_floor < 1 || x->close_floor > NAIVE_QTY_MAX ||
        x->t_plus < 0 || x->t_plus > 5 || x->holders_max < 0 || x->holders_max > NAIVE_QTY_MAX ||
        x->deadline_days < 0 || x->deadline_days > 3650 || x->vintage < 0 || x->vintage > 9999)
        return "QTY_RANGE";
    if (permitted && (x->t_plus < 5 || x->holders_max < 1 || x->holders_max > 200))
        return "QTY_RANGE";
    return NULL;
}

const char *naive_do_terms(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    struct naive_instrument next = *x;
    const char *no;
    if (naive.rules < 2) return "NOT_ALLOWED";
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->over) return "NOT_ALLOWED";
    read_terms(line, &next);
    no = terms_checks(x, &next);
    if (no) return no;
    *x = next;
    if (x->no_rent) naive_rents_end(x);
    return NULL;
}

void naive_look_terms(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    const struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    char allowed[64] = "";
    if (instrument < 0) {
        naive_say("rejected command=show-terms reason=UNKNOWN_INSTRUMENT");
        return;
    }
    for (int i = 0; i < 5; i++)
        if (x->methods & 1 << i) strcat(strcat(allowed, allowed[0] ? "," : ""), methods[i]);
    naive_say("terms instrument=%s basis=%s methods=%s approval=%s fee_ppm=%s block_fee_ppm=%s "
              "auction_fee_ppm=%s block_band_ppm=%s dynamic_ppm=%s close=%s close_floor=%s "
              "holders_max=%s t_plus=%s conditional=%d deadline_days=%s vintage=%s live_rent=%d "
              "investors=%d holders=%s retired=%d",
              x->name, bases[x->basis], allowed[0] ? allowed : "-",
              x->approval[0] ? x->approval : "-", naive_text(x->fee), naive_text(x->block_fee),
              naive_text(x->auction_fee), naive_text(x->block_band), naive_text(x->dynamic),
              x->gd_2019 ? "GD-2019" : "weighted", naive_text(x->close_floor),
              naive_text(x->holders_max), naive_text(x->t_plus), x->conditional,
              naive_text(x->deadline_days), naive_text(x->vintage), !x->no_rent, !x->no_investors,
              naive_text(naive_holders(instrument, -1, -1)), x->over);
}
