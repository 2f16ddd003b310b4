/* test_script_round.c - a command printed and read again is the same command.
 *
 * Method: random commands of every type, ids known and unknown, printed in export form and read by
 *         a fresh reader over the same names; the journal bytes of both must agree. Then random
 *         lines: cut, swapped and mutated ones never crash and never half-apply. */
#include "tests/lib/cmocka_all.h"
#include "proto/codec.h"
#include "tests/proto/samples.h"
#include "tests/proto/script_world.h"
#include "tests/proto/test_time.h"

static struct dice dice;

/* Mostly ids that somebody has; else none, as the gateway stamps what nobody has. */
static uint32_t some(uint32_t known, uint32_t none)
{
    return dice_below(&dice, 4) ? (uint32_t)dice_below(&dice, known) : none;
}

static uint32_t person(void)
{
    return some(2, PARTICIPANT_NONE);
}

static uint16_t thing(void)
{
    return (uint16_t)some(2, INSTRUMENT_NONE);
}

static uint8_t area(void)
{
    return (uint8_t)some(2, ZONE_NONE);
}

/* Fields of ids say so in their unit. */
static void tame_u8(uint8_t *out, const char *unit)
{
    if (strcmp(unit, "zone id") == 0) *out = area();
}
static void tame_u16(uint16_t *out, const char *unit)
{
    if (strcmp(unit, "instrument id") == 0) *out = thing();
}
static void tame_u32(uint32_t *out, const char *unit)
{
    if (strcmp(unit, "participant id") == 0) *out = person();
    if (strcmp(unit, "auction id") == 0) *out = some(1, AUCTION_NONE);
}
/* "-" as a name is no name: both are printed alike, so the empty one is what comes back. */
static void tame_name(struct name *out, const char *unit)
{
    (void)unit;
    if (strncmp(out->text, "-", NAME_BYTES) == 0) out->text[0] = 'x';
}
#define TAME_u8(member, unit) tame_u8(&(member), unit);
#define TAME_u16(member, unit) tame_u16(&(member), unit);
#define TAME_u32(member, unit) tame_u32(&(member), unit);
#define TAME_name(member, unit) tame_name(&(member), unit);
#define TAME_u64(member, unit)
#define TAME_i32(member, unit)
#define TAME_i64(member, unit)
#define TAME_word(member, unit)
#define TAME_word_or(member, unit)
#define TAME_flag(member, unit)
#define TAME_b32(member, unit)
#define TAME_FIELD(kind, member, bound, unit) TAME_##kind(to->member, unit)

/* Where all can be meant, and what a command creates: that has a name. */
static void tame_more(struct command *command)
{
    struct name *name = NULL;
    if (command->type == COMMAND_CANCEL_ALL && dice_below(&dice, 2))
        command->body.cancel_all.account = PARTICIPANT_ALL;
    if (command->type == COMMAND_CANCEL_ALL && dice_below(&dice, 2))
        command->body.cancel_all.instrument = INSTRUMENT_ALL;
    if (command->type == COMMAND_QUOTA && dice_below(&dice, 2))
        command->body.quota.account = PARTICIPANT_ALL;
    if (command->type == COMMAND_CITY && dice_below(&dice, 2))
        command->body.city.instrument = INSTRUMENT_ALL;
    if (command->type == COMMAND_AUCTION && dice_below(&dice, 2))
        command->body.auction.seller = SELLER_ISSUER;
    if (command->type == COMMAND_ZONE) name = &command->body.zone.name;
    if (command->type == COMMAND_INSTRUMENT) name = &command->body.instrument.name;
    if (command->type == COMMAND_PARTICIPANT) name = &command->body.participant.name;
    if (command->type == COMMAND_AUCTION) name = &command->body.auction.name;
    if (command->type == COMMAND_STRIP) name = &command->body.strip.name;
    if (command->type == COMMAND_CITY) name = &command->body.city.name;
    if (command->type == COMMAND_BLOCK) name = &command->body.block.name;
    if (name && name->text[0] == '\0') name->text[0] = 'x';
}

