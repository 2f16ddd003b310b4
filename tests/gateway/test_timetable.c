/* The trading day by the clock: what is due when, from any start, and the random end of a call.
 * Method: the timetable is told of what it asked for as if an engine had done it. */
#include "gateway/schedule.h"
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define MONDAY 20605 /* 2026-06-01 */

static int64_t at(int32_t day, int hour, int minute, int second)
{
    return (((int64_t)day * 24 + hour - 8) * 3600 + minute * 60 + second) * SECOND;
}

struct stand {
    struct timetable *timetable;
    uint8_t phase; /* of instrument 0 */
};

static struct stand stand_open(const char *spec)
{
    static const uint8_t secret[TIMETABLE_SECRET_BYTES] = {7};
    struct command instrument = {.type = COMMAND_INSTRUMENT,
                                 .body.instrument = {.name = {"CO2"}, .phase = UNSET_ENUM}};
    struct timetable_hours hours;
    struct fault_text why;
    struct stand stand = {.phase = PHASE_CLOSED};
    assert_int_equal(schedule_spec(spec, &hours, &why), 0);
    stand.timetable = timetable_create(&hours, secret);
    assert_non_null(stand.timetable);
    timetable_command(stand.timetable, &instrument);
    return stand;
}

/* Does what an engine would do with the command. */
static void obey(struct stand *stand, const struct command *command, int64_t now)
{
    if (command->type == COMMAND_PHASE) {
        struct event_phase event = {.head = {.type = EVENT_PHASE},
                                    .phase = command->body.phase.phase};
        stand->phase = event.phase;
        timetable_event(stand->timetable, &event.head, now);
    } else if (command->type == COMMAND_SEED) {
        struct event_seed event = {.head = {.type = EVENT_SEED}, .kind = command->body.seed.kind};
        timetable_event(stand->timetable, &event.head, now);
    }
    timetable_command(stand->timetable, command);
}

/* Runs from one moment to another; returns how many commands there were. */
static unsigned run(struct stand *stand, int64_t from, int64_t to)
{
    struct command due[8];
    unsigned total = 0;
    for (int64_t now = from; now < to;) {
        size_t count = timetable_due(stand->timetable, now, due, 8);
        for (size_t i = 0; i < count; i++)
            obey(stand, &due[i], now);
        total += (unsigned)count;
        if (count == 0) now = timetable_next(stand->timetable, now);
    }
    return total;
}

static void test_a_whole_day(void **state)
{
    struct stand stand = stand_open("default");
    (void)state;
    assert_int_equal(run(&stand, at(MONDAY, 0, 0, 0), at(MONDAY, 8, 29, 59)), 0);
    assert_int_equal(run(&stand, at(MONDAY, 8, 30, 0), at(MONDAY, 9, 0, 0)), 2); /* day, commit */
    run(&stand, at(MONDAY, 9, 15, 0), at(MONDAY, 9, 15, 1));
    assert_int_equal(stand.phase, PHASE_CALL);
    run(&stand, at(MONDAY, 9, 29, 0), at(MONDAY, 9, 29, 1));
    assert_int_equal(stand.phase, PHASE_NO_CANCEL);
    run(&stand, at(MONDAY, 9, 29, 1), at(MONDAY, 9, 30, 1));
    assert_int_equal(stand.phase, PHASE_CONTINUOUS);
    run(&stand, at(MONDAY, 11, 29, 59), at(MONDAY, 11, 30, 1));
    assert_int_equal(stand.phase, PHASE_BREAK);
    run(&stand, at(MONDAY, 13, 30, 0), at(MONDAY, 13, 30, 1));
    assert_int_equal(stand.phase, PHASE_CONTINUOUS);
    assert_int_equal(run(&stand, at(MONDAY, 15, 30, 0), at(MONDAY, 15, 31, 0)), 2); /* secret */
    assert_int_equal(stand.phase, PHASE_CLOSING);
    run(&stand, at(MONDAY, 15, 35, 0), at(MONDAY, 15, 35, 1));
    assert_int_equal(stand.phase, PHASE_SETTLEMENT);
    run(&stand, at(MONDAY, 15, 40, 0), at(MONDAY + 1, 8, 0, 0));
    assert_int_equal(stand.phase, PHASE_CLOSED);
    timetable_destroy(stand.timetable);
}

