#include "gateway/waker.h"
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void waker_sleep(struct waker *waker, uint32_t timeout_ms)
{
    struct timespec time = {.tv_sec = timeout_ms / 1000,
                            .tv_nsec = (long)(timeout_ms % 1000) * 1000000};
    /* Errors mean "woken": EAGAIN (the word is 0 already), EINTR, ETIMEDOUT. */
    syscall(SYS_futex, (void *)&waker->sleeping, FUTEX_WAIT_PRIVATE, 1, timeout_ms ? &time : NULL,
            NULL, 0);
    waker_cancel(waker);
}

void waker_call(struct waker *waker)
{
    syscall(SYS_futex, (void *)&waker->sleeping, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
