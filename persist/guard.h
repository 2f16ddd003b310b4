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

/* Sends the environment's assertions the same way. */
void guard_env(MDB_env *env);
#endif
