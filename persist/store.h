/* store.h - what journal and view share: LMDB's error numbers by our names, files synced. */
#ifndef PERSIST_STORE_H
#define PERSIST_STORE_H
#include "proto/fault.h"
#include <stddef.h>
#include <stdint.h>

#define STORE_PATH_MAX 1024 /* bytes of any path in a data directory, terminator included */

/* ERR_* of an errno or MDB_* number; 0 stays 0. A damaged page is ERR_CHECKSUM. */
int store_fault(int code);

/* Says "<path>: <what>: <reason>" and returns store_fault(code). */
int store_say(struct fault_text *why, int code, const char *path, const char *what);

/* Joins directory and name. Returns 0 or ERR_TOO_LONG. */
int store_path(char out[STORE_PATH_MAX], const char *directory, const char *name);

/* Makes a rename or a new file in `directory` durable. Returns 0 or an errno. */
int store_sync_directory(const char *directory);

/* Writes `size` zero bytes from `offset` on, then fsync. Returns 0 or an errno. */
int store_write_zeros(const char *path, uint64_t offset, uint64_t size);
#endif
