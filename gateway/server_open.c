/* Opens the rooms left to right. */
#include "gateway/server_parts.h"
#include "gateway/log.h"
#include "gateway/timing.h"
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void kick(void *context, uint32_t slot)
{
    struct server *server = context;
    if (server->port) order_port_kick(server->port, slot);
}

static void publish(void *context, const struct event_buffer *events, int64_t time_ns)
{
    feed_port_publish(((struct server *)context)->feed, events, time_ns);
}

static bool views_heard(void *context)
{
    return feed_port_heard(((struct server *)context)->feed);
}

static void views_send(void *context, const uint8_t *bytes, size_t size)
{
    feed_port_send(((struct server *)context)->feed, bytes, size);
}

static void attend(void *context)
{
    feed_port_attend(((struct server *)context)->feed);
}

static bool space_coming(void *context)
{
    struct server *server = context;
    if (!server->loop_open) /* setting up: nobody else makes segments yet */
        return journal_prepare_step(server->journal, &server->prepare_why) >= 0;
    if (atomic_load(&server->space_hopeless)) return false;
    if (!atomic_exchange(&server->space_wanted, true)) uv_async_send(&server->async);
    return true;
}

int64_t server_now(const struct server *server)
{
    int64_t speed = (int64_t)server->config->clock_speed;
    if (speed == 0) return timing_wall_ns();
    return server->clock_start_ns + (timing_steady_ns() - server->clock_steady_ns) * speed;
}

static int64_t wall(void *context)
{
    return server_now(context);
}

static void learn(void *context, const struct command *command, const struct event_buffer *events)
{
    struct server *server = context;
    if (server->schedule) schedule_learn(server->schedule, command, events);
}

static void wake_main(void *context)
{
    uv_async_send(&((struct server *)context)->async);
}

static void passes(void *context, uint64_t out[3])
{
    pipeline_threads_passes(((struct server *)context)->threads, out);
}

static bool passed(void *context, const uint64_t since[3])
{
    return pipeline_threads_passed(((struct server *)context)->threads, since);
}

static uint64_t committed(void *context)
{
    return journal_committed(context);
}

static void wake_journal(void *context)
{
    waker_wake(context);
}

static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* ---- Journal and engine ---- */

static int open_journal(struct server *server, const struct engine_limits *limits,
                        struct fault_text *why)
{
    const struct config *config = server->config;
    struct journal_options options = {.directory = config->data,
                                      .segment_bytes = config->segment_size,
                                      .limits = *limits,
                                      .wake = wake_journal,
                                      .wake_context =
                                          pipeline_threads_waker(server->threads, STAGE_JOURNAL)};
    if (!engine_limits_complete(&options.limits))
        return fault_say(why, ERR_LIMIT, "a capacity is out of bounds (engine/limits.h)");
    int fault = journal_open(&options, &server->journal, why);
    if (fault) return fault;
    struct engine_limits asked = config->limits;
    return market_file_join(&asked, journal_limits(server->journal), "the journal", why);
}

static int recover_engine(struct server *server, struct fault_text *why)
{
    const struct engine_limits *limits = journal_limits(server->journal);
    struct event_buffer events = {.capacity = engine_events_max(limits)};
    int64_t began = timing_steady_ns();
    server->memory_size = engine_memory(limits);
    server->memory = reserve(server->memory_size);
    events.bytes = reserve(events.capacity);
    int fault = ERR_NO_MEMORY;
    if (server->memory && events.bytes) {
        server->engine = engine_init(server->memory, server->memory_size, limits);
        fault = recover(server->journal, server->engine, &events, learn, server, &server->recovery,
                        why);
    } else {
        fault_say(why, fault, "no memory for an engine of %zu bytes", server->memory_size);
    }
    if (events.bytes) munmap(events.bytes, events.capacity);
    if (fault) return fault;
    log_line(LOG_INFO, "recovered", "sequence", log_number((int64_t)server->recovery.sequence),
             "entries", log_number((int64_t)server->recovery.entries), "ms",
             log_number((timing_steady_ns() - began) / 1000000), NULL);
    return 0;
}

