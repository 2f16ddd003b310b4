/* test_script_read.c - lines of script become exactly these commands, and bad ones these errors.
 *
 * Method: every line of script.md, field by field; every kind of error with its column; names of
 *         orders, who acts, times. */
#include "tests/lib/cmocka_all.h"
#include "tests/proto/script_world.h"

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world = world_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_end(&world);
    return 0;
}

static const struct command *read_command(const char *line)
{
    static struct script_item item;
    item = world_item(&world, line);
    assert_int_equal(item.kind, SCRIPT_COMMAND);
    return &item.command;
}

static void check_name(const struct name *name, const char *text)
{
    struct name wanted = {{0}};
    memcpy(wanted.text, text, strlen(text));
    assert_memory_equal(name, &wanted, sizeof wanted);
}

static void test_setting_up(void **state)
{
    (void)state;
    const struct command *command = read_command("zone EWN");
    assert_int_equal(command->type, COMMAND_ZONE);
    check_name(&command->body.zone.name, "EWN");
    assert_true(command->role == ROLE_SYSTEM && command->actor == PARTICIPANT_NONE);
    assert_true(command->subject == PARTICIPANT_NONE && command->lane == 0 && command->id == 0);

    command = read_command("instrument CO2 family=carbon lot=1 tick=1 ref=5000 band_ppm=1000000 "
                           "t_plus=0 fee_ppm=0 stp=allow phase=continuous");
    const struct command_instrument *instrument = &command->body.instrument;
    assert_true(instrument->family == FAMILY_CARBON && instrument->lot == 1);
    assert_true(instrument->tick == 1 && instrument->ref_price == 5000);
    assert_true(instrument->band_ppm == 1000000 && instrument->t_plus == 0);
    assert_true(instrument->fee_ppm == 0 && instrument->block_from == UNSET);
    assert_true(instrument->stp == STP_ALLOW && instrument->phase == PHASE_CONTINUOUS);
    instrument = &read_command("instrument X family=effluent")->body.instrument;
    assert_true(instrument->family == FAMILY_EFFLUENT && instrument->lot == UNSET);
    assert_true(instrument->ref_price == UNSET && instrument->stp == UNSET_ENUM);
    assert_true(instrument->phase == UNSET_ENUM && instrument->fee_ppm == UNSET);

    const struct command_link *link =
        &read_command("link CO2 EWN GBA ratio=6/5 levy_ppm=30000")->body.link;
    assert_true(link->rn == 6 && link->rd == 5 && link->levy_ppm == 30000 && link->allowed == 1);
    assert_true(link->instrument == 0 && link->from_zone == 0 && link->to_zone == 1);
    link = &read_command("link CO2 GBA EWN allowed=0")->body.link;
    assert_true(link->rn == 1 && link->rd == 1 && link->levy_ppm == 0 && link->allowed == 0);

    const struct command_limit *limit =
        &read_command("limit CO2 EWN GBA lo=-1000 hi=1000")->body.limit;
    assert_true(limit->lo == -1000 && limit->hi == 1000);
    limit = &read_command("limit CO2 EWN GBA")->body.limit;
    assert_true(limit->lo == INT64_MIN && limit->hi == INT64_MAX);

    const struct command_ref *ref = &read_command("ref CO2 GBA price=6200")->body.ref;
    assert_true(ref->zone == 1 && ref->price == 6200);
}

static void test_people(void **state)
{
    (void)state;
    const struct command_participant *participant =
        &read_command("participant mill zone=EWN group=g type=reserve city=440200 sector=steel")
             ->body.participant;
    check_name(&participant->name, "mill");
    check_name(&participant->group, "g");
    check_name(&participant->city, "440200");
    check_name(&participant->sector, "steel");
    assert_true(participant->zone == 0 && participant->type == PARTICIPANT_TYPE_RESERVE);
    participant = &read_command("participant x zone=GBA")->body.participant;
    check_name(&participant->group, "");
    assert_true(participant->type == PARTICIPANT_TYPE_COVERED);

    const struct command_member *member =
        &read_command("member mill NOX zone=GBA from=2026-01-01")->body.member;
    assert_true(member->account == 0 && member->instrument == 1 && member->zone == 1);
    assert_int_equal(member->from_day, 20454);
    assert_true(read_command("deposit mill cash=100000")->body.deposit.cash == 100000);
    const struct command_issue *issue = &read_command("issue mill CO2 qty=1200")->body.issue;
    assert_true(issue->account == 0 && issue->instrument == 0 && issue->qty == 1200);
}

