/* The road in one thread, with a real journal and engine and connections made of arrays: nothing
 * leaves before it is durable, everybody concerned hears, bounds hold. */
#include "tests/lib/cmocka_all.h"
#include "gateway/pipeline.h"
#include "tests/gateway/raw_client.h"
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

struct road {
    char directory[256];
    struct journal *journal;
    struct engine *engine;
    void *memory;
    size_t memory_size;
    struct recovery recovery;
    struct speaker *speakers;
    struct speaker_doors doors;
    struct waker waker;
    struct pipeline *pipeline;
    uint32_t kicks[CONNECTIONS_MAX];
    uint32_t published;       /* calls */
    bool private_before_feed; /* a frame was in a ring when its market data came */
    int64_t clock;
};

static struct road road;

static void on_kick(void *context, uint32_t slot)
{
    struct road *r = context;
    r->kicks[slot]++;
}

static void on_publish(void *context, const struct event_buffer *events, int64_t time_ns)
{
    struct road *r = context;
    assert_true(events->used > 0);
    assert_true(time_ns > 0);
    r->published++;
    for (uint32_t i = 0; i < 8; i++) {
        if (r->speakers[i].command_slots && !ring_empty(&r->speakers[i].out[SPEAKER_ROAD]))
            r->private_before_feed = true;
    }
}

static int64_t on_clock(void *context)
{
    return ((struct road *)context)->clock++;
}

static uint64_t committed(void *context)
{
    return journal_committed(context);
}

static void open_road(uint64_t segment_bytes)
{
    struct fault_text why = {.text = ""};
    struct engine_limits limits = {.participants = 64, .orders = 20000};
    memset(&road, 0, sizeof road);
    assert_true(sodium_init() >= 0);
    raw_make_directory(road.directory, sizeof road.directory);
    assert_true(engine_limits_complete(&limits));
    struct journal_options options = {
        .directory = road.directory, .segment_bytes = segment_bytes, .limits = limits};
    int fault = journal_open(&options, &road.journal, &why);
    if (fault) fail_msg("journal_open: %s", why.text);
    road.memory_size = engine_memory(&limits);
    road.memory = mmap(NULL, road.memory_size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(road.memory, MAP_FAILED);
    road.engine = engine_init(road.memory, road.memory_size, &limits);
    digest_chain_init(&road.recovery.chain);
    road.speakers = aligned_alloc(64, CONNECTIONS_MAX * sizeof *road.speakers);
    memset(road.speakers, 0, CONNECTIONS_MAX * sizeof *road.speakers);
    road.doors.engine = &road.waker;
    road.doors.desk = &road.waker;
    road.doors.committed = committed;
    road.doors.context = road.journal;
    road.doors.credits = CREDITS_MAX;
    road.clock = 1000;
    struct pipeline_options pipeline = {.journal = road.journal,
                                        .engine = road.engine,
                                        .recovery = &road.recovery,
                                        .speakers = road.speakers,
                                        .doors = &road.doors,
                                        .kick = on_kick,
                                        .publish = on_publish,
                                        .wall_ns = on_clock,
                                        .context = &road};
    for (int i = 0; i < STAGES; i++)
        pipeline.wakers[i] = &road.waker;
    assert_int_equal(pipeline_open(&pipeline, &road.pipeline), 0);
}

static void close_road(void)
{
    pipeline_close(road.pipeline);
    journal_close(road.journal);
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (road.speakers[i].command_slots) speaker_destroy(&road.speakers[i]);
    }
    free(road.speakers);
    munmap(road.memory, road.memory_size);
    raw_remove_directory(road.directory);
}

/* ---- A fake connection ---- */

static void join(uint32_t slot, uint8_t role, uint32_t participant)
{
    struct speaker *speaker = &road.speakers[slot];
    if (!speaker->command_slots) assert_int_equal(speaker_create(speaker, slot), 0);
    atomic_store(&speaker->state, SPEAKER_FREE);
    speaker_begin(speaker, journal_cluster(road.journal));
    speaker->role = role;
    speaker->participant = participant;
    atomic_store(&speaker->state, SPEAKER_LIVE);
    if (participant != PARTICIPANT_NONE) assert_true(pipeline_announce(road.pipeline, speaker));
}

