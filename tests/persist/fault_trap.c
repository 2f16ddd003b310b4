/* fault_trap.c - the wrapped calls. */
#include "tests/persist/fault_trap.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/uio.h>

static struct {
    bool armed;
    enum fault_kind kind;
    unsigned left; /* calls of this kind that still succeed */
    bool hit;
    int code;
} trap;

static bool fails(enum fault_kind kind)
{
    if (!trap.armed || trap.kind != kind || trap.hit) return false;
    if (trap.left-- > 0) return false;
    trap.hit = true;
    errno = trap.code;
    return true;
}

/* clang-format off */
ssize_t __real_pwrite(int, const void *, size_t, off_t);
ssize_t __real_pwrite64(int, const void *, size_t, off_t);
ssize_t __real_write(int, const void *, size_t);
ssize_t __real_writev(int, const struct iovec *, int);
int __real_fdatasync(int);
int __real_fsync(int);
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_aligned_alloc(size_t, size_t);
ssize_t __wrap_pwrite(int, const void *, size_t, off_t);
ssize_t __wrap_pwrite64(int, const void *, size_t, off_t);
ssize_t __wrap_write(int, const void *, size_t);
ssize_t __wrap_writev(int, const struct iovec *, int);
int __wrap_fdatasync(int);
int __wrap_fsync(int);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void *__wrap_aligned_alloc(size_t, size_t);
/* clang-format on */

ssize_t __wrap_pwrite(int file, const void *bytes, size_t size, off_t at)
{
    return fails(FAULT_WRITES) ? -1 : __real_pwrite(file, bytes, size, at);
}
ssize_t __wrap_pwrite64(int file, const void *bytes, size_t size, off_t at)
{
    return fails(FAULT_WRITES) ? -1 : __real_pwrite64(file, bytes, size, at);
}
ssize_t __wrap_write(int file, const void *bytes, size_t size)
{
    return fails(FAULT_WRITES) ? -1 : __real_write(file, bytes, size);
}
ssize_t __wrap_writev(int file, const struct iovec *parts, int count)
{
    return fails(FAULT_WRITES) ? -1 : __real_writev(file, parts, count);
}
int __wrap_fdatasync(int file)
{
    return fails(FAULT_SYNCS) ? -1 : __real_fdatasync(file);
}
int __wrap_fsync(int file)
{
    return fails(FAULT_SYNCS) ? -1 : __real_fsync(file);
}
void *__wrap_malloc(size_t size)
{
    return fails(FAULT_ALLOCATIONS) ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size)
{
    return fails(FAULT_ALLOCATIONS) ? NULL : __real_calloc(count, size);
}
void *__wrap_realloc(void *old, size_t size)
{
    return fails(FAULT_ALLOCATIONS) ? NULL : __real_realloc(old, size);
}
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails(FAULT_ALLOCATIONS) ? NULL : __real_aligned_alloc(alignment, size);
}

void fault_trap_arm(enum fault_kind kind, unsigned left, int code)
{
    trap.kind = kind;
    trap.left = left;
    trap.code = code;
    trap.hit = false;
    trap.armed = true;
}

void fault_trap_disarm(void)
{
    trap.armed = false;
}

bool fault_trap_hit(void)
{
    return trap.hit;
}