static void test_orders(void **state)
{
    (void)state;
    const struct command *command = read_command("order S2 mill CO2 sell qty=1200 price=5000");
    const struct command_order *order = &command->body.order;
    check_name(&order->client_id, "S2");
    assert_true(command->subject == 0 && order->side == SIDE_SELL && order->qty == 1200);
    assert_true(order->price == 5000 && order->type == ORDER_TYPE_LIMIT && order->tif == TIF_DAY);
    assert_true(order->until_day == 0 && order->display == 0 && order->minimum == 0);
    assert_true(order->stop_price == 0 && order->post_only == 0);
    order = &read_command("order M1 mill CO2 sell qty=10 type=market")->body.order;
    assert_true(order->type == ORDER_TYPE_MARKET && order->price == 0);
    order = &read_command("order X1 mill CO2 buy qty=10 price=4000 tif=fok")->body.order;
    assert_true(order->tif == TIF_FOK && order->side == SIDE_BUY);
    order = &read_command("order X1 mill CO2 buy qty=10 price=4 tif=gtc until=1970-01-02 display=3 "
                          "min=2 post=1 type=stop-limit stop=5")
                 ->body.order;
    assert_true(order->until_day == 1 && order->display == 3 && order->minimum == 2);
    assert_true(order->post_only == 1 && order->stop_price == 5);
    assert_true(order->type == ORDER_TYPE_STOP_LIMIT);
    command = read_command("order - mill CO2 buy qty=10 price=4");
    check_name(&command->body.order.client_id, "");
    command = read_command("order mill/Q mill CO2 buy qty=10 price=4");
    check_name(&command->body.order.client_id, "Q");
    command = read_command("cancel mill/S2");
    assert_true(command->subject == 0 && command->body.cancel.order_id == ORDER_ID_NONE);
    command = read_command("cancel - oid=18446744073709551615");
    assert_true(command->body.cancel.order_id == UINT64_MAX);
    assert_true(command->subject == PARTICIPANT_NONE);
    command = read_command("replace mill/S2 qty=900 price=5010");
    assert_true(command->body.replace.qty == 900 && command->body.replace.price == 5010);
    assert_true(read_command("replace mill/S2 qty=900")->body.replace.price == UNSET);
}

static void test_the_rest(void **state)
{
    (void)state;
    assert_true(read_command("phase CO2 no-cancel")->body.phase.phase == PHASE_NO_CANCEL);
    assert_true(read_command("uncross CO2")->body.uncross.instrument == 0);
    assert_true(read_command("day 2026-06-02")->body.day.day == 20606);
    assert_true(read_command("period 2027")->body.period.year == 2027);
    const struct command_auction *auction =
        &read_command("auction A1 CO2 regime=GD-2015 seller=reserve offer=500000 reserve=937 "
                      "floor_min=1000 share_ppm=500000")
             ->body.auction;
    assert_true(auction->regime == REGIME_GD_2015 && auction->seller == SELLER_ISSUER);
    assert_true(auction->offer == 500000 && auction->reserve_price == 937);
    assert_true(auction->floor_min == 1000 && auction->share_ppm == 500000);
    assert_true(auction->lot == UNSET && auction->deposit_ppm == UNSET);
    assert_true(auction->tie == UNSET_ENUM && auction->unsold == UNSET_ENUM);
    assert_true(read_command("auction B CO2 offer=1 seller=mill")->body.auction.seller == 0);
    assert_true(read_command("auction B CO2 offer=1 seller=no")->body.auction.seller ==
                PARTICIPANT_NONE);
    const struct command *bid = read_command("bid A1 mill qty=150000 price=1200");
    assert_true(bid->subject == 0 && bid->body.bid.auction == 0 && bid->body.bid.qty == 150000);
    assert_true(read_command("clear A1")->body.clear.auction == 0);
    const struct command_cancel_all *all = &read_command("cancel-all - CO2")->body.cancel_all;
    assert_true(all->account == PARTICIPANT_ALL && all->instrument == 0);
    all = &read_command("cancel-all mill")->body.cancel_all;
    assert_true(all->account == 0 && all->instrument == INSTRUMENT_ALL);
    all = &read_command("cancel-all ghost GHOST")->body.cancel_all;
    assert_true(all->account == PARTICIPANT_NONE && all->instrument == INSTRUMENT_NONE);
}

