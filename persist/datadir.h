/* datadir.h - the data directory itself: whose it is, which version, who holds it. Layout:
 * journal.h.
 */
#ifndef PERSIST_DATADIR_H
#define PERSIST_DATADIR_H
#include "persist/entry.h"
#include "persist/store.h"

#define DATADIR_FORMAT 1

struct datadir {
    char path[STORE_PATH_MAX];
    char journal[STORE_PATH_MAX]; /* path/journal */
    uint8_t cluster[CLUSTER_BYTES];
    int lock; /* file held with flock; -1 when read only */
};

/* Makes what is missing (not when read_only), takes the lock, reads VERSION.
 * Returns 0, ERR_IN_USE, ERR_VERSION, ERR_NOT_FOUND, ERR_DISK_FULL, ERR_PERMISSION, ERR_DISK,
 * ERR_TOO_LONG. */
int datadir_open(struct datadir *dir, const char *path, bool read_only, struct fault_text *why);
void datadir_close(struct datadir *dir);
#endif
