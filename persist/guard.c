/* guard.c - see guard.h. */
#include "persist/guard.h"
#include "engine/assert.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

/* SIGILL: an assertion of the engine, when audit walks the state of a foreign directory. */
static const int guarded_signals[] = {SIGSEGV, SIGBUS, SIGILL};
#define SIGNALS (sizeof guarded_signals / sizeof guarded_signals[0])

static struct sigaction before[SIGNALS];
static _Thread_local sigjmp_buf place;
static _Thread_local volatile sig_atomic_t inside;

static void leave(void)
{
    inside = 0;
    atomic_signal_fence(memory_order_seq_cst);
    siglongjmp(place, 1);
}

static void on_signal(int number, siginfo_t *info, void *machine)
{
    if (inside) leave();
    for (size_t i = 0; i < SIGNALS; i++) {
        if (guarded_signals[i] != number) continue;
        const struct sigaction *old = &before[i];
        if (old->sa_flags & SA_SIGINFO)
            old->sa_sigaction(number, info, machine);
        else if (old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN)
            old->sa_handler(number);
        else
            sigaction(number, old, NULL); /* back to where it happened: it ends the process */
    }
}

/* Each environment is opened through here, so handlers somebody else has put over ours since are
 * found and kept as the new forerunners. */
static void install(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    /* SA_NODEFER: the signal is not blocked after the jump, so sigsetjmp need not save the mask. */
    struct sigaction action = {.sa_sigaction = on_signal,
                               .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction present;
        sigaction(guarded_signals[i], NULL, &present);
        if ((present.sa_flags & SA_SIGINFO) && present.sa_sigaction == on_signal) continue;
        before[i] = present;
        sigaction(guarded_signals[i], &action, NULL);
    }
    pthread_mutex_unlock(&lock);
}

int guard_call(guard_body *body, void *context)
{
    ASSERT(!inside);
    if (sigsetjmp(place, 0)) return MDB_CORRUPTED;
    inside = 1;
    atomic_signal_fence(memory_order_seq_cst);
    int result = body(context);
    atomic_signal_fence(memory_order_seq_cst);
    inside = 0;
    return result;
}

static void on_assertion(MDB_env *env, const char *message)
{
    (void)env;
    (void)message;
    if (inside) leave();
    abort();
}

struct opening {
    MDB_env *env;
    const char *path;
    unsigned flags;
};

static int open_body(void *context)
{
    const struct opening *opening = context;
    return mdb_env_open(opening->env, opening->path, opening->flags, 0600);
}

int guard_env_open(MDB_env *env, const char *path, unsigned flags)
{
    install();
    mdb_env_set_assert(env, on_assertion);
    struct opening opening = {.env = env, .path = path, .flags = flags};
    return guard_call(open_body, &opening);
}