/* Started in the middle of a day: a call first, cleared after two minutes, then the clock again. */
static void test_a_late_start(void **state)
{
    struct stand stand = stand_open("default");
    (void)state;
    run(&stand, at(MONDAY, 10, 0, 0), at(MONDAY, 10, 1, 59));
    assert_int_equal(stand.phase, PHASE_CALL);
    run(&stand, at(MONDAY, 10, 1, 59), at(MONDAY, 10, 2, 1));
    assert_int_equal(stand.phase, PHASE_CONTINUOUS);
    timetable_destroy(stand.timetable);
    stand = stand_open("default");
    run(&stand, at(MONDAY, 15, 31, 0), at(MONDAY, 20, 0, 0));
    assert_int_equal(stand.phase, PHASE_CLOSED); /* too late to open */
    timetable_destroy(stand.timetable);
}

/* An interruption reopens after two minutes, a halt is the operator's until the close. */
static void test_interruption_and_halt(void **state)
{
    struct stand stand = stand_open("default");
    struct event_phase event = {.head = {.type = EVENT_PHASE}, .phase = PHASE_CALL};
    (void)state;
    run(&stand, at(MONDAY, 8, 30, 0), at(MONDAY, 10, 0, 0));
    stand.phase = PHASE_CALL;
    timetable_event(stand.timetable, &event.head, at(MONDAY, 10, 0, 0));
    run(&stand, at(MONDAY, 10, 0, 0), at(MONDAY, 10, 2, 0));
    assert_int_equal(stand.phase, PHASE_CALL);
    run(&stand, at(MONDAY, 10, 2, 0), at(MONDAY, 10, 2, 1));
    assert_int_equal(stand.phase, PHASE_CONTINUOUS);
    event.phase = stand.phase = PHASE_HALT;
    timetable_event(stand.timetable, &event.head, at(MONDAY, 10, 5, 0));
    assert_int_equal(run(&stand, at(MONDAY, 10, 5, 0), at(MONDAY, 15, 30, 0)), 0);
    run(&stand, at(MONDAY, 15, 30, 0), at(MONDAY, 15, 30, 1));
    assert_int_equal(stand.phase, PHASE_CLOSING);
    timetable_destroy(stand.timetable);
}

/* Weekends, holidays, weekend sessions. */
static void test_calendar(void **state)
{
    struct stand stand = stand_open("default");
    struct command calendar = {.type = COMMAND_CALENDAR,
                               .body.calendar = {MONDAY + 5, DAY_KIND_SESSION}};
    (void)state;
    timetable_day(stand.timetable, MONDAY + 4);
    assert_int_equal(run(&stand, at(MONDAY + 5, 0, 0, 0), at(MONDAY + 7, 0, 0, 0)), 0);
    timetable_command(stand.timetable, &calendar); /* Saturday trades */
    calendar.body.calendar = (struct command_calendar){MONDAY + 7, DAY_KIND_HOLIDAY};
    timetable_command(stand.timetable, &calendar);
    assert_true(run(&stand, at(MONDAY + 5, 0, 0, 0), at(MONDAY + 6, 0, 0, 0)) > 8);
    assert_int_equal(run(&stand, at(MONDAY + 6, 0, 0, 0), at(MONDAY + 8, 0, 0, 0)), 0);
    calendar.body.calendar.kind = DAY_KIND_BUSINESS; /* no holiday after all */
    timetable_command(stand.timetable, &calendar);
    assert_true(run(&stand, at(MONDAY + 7, 0, 0, 0), at(MONDAY + 8, 0, 0, 0)) > 8);
    timetable_destroy(stand.timetable);
}

/* What nobody does is asked for three times and then left alone. */
static void test_asking_in_vain(void **state)
{
    struct stand stand = stand_open("random-end=0");
    struct command due[8];
    unsigned asked = 0;
    (void)state;
    timetable_day(stand.timetable, MONDAY);
    for (int second = 0; second < 60; second++)
        asked += (unsigned)timetable_due(stand.timetable, at(MONDAY, 9, 20, second), due, 8);
    assert_int_equal(asked, 3);
    timetable_destroy(stand.timetable);
}

/* The end lies inside the window, is the same for everybody who has the secret, and the published
 * hash is the secret's. */
static void test_random_end(void **state)
{
    struct stand stand = stand_open("default");
    struct name name = {"CO2"};
    uint8_t secret[SEED_BYTES], commit[SEED_BYTES], hash[SEED_BYTES];
    bool seen[30] = {false};
    unsigned different = 0;
    (void)state;
    for (int32_t day = MONDAY; day < MONDAY + 400; day++) {
        uint32_t early;
        timetable_seed(stand.timetable, &name, day, secret, commit);
        crypto_generichash(hash, sizeof hash, secret, sizeof secret, NULL, 0);
        assert_memory_equal(hash, commit, sizeof hash);
        early = timetable_early(secret, &name, day, 30);
        assert_true(early < 30);
        different += !seen[early];
        seen[early] = true;
    }
    assert_int_equal(different,
                     30); /* 400 draws miss none of 30 but with chance 30 x (29/30)^400 */
    timetable_destroy(stand.timetable);
}

