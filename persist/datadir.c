/* datadir.c - lock and VERSION of a data directory. */
#include "persist/datadir.h"
#include "engine/assert.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION_BYTES 256 /* more than a VERSION file ever holds */

static int make_directory(const char *path, struct fault_text *why)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) return 0;
    return store_say(why, errno, path, "cannot make the directory");
}

static int take_lock(struct datadir *dir, struct fault_text *why)
{
    char path[STORE_PATH_MAX];
    int fault = store_path(path, dir->path, "lock");
    if (fault) return fault_say(why, fault, "%s: the path is too long", dir->path);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return store_say(why, errno, path, "cannot open");
    char pid[32] = "";
    if (flock(file, LOCK_EX | LOCK_NB)) {
        int code = errno;
        ssize_t got = pread(file, pid, sizeof pid - 1, 0);
        pid[got > 0 ? got : 0] = '\0';
        pid[strcspn(pid, "\n")] = '\0';
        close(file);
        if (code != EWOULDBLOCK) return store_say(why, code, path, "cannot lock");
        return fault_say(why, ERR_IN_USE, "%s: in use by process %s", dir->path,
                         pid[0] ? pid : "(unknown)");
    }
    int size = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(file, 0) || pwrite(file, pid, (size_t)size, 0) != size) {
        int code = errno ? errno : ENOSPC;
        close(file);
        return fault_say(why, store_fault(code), "%s: %d bytes needed: %s", path, size,
                         strerror(code));
    }
    dir->lock = file;
    return 0;
}

/* True when the directory holds segments: then a missing VERSION is a fault, not a first start. */
static bool has_segments(const char *journal)
{
    DIR *list = opendir(journal);
    if (!list) return false;
    bool found = false;
    for (const struct dirent *item = readdir(list); item && !found; item = readdir(list)) {
        size_t size = strlen(item->d_name);
        found = size > 4 && strcmp(item->d_name + size - 4, ".seg") == 0;
    }
    closedir(list);
    return found;
}

static int write_version(struct datadir *dir, const char *path, struct fault_text *why)
{
    char fresh[STORE_PATH_MAX];
    int fault = store_path(fresh, dir->path, "VERSION.new");
    if (fault) return fault_say(why, fault, "%s: the path is too long", dir->path);
    randombytes_buf(dir->cluster, sizeof dir->cluster);
    char hex[2 * CLUSTER_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, dir->cluster, sizeof dir->cluster);
    char text[VERSION_BYTES];
    int size = snprintf(text, sizeof text, "lingnan data %d\ncluster %s\n", DATADIR_FORMAT, hex);
    int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return store_say(why, errno, fresh, "cannot make");
    errno = 0;
    int code = 0;
    if (write(file, text, (size_t)size) != size)
        code = errno ? errno : ENOSPC;
    else if (fsync(file))
        code = errno;
    if (close(file) && code == 0) code = errno;
    if (code == 0 && rename(fresh, path)) code = errno;
    if (code == 0) code = store_sync_directory(dir->path);
    if (code) unlink(fresh);
    return code == 0 ? 0
                     : fault_say(why, store_fault(code), "%s: %d bytes needed: %s", path, size,
                                 strerror(code));
}

static int read_version(struct datadir *dir, const char *path, int file, struct fault_text *why)
{
    char text[VERSION_BYTES] = "";
    ssize_t got = read(file, text, sizeof text - 1);
    if (got < 0) return store_say(why, errno, path, "cannot read");
    int format = 0, used = 0;
    if (sscanf(text, "lingnan data %9d\n%n", &format, &used) != 1)
        return fault_say(why, ERR_VERSION, "%s: not a data directory of lingnan", path);
    if (format != DATADIR_FORMAT)
        return fault_say(why, ERR_VERSION, "%s: data format %d, this program has format %d", path,
                         format, DATADIR_FORMAT);
    size_t size = 0;
    const char *end = NULL;
    if (used == 0 || strncmp(text + used, "cluster ", 8) != 0 ||
        sodium_hex2bin(dir->cluster, CLUSTER_BYTES, text + used + 8, strlen(text + used + 8), NULL,
                       &size, &end) != 0 ||
        size != CLUSTER_BYTES || strcmp(end, "\n") != 0)
        return fault_say(why, ERR_VERSION, "%s: the cluster id cannot be read", path);
    return 0;
}

static int settle_version(struct datadir *dir, bool read_only, struct fault_text *why)
{
    char path[STORE_PATH_MAX];
    int fault = store_path(path, dir->path, "VERSION");
    if (fault) return fault_say(why, fault, "%s: the path is too long", dir->path);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        fault = read_version(dir, path, file, why);
        close(file);
        return fault;
    }
    if (errno != ENOENT) return store_say(why, errno, path, "cannot open");
    if (has_segments(dir->journal))
        return fault_say(why, ERR_VERSION,
                         "%s: missing beside a journal; this program has "
                         "format %d",
                         path, DATADIR_FORMAT);
    if (read_only)
        return fault_say(why, ERR_NOT_FOUND, "%s: not a data directory of lingnan", dir->path);
    return write_version(dir, path, why);
}

int datadir_open(struct datadir *dir, const char *path, bool read_only, struct fault_text *why)
{
    int bad = sodium_init(); /* 1: was ready before */
    ASSERT(bad >= 0);
    memset(dir, 0, sizeof *dir);
    dir->lock = -1;
    size_t size = strlen(path);
    /* Room for "/journal/00000001.seg.new-lock" behind it. */
    if (size == 0 || size + 64 > sizeof dir->path)
        return fault_say(why, ERR_TOO_LONG,
                         "the path of the data directory has %zu bytes, it may "
                         "have 1 to %zu",
                         size, sizeof dir->path - 64);
    memcpy(dir->path, path, size + 1);
    int fault = store_path(dir->journal, path, "journal");
    ASSERT(fault == 0);
    if (!read_only) {
        fault = make_directory(dir->path, why);
        if (fault == 0) fault = take_lock(dir, why);
    }
    if (fault == 0) fault = settle_version(dir, read_only, why);
    if (fault == 0 && !read_only) fault = make_directory(dir->journal, why);
    if (fault) datadir_close(dir);
    return fault;
}

void datadir_close(struct datadir *dir)
{
    if (dir->lock >= 0) close(dir->lock);
    dir->lock = -1;
}