/* ---- The road ---- */

static int open_speakers(struct server *server, struct fault_text *why)
{
    size_t size = CONNECTIONS_MAX * sizeof *server->speakers;
    uint32_t window = journal_limits(server->journal)->lane_window;
    server->speakers = aligned_alloc(RING_LINE, size);
    if (!server->speakers) return fault_say(why, ERR_NO_MEMORY, "no memory for speakers");
    memset(server->speakers, 0, size);
    server->doors.engine = pipeline_threads_waker(server->threads, STAGE_ENGINE);
    server->doors.desk = pipeline_threads_waker(server->threads, STAGE_DESK);
    server->doors.committed = committed;
    server->doors.context = server->journal;
    server->doors.credits = window < CREDITS_MAX ? window : CREDITS_MAX;
    return 0;
}

static int open_road(struct server *server, struct fault_text *why)
{
    struct pipeline_options options = {.journal = server->journal,
                                       .engine = server->engine,
                                       .recovery = &server->recovery,
                                       .speakers = server->speakers,
                                       .doors = &server->doors,
                                       .kick = kick,
                                       .publish = publish,
                                       .attend = attend,
                                       .space_coming = space_coming,
                                       .wall_ns = wall,
                                       .context = server};
    for (enum pipeline_stage stage = STAGE_ENGINE; stage < STAGES; stage++)
        options.wakers[stage] = pipeline_threads_waker(server->threads, stage);
    int fault = feed_port_open(server->engine, &server->feed, why);
    if (fault) return fault;
    fault = pipeline_open(&options, &server->pipeline);
    if (fault) return fault_say(why, fault, "no memory for the batches");
    struct desk_options desk = {.directory = server->config->data,
                                .journal = server->journal,
                                .pipeline = server->pipeline,
                                .speakers = server->speakers,
                                .doors = &server->doors,
                                .kick = kick,
                                .learn = learn,
                                .views_heard = views_heard,
                                .views_send = views_send,
                                .context = server};
    return desk_open(&desk, &server->desk, why);
}

struct pipeline_threads_options server_stages(struct server *server)
{
    return (struct pipeline_threads_options){.pipeline = server->pipeline, .desk = server->desk};
}

/* ---- Addresses ---- */

/* The address as clients need it: a tcp port of 0 becomes the one that was given. */
static void add_ready(struct server *server, const char *before, const char *url, int port)
{
    size_t used = strlen(server->ready);
    const char *colon = strrchr(url, ':');
    size_t cut = port && colon ? (size_t)(colon - url) : strlen(url);
    snprintf(server->ready + used, sizeof server->ready - used, "%s%.*s", before, (int)cut, url);
    used = strlen(server->ready);
    if (port) snprintf(server->ready + used, sizeof server->ready - used, ":%d", port);
}

/* A socket file that a killed server left behind is in the way; DATA/lock says nobody uses it. */
static void clear_socket(const struct server *server, const char *url)
{
    size_t size = strlen(server->config->data);
    if (strncmp(url, "ipc://", 6) || strncmp(url + 6, server->config->data, size)) return;
    (void)unlink(url + 6);
}

static int listen_all(struct server *server, struct fault_text *why)
{
    const struct config *config = server->config;
    int bound;
    snprintf(server->ready, sizeof server->ready, "ready");
    for (uint32_t i = 0; i < config->feed.count; i++) {
        clear_socket(server, config->feed.items[i]);
        int fault = feed_port_listen(server->feed, config->feed.items[i], &bound, why);
        if (fault) return fault;
        add_ready(server, i ? "," : " feed=", config->feed.items[i], bound);
    }
    for (uint32_t i = 0; i < config->listen.count; i++) {
        clear_socket(server, config->listen.items[i]);
        int fault = order_port_listen(server->port, config->listen.items[i], &bound, why);
        if (fault) return fault;
        add_ready(server, i ? "," : " order=", config->listen.items[i], bound);
    }
    return 0;
}