static void send(uint32_t slot, const struct command *commands, uint32_t count)
{
    static uint8_t bytes[FRAME_MAX];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    struct wire_frame frame;
    size_t used;
    assert_true(wire_open(&writer, WIRE_COMMANDS));
    for (uint32_t i = 0; i < count; i++)
        assert_true(wire_command_put(&writer, &commands[i]));
    wire_close(&writer);
    assert_int_equal(wire_frame_get(bytes, writer.used, &frame, &used), 0);
    assert_int_equal(speaker_frame(&road.speakers[slot], &road.doors, &frame), 0);
}

struct heard {
    struct wire_answer answers[8192];
    uint32_t answer_count;
    struct wire_report reports[8192];
    uint32_t report_count;
};

/* Takes everything out of the ring the release stage writes. */
static void listen_to(uint32_t slot, struct heard *out)
{
    static uint8_t bytes[OUT_ROAD_BYTES];
    struct ring *ring = &road.speakers[slot].out[SPEAKER_ROAD];
    uint32_t size = ring_ready(ring);
    memset(out, 0, sizeof *out);
    for (uint32_t done = 0, piece; done < size; done += piece) {
        const uint8_t *from =
            ring_bytes_piece(ring, road.speakers[slot].out_slots[SPEAKER_ROAD], done, size, &piece);
        memcpy(bytes + done, from, piece);
    }
    ring_take(ring, size);
    for (size_t at = 0; at < size;) {
        struct wire_frame frame;
        size_t used;
        assert_int_equal(wire_frame_get(bytes + at, size - at, &frame, &used), 0);
        at += used;
        struct wire_reader reader = wire_reader_of(&frame);
        while (reader.left && frame.type == WIRE_ANSWERS)
            assert_int_equal(wire_answer_get(&reader, &out->answers[out->answer_count++], NULL), 0);
        while (reader.left && frame.type == WIRE_REPORTS)
            assert_int_equal(wire_report_get(&reader, &out->reports[out->report_count++], NULL), 0);
    }
}

static void settle(void)
{
    while (pipeline_engine_step(road.pipeline) + pipeline_journal_step(road.pipeline) +
               pipeline_release_step(road.pipeline) >
           0) {
    }
}

static struct name name_of(const char *text)
{
    struct name name;
    memset(&name, 0, sizeof name);
    memcpy(name.text, text, strlen(text));
    return name;
}

static uint64_t next_id = 1;

static struct command make(uint8_t type)
{
    struct command command;
    memset(&command, 0, sizeof command);
    command.type = type;
    command.lane = 1;
    command.id = next_id++;
    return command;
}

static struct command order(const char *id, uint8_t side, int64_t qty)
{
    struct command command = make(COMMAND_ORDER);
    command.body.order.client_id = name_of(id);
    command.body.order.qty = qty;
    command.body.order.price = 5000;
    command.body.order.side = side;
    return command;
}