static void test_people_and_limits(void **state)
{
    (void)state;
    const struct command_terms *terms =
        &read_command("terms CO2 methods=continuous,call investors=0 close=GD-2019 fee_ppm=5")
             ->body.terms;
    assert_true(terms->methods == (METHOD_BIT(CALL) | METHOD_BIT(CONTINUOUS)));
    assert_true(terms->investors == 0 && terms->live_rent == UNSET_ENUM);
    assert_true(terms->close_rule == CLOSE_RULE_GD_2019 && terms->basis == UNSET_ENUM);
    assert_true(terms->fee_ppm == 5 && terms->t_plus == UNSET && terms->instrument == 0);
    const struct command_strip *strip = &read_command("strip S legs=NOX,GHOST,CO2")->body.strip;
    assert_true(strip->leg[0] == 1 && strip->leg[2] == 0 && strip->leg[3] == INSTRUMENT_NONE);
    assert_true(strip->leg[1] != INSTRUMENT_NONE && strip->leg[1] > 1);
    const struct command_city *city = &read_command("city Z")->body.city;
    assert_true(city->zone == ZONE_NONE && city->instrument == INSTRUMENT_ALL);
    assert_true(city->from_day == 0 && city->investors == UNSET_ENUM);
    assert_true(read_command("city Z instrument=GHOST")->body.city.instrument == INSTRUMENT_NONE);
    assert_true(read_command("status mill active=0")->body.status.active == 0);
    const struct command_quota *quota = &read_command("quota - rate=5")->body.quota;
    assert_true(quota->account == PARTICIPANT_ALL && quota->open_orders == UNSET);
    assert_true(quota->rate == 5);
    assert_true(read_command("quota ghost rate=5")->body.quota.account == PARTICIPANT_NONE);
    const struct command_holding *limit =
        &read_command("position-limit CO2 type=investor ppm=20000")->body.holding;
    assert_true(limit->group.text[0] == '\0' && limit->type == PARTICIPANT_TYPE_INVESTOR);
    assert_true(limit->units == UNSET && limit->ppm == 20000);
    const struct command_gate *gate = &read_command("gate CO2 GBA closed=1")->body.gate;
    assert_true(gate->zone == 1 && gate->closed == 1 && gate->allow == 0);
    assert_true(gate->kind == GATE_KIND_BLOCK);
    gate = &read_command("gate CO2 closed=0 city=440100")->body.gate;
    assert_true(gate->zone == ZONE_NONE && gate->closed == 0);
    check_name(&gate->city, "440100");
    const struct command_tranche *tranche =
        &read_command("tranche CO2 EWN GBA hi=5 from=2026-06-02")->body.tranche;
    assert_true(tranche->from_zone == 0 && tranche->to_zone == 1 && tranche->from_day == 20606);
    assert_true(tranche->lo == INT64_MIN && tranche->hi == 5);
}

static void test_agreements_and_busts(void **state)
{
    (void)state;
    const struct command *command = read_command("click K1 mill bakery/S2 qty=100");
    assert_true(command->subject == 0 && command->body.click.maker == 1);
    assert_true(command->body.click.instrument == INSTRUMENT_NONE);
    check_name(&command->body.click.client_id, "K1");
    check_name(&command->body.click.maker_client_id, "S2");
    command = read_command("click - mill - oid=7 qty=100 instrument=GHOST");
    assert_true(command->body.click.maker == PARTICIPANT_NONE);
    assert_true(command->body.click.maker_order == 7);
    assert_true(command->body.click.instrument != INSTRUMENT_NONE);
    struct event_accepted accepted = {.head = {.type = EVENT_ACCEPTED, .size = sizeof accepted}};
    struct command order = *read_command("order Q bakery CO2 sell qty=1 price=1");
    assert_int_equal(script_applied(world.script, &order, &accepted.head), 0);
    assert_true(read_command("click K2 mill Q qty=1")->body.click.maker == 1);
    assert_true(read_command("click K2 mill NEVER qty=1")->body.click.maker == PARTICIPANT_NONE);
    command = read_command("block K1 mill bakery CO2 qty=200000 price=5100 as=bakery");
    assert_true(command->body.block.seller == 0 && command->body.block.buyer == 1);
    assert_true(command->actor == 1 && command->body.block.qty == 200000);
    assert_true(read_command("bust n=17")->body.bust.n == 17);
    assert_true(read_command("permit n=5 decision=refused")->body.permit.decision ==
                PERMIT_REFUSED);
    command = read_command("seed reveal="
                           "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
                           "instrument=GHOST");
    assert_true(command->body.seed.value[0] == 255 && command->body.seed.value[31] == 31);
    assert_true(command->body.seed.kind == SEED_KIND_REVEAL);
    assert_true(command->body.seed.instrument != INSTRUMENT_NONE);
    assert_true(command->body.seed.auction == AUCTION_NONE);
    assert_true(read_command("calendar 2026-06-02 kind=session")->body.calendar.kind ==
                DAY_KIND_SESSION);
}

