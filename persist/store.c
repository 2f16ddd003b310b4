/* store.c - see store.h. */
#include "persist/store.h"
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <unistd.h>

int store_fault(int code)
{
    switch (code) {
    case 0:
        return 0;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_DISK_FULL;
    case ENOMEM:
        return ERR_NO_MEMORY;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_PERMISSION;
    case ENOENT:
        return ERR_NOT_FOUND;
    case EAGAIN:
    case EBUSY:
        return ERR_IN_USE;
    case EMFILE:
    case ENFILE:
    case MDB_READERS_FULL:
        return ERR_LIMIT;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_VALSIZE:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
        return ERR_CHECKSUM;
    default:
        return ERR_DISK;
    }
}

int store_say(struct fault_text *why, int code, const char *path, const char *what)
{
    int fault = store_fault(code);
    const char *reason = fault == ERR_CHECKSUM ? "a page is damaged" : mdb_strerror(code);
    return fault_say(why, fault, "%s: %s: %s", path, what, reason);
}

int store_path(char out[STORE_PATH_MAX], const char *directory, const char *name)
{
    int used = snprintf(out, STORE_PATH_MAX, "%s/%s", directory, name);
    return used > 0 && used < STORE_PATH_MAX ? 0 : ERR_TOO_LONG;
}

int store_sync_directory(const char *directory)
{
    int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return errno;
    int code = fsync(file) ? errno : 0;
    close(file);
    return code;
}

int store_write_zeros(const char *path, uint64_t offset, uint64_t size)
{
    static const uint8_t zeros[1u << 18];
    int file = open(path, O_WRONLY | O_CLOEXEC | O_CREAT, 0600);
    if (file < 0) return errno;
    int code = 0;
    uint64_t end = offset + size;
    while (offset < end && code == 0) {
        size_t part = end - offset < sizeof zeros ? (size_t)(end - offset) : sizeof zeros;
        ssize_t written = pwrite(file, zeros, part, (off_t)offset);
        if (written < 0 && errno != EINTR) code = errno;
        if (written == 0) code = ENOSPC;
        if (written > 0) offset += (uint64_t)written;
    }
    if (code == 0 && fsync(file)) code = errno;
    if (close(file) && code == 0) code = errno;
    return code;
}