/* Slot 1: operator. Participants 0 (mill, has units) and 1 (bakery, has cash) trade CO2. */
static void make_market(void)
{
    static struct heard heard;
    struct command commands[6];
    join(1, ROLE_OPERATOR, PARTICIPANT_NONE);
    commands[0] = make(COMMAND_ZONE);
    commands[0].body.zone.name = name_of("EWN");
    commands[1] = make(COMMAND_INSTRUMENT);
    commands[1].body.instrument = (struct command_instrument){.name = name_of("CO2"),
                                                              .lot = 1,
                                                              .tick = 1,
                                                              .ref_price = 5000,
                                                              .band_ppm = 500000,
                                                              .fee_ppm = 0,
                                                              .block_from = 0,
                                                              .t_plus = 0,
                                                              .stp = STP_ALLOW,
                                                              .phase = PHASE_CONTINUOUS};
    for (int i = 0; i < 2; i++) {
        commands[2 + i] = make(COMMAND_PARTICIPANT);
        commands[2 + i].body.participant.name = name_of(i ? "bakery" : "mill");
    }
    commands[4] = make(COMMAND_DEPOSIT);
    commands[4].body.deposit = (struct command_deposit){.cash = 500000000, .account = 1};
    send(1, commands, 5);
    settle();
    join(4, ROLE_REGULATOR, PARTICIPANT_NONE);
    commands[5] = make(COMMAND_ISSUE);
    commands[5].body.issue = (struct command_issue){.qty = 1000000, .account = 0};
    send(4, &commands[5], 1);
    settle();
    listen_to(1, &heard);
    assert_int_equal(heard.answer_count, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(heard.answers[i].reason, REASON_NONE);
    listen_to(4, &heard);
    assert_int_equal(heard.answers[0].reason, REASON_NONE);
    join(2, ROLE_ENTERPRISE, 0);
    join(3, ROLE_ENTERPRISE, 1);
}

static int setup(void **state)
{
    (void)state;
    open_road(4u << 20);
    make_market();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close_road();
    return 0;
}

/* ---- Cases ---- */

static void test_nothing_leaves_before_it_is_durable(void **state)
{
    (void)state;
    static struct heard heard;
    struct command command = order("A", SIDE_SELL, 10);
    uint32_t published = road.published;
    send(2, &command, 1);
    assert_int_equal(pipeline_engine_step(road.pipeline), 1); /* applied, submitted */
    assert_int_equal(pipeline_release_step(road.pipeline), 0);
    assert_true(ring_empty(&road.speakers[2].out[SPEAKER_ROAD]));
    assert_int_equal(road.published, published);
    assert_true(pipeline_journal_step(road.pipeline) > 0);
    assert_true(ring_empty(&road.speakers[2].out[SPEAKER_ROAD]));
    assert_int_equal(pipeline_release_step(road.pipeline), 1);
    assert_int_equal(road.published, published + 1);
    listen_to(2, &heard);
    assert_int_equal(heard.answer_count, 1);
    assert_int_equal(heard.answers[0].id, command.id);
    assert_int_equal(heard.answers[0].reason, REASON_NONE);
    assert_int_equal(heard.answers[0].sequence, pipeline_released_sequence(road.pipeline));
    assert_int_equal(heard.report_count, 1);
    assert_int_equal(heard.reports[0].exec, EXEC_NEW);
    assert_true(road.kicks[2] > 0);
}

/* A trade goes to both sides, to every connection of theirs, and to nobody else. */
static void test_both_sides_hear_of_a_trade(void **state)
{
    (void)state;
    static struct heard heard;
    struct command sell = order("A", SIDE_SELL, 10);
    struct command buy = order("B", SIDE_BUY, 4);
    road.private_before_feed = false;
    join(5, ROLE_ENTERPRISE, 0); /* mill is here twice */
    send(2, &sell, 1);
    settle();
    listen_to(2, &heard);
    listen_to(5, &heard);
    assert_int_equal(heard.report_count, 1); /* the order is new, said here too */
    assert_int_equal(heard.answer_count, 0); /* but this connection asked nothing */
    send(3, &buy, 1);
    settle();
    for (uint32_t slot = 2; slot <= 5; slot++) {
        if (slot == 4) continue;
        listen_to(slot, &heard);
        bool buyer = slot == 3;
        const struct wire_report *report = &heard.reports[buyer ? 1 : 0];
        assert_int_equal(heard.answer_count, buyer ? 1 : 0);
        assert_int_equal(heard.report_count, buyer ? 2 : 1);
        assert_int_equal(report->exec, EXEC_TRADE);
        assert_int_equal(report->last_qty, 4);
        assert_int_equal(report->last_price, 5000);
        assert_int_equal(report->side, buyer ? '2' - 1 : '2');
        assert_int_equal(report->left, buyer ? 0 : 6);
    }
    listen_to(1, &heard);
    assert_int_equal(heard.report_count + heard.answer_count, 0);
    assert_false(road.private_before_feed);
}

/* The same (lane, id) is answered with the first answer, flagged, and applied once. */
static void test_a_repeat_gets_the_first_answer(void **state)
{
    (void)state;
    static struct heard heard;
    struct command command = order("A", SIDE_SELL, 10);
    send(2, &command, 1);
    settle();
    listen_to(2, &heard);
    struct wire_answer first = heard.answers[0];
    join(2, ROLE_ENTERPRISE, 0); /* connected again */
    send(2, &command, 1);
    settle();
    listen_to(2, &heard);
    assert_int_equal(heard.answer_count, 1);
    assert_int_equal(heard.answers[0].flags, ANSWER_FLAG_REPEAT);
    assert_int_equal(heard.answers[0].sequence, first.sequence);
    assert_int_equal(heard.answers[0].order_id, first.order_id);
    assert_int_equal(heard.report_count, 0);
}

/* Without commits the fixed pool runs out and the engine stage waits; nothing is lost. */
static void test_the_pool_bounds_what_is_ahead_of_the_disk(void **state)
{
    (void)state;
    static struct heard heard;
    uint32_t sent = 0;
    uint32_t stepped = 0;
    for (; sent < BATCHES + 5; sent++) {
        struct command command = make(COMMAND_CANCEL_ALL);
        command.body.cancel_all.instrument = INSTRUMENT_NONE;
        send(2, &command, 1);
        if (pipeline_engine_step(road.pipeline) > 0) stepped++;
    }
    assert_int_equal(stepped, BATCHES);
    assert_int_equal(ring_ready(&road.speakers[2].commands), 5);
    settle();
    listen_to(2, &heard);
    assert_int_equal(heard.answer_count, sent);
    for (uint32_t i = 1; i < sent; i++)
        assert_int_equal(heard.answers[i].id, heard.answers[i - 1].id + 1);
}

/* A flood from one connection takes at most DRAIN_MAX of a batch, and the start rotates. */
static void test_a_flood_leaves_room_for_others(void **state)
{
    (void)state;
    static struct heard heard;
    static struct command flood[1000];
    for (int frame = 0; frame < 3; frame++) {
        for (int i = 0; i < 1000; i++) {
            flood[i] = make(COMMAND_CANCEL);
            flood[i].body.cancel.order_id = 12345;
        }
        send(2, flood, 1000);
    }
    struct command lone = order("B", SIDE_BUY, 1);
    send(3, &lone, 1);
    assert_int_equal(pipeline_engine_step(road.pipeline), 1);
    assert_int_equal(ring_ready(&road.speakers[2].commands), 3000 - DRAIN_MAX);
    assert_int_equal(ring_ready(&road.speakers[3].commands), 0);
    settle();
    listen_to(2, &heard);
    assert_int_equal(heard.answer_count, 3000);
    assert_int_equal(heard.answers[2999].id, heard.answers[0].id + 2999);
}

/* Who does not read is cut off with a reason; the others go on. */
static void test_a_slow_reader_is_cut_off(void **state)
{
    (void)state;
    static struct heard heard;
    static struct command flood[1000];
    uint32_t frames = 0;
    while (!speaker_failed(&road.speakers[2]) && frames < 100) {
        for (int i = 0; i < 1000; i++) {
            flood[i] = make(COMMAND_CANCEL);
            flood[i].body.cancel.order_id = 12345;
        }
        send(2, flood, 1000);
        settle();
        frames++;
    }
    assert_int_equal(speaker_failed(&road.speakers[2]), ERR_SLOW_READER);
    assert_int_equal(road.speakers[2].fault.limit, OUT_ROAD_BYTES);
    struct command lone = order("B", SIDE_BUY, 1);
    send(3, &lone, 1);
    settle();
    listen_to(3, &heard);
    assert_int_equal(heard.answer_count, 1);
}

/* An answer never reaches the next user of a slot. */
static void test_answers_of_a_gone_user_are_dropped(void **state)
{
    (void)state;
    struct command command = order("A", SIDE_SELL, 10);
    send(2, &command, 1);
    assert_int_equal(pipeline_engine_step(road.pipeline), 1);
    join(2, ROLE_ENTERPRISE, 1); /* somebody else */
    settle();
    assert_true(ring_empty(&road.speakers[2].out[SPEAKER_ROAD]));
    assert_int_equal(atomic_load(&road.speakers[2].answered), 0);
}

/* With no journal space left orders are refused by name, not sequenced; cancels use the reserve. */
static void test_a_full_journal_takes_only_cancels(void **state)
{
    (void)state;
    static struct heard heard;
    static struct command flood[500];
    while (journal_room(road.journal) == JOURNAL_PLENTY) {
        for (int i = 0; i < 500; i++)
            flood[i] =
                order("-", SIDE_SELL, 0); /* refused by the market, journalled all the same */
        send(2, flood, 500);
        settle();
        listen_to(2, &heard);
    }
    uint64_t sequence = pipeline_released_sequence(road.pipeline);
    struct command commands[2] = {order("A", SIDE_SELL, 10), make(COMMAND_CANCEL)};
    commands[1].body.cancel.order_id = 12345;
    send(2, commands, 2);
    settle();
    listen_to(2, &heard);
    assert_int_equal(heard.answer_count, 2);
    assert_int_equal(heard.answers[0].reason, REASON_JOURNAL_FULL);
    assert_int_equal(heard.answers[0].sequence, 0);
    assert_int_equal(heard.answers[1].reason, REASON_UNKNOWN_ORDER);
    assert_int_equal(heard.answers[1].sequence, sequence + 1);
}

/* A commit that fails stops the road: the batch was applied, but nobody ever hears of it. */
static void test_a_failed_commit_releases_nothing(void **state)
{
    (void)state;
    struct rlimit before;
    struct command command = order("A", SIDE_SELL, 10);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    send(2, &command, 1);
    assert_int_equal(pipeline_engine_step(road.pipeline), 1);
    uint32_t published = road.published;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    int fault = pipeline_journal_step(road.pipeline);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(fault < 0);
    assert_int_equal(pipeline_release_step(road.pipeline), fault);
    send(2, &(struct command){.type = COMMAND_PERIOD, .lane = 1, .id = next_id++}, 1);
    assert_int_equal(pipeline_engine_step(road.pipeline), fault);
    assert_true(ring_empty(&road.speakers[2].out[SPEAKER_ROAD]));
    assert_int_equal(road.published, published);
}

/* Stamps: sequences without gaps, times that never fall even when the clock does. */
static void test_stamps(void **state)
{
    (void)state;
    struct journal_reader *reader;
    struct entry entry;
    struct fault_text why;
    int64_t last = 0;
    uint64_t sequence = 1;
    for (int i = 0; i < 5; i++) {
        struct command command = make(COMMAND_CANCEL_ALL);
        command.body.cancel_all.instrument = INSTRUMENT_NONE;
        road.clock = 5000 - 100 * i;
        send(2, &command, 1);
        settle();
    }
    assert_int_equal(journal_reader_open(road.journal, &reader), 0);
    while (journal_reader_next(reader, &entry, &why) > 0) {
        if (entry.kind != ENTRY_COMMANDS) continue;
        assert_int_equal(entry.first_sequence, sequence);
        sequence += entry.count;
        assert_true(entry.time_ns >= last);
        last = entry.time_ns;
    }
    journal_reader_close(reader);
    assert_int_equal(last, 5000);
    assert_int_equal(sequence, pipeline_released_sequence(road.pipeline) + 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_nothing_leaves_before_it_is_durable),
        CASE(test_both_sides_hear_of_a_trade),
        CASE(test_a_repeat_gets_the_first_answer),
        CASE(test_the_pool_bounds_what_is_ahead_of_the_disk),
        CASE(test_a_flood_leaves_room_for_others),
        CASE(test_a_slow_reader_is_cut_off),
        CASE(test_answers_of_a_gone_user_are_dropped),
        CASE(test_a_full_journal_takes_only_cancels),
        CASE(test_a_failed_commit_releases_nothing),
        CASE(test_stamps),
    };
    return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