static void test_auctions_and_steps(void **state)
{
    (void)state;
    const struct command_auction_terms *terms =
        &read_command("auction-terms A1 agency=mill revocable=1 trigger=9")->body.auction_terms;
    assert_true(terms->agency == 0 && terms->revocable == 1 && terms->trigger_price == 9);
    assert_true(terms->pay_until == 0 && terms->containment == UNSET);
    terms = &read_command("auction-terms A1 agency=ghost")->body.auction_terms;
    assert_true(terms->agency != PARTICIPANT_NONE && terms->announced == UNSET_ENUM);
    assert_true(read_command("stage A1 registration")->body.stage.state ==
                AUCTION_STATE_REGISTRATION);
    assert_true(read_command("register A1 bakery")->subject == 1);
    const struct command *command = read_command("rebid A1 bakery n=2 qty=3 price=4");
    assert_true(command->subject == 1 && command->body.rebid.n == 2);
    assert_true(read_command("withdraw A1 bakery n=3")->body.withdraw.n == 3);
    assert_true(read_command("settle A1")->body.settle.auction == 0);
    command = read_command("standing bakery NOX qty=0");
    assert_true(command->subject == 1 && command->body.standing.instrument == 1);
    assert_true(read_command("bundle A1 mill qty=5")->body.bundle.account == 0);
    assert_true(read_command("rules 2")->body.rules.set == 2);
    assert_true(read_command("step")->body.step.steps == 1);
    assert_true(read_command("retire NOX")->body.retire.instrument == 1);
    assert_true(world_item(&world, "steps manual").kind == SCRIPT_STEPS);
    struct script_item item = world_item(&world, "holders CO2 ppm=5 rows=2");
    assert_true(item.query.kind == QUERY_HOLDERS && item.query.from == 5);
    assert_true(world_item(&world, "jobs").query.kind == QUERY_JOBS);
    assert_true(world_item(&world, "blocks").query.instrument == INSTRUMENT_NONE);
}

static void test_looks(void **state)
{
    (void)state;
    struct script_item item = world_item(&world, "book CO2 zone=GBA local=1 rows=3");
    assert_true(item.kind == SCRIPT_LOOK && item.query.kind == QUERY_BOOK);
    assert_true(item.query.zone == 1 && item.query.local == 1 && item.query.rows_max == 3);
    assert_true(world_item(&world, "book CO2").query.zone == ZONE_NONE);
    item = world_item(&world, "account mill CO2");
    assert_true(item.query.participant == 0 && item.query.instrument == 0);
    assert_true(world_item(&world, "account mill").query.instrument == INSTRUMENT_NONE);
    assert_true(world_item(&world, "account mill GHOST").query.instrument != INSTRUMENT_NONE);
    assert_true(world_item(&world, "orders mill").query.kind == QUERY_ORDERS);
    assert_true(world_item(&world, "fund CO2").query.kind == QUERY_FUND);
    item = world_item(&world, "balance CO2 EWN GBA");
    assert_true(item.query.zone == 0 && item.query.to_zone == 1);
    assert_true(world_item(&world, "reconcile").query.instrument == INSTRUMENT_NONE);
    assert_true(world_item(&world, "reconcile CO2").query.instrument == 0);
    assert_true(world_item(&world, "auctions").query.auction == AUCTION_NONE);
    assert_true(world_item(&world, "directory from=5").query.from == 5);
    item = world_item(&world, "trades CO2 rows=7 participant=bakery");
    assert_true(item.query.kind == QUERY_TRADES && item.query.from == 1);
    assert_true(item.query.participant == 1 && item.query.rows_max == 7);
    assert_true(world_item(&world, "digest").kind == SCRIPT_DIGEST);
}