static int open_port(struct server *server, struct fault_text *why)
{
    struct order_port_options options = {.speakers = server->speakers,
                                         .doors = &server->doors,
                                         .cluster = journal_cluster(server->journal),
                                         .wake_main = wake_main,
                                         .passes = passes,
                                         .passed = passed,
                                         .context = server};
    if (uv_loop_init(&server->loop)) return fault_say(why, ERR_SYSTEM, "no event loop");
    server->loop_open = true;
    if (server_handles(server)) return fault_say(why, ERR_SYSTEM, "no event handles");
    int fault = order_port_open(&options, &server->port);
    if (fault) return fault_say(why, fault, "no memory for the order port");
    return listen_all(server, why);
}

/* ---- The timetable and its clock ---- */

static int open_schedule(struct server *server, struct fault_text *why)
{
    struct schedule_options options = {.directory = server->config->data,
                                       .spec = server->config->timetable,
                                       .house = &server->speakers[SPEAKER_HOUSE],
                                       .doors = &server->doors,
                                       .cluster = journal_cluster(server->journal)};
    return options.spec ? schedule_open(&options, &server->schedule, why) : 0;
}

/* A simulated clock starts at its given time, or where the journal ended if that is later. */
static void start_clock(struct server *server)
{
    server->clock_steady_ns = timing_steady_ns();
    server->clock_start_ns = server->config->clock_ns;
    if (server->clock_start_ns < server->recovery.time_ns)
        server->clock_start_ns = server->recovery.time_ns;
}

static int start_schedule(struct server *server, struct fault_text *why)
{
    if (!server->schedule) return 0;
    int fault = schedule_start(server->schedule, server->recovery.sequence);
    return fault ? fault_say(why, fault, "no memory for the house speaker") : 0;
}

/* ---- All of it ---- */

static int open_all(struct server *server, const struct market_file *market, struct fault_text *why)
{
    int fault = pipeline_threads_create((uint32_t)server->config->threads, &server->threads);
    if (fault) return fault_say(why, fault, "no memory for threads");
    fault = open_journal(server, &market->limits, why);
    if (!fault) fault = open_speakers(server, why);
    if (!fault) fault = open_schedule(server, why);
    if (!fault) fault = recover_engine(server, why);
    if (!fault) start_clock(server);
    if (!fault) fault = open_road(server, why);
    if (!fault && server->first_start) fault = setup_market(server, market, why);
    if (!fault) fault = setup_finish(server, why);
    if (!fault) fault = start_schedule(server, why);
    if (!fault) fault = open_port(server, why);
    return fault;
}

int server_open(const struct config *config, struct server **out, struct fault_text *why)
{
    struct market_file market = {.limits = config->limits};
    struct server *server = calloc(1, sizeof *server);
    if (!server) return fault_say(why, ERR_NO_MEMORY, "no memory for the server");
    server->config = config;
    server->mark = -1;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a size limit is a failed write, named like a full disk */
    int fault = sodium_init() < 0 ? fault_say(why, ERR_SYSTEM, "libsodium does not start") : 0;
    setup_look(server);
    if (!fault && config->market && server->first_start)
        fault = market_file_read(config->market, &config->limits, &market, why);
    else if (!fault && config->market)
        log_line(LOG_INFO, "market-file-not-applied", "file", config->market, "why",
                 "the data directory has its market", NULL);
    if (!fault) fault = setup_begin(server, why);
    if (!fault) fault = open_all(server, &market, why);
    market_file_free(&market);
    if (fault) {
        server_close(server);
        return fault;
    }
    *out = server;
    return 0;
}

const char *server_ready(const struct server *server)
{
    return server->ready;
}
