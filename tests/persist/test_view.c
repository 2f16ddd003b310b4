/* The view's rows can be filtered, paged and read by other processes, and a view that is not ours
 * is thrown away.
 * Method: note hand-made events, flush them, read them back. */
#include "persist/view.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/scratch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct view *open_view(struct scratch *scratch, uint8_t cluster, bool *out_rebuilt)
{
    mkdir(scratch->data, 0700);
    struct view_options options = {.directory = scratch->data, .verify = true};
    memset(options.cluster, cluster, sizeof options.cluster);
    struct view *view;
    struct fault_text why;
    assert_int_equal(view_open(&options, &view, out_rebuilt, &why), 0);
    return view;
}

/* A trade between participants n % 5 and n % 7 + 10 in instrument n % 3, of orders nobody placed:
 * what rests is not looked at here. */
static void note_trade(struct view *view, uint64_t n)
{
    struct event_trade trade = {.head = {.type = EVENT_TRADE, .size = sizeof trade, .sequence = n},
                                .n = n,
                                .maker_order = 1,
                                .taker_order = 2,
                                .received = (int64_t)n,
                                .maker_participant = PARTICIPANT_NONE,
                                .taker_participant = PARTICIPANT_NONE,
                                .instrument = (uint16_t)(n % 3)};
    trade.maker_participant = (uint32_t)(n % 5);
    trade.taker_participant = (uint32_t)(n % 7 + 10);
    const struct event_buffer events = {
        .bytes = (uint8_t *)&trade, .capacity = sizeof trade, .used = sizeof trade};
    const struct command command = {.sequence = n, .type = COMMAND_ORDER};
    assert_int_equal(view_note(view, &command, &events), 0);
}

static void fill(struct view *view, struct engine *engine, uint64_t trades)
{
    for (uint64_t n = 1; n <= trades; n++)
        note_trade(view, n);
    assert_true(view_pending(view) >= trades);
    struct fault_text why = {{0}};
    const struct view_state state = {.index = 9, .sequence = trades, .time_ns = 77};
    int fault = view_flush(view, engine, &state, &why);
    if (fault) print_error("%s: %s\n", fault_name(fault), why.text);
    assert_int_equal(fault, 0);
    assert_int_equal(view_pending(view), 0);
}

static struct engine *empty_engine(void **out_memory)
{
    struct engine_limits limits = scratch_limits();
    size_t size = (engine_memory(&limits) + 63) / 64 * 64;
    *out_memory = aligned_alloc(64, size);
    assert_non_null(*out_memory);
    memset(*out_memory, 0, size);
    return engine_init(*out_memory, size, &limits);
}

struct answer {
    uint64_t rows;
    uint64_t last_n;
    int stop_after;
};

static int take(void *context, const struct event *row, const struct command *issue)
{
    struct answer *answer = context;
    const struct event_trade *trade = (const void *)row;
    assert_null(issue);
    assert_true(trade->n > answer->last_n);
    assert_int_equal(trade->received, trade->n);
    answer->last_n = trade->n;
    answer->rows++;
    return answer->stop_after > 0 && answer->rows == (uint64_t)answer->stop_after ? 42 : 0;
}

static void test_filter_and_pages(void **state)
{
    void *memory;
    struct engine *engine = empty_engine(&memory);
    bool rebuilt;
    struct view *view = open_view(*state, 1, &rebuilt);
    assert_false(rebuilt);
    fill(view, engine, 210);
    struct fault_text why;
    uint64_t next;
    struct answer answer = {0};
    struct view_filter filter = VIEW_ALL;
    assert_int_equal(view_trades(view, 1, 50, &filter, take, &answer, &next, &why), 0);
    assert_int_equal(answer.rows, 50);
    assert_int_equal(next, 51);
    assert_int_equal(view_trades(view, next, 1000, &filter, take, &answer, &next, &why), 0);
    assert_int_equal(answer.rows, 210);
    assert_int_equal(next, 211);
    assert_int_equal(view_trades(view, next, 10, &filter, take, &answer, &next, &why), 0);
    assert_int_equal(answer.rows, 210);
    filter.instrument = 2;
    answer = (struct answer){0};
    assert_int_equal(view_trades(view, 1, 1000, &filter, take, &answer, &next, &why), 0);
    assert_int_equal(answer.rows, 70);
    filter = (struct view_filter){.participant = 12, .instrument = INSTRUMENT_NONE};
    answer = (struct answer){0};
    assert_int_equal(view_trades(view, 1, 1000, &filter, take, &answer, &next, &why), 0);
    assert_int_equal(answer.rows, 30);
    answer = (struct answer){.stop_after = 3};
    assert_int_equal(view_trades(view, 1, 1000, &filter, take, &answer, &next, &why), 42);
    assert_int_equal(answer.rows, 3);
    view_close(view);
    free(memory);
}

static void test_other_process_reads(void **state)
{
    struct scratch *scratch = *state;
    void *memory;
    struct engine *engine = empty_engine(&memory);
    bool rebuilt;
    struct view *view = open_view(scratch, 1, &rebuilt);
    fill(view, engine, 40);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct view *reader;
        struct fault_text why;
        struct answer answer = {0};
        const struct view_filter all = VIEW_ALL;
        uint64_t next, rows = 0;
        if (view_open_read(scratch->data, &reader, &why)) _exit(1);
        if (view_state(reader)->sequence != 40 || view_state(reader)->index != 9) _exit(2);
        if (view_trades(reader, 1, 100, &all, take, &answer, &next, &why)) _exit(3);
        if (view_verify(reader, VIEW_TRADES, &rows, &why)) _exit(4);
        if (view_refresh(reader, &why)) _exit(5);
        view_close(reader);
        _exit(answer.rows == 40 && rows == 40 ? 0 : 6);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    view_close(view);
    free(memory);
}

static void test_strange_views_start_anew(void **state)
{
    struct scratch *scratch = *state;
    struct fault_text why;
    struct view *view;
    bool rebuilt;
    assert_int_equal(view_open_read(scratch->data, &view, &why), ERR_NOT_FOUND);
    void *memory;
    struct engine *engine = empty_engine(&memory);
    view = open_view(scratch, 1, &rebuilt);
    fill(view, engine, 20);
    view_close(view);
    view = open_view(scratch, 1, &rebuilt);
    assert_false(rebuilt);
    assert_int_equal(view_state(view)->trades, 20);
    view_close(view);
    view = open_view(scratch, 2, &rebuilt); /* another cluster's */
    assert_true(rebuilt);
    assert_int_equal(view_state(view)->trades, 0);
    fill(view, engine, 5);
    assert_int_equal(view_reset(view, &why), 0);
    assert_int_equal(view_state(view)->trades, 0);
    fill(view, engine, 5);
    view_close(view);
    char path[256];
    snprintf(path, sizeof path, "%s/view/data.mdb", scratch->data);
    assert_int_equal(truncate(path, 8192), 0);
    view = open_view(scratch, 2, &rebuilt);
    assert_true(rebuilt);
    view_close(view);
    assert_int_equal(truncate(path, 100), 0);
    view = open_view(scratch, 2, &rebuilt);
    assert_int_equal(view_state(view)->trades, 0);
    view_close(view);
    free(memory);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_filter_and_pages),
        CASE(test_other_process_reads),
        CASE(test_strange_views_start_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
