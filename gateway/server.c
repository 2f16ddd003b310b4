/* The main loop: signals, timers, the helper that prepares journal segments, and the end. */
#include "gateway/server_parts.h"
#include "gateway/log.h"
#include "gateway/timing.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define PREPARE_MS 100u /* how often the spare segments are looked at */
#define PREPARE_NICE 10
#define LAG_MS 5000u          /* how often a shadow that is behind is mentioned */
#define LAG_COMMANDS 200000u  /* a second's worth at the rate it has to keep up with */
#define PREPARE_FULL_MS 1000u /* after one could not be made */

/* ---- Helper: empty journal segments, off the commit path ---- */

static void prepare(uv_work_t *work)
{
    struct server *server = work->data;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), PREPARE_NICE); /* this thread's only */
    server->prepare_result = journal_prepare_step(server->journal, &server->prepare_why);
}

static void tick_prepare(struct server *server, uint64_t now);

static void prepared(uv_work_t *work, int status)
{
    struct server *server = work->data;
    (void)status;
    server->preparing = false;
    int result = server->prepare_result;
    bool hopeless = atomic_exchange(&server->space_hopeless, result < 0);
    atomic_store(&server->space_wanted, false);
    waker_wake(pipeline_threads_waker(server->threads, STAGE_ENGINE));
    if (result < 0 && !hopeless)
        log_line(LOG_WARN, "no-spare-segment", "reason", fault_name(result), "why",
                 server->prepare_why.text, NULL);
    uint32_t pause_ms = result < 0 ? PREPARE_FULL_MS : PREPARE_MS;
    server->prepare_ms = result > 0 ? 0 : timing_steady_ms() + pause_ms;
    if (result > 0) tick_prepare(server, timing_steady_ms());
}

static void tick_prepare(struct server *server, uint64_t now)
{
    bool due = now >= server->prepare_ms || atomic_load(&server->space_wanted);
    if (server->preparing || !due) return;
    server->preparing = uv_queue_work(&server->loop, &server->prepare, prepare, prepared) == 0;
}

/* ---- Main loop ---- */

/* Everything in flight is answered and on its way, or the time for it is over. */
static void tick_drain(struct server *server, uint64_t now)
{
    bool quiet = order_port_quiet(server->port);
    if (!quiet && now < server->drain_ms + DRAIN_MS) return;
    if (!quiet) log_line(LOG_WARN, "drain-cut-short", "ms", log_number(DRAIN_MS), NULL);
    uv_stop(&server->loop);
}

static void look(struct server *server)
{
    order_port_tick(server->port);
    tick_prepare(server, timing_steady_ms());
    if (atomic_load(&server->stopped))
        uv_stop(&server->loop);
    else if (server->drain_ms)
        tick_drain(server, timing_steady_ms());
}

static void on_async(uv_async_t *handle)
{
    look(handle->data);
}

/* Above its rate the shadow may fall behind; that is shown, and it catches up. */
static void tick_lag(struct server *server, uint64_t now)
{
    uint64_t committed = journal_committed_sequence(server->journal);
    uint64_t applied = desk_sequence(server->desk);
    if (now < server->lag_ms || committed < applied + LAG_COMMANDS) return;
    server->lag_ms = now + LAG_MS;
    log_line(LOG_INFO, "shadow-behind", "commands", log_number((int64_t)(committed - applied)),
             NULL);
}

/* What it asked for has to be seen before it asks again, so the desk must not be behind. */
static void tick_schedule(struct server *server)
{
    uint64_t released = pipeline_released_sequence(server->pipeline);
    bool may_ask = !server->drain_ms && desk_sequence(server->desk) >= released;
    if (server->schedule) schedule_tick(server->schedule, server_now(server), may_ask);
}

static void on_timer(uv_timer_t *handle)
{
    struct server *server = handle->data;
    tick_lag(server, timing_steady_ms());
    tick_schedule(server);
    if (feed_port_tick(server->feed))
        waker_wake(pipeline_threads_waker(server->threads, STAGE_RELEASE));
    look(server);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct server *server = handle->data;
    if (number == SIGHUP) { /* options are read at start; keys are looked at again at each logon */
        log_line(LOG_INFO, "reload", "changed", "nothing", NULL);
        return;
    }
    if (server->drain_ms) return;
    server->drain_ms = timing_steady_ms();
    log_line(LOG_INFO, "draining", "signal", log_number(number), "connections",
             log_number(order_port_connections(server->port)), NULL);
    order_port_drain(server->port);
    look(server);
}

static void on_stopped(void *context)
{
    struct server *server = context;
    atomic_store(&server->stopped, true);
    uv_async_send(&server->async);
}

int server_handles(struct server *server)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    server->async.data = server;
    server->timer.data = server;
    server->prepare.data = server;
    int error = uv_async_init(&server->loop, &server->async, on_async);
    if (!error) error = uv_timer_init(&server->loop, &server->timer);
    if (!error) error = uv_timer_start(&server->timer, on_timer, TICK_MS, TICK_MS);
    for (int i = 0; i < 3 && !error; i++) {
        server->signals[i].data = server;
        error = uv_signal_init(&server->loop, &server->signals[i]);
        if (!error) error = uv_signal_start(&server->signals[i], on_signal, numbers[i]);
    }
    return error ? ERR_SYSTEM : 0;
}

static int explain(struct server *server, int fault, struct fault_text *why)
{
    if (journal_failed(server->journal))
        return fault_say(why, fault, "journal: %.200s", journal_why(server->journal));
    return fault_say(why, fault, "shadow: %.200s", desk_why(server->desk));
}

int server_run(struct server *server, struct fault_text *why)
{
    struct pipeline_threads_options stages = server_stages(server);
    stages.stopped = on_stopped;
    stages.context = server;
    int fault = pipeline_threads_start(server->threads, &stages);
    if (fault) return fault_say(why, fault, "threads do not start");
    uv_run(&server->loop, UV_RUN_DEFAULT);
    pipeline_threads_stop(server->threads);
    fault = pipeline_threads_fault(server->threads);
    if (fault) return explain(server, fault, why);
    fault = pipeline_threads_settle(&stages); /* what was taken is committed even unanswered */
    if (fault) return explain(server, fault, why);
    log_line(LOG_INFO, "stopped", "sequence",
             log_number((int64_t)pipeline_released_sequence(server->pipeline)), NULL);
    return 0;
}

/* ---- The end: right to left ---- */

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void close_loop(struct server *server)
{
    if (!server->loop_open) return;
    uv_walk(&server->loop, close_handle, NULL);
    uv_run(&server->loop, UV_RUN_DEFAULT); /* also waits for a segment being prepared */
    uv_loop_close(&server->loop);
}

void server_close(struct server *server)
{
    if (!server) return;
    order_port_close(server->port); /* its callbacks wake the loop, so it goes first */
    close_loop(server);
    desk_close(server->desk);
    schedule_close(server->schedule);
    pipeline_close(server->pipeline);
    feed_port_close(server->feed);
    free(server->speakers);
    if (server->memory) munmap(server->memory, server->memory_size);
    journal_close(server->journal);
    pipeline_threads_destroy(server->threads);
    setup_undo(server); /* a first start that did not come to its end */
    free(server);
}
