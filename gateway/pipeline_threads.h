/* pipeline_threads.h - one to three threads run the stages.
 *
 *   1 thread:  engine journal release desk
 *   2 threads: engine journal release | desk
 *   3 threads: engine | journal release | desk
 * A thread without work sleeps on its waker; whoever brings work wakes it. No timer adds latency.
 *
 * Threads:  start, stop and settle from the main thread; the rest from any.
 */
#ifndef GATEWAY_PIPELINE_THREADS_H
#define GATEWAY_PIPELINE_THREADS_H
#include "gateway/pipeline_desk.h"

#define PIPELINE_THREADS_MAX 3u

struct pipeline_threads;

/* Makes the wakers first, because everybody else needs them. Returns 0 or ERR_NO_MEMORY. */
int pipeline_threads_create(uint32_t threads, struct pipeline_threads **out);
void pipeline_threads_destroy(struct pipeline_threads *threads); /* NULL is allowed */
struct waker *pipeline_threads_waker(struct pipeline_threads *threads, enum pipeline_stage stage);

struct pipeline_threads_options { /* borrowed until stop */
    struct pipeline *pipeline;
    struct desk *desk;
    void (*stopped)(void *context); /* a stage met a fault; called once, on its thread */
    void *context;
};

/* Returns 0 or ERR_SYSTEM. */
int pipeline_threads_start(struct pipeline_threads *threads,
                           const struct pipeline_threads_options *options);

/* Ends the threads after their present step. */
void pipeline_threads_stop(struct pipeline_threads *threads);

/* Runs all stages on the caller's thread until none has anything left. Needs: not started, or
 * stopped. Returns 0 or a fault. */
int pipeline_threads_settle(const struct pipeline_threads_options *options);

/* The first fault of a stage; 0: none. */
int pipeline_threads_fault(const struct pipeline_threads *threads);

/* Whole steps every thread has made; when each number has risen by two since a moment, nobody
 * holds a pointer from before that moment. */
void pipeline_threads_passes(const struct pipeline_threads *threads,
                             uint64_t out[PIPELINE_THREADS_MAX]);
bool pipeline_threads_passed(struct pipeline_threads *threads,
                             const uint64_t since[PIPELINE_THREADS_MAX]);
#endif
