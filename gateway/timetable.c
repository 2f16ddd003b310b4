/* timetable.c - see timetable.h. Hashes are libsodium's BLAKE2b, as everywhere. */
#include "gateway/timetable.h"
#include "engine/assert.h"
#include "engine/limits.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)
#define DAY_S 86400
#define ZONE_S (8 * 3600) /* Shanghai has no summer time */
#define TRIES 3
#define DATE_CHARS 10

struct row { /* of an instrument */
    struct name name;
    int64_t since_ns; /* when it came into this phase */
    int32_t committed_day;
    uint8_t known;
    uint8_t committed; /* its secret is still to be published */
    uint8_t methods;   /* mask: which phases it can have at all */
    uint8_t phase;
    uint8_t retired;
    uint8_t asked; /* the phase asked for last */
    uint8_t tries;
    uint8_t seed_tries; /* of the present commitment or secret */
};

struct timetable {
    struct timetable_hours hours;
    uint8_t secret[TIMETABLE_SECRET_BYTES];
    struct row row[INSTRUMENTS_MAX];
    uint32_t rows;
    int32_t day; /* the engine's */
    uint32_t day_tries;
    int32_t day_asked;
    struct {
        int32_t day;
        uint8_t kind;
    } special[CALENDAR_MAX];
    uint32_t specials;
};

struct timetable_hours timetable_hours_default(void)
{
    return (struct timetable_hours){.day = 8 * 3600 + 1800,
                                    .call = 9 * 3600 + 900,
                                    .no_cancel = 9 * 3600 + 1740,
                                    .continuous = 9 * 3600 + 1800,
                                    .lunch = 11 * 3600 + 1800,
                                    .resume = 13 * 3600 + 1800,
                                    .closing = 15 * 3600 + 1800,
                                    .settlement = 15 * 3600 + 2100,
                                    .closed = 15 * 3600 + 2400,
                                    .random_end = 30,
                                    .interruption = 120};
}

bool timetable_hours_valid(const struct timetable_hours *hours)
{
    return hours->day < hours->call && hours->call < hours->no_cancel &&
           hours->no_cancel < hours->continuous && hours->continuous < hours->lunch &&
           hours->lunch < hours->resume && hours->resume < hours->closing &&
           hours->closing < hours->settlement && hours->settlement < hours->closed &&
           hours->closed < DAY_S && hours->random_end < hours->continuous - hours->no_cancel &&
           hours->interruption > 0;
}

struct timetable *timetable_create(const struct timetable_hours *hours,
                                   const uint8_t secret[TIMETABLE_SECRET_BYTES])
{
    struct timetable *timetable = calloc(1, sizeof *timetable);
    ASSERT(timetable_hours_valid(hours));
    if (!timetable) return NULL;
    timetable->hours = *hours;
    memcpy(timetable->secret, secret, TIMETABLE_SECRET_BYTES);
    return timetable;
}

void timetable_destroy(struct timetable *timetable)
{
    if (timetable) sodium_memzero(timetable->secret, sizeof timetable->secret);
    free(timetable);
}

/* ---- What has happened ---- */

void timetable_instrument(struct timetable *timetable, uint16_t instrument, const struct name *name,
                          uint8_t phase, int64_t since_ns)
{
    struct row *row = &timetable->row[instrument];
    ASSERT(instrument < INSTRUMENTS_MAX);
    *row = (struct row){
        .name = *name, .known = 1, .methods = METHODS_ALL, .phase = phase, .since_ns = since_ns};
    if (timetable->rows <= instrument) timetable->rows = instrument + 1u;
}

void timetable_day(struct timetable *timetable, int32_t day)
{
    timetable->day = day;
}

static void mark(struct timetable *timetable, const struct command_calendar *body)
{
    uint32_t at = 0;
    while (at < timetable->specials && timetable->special[at].day != body->day)
        at++;
    if (body->kind == DAY_KIND_BUSINESS) {
        if (at < timetable->specials)
            timetable->special[at] = timetable->special[--timetable->specials];
        return;
    }
    if (at == timetable->specials) {
        if (at == CALENDAR_MAX) return; /* the engine refused it before */
        timetable->specials++;
    }
    timetable->special[at].day = body->day;
    timetable->special[at].kind = body->kind;
}