static void test_nothing_and_capacity(void **state)
{
    (void)state;
    assert_true(world_item(&world, "").kind == SCRIPT_NOTHING);
    assert_true(world_item(&world, " \t \r\n").kind == SCRIPT_NOTHING);
    assert_true(world_item(&world, "# order S2").kind == SCRIPT_NOTHING);
    assert_true(world_item(&world, "zone EWN# and so on\n").kind == SCRIPT_COMMAND);
    struct script_item item = world_item(&world, "capacity zones=2 lane_window=64");
    assert_true(item.kind == SCRIPT_CAPACITY && item.limits.zones == 2);
    assert_true(item.limits.lane_window == 64 && item.limits.orders == 0);
}

static void test_who_acts(void **state)
{
    (void)state;
    const struct command *command = read_command("order S2 mill CO2 sell qty=1 price=1 as=bakery");
    assert_true(command->role == ROLE_ENTERPRISE && command->actor == 1 && command->subject == 0);
    command = read_command("deposit mill cash=1 as=regulator");
    assert_true(command->role == ROLE_REGULATOR && command->actor == PARTICIPANT_NONE);
    command = read_command("deposit mill cash=1 as=ghost");
    assert_true(command->role == ROLE_ENTERPRISE && command->actor == PARTICIPANT_NONE);
    command = read_command("deposit mill cash=1 as=operator/mill lane=7 id=18446744073709551615");
    assert_true(command->role == ROLE_OPERATOR && command->actor == 0);
    assert_true(command->lane == 7 && command->id == UINT64_MAX);
    command = read_command("deposit mill cash=1 as=operator.2");
    assert_true(command->role == ROLE_OPERATOR && command->actor == 2);
    command = read_command("deposit mill cash=1 as=operator.4294967295"); /* nobody's name */
    assert_true(command->role == ROLE_ENTERPRISE && command->actor == PARTICIPANT_NONE);
    command = read_command("deposit mill cash=1 as=enterprise.1");
    assert_true(command->role == ROLE_ENTERPRISE && command->actor == PARTICIPANT_NONE);
    command = read_command("deposit mill cash=1 as=mill");
    assert_true(command->subject == 0);
    script_actor(world.script, ROLE_ENTERPRISE, 1);
    command = read_command("cancel S2");
    assert_true(command->role == ROLE_ENTERPRISE && command->actor == 1 && command->subject == 1);
}

static void test_a_bare_name_means_the_last_user(void **state)
{
    (void)state;
    struct event_accepted accepted = {.head = {.type = EVENT_ACCEPTED, .size = sizeof accepted}};
    struct command order = *read_command("order Q mill CO2 sell qty=1 price=1");
    assert_int_equal(script_applied(world.script, &order, &accepted.head), 0);
    assert_true(read_command("cancel Q")->subject == 0);
    order = *read_command("order bakery/Q bakery CO2 sell qty=1 price=1");
    struct event_rejected rejected = {.head = {.type = EVENT_REJECTED, .size = sizeof rejected}};
    assert_int_equal(script_applied(world.script, &order, &rejected.head), 0);
    assert_true(read_command("cancel Q")->subject == 0);
    assert_int_equal(script_applied(world.script, &order, &accepted.head), 0);
    assert_true(read_command("replace Q qty=1")->subject == 1);
    assert_true(read_command("cancel mill/Q")->subject == 0);
    assert_true(read_command("cancel NEVER")->subject == PARTICIPANT_NONE);
}

static void test_times(void **state)
{
    (void)state;
    struct script_item item = world_item(&world, "time 2026-06-01T09:30:00");
    assert_true(item.kind == SCRIPT_CLOCK && item.time_ns == INT64_C(1780277400000000000));
    assert_true(read_command("zone Z")->time_ns == INT64_C(1780277400000000000));
    static const struct {
        const char *line;
        int64_t step;
    } steps[] = {{"time +1ns", 1},
                 {"time +2us", 2000},
                 {"time +250ms", 250000000},
                 {"time +1s", 1000000000},
                 {"time +1min", INT64_C(60000000000)}};
    for (size_t index = 0; index < sizeof steps / sizeof steps[0]; index++) {
        int64_t before = item.time_ns;
        item = world_item(&world, steps[index].line);
        assert_true(item.time_ns == before + steps[index].step);
    }
    item = world_item(&world, "time 2026-06-01T09:31:02.000000001");
    assert_true(item.time_ns == INT64_C(1780277462000000001));
    char text[64];
    size_t size = script_clock(item.time_ns, text, sizeof text);
    assert_int_equal(size, 34);
    assert_memory_equal(text, "time 2026-06-01T09:31:02.000000001", 34);
    size = script_clock(INT64_C(1780277400250000000), text, sizeof text);
    assert_int_equal(size, 27);
    assert_memory_equal(text, "time 2026-06-01T09:30:00.25", 27);
}

