/* guard.h - reading a damaged LMDB page ends in a fault by name, not in SIGSEGV or SIGBUS.
 *
 * LMDB trusts the pages it maps: a flipped offset sends it outside the map, a file cut off under
 * the map raises SIGBUS, and its own assertions abort. Calls that only read are run through
 * guard_call. Threads:  any. The handlers are installed once and pass every other signal on to
 * their forerunner. Needs:    the body takes no lock and allocates nothing: it may be left at any
 * instruction.
 */
#ifndef PERSIST_GUARD_H
#define PERSIST_GUARD_H
#include <lmdb.h>

typedef int guard_body(void *context);

/* Returns what `body` returns, or MDB_CORRUPTED when it was left. Does not nest. */
int guard_call(guard_body *body, void *context);

/* mdb_env_open with guard and assertions sent the same way. A damaged meta page can mislead it,
 * too; whatever the result, the caller then calls mdb_env_close, which cleans up a half-open one.
 */
int guard_env_open(MDB_env *env, const char *path, unsigned flags);
#endif