static void learn_terms(struct timetable *timetable, const struct command_terms *body)
{
    struct row *row = &timetable->row[body->instrument];
    if (body->basis == BASIS_CN_PERMITTED)
        row->methods = METHOD_BIT(AGREEMENT) | METHOD_BIT(LISTING) | METHOD_BIT(AUCTION);
    else if (body->basis != UNSET_ENUM)
        row->methods = METHODS_ALL;
    if (body->methods != UNSET_ENUM) row->methods = body->methods;
}

void timetable_command(struct timetable *timetable, const struct command *command)
{
    if (command->type == COMMAND_TERMS) learn_terms(timetable, &command->body.terms);
    if (command->type == COMMAND_CALENDAR) mark(timetable, &command->body.calendar);
    if (command->type == COMMAND_DAY && command->body.day.day > timetable->day) {
        timetable->day = command->body.day.day;
        for (uint32_t at = 0; at < timetable->rows; at++)
            timetable->row[at].seed_tries = 0;
    }
    if (command->type == COMMAND_INSTRUMENT) {
        /* its NAMED event carries the id, the command the phase: the two come together */
        uint8_t phase = command->body.instrument.phase;
        uint16_t id = (uint16_t)timetable->rows;
        if (timetable->rows == INSTRUMENTS_MAX) return;
        timetable_instrument(timetable, id, &command->body.instrument.name,
                             phase == UNSET_ENUM ? PHASE_CLOSED : phase, command->time_ns);
    }
    if (command->type == COMMAND_STRIP && timetable->rows < INSTRUMENTS_MAX)
        timetable_instrument(timetable, (uint16_t)timetable->rows, &command->body.strip.name,
                             PHASE_CLOSED, command->time_ns);
}

void timetable_event(struct timetable *timetable, const struct event *event, int64_t time_ns)
{
    if (event->flags & EVENT_FLAG_REPEAT) return;
    if (event->type == EVENT_PHASE) {
        const struct event_phase *phase = (const void *)event;
        struct row *row = &timetable->row[phase->instrument];
        row->phase = phase->phase;
        row->since_ns = time_ns;
        row->tries = 0;
    } else if (event->type == EVENT_RETIRED) {
        timetable->row[((const struct event_retired *)(const void *)event)->instrument].retired = 1;
    } else if (event->type == EVENT_SEED) {
        const struct event_seed *seed = (const void *)event;
        if (seed->instrument == INSTRUMENT_NONE) return;
        timetable->row[seed->instrument].seed_tries = 0;
        timetable->row[seed->instrument].committed = seed->kind == SEED_KIND_COMMIT;
        if (seed->kind == SEED_KIND_COMMIT)
            timetable->row[seed->instrument].committed_day = timetable->day;
    }
}

/* ---- Seeds ---- */

static void date_text(int32_t days, char out[16])
{
    time_t midnight = (time_t)days * DAY_S;
    struct tm date;
    size_t size = strftime(out, 16, "%Y-%m-%d", gmtime_r(&midnight, &date));
    ASSERT(size == DATE_CHARS); /* the engine's days lie in the years 1000 to 9999 */
}

static size_t name_size(const struct name *name)
{
    return strnlen(name->text, NAME_BYTES);
}

void timetable_seed(const struct timetable *timetable, const struct name *instrument, int32_t day,
                    uint8_t out_secret[SEED_BYTES], uint8_t out_commit[SEED_BYTES])
{
    uint8_t text[NAME_BYTES + 16];
    char date[16];
    size_t size = name_size(instrument);
    memcpy(text, instrument->text, size);
    date_text(day, date);
    memcpy(text + size, date, DATE_CHARS);
    crypto_generichash(out_secret, SEED_BYTES, text, size + DATE_CHARS, timetable->secret,
                       TIMETABLE_SECRET_BYTES);
    crypto_generichash(out_commit, SEED_BYTES, out_secret, SEED_BYTES, NULL, 0);
}

uint32_t timetable_early(const uint8_t secret[SEED_BYTES], const struct name *instrument,
                         int32_t day, uint32_t window)
{
    uint8_t text[SEED_BYTES + NAME_BYTES + 16], hash[SEED_BYTES];
    size_t size = name_size(instrument);
    uint64_t drawn = 0;
    char date[16];
    if (window == 0) return 0;
    memcpy(text, secret, SEED_BYTES);
    memcpy(text + SEED_BYTES, instrument->text, size);
    date_text(day, date);
    memcpy(text + SEED_BYTES + size, date, DATE_CHARS);
    crypto_generichash(hash, sizeof hash, text, SEED_BYTES + size + DATE_CHARS, NULL, 0);
    for (int i = 7; i >= 0; i--)
        drawn = drawn << 8 | hash[i];
    return (uint32_t)(drawn % window);
}