/* Every kind of error: the line, its column, a piece of the reason. */
static const struct {
    const char *line;
    size_t column;
    const char *reason;
} errors[] = {
    {"surrender mill CO2 qty=1", 1, "unknown verb surrender"},
    {"gate CO2 GBA", 13, "closed= is missing"},
    {"terms CO2 methods=call,walk", 24, "methods is one of agreement, listing"},
    {"terms CO2 methods=call,", 24, "methods is one of agreement, listing"},
    {"terms CO2 methods=", 19, "methods is one of agreement, listing"},
    {"terms CO2 investors=2", 21, "0 to 1"},
    {"strip S legs=CO2,a/b", 18, "not a name"},
    {"strip S legs=", 14, "not a name"},
    {"strip S legs=a,b,c,d,e,f,g,h,i,j,k", 34, "more than 10 legs"},
    {"seed instrument=CO2", 20, "commit= or reveal= is missing"},
    {"seed commit=00", 13, "not 64 digits"},
    {"seed commit=0001020304050607080910111213141516171819202122232425262728293031 "
     "reveal=0001020304050607080910111213141516171819202122232425262728293031",
     78, "exclude each other"},
    {"steps later", 7, "mode is one of auto, manual"},
    {"stage A1 OPEN", 10, "state is one of open"},
    {"  Order S2", 3, "unknown verb Order"},
    {"zone=1", 1, "unknown verb"},
    {"zone", 5, "the name is missing"},
    {"zone A B", 8, "one word too many for zone: B"},
    {"zone A colour=red", 8, "zone does not know the key colour="},
    {"ref CO2 EWNX price=1", 9, "unknown zone EWNX"},
    {"link CO2 EWN nowhere", 14, "unknown zone nowhere"},
    {"participant p zone=X", 20, "unknown zone X"},
    {"ref CO2 EWN", 12, "price= is missing"},
    {"ref CO2 EWN price=", 19, "whole number"},
    {"ref CO2 EWN price=5x", 19, "whole number"},
    {"ref CO2 EWN price=1 price=2", 21, "price= is given twice"},
    {"issue mill CO2 qty=9223372036854775808", 20, "to 9223372036854775807"},
    {"issue mill CO2 qty=-9223372036854775809", 20, "-9223372036854775808 to"},
    {"issue mill CO2 qty=1.5", 20, "whole number"},
    {"cancel - oid=18446744073709551616", 14, "0 to 18446744073709551615"},
    {"zone A lane=4294967296 id=1", 13, "0 to 4294967295"},
    {"zone A lane=1", 14, "go together"},
    {"zone A id=1", 12, "go together"},
    {"period 65536", 8, "0 to 65535"},
    {"book CO2 local=2", 16, "0 to 1"},
    {"link CO2 EWN GBA ratio=6", 24, "ratio as 6/5"},
    {"link CO2 EWN GBA ratio=6/", 24, "ratio as 6/5"},
    {"order S2 mill CO2 hold qty=1", 19, "side is one of buy, sell"},
    {"order S2 mill CO2 buy qty=1 tif=week", 33, "tif is one of day, gtc, ioc, fok"},
    {"order bakery/S2 mill CO2 buy qty=1", 17, "belongs to another participant"},
    {"order S2/ mill CO2 buy qty=1", 10, "not a name"},
    {"order a/b/c mill CO2 buy qty=1", 9, "not a name"},
    {"zone a/b", 6, "not a name of 1 to 32"},
    {"zone 012345678901234567890123456789012", 6, "not a name of 1 to 32"},
    {"day 2026-02-29", 5, "not a date"},
    {"day 2026-13-01", 5, "not a date"},
    {"day tomorrow", 5, "not a date"},
    {"time 2026-06-01", 6, "not a time"},
    {"time 2026-06-01T24:00:00", 6, "not a time"},
    {"time 2026-06-01T09:30:00.1234567890", 6, "not a time"},
    {"time 1969-12-31T00:00:00", 6, "not a time"},
    {"time 2300-01-01T00:00:00", 6, "not a time"},
    {"time +5", 6, "not a time"},
    {"time +5h", 6, "not a time"},
    {"time +99999999999999999999ns", 6, "not a time"},
    {"zone \x01", 6, "byte 0x01"},
    {"zone \xe5\x8c\xba", 6, "byte 0xe5"},
    {"zone A as=judge/mill", 11, "before the / stands"},
    {"zone A as=", 11, "not a name"},
};

