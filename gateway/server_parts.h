/* server_parts.h - the inside of server.h, shared by its opening (server_open.c) and its running
 * (server.c); nobody else includes it.
 */
#ifndef GATEWAY_SERVER_PARTS_H
#define GATEWAY_SERVER_PARTS_H
#include "gateway/feed_port.h"
#include "gateway/market_file.h"
#include "gateway/order_port.h"
#include "gateway/pipeline_threads.h"
#include "gateway/schedule.h"
#include "gateway/server.h"
#include <uv.h>

struct server {
    const struct config *config;
    int mark; /* file of an unfinished first start, locked; -1: none */
    bool first_start;
    bool made_directory;

    struct journal *journal;
    struct engine *engine;
    void *memory;
    size_t memory_size;
    struct recovery recovery;
    struct pipeline_threads *threads;
    struct speaker *speakers;
    struct speaker_doors doors;
    struct pipeline *pipeline;
    struct desk *desk;
    struct feed_port *feed;
    struct order_port *port;
    struct schedule *schedule; /* NULL: nobody drives the day but the operator */
    int64_t clock_start_ns;    /* a simulated clock: what it showed at clock_steady_ns */
    int64_t clock_steady_ns;

    uv_loop_t loop;
    uv_async_t async;
    uv_timer_t timer;
    uv_signal_t signals[3]; /* SIGTERM, SIGINT, SIGHUP */
    uv_work_t prepare;
    bool loop_open;
    bool preparing;
    int prepare_result;
    struct fault_text prepare_why;
    uint64_t prepare_ms;         /* when to look again */
    _Atomic bool space_wanted;   /* the engine stage waits for a segment */
    _Atomic bool space_hopeless; /* the last try to make one failed */
    uint64_t lag_ms;             /* when to mention a lagging shadow again */
    uint64_t drain_ms;           /* when draining began; 0: not draining */
    _Atomic bool stopped;

    char ready[CONFIG_TEXT_MAX];
};

/* server.c: async, timer and signals of the loop; callbacks may wake it from then on. */
int server_handles(struct server *server);

/* server_open.c: the clock that commands are stamped with. */
int64_t server_now(const struct server *server);

/* server_setup.c: the data directory of a first start. setup_look only sets first_start. */
void setup_look(struct server *server);
int setup_begin(struct server *server, struct fault_text *why);
void setup_undo(struct server *server);
int setup_finish(struct server *server, struct fault_text *why);
/* Sends the set-up lines down the road and waits for the last answer. Needs: no stage is running.
 */
int setup_market(struct server *server, const struct market_file *market, struct fault_text *why);
struct pipeline_threads_options server_stages(struct server *server);
#endif