/* A server that was down at the close publishes the day's secret on the next one, before it commits
 * itself again. */
static void test_late_secret(void **state)
{
    struct stand stand = stand_open("default");
    struct name name = {"CO2"};
    uint8_t secret[SEED_BYTES], commit[SEED_BYTES];
    struct command due[8];
    size_t count;
    (void)state;
    run(&stand, at(MONDAY, 8, 0, 0), at(MONDAY, 11, 0, 0));
    stand.phase = PHASE_CLOSED; /* closed by hand meanwhile */
    timetable_event(
        stand.timetable,
        &((struct event_phase){.head = {.type = EVENT_PHASE}, .phase = PHASE_CLOSED}).head,
        at(MONDAY, 18, 0, 0));
    count = timetable_due(stand.timetable, at(MONDAY + 1, 8, 30, 0), due, 8);
    assert_int_equal(count, 1);
    assert_int_equal(due[0].type, COMMAND_DAY);
    obey(&stand, &due[0], at(MONDAY + 1, 8, 30, 0));
    timetable_seed(stand.timetable, &name, MONDAY, secret, commit);
    for (unsigned step = 0; step < 2; step++) {
        count = timetable_due(stand.timetable, at(MONDAY + 1, 8, 31, 0), due, 8);
        assert_int_equal(count, 1);
        assert_int_equal(due[0].type, COMMAND_SEED);
        assert_int_equal(due[0].body.seed.kind, step == 0 ? SEED_KIND_REVEAL : SEED_KIND_COMMIT);
        if (step == 0) assert_memory_equal(due[0].body.seed.value, secret, SEED_BYTES);
        obey(&stand, &due[0], at(MONDAY + 1, 8, 31, 0));
    }
    assert_int_equal(timetable_due(stand.timetable, at(MONDAY + 1, 8, 32, 0), due, 8), 0);
    timetable_destroy(stand.timetable);
}

static void test_spec_errors(void **state)
{
    static const char *const wrong[] = {"day=8",       "day=25:00",         "lunch=11:30",
                                        "call=08:00",  "random-end=60",     "interruption=0",
                                        "call=09:15x", "day=08:30,,x=1",    "closing=13:00",
                                        "call",        "random-end=999999", "day=08:30:61"};
    struct timetable_hours hours;
    struct fault_text why;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(schedule_spec(wrong[i], &hours, &why), ERR_USAGE);
    assert_int_equal(schedule_spec("call=09:10:30,random-end=0", &hours, &why), 0);
    assert_int_equal(hours.call, 9 * 3600 + 10 * 60 + 30);
}

/* No call without the method; nothing at all without a method that has a session. */
static void test_methods(void **state)
{
    struct stand stand = stand_open("random-end=0");
    struct command terms = {.type = COMMAND_TERMS,
                            .body.terms = {.basis = BASIS_CN_PERMITTED, .methods = UNSET_ENUM}};
    (void)state;
    timetable_command(stand.timetable, &terms);
    run(&stand, at(MONDAY, 8, 30, 0), at(MONDAY, 9, 29, 59));
    assert_int_equal(stand.phase, PHASE_CLOSED);
    run(&stand, at(MONDAY, 9, 30, 0), at(MONDAY, 9, 30, 1));
    assert_int_equal(stand.phase, PHASE_CONTINUOUS);
    timetable_destroy(stand.timetable);
    stand = stand_open("random-end=0");
    terms.body.terms.methods = METHOD_BIT(AUCTION);
    timetable_command(stand.timetable, &terms);
    assert_int_equal(run(&stand, at(MONDAY, 0, 0, 0), at(MONDAY + 1, 0, 0, 0)), 1); /* the day */
    timetable_destroy(stand.timetable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_day),
        cmocka_unit_test(test_a_late_start),
        cmocka_unit_test(test_interruption_and_halt),
        cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_asking_in_vain),
        cmocka_unit_test(test_random_end),
        cmocka_unit_test(test_late_secret),
        cmocka_unit_test(test_spec_errors),
        cmocka_unit_test(test_methods),
    };
    if (sodium_init() < 0) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