static void test_errors(void **state)
{
    (void)state;
    struct script_item item;
    struct script_error error;
    for (size_t index = 0; index < sizeof errors / sizeof errors[0]; index++) {
        const char *line = errors[index].line;
        assert_int_equal(world_read(&world, line, &item, &error), ERR_MALFORMED);
        if (error.column != errors[index].column || !strstr(error.reason, errors[index].reason))
            fail_msg("%s: column %zu, reason %s", line, error.column, error.reason);
        assert_int_equal(error.line, index + 1);
    }
}

static void test_time_never_goes_back(void **state)
{
    (void)state;
    struct script_item item;
    struct script_error error;
    (void)world_item(&world, "time 2026-06-01T09:30:00");
    assert_int_equal(world_read(&world, "time 2026-06-01T09:29:59.999999999", &item, &error),
                     ERR_MALFORMED);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 6);
    assert_true(read_command("zone Z")->time_ns == INT64_C(1780277400000000000));
}

static void test_long_lines(void **state)
{
    (void)state;
    static char line[SCRIPT_LINE_MAX + 8];
    struct script_item item;
    struct script_error error;
    memset(line, ' ', sizeof line);
    memcpy(line, "zone A", 6);
    line[SCRIPT_LINE_MAX - 1] = 'x';
    assert_int_equal(script_read(world.script, line, SCRIPT_LINE_MAX, &item, &error),
                     ERR_MALFORMED);
    assert_int_equal(error.column, SCRIPT_LINE_MAX);
    line[SCRIPT_LINE_MAX] = 'x';
    assert_int_equal(script_read(world.script, line, SCRIPT_LINE_MAX + 1, &item, &error),
                     ERR_MALFORMED);
    assert_int_equal(error.column, SCRIPT_LINE_MAX + 1);
    assert_non_null(strstr(error.reason, "1024"));
    for (size_t at = 6; at < 206; at++)
        line[at] = at % 2 ? 'k' : ' ';
    assert_int_equal(script_read(world.script, line, 206, &item, &error), ERR_MALFORMED);
    assert_non_null(strstr(error.reason, "more than 32 words"));
    char text[SCRIPT_LINE_MAX];
    size_t size = script_error_text(&error, text, sizeof text);
    text[size] = '\0';
    assert_non_null(strstr(text, "error line=3 column="));
    assert_int_equal(script_error_text(&error, text, 10), 0);
}

static void test_failed_lines_change_nothing(void **state)
{
    (void)state;
    struct script_item item = {.kind = SCRIPT_DIGEST};
    struct script_error error;
    assert_int_equal(world_read(&world, "zone A lot=5", &item, &error), ERR_MALFORMED);
    assert_int_equal(item.kind, SCRIPT_DIGEST);
    assert_int_equal(world_read(&world, "zone A lot=5", &item, NULL), ERR_MALFORMED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_setting_up),
                                       TEST(test_people),
                                       TEST(test_orders),
                                       TEST(test_the_rest),
                                       TEST(test_people_and_limits),
                                       TEST(test_agreements_and_busts),
                                       TEST(test_auctions_and_steps),
                                       TEST(test_looks),
                                       TEST(test_nothing_and_capacity),
                                       TEST(test_who_acts),
                                       TEST(test_a_bare_name_means_the_last_user),
                                       TEST(test_times),
                                       TEST(test_errors),
                                       TEST(test_time_never_goes_back),
                                       TEST(test_long_lines),
                                       TEST(test_failed_lines_change_nothing)};
    return cmocka_run_group_tests_name("script read", tests, NULL, NULL);
}
