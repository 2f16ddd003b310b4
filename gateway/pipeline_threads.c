#include "gateway/pipeline_threads.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define DESK_SLEEP_MS 100u /* the shadow flushes its view by the clock */
#define DESK_NICE 10       /* of the desk's thread, when it has one of its own */
#define DESK_WAITING_MS 2u /* a slow reader of rows is looked at again after this */

struct runner {
    struct waker waker;
    struct pipeline_threads *all;
    pthread_t thread;
    unsigned stages; /* bits of enum pipeline_stage */
    bool running;
    _Alignas(RING_LINE) _Atomic uint64_t passes;
};

struct pipeline_threads {
    struct runner runners[PIPELINE_THREADS_MAX];
    struct pipeline_threads_options options;
    uint32_t count;
    _Atomic bool stop;
    _Atomic int fault;
};

#define BIT(stage) (1u << STAGE_##stage)
static const unsigned plans[PIPELINE_THREADS_MAX][PIPELINE_THREADS_MAX] = {
    {BIT(ENGINE) | BIT(JOURNAL) | BIT(RELEASE) | BIT(DESK), 0, 0},
    {BIT(ENGINE) | BIT(JOURNAL) | BIT(RELEASE), BIT(DESK), 0},
    {BIT(ENGINE), BIT(JOURNAL) | BIT(RELEASE), BIT(DESK)},
};

int pipeline_threads_create(uint32_t count, struct pipeline_threads **out)
{
    ASSERT(count >= 1 && count <= PIPELINE_THREADS_MAX);
    struct pipeline_threads *threads = aligned_alloc(RING_LINE, sizeof *threads);
    if (!threads) return ERR_NO_MEMORY;
    memset(threads, 0, sizeof *threads);
    threads->count = count;
    for (uint32_t i = 0; i < count; i++) {
        threads->runners[i].stages = plans[count - 1][i];
        threads->runners[i].all = threads;
    }
    *out = threads;
    return 0;
}

void pipeline_threads_destroy(struct pipeline_threads *threads)
{
    free(threads);
}

struct waker *pipeline_threads_waker(struct pipeline_threads *threads, enum pipeline_stage stage)
{
    uint32_t i = 0;
    while (!(threads->runners[i].stages & (1u << stage)))
        i++;
    return &threads->runners[i].waker;
}

/* One step of each stage in `stages`. Returns > 0, 0 or the first fault. */
static int step(const struct pipeline_threads_options *options, unsigned stages)
{
    int done = 0;
    int result = 0;
    if (stages & BIT(ENGINE)) {
        result = pipeline_engine_step(options->pipeline);
        done |= result;
    }
    if (result >= 0 && stages & BIT(JOURNAL)) {
        result = pipeline_journal_step(options->pipeline);
        done |= result;
    }
    if (result >= 0 && stages & BIT(RELEASE)) {
        result = pipeline_release_step(options->pipeline);
        done |= result;
    }
    if (result >= 0 && stages & BIT(DESK) && options->desk) {
        result = desk_step(options->desk);
        done |= result;
    }
    return result < 0 ? result : done;
}

/* Any fault stops the process: nothing may leave on the word of a stage that has lost the truth. */
static void report_fault(struct pipeline_threads *threads, int fault)
{
    int none = 0;
    if (!atomic_compare_exchange_strong(&threads->fault, &none, fault)) return;
    threads->options.stopped(threads->options.context);
}

static int step_counted(struct runner *runner)
{
    int done = step(&runner->all->options, runner->stages);
    atomic_fetch_add_explicit(&runner->passes, 1, memory_order_acq_rel);
    return done;
}

/* For people who look at the process with top or gdb: the first stage of the thread. */
static const char *name_of(unsigned stages)
{
    if (stages & BIT(ENGINE)) return "engine";
    return stages & BIT(JOURNAL) ? "journal" : "desk";
}

static void *run(void *argument)
{
    struct runner *runner = argument;
    struct pipeline_threads *threads = runner->all;
    bool has_desk = runner->stages & BIT(DESK);
    pthread_setname_np(pthread_self(), name_of(runner->stages));
    if (runner->stages == BIT(DESK)) /* following may lag, the road may not; on Linux: a thread's */
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), DESK_NICE);
    while (!atomic_load(&threads->stop)) {
        int done = step_counted(runner);
        if (done > 0) continue;
        if (done == 0) {
            waker_announce(&runner->waker);
            done = step_counted(runner);
        }
        if (done < 0) {
            report_fault(threads, done);
            break;
        }
        if (done > 0 || atomic_load(&threads->stop)) {
            waker_cancel(&runner->waker);
            continue;
        }
        uint32_t sleep_ms = has_desk ? DESK_SLEEP_MS : 0;
        if (has_desk && desk_waiting(threads->options.desk)) sleep_ms = DESK_WAITING_MS;
        waker_sleep(&runner->waker, sleep_ms);
    }
    return NULL;
}

int pipeline_threads_start(struct pipeline_threads *threads,
                           const struct pipeline_threads_options *options)
{
    threads->options = *options;
    atomic_store(&threads->stop, false);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before); /* signals belong to the main loop */
    int fault = 0;
    for (uint32_t i = 0; i < threads->count && !fault; i++) {
        struct runner *runner = &threads->runners[i];
        fault = pthread_create(&runner->thread, NULL, run, runner) ? ERR_SYSTEM : 0;
        runner->running = !fault;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (fault) pipeline_threads_stop(threads);
    return fault;
}

void pipeline_threads_stop(struct pipeline_threads *threads)
{
    atomic_store(&threads->stop, true);
    for (uint32_t i = 0; i < threads->count; i++) {
        struct runner *runner = &threads->runners[i];
        if (!runner->running) continue;
        waker_wake(&runner->waker);
        pthread_join(runner->thread, NULL);
        runner->running = false;
    }
}

int pipeline_threads_settle(const struct pipeline_threads_options *options)
{
    int done;
    do {
        done = step(options, BIT(ENGINE) | BIT(JOURNAL) | BIT(RELEASE));
    } while (done > 0);
    return done;
}

int pipeline_threads_fault(const struct pipeline_threads *threads)
{
    return atomic_load(&threads->fault);
}

void pipeline_threads_passes(const struct pipeline_threads *threads,
                             uint64_t out[PIPELINE_THREADS_MAX])
{
    for (uint32_t i = 0; i < threads->count; i++)
        out[i] = atomic_load(&threads->runners[i].passes);
}

bool pipeline_threads_passed(struct pipeline_threads *threads,
                             const uint64_t since[PIPELINE_THREADS_MAX])
{
    bool passed = true;
    for (uint32_t i = 0; i < threads->count; i++) {
        if (atomic_load(&threads->runners[i].passes) - since[i] >= 2) continue;
        waker_wake(&threads->runners[i].waker);
        passed = false;
    }
    return passed;
}