/* ---- What is due ---- */

static int32_t day_of(int64_t now_ns)
{
    return (int32_t)((now_ns / SECOND_NS + ZONE_S) / DAY_S);
}

static uint32_t second_of(int64_t now_ns)
{
    return (uint32_t)((now_ns / SECOND_NS + ZONE_S) % DAY_S);
}

static bool is_trading_day(const struct timetable *timetable, int32_t day)
{
    int32_t weekday = (day + 3) % 7; /* 1970-01-01 was a Thursday; 0: Monday */
    for (uint32_t at = 0; at < timetable->specials; at++)
        if (timetable->special[at].day == day)
            return timetable->special[at].kind == DAY_KIND_SESSION;
    return weekday < 5;
}

static uint32_t call_end(const struct timetable *timetable, const struct row *row, int32_t day)
{
    uint8_t secret[SEED_BYTES], commit[SEED_BYTES];
    if (row->committed_day != day) return timetable->hours.continuous;
    timetable_seed(timetable, &row->name, day, secret, commit);
    return timetable->hours.continuous -
           timetable_early(secret, &row->name, day, timetable->hours.random_end);
}

/* The phase the clock asks for, for an instrument that has been through the day so far. */
static uint8_t phase_by_clock(const struct timetable *timetable, const struct row *row, int32_t day,
                              uint32_t second)
{
    const struct timetable_hours *hours = &timetable->hours;
    if (!is_trading_day(timetable, day) || second < hours->call || second >= hours->closed)
        return PHASE_CLOSED;
    if (second < hours->no_cancel) return PHASE_CALL;
    if (second < call_end(timetable, row, day)) return PHASE_NO_CANCEL;
    if (second < hours->lunch) return PHASE_CONTINUOUS;
    if (second < hours->resume) return PHASE_BREAK;
    if (second < hours->closing) return PHASE_CONTINUOUS;
    return second < hours->settlement ? PHASE_CLOSING : PHASE_SETTLEMENT;
}

/* The next legal move from `row->phase` towards `wanted`; the phase itself: none yet. */
static uint8_t move_towards(const struct timetable *timetable, const struct row *row,
                            uint8_t wanted, int64_t now_ns)
{
    bool over = now_ns - row->since_ns >= (int64_t)timetable->hours.interruption * SECOND_NS;
    bool opens = row->methods & (METHOD_BIT(CONTINUOUS) | METHOD_BIT(LISTING));
    bool ends = wanted == PHASE_CLOSING || wanted == PHASE_SETTLEMENT || wanted == PHASE_CLOSED;
    switch ((enum phase)row->phase) {
    case PHASE_CLOSED: /* trading begins with a call, late or not; nobody opens in order to close */
        if (ends || wanted == PHASE_BREAK) return PHASE_CLOSED;
        if (row->methods & METHOD_BIT(CALL)) return PHASE_CALL;
        return wanted == PHASE_CONTINUOUS && opens ? PHASE_CONTINUOUS : PHASE_CLOSED;
    case PHASE_CALL:
        if (wanted == PHASE_NO_CANCEL) return PHASE_NO_CANCEL;
        if (ends) return PHASE_CONTINUOUS;
        return wanted == PHASE_CONTINUOUS && over ? PHASE_CONTINUOUS : PHASE_CALL;
    case PHASE_NO_CANCEL:
        return wanted == PHASE_NO_CANCEL || wanted == PHASE_CALL ? PHASE_NO_CANCEL
                                                                 : PHASE_CONTINUOUS;
    case PHASE_CONTINUOUS:
        if (wanted == PHASE_BREAK) return PHASE_BREAK;
        return ends ? PHASE_CLOSING : PHASE_CONTINUOUS;
    case PHASE_BREAK:
        if (wanted == PHASE_CONTINUOUS) return PHASE_CONTINUOUS;
        return ends ? PHASE_CLOSING : PHASE_BREAK;
    case PHASE_HALT:
        return ends ? PHASE_CLOSING : PHASE_HALT;
    case PHASE_CLOSING:
        return wanted == PHASE_CLOSING ? PHASE_CLOSING : PHASE_SETTLEMENT;
    case PHASE_SETTLEMENT:
        return wanted == PHASE_SETTLEMENT ? PHASE_SETTLEMENT : PHASE_CLOSED;
    case PHASE_COUNT:
        break;
    }
    ASSERT(0);
    return PHASE_CLOSED;
}

