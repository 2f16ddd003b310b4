/* child.h - a server started from this program's own file, in a folder of its own.
 *
 * Owns:     the process between child_start and child_stop; nobody else's process is touched.
 * Threads:  one at a time.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H
#include "proto/fault.h"
#include <sys/types.h>

#define CHILD_PATH_MAX 256
#define CHILD_ARGUMENTS_MAX 24

struct child {
    pid_t process; /* 0: none */
    int output;    /* its standard output */
};

/* Starts `lingnan <arguments>` (NULL behind the last), its standard error going to the file
 * `log_path`, and waits until it prints a line that starts with "ready". Returns 0, ERR_SYSTEM,
 * ERR_TIMEOUT or ERR_CLOSED (it ended instead). */
int child_start(struct child *child, const char *const *arguments, const char *log_path,
                struct fault_text *why);

/* Copies the end of a log to standard error: what a server said before something went wrong. */
void child_show_log(const char *log_path);

/* SIGTERM, and waits; SIGKILL when it does not end in time. Returns 0 if it ended with status 0,
 * else ERR_SYSTEM. Nothing to do for a child that never started. */
int child_stop(struct child *child, struct fault_text *why);

/* A new folder below `parent` (NULL: $TMPDIR or /tmp), and its end with all that is in it. */
int child_folder(const char *parent, char out[CHILD_PATH_MAX], struct fault_text *why);
void child_folder_remove(const char *path);
#endif