/* The ids of a sampled command are made such as a script can name them. */
static void tame(struct command *command)
{
    command->actor = person();
    command->subject = person();
    if (dice_below(&dice, 2)) command->lane = 0;
    if (command->lane == 0) command->id = 0;
    switch ((enum command_type)command->type) {
#define TAME_CASE(number, NAME, field, verb)                                                       \
    case COMMAND_##NAME: {                                                                         \
        struct command_##field *to = &command->body.field;                                         \
        (void)to;                                                                                  \
        FIELDS_COMMAND_##field(TAME_FIELD) break;                                                  \
    }
        COMMAND_LIST(TAME_CASE)
#undef TAME_CASE
    case COMMAND_END:
        break;
    }
    tame_more(command);
}

static void check_round(struct world *world, const struct command *command)
{
    char text[SCRIPT_LINE_MAX + 1];
    struct script_item item;
    struct script_error error = {.reason = ""};
    uint8_t before[CODEC_COMMAND_MAX], after[CODEC_COMMAND_MAX];
    size_t size = script_command(world->script, command, text, SCRIPT_LINE_MAX);
    assert_true(size > 0);
    text[size] = '\0';
    if (script_read(world->script, text, size, &item, &error))
        fail_msg("%s: column %zu: %s", text, error.column, error.reason);
    assert_int_equal(item.kind, SCRIPT_COMMAND);
    item.command.sequence = command->sequence;
    item.command.time_ns = command->time_ns;
    size = codec_command_put(before, sizeof before, command);
    assert_int_equal(codec_command_put(after, sizeof after, &item.command), size);
    for (size_t at = 0; at < size; at++)
        if (before[at] != after[at]) fail_msg("byte %zu differs: %s", at, text);
    for (size_t room = 0; room < 40; room++)
        (void)script_command(world->script, command, text, room);
}

static void test_commands_come_back(void **state)
{
    (void)state;
    struct world world = world_make();
    struct command command;
    struct test_time time = test_time_start(2);
    for (uint64_t round = 0; test_time_left(&time, round); round++) {
        sample_command(&dice, (uint8_t)(1 + round % (COMMAND_END - 1)), &command);
        tame(&command);
        check_round(&world, &command);
    }
    world_end(&world);
}

static void check_text(const struct command *command, const char *line)
{
    struct world world = world_make();
    char text[SCRIPT_LINE_MAX + 1];
    size_t size = script_command(world.script, command, text, SCRIPT_LINE_MAX);
    text[size] = '\0';
    assert_string_equal(text, line);
    check_round(&world, command);
    world_end(&world);
}

static void test_export_form(void **state)
{
    (void)state;
    struct command order = {.type = COMMAND_ORDER,
                            .role = ROLE_ENTERPRISE,
                            .actor = 0,
                            .lane = 3,
                            .id = 9,
                            .body.order = {.client_id = {"S2"}, .qty = 5, .price = 6}};
    check_text(&order, "order mill/S2 mill CO2 buy qty=5 price=6 as=mill lane=3 id=9");
    order.subject = 1;
    order.body.order.client_id = (struct name){{0}};
    check_text(&order, "order bakery/- bakery CO2 buy qty=5 price=6 as=mill lane=3 id=9");
    struct command cancel = {.type = COMMAND_CANCEL,
                             .role = ROLE_OPERATOR,
                             .actor = PARTICIPANT_NONE,
                             .subject = PARTICIPANT_NONE,
                             .body.cancel = {.order_id = 77}};
    check_text(&cancel, "cancel - oid=77 as=operator");
    struct command all = {.type = COMMAND_CANCEL_ALL,
                          .actor = PARTICIPANT_NONE,
                          .subject = PARTICIPANT_NONE,
                          .body.cancel_all = {PARTICIPANT_ALL, INSTRUMENT_ALL}};
    check_text(&all, "cancel-all -");
    all.body.cancel_all.account = PARTICIPANT_NONE;
    all.body.cancel_all.instrument = 1;
    check_text(&all, "cancel-all unknown NOX");
    struct command deposit = {.type = COMMAND_DEPOSIT,
                              .role = ROLE_OPERATOR,
                              .actor = PARTICIPANT_NONE,
                              .subject = 1,
                              .body.deposit = {.cash = -7, .account = 12345}};
    deposit.body.deposit.account = PARTICIPANT_NONE;
    check_text(&deposit, "deposit - cash=-7 as=operator subject=bakery");
    struct command day = {.type = COMMAND_DAY,
                          .actor = PARTICIPANT_NONE,
                          .subject = PARTICIPANT_NONE,
                          .body.day = {.day = 20606}};
    check_text(&day, "day 2026-06-02");
    day.body.day.day = INT32_MIN;
    check_text(&day, "day -2147483648");
}