static struct command *plain(struct command *out, uint8_t type)
{
    *out = (struct command){
        .type = type, .role = ROLE_SYSTEM, .actor = PARTICIPANT_NONE, .subject = PARTICIPANT_NONE};
    return out;
}

static bool due_day(struct timetable *timetable, int32_t day, uint32_t second, struct command *out)
{
    if (day <= timetable->day || second < timetable->hours.day || !is_trading_day(timetable, day))
        return false;
    if (timetable->day_asked != day) timetable->day_tries = 0;
    timetable->day_asked = day;
    if (timetable->day_tries++ >= TRIES) return false;
    plain(out, COMMAND_DAY)->body.day.day = day;
    return true;
}

/* Commitments stand before the first call of the day, secrets follow when the last one is over; one
 * of a day whose end nobody was there to see, first thing. */
static bool due_seed(struct timetable *timetable, uint16_t instrument, uint32_t second,
                     struct command *out)
{
    struct row *row = &timetable->row[instrument];
    struct command_seed seed = {.auction = AUCTION_NONE, .instrument = instrument};
    uint8_t secret[SEED_BYTES], commit[SEED_BYTES];
    bool today = row->committed_day == timetable->day;
    bool commits =
        !row->committed && !today && row->phase == PHASE_CLOSED && second < timetable->hours.call;
    bool reveals = row->committed && (!today || second >= timetable->hours.closing);
    if (timetable->hours.random_end == 0 || (!commits && !reveals) || row->seed_tries >= TRIES)
        return false;
    row->seed_tries++;
    timetable_seed(timetable, &row->name, commits ? timetable->day : row->committed_day, secret,
                   commit);
    memcpy(seed.value, commits ? commit : secret, SEED_BYTES);
    seed.kind = commits ? SEED_KIND_COMMIT : SEED_KIND_REVEAL;
    plain(out, COMMAND_SEED)->body.seed = seed;
    return true;
}

static bool due_phase(struct timetable *timetable, uint16_t instrument, int64_t now_ns,
                      struct command *out)
{
    struct row *row = &timetable->row[instrument];
    uint8_t wanted = phase_by_clock(timetable, row, day_of(now_ns), second_of(now_ns));
    uint8_t next = move_towards(timetable, row, wanted, now_ns);
    if (next == row->phase) return false;
    if (row->asked != next) row->tries = 0;
    row->asked = next;
    if (row->tries >= TRIES) return false;
    row->tries++;
    plain(out, COMMAND_PHASE)->body.phase =
        (struct command_phase){.instrument = instrument, .phase = next};
    return true;
}

size_t timetable_due(struct timetable *timetable, int64_t now_ns, struct command *out, size_t max)
{
    int32_t day = day_of(now_ns);
    uint32_t second = second_of(now_ns);
    size_t count = 0;
    if (max > 0 && due_day(timetable, day, second, &out[0])) return 1; /* all else waits for it */
    for (uint32_t at = 0; at < timetable->rows && count < max; at++) {
        const struct row *row = &timetable->row[at];
        if (!row->known || row->retired) continue;
        if (timetable->day == day && due_seed(timetable, (uint16_t)at, second, &out[count]))
            count++;
        if (count < max && due_phase(timetable, (uint16_t)at, now_ns, &out[count])) count++;
    }
    return count;
}

int64_t timetable_next(const struct timetable *timetable, int64_t now_ns)
{
    /* The fixed times of a day, every second of a random end, and every interruption's end fall on
     * whole seconds; a day without trading is passed over at once. */
    int32_t day = day_of(now_ns);
    uint32_t second = second_of(now_ns);
    int64_t midnight = ((int64_t)day * DAY_S - ZONE_S) * SECOND_NS;
    if (!is_trading_day(timetable, day) || second >= timetable->hours.closed + 60)
        return midnight + (DAY_S + (int64_t)timetable->hours.day) * SECOND_NS;
    if (second < timetable->hours.day) return midnight + (int64_t)timetable->hours.day * SECOND_NS;
    return (now_ns / SECOND_NS + 1) * SECOND_NS;
}
