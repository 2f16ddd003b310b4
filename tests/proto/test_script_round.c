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

/* The ids of a sampled command are made such as a script can name them. */
static void tame(struct command *command)
{
    command->actor = person();
    command->subject = person();
    if (dice_below(&dice, 2)) command->lane = 0;
    if (command->lane == 0) command->id = 0;
    switch ((enum command_type)command->type) {
    case COMMAND_LINK:
        command->body.link.instrument = thing();
        command->body.link.from_zone = area();
        command->body.link.to_zone = area();
        break;
    case COMMAND_LIMIT:
        command->body.limit.instrument = thing();
        command->body.limit.from_zone = area();
        command->body.limit.to_zone = area();
        break;
    case COMMAND_REF:
        command->body.ref.instrument = thing();
        command->body.ref.zone = area();
        break;
    case COMMAND_PARTICIPANT:
        command->body.participant.zone = area();
        break;
    case COMMAND_MEMBER:
        command->body.member.account = person();
        command->body.member.instrument = thing();
        command->body.member.zone = area();
        break;
    case COMMAND_DEPOSIT:
        command->body.deposit.account = person();
        break;
    case COMMAND_ISSUE:
        command->body.issue.account = person();
        command->body.issue.instrument = thing();
        break;
    case COMMAND_ORDER:
        command->body.order.instrument = thing();
        break;
    case COMMAND_CANCEL_ALL:
        command->body.cancel_all.account =
            dice_below(&dice, 2) ? person() : (uint32_t)PARTICIPANT_ALL;
        command->body.cancel_all.instrument = dice_below(&dice, 2) ? thing() : INSTRUMENT_ALL;
        break;
    case COMMAND_PHASE:
        command->body.phase.instrument = thing();
        break;
    case COMMAND_UNCROSS:
        command->body.uncross.instrument = thing();
        break;
    case COMMAND_AUCTION:
        command->body.auction.seller = dice_below(&dice, 2) ? person() : SELLER_ISSUER;
        command->body.auction.instrument = thing();
        break;
    case COMMAND_BID:
        command->body.bid.auction = some(1, AUCTION_NONE);
        break;
    case COMMAND_CLEAR:
        command->body.clear.auction = some(1, AUCTION_NONE);
        break;
    case COMMAND_ZONE:
    case COMMAND_INSTRUMENT:
    case COMMAND_CANCEL:
    case COMMAND_REPLACE:
    case COMMAND_DAY:
    case COMMAND_PERIOD:
    case COMMAND_RULES:
    case COMMAND_STEP:
    case COMMAND_TERMS:
    case COMMAND_STRIP:
    case COMMAND_RETIRE:
    case COMMAND_CITY:
    case COMMAND_STATUS:
    case COMMAND_QUOTA:
    case COMMAND_DISCOUNT:
    case COMMAND_HOLDING:
    case COMMAND_GATE:
    case COMMAND_TRANCHE:
    case COMMAND_CALENDAR:
    case COMMAND_SEED:
    case COMMAND_CLICK:
    case COMMAND_BLOCK:
    case COMMAND_BUST:
    case COMMAND_PERMIT:
    case COMMAND_AUCTION_TERMS:
    case COMMAND_STAGE:
    case COMMAND_REGISTER:
    case COMMAND_REBID:
    case COMMAND_WITHDRAW:
    case COMMAND_SETTLE:
    case COMMAND_STANDING:
    case COMMAND_BUNDLE:
    case COMMAND_END:
        break;
    }
}

/* "-" as a name is no name: both are printed alike, so the empty one is what comes back. */
static struct name *name_in(struct command *command)
{
    switch ((enum command_type)command->type) {
    case COMMAND_ORDER:
        return &command->body.order.client_id;
    case COMMAND_CANCEL:
        return &command->body.cancel.client_id;
    case COMMAND_REPLACE:
        return &command->body.replace.client_id;
    case COMMAND_ZONE:
        return &command->body.zone.name;
    case COMMAND_INSTRUMENT:
        return &command->body.instrument.name;
    case COMMAND_PARTICIPANT:
        return &command->body.participant.name;
    case COMMAND_AUCTION:
        return &command->body.auction.name;
    case COMMAND_LINK:
    case COMMAND_LIMIT:
    case COMMAND_REF:
    case COMMAND_MEMBER:
    case COMMAND_DEPOSIT:
    case COMMAND_ISSUE:
    case COMMAND_CANCEL_ALL:
    case COMMAND_PHASE:
    case COMMAND_UNCROSS:
    case COMMAND_DAY:
    case COMMAND_PERIOD:
    case COMMAND_BID:
    case COMMAND_CLEAR:
    case COMMAND_RULES:
    case COMMAND_STEP:
    case COMMAND_TERMS:
    case COMMAND_STRIP:
    case COMMAND_RETIRE:
    case COMMAND_CITY:
    case COMMAND_STATUS:
    case COMMAND_QUOTA:
    case COMMAND_DISCOUNT:
    case COMMAND_HOLDING:
    case COMMAND_GATE:
    case COMMAND_TRANCHE:
    case COMMAND_CALENDAR:
    case COMMAND_SEED:
    case COMMAND_CLICK:
    case COMMAND_BLOCK:
    case COMMAND_BUST:
    case COMMAND_PERMIT:
    case COMMAND_AUCTION_TERMS:
    case COMMAND_STAGE:
    case COMMAND_REGISTER:
    case COMMAND_REBID:
    case COMMAND_WITHDRAW:
    case COMMAND_SETTLE:
    case COMMAND_STANDING:
    case COMMAND_BUNDLE:
    case COMMAND_END:
        return NULL;
    }
    return NULL;
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
        struct name *name = name_in(&command);
        bool is_order = command.type == COMMAND_ORDER || command.type == COMMAND_CANCEL ||
                        command.type == COMMAND_REPLACE;
        if (name && !is_order && name->text[0] == '\0') name->text[0] = 'x';
        if (name && is_order && strncmp(name->text, "-", NAME_BYTES) == 0) name->text[0] = 'x';
        if (command.type == COMMAND_PARTICIPANT) {
            struct command_participant *body = &command.body.participant;
            if (strcmp(body->group.text, "-") == 0) body->group.text[0] = 'x';
            if (strcmp(body->city.text, "-") == 0) body->city.text[0] = 'x';
            if (strcmp(body->sector.text, "-") == 0) body->sector.text[0] = 'x';
        }
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

/* Names that are also words of the grammar. */
static void test_awkward_names(void **state)
{
    (void)state;
    struct world world = world_make();
    world_name(&world, COMMAND_PARTICIPANT, 2, "operator");
    world_name(&world, COMMAND_PARTICIPANT, 3, "reserve");
    world_name(&world, COMMAND_PARTICIPANT, 4, "unknown");
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_come_back), cmocka_unit_test(test_export_form),
        cmocka_unit_test(test_awkward_names), cmocka_unit_test(test_capacity_comes_back),
        cmocka_unit_test(test_mutated_lines_never_crash)};
    dice = test_time_dice();
    return cmocka_run_group_tests_name("script round", tests, NULL, NULL);
}