#define PLAIN(NAME, member, ...)                                                                   \
    {                                                                                              \
        .type = COMMAND_##NAME, .actor = PARTICIPANT_NONE, .subject = PARTICIPANT_NONE,            \
        .body.member = {                                                                           \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

static void test_export_form_of_sets_lists_and_users(void **state)
{
    (void)state;
    struct command terms = PLAIN(
        TERMS, terms, .fee_ppm = UNSET, .block_fee_ppm = UNSET, .auction_fee_ppm = UNSET,
        .block_band_ppm = UNSET, .dynamic_ppm = UNSET, .close_floor = UNSET, .holders_max = UNSET,
        .t_plus = 5, .deadline_days = UNSET, .vintage = UNSET, .basis = BASIS_CN_PERMITTED,
        .methods = METHOD_BIT(LISTING) | METHOD_BIT(AGREEMENT), .close_rule = UNSET_ENUM,
        .live_rent = UNSET_ENUM, .conditional = 1, .investors = UNSET_ENUM);
    check_text(&terms, "terms CO2 basis=CN-permitted methods=agreement,listing t_plus=5 "
                       "conditional=1");
    terms.body.terms.methods = 0;
    check_text(&terms, "terms CO2 basis=CN-permitted methods=- t_plus=5 conditional=1");
    struct command strip = PLAIN(STRIP, strip, .name = {"S"}, .leg = {1, 0, 77});
    for (size_t index = 3; index < STRIP_LEGS_MAX; index++)
        strip.body.strip.leg[index] = INSTRUMENT_NONE;
    strip.body.strip.leg[2] = INSTRUMENT_NONE - 16;
    check_text(&strip, "strip S legs=NOX,CO2,unknown");
    struct command seed = PLAIN(SEED, seed, .value = {0xab}, .auction = 0,
                                .instrument = INSTRUMENT_NONE, .kind = SEED_KIND_REVEAL);
    check_text(&seed, "seed reveal=ab00000000000000000000000000000000000000000000000000000000000000"
                      " auction=A1");
    struct command bust = PLAIN(BUST, bust, .n = 17, .cause = {"fat-finger"});
    bust.role = ROLE_OPERATOR;
    bust.actor = 2;
    check_text(&bust, "bust n=17 cause=fat-finger as=operator.2");
    struct command click = PLAIN(CLICK, click, .client_id = {"K1"}, .maker_client_id = {"S2"},
                                 .qty = 100, .maker = 1, .instrument = INSTRUMENT_NONE);
    click.subject = 0;
    check_text(&click, "click mill/K1 mill bakery/S2 qty=100");
    click.body.click = (struct command_click){
        .qty = 5, .maker_order = 9, .maker = PARTICIPANT_NONE, .instrument = 0};
    check_text(&click, "click mill/- mill - oid=9 qty=5 instrument=CO2");
}

/* Names that are also words of the grammar. */
static void test_awkward_names(void **state)
{
    (void)state;
    struct world world = world_make();
    world_name(&world, COMMAND_PARTICIPANT, 2, "operator");
    world_name(&world, COMMAND_PARTICIPANT, 3, "reserve");
    world_name(&world, COMMAND_PARTICIPANT, 4, "unknown");
    world_name(&world, COMMAND_PARTICIPANT, 5, "operator.2");
    struct command command = {.type = COMMAND_AUCTION,
                              .role = ROLE_ENTERPRISE,
                              .actor = 2,
                              .subject = 2,
                              .body.auction = {.name = {"X"}, .offer = 1, .seller = SELLER_ISSUER}};
    check_round(&world, &command);
    command.body.auction.seller = 3;
    check_round(&world, &command);
    command = (struct command){.type = COMMAND_CANCEL_ALL,
                               .role = ROLE_OPERATOR,
                               .actor = 2,
                               .subject = PARTICIPANT_NONE,
                               .body.cancel_all = {PARTICIPANT_NONE, INSTRUMENT_NONE}};
    check_round(&world, &command);
    command.role = ROLE_ENTERPRISE;
    command.actor = command.subject = 5; /* not the user 2 */
    check_round(&world, &command);
    world_end(&world);
}

static void test_capacity_comes_back(void **state)
{
    (void)state;
    struct world world = world_make();
    struct engine_limits limits = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
    char text[SCRIPT_LINE_MAX];
    size_t size = script_capacity(&limits, text, sizeof text);
    struct script_item item;
    assert_int_equal(script_read(world.script, text, size, &item, NULL), 0);
    assert_int_equal(item.kind, SCRIPT_CAPACITY);
    assert_memory_equal(&item.limits, &limits, sizeof limits);
    for (int manual = 0; manual < 2; manual++) {
        size = script_steps(manual, text, sizeof text);
        assert_int_equal(script_read(world.script, text, size, &item, NULL), 0);
        assert_true(item.kind == SCRIPT_STEPS && item.steps_manual == manual);
    }
    world_end(&world);
}

static void test_mutated_lines_never_crash(void **state)
{
    (void)state;
    struct world world = world_make();
    struct command command;
    struct test_time time = test_time_start(20);
    uint64_t good = 0, round = 0;
    for (; test_time_left(&time, round); round++) {
        char text[SCRIPT_LINE_MAX];
        struct script_item item;
        struct script_error error;
        sample_command(&dice, (uint8_t)(1 + round % (COMMAND_END - 1)), &command);
        tame(&command);
        size_t size = script_command(world.script, &command, text, sizeof text);
        uint64_t changes = dice_below(&dice, 4);
        for (uint64_t change = 0; change < changes; change++) {
            static const char bytes[] = " =/#-+.:09azAZ\t\n\r\x7f\xff";
            text[dice_below(&dice, size)] = bytes[dice_below(&dice, sizeof bytes)];
        }
        if (dice_below(&dice, 4) == 0) size = dice_below(&dice, size + 1);
        char *exact = malloc(size ? size : 1);
        assert_non_null(exact);
        memcpy(exact, text, size);
        int fault = script_read(world.script, exact, size, &item, &error);
        assert_true(fault == 0 || (fault == ERR_MALFORMED && error.column >= 1 && error.reason[0]));
        good += fault == 0;
        free(exact);
    }
    print_message("# %llu lines, %llu readable\n", (unsigned long long)round,
                  (unsigned long long)good);
    assert_true(good > 0);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_commands_come_back),
                                       cmocka_unit_test(test_export_form),
                                       cmocka_unit_test(test_export_form_of_sets_lists_and_users),
                                       cmocka_unit_test(test_awkward_names),
                                       cmocka_unit_test(test_capacity_comes_back),
                                       cmocka_unit_test(test_mutated_lines_never_crash)};
    dice = test_time_dice();
    return cmocka_run_group_tests_name("script round", tests, NULL, NULL);
}
