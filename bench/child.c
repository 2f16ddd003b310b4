/* child.c - see child.h. */
#include "bench/child.h"
#include "bench/machine.h"
#include "engine/assert.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SELF "/proc/self/exe"
#define READY_MS 60000
#define STOP_MS 20000
#define LINE_BYTES 1024
#define LOG_SHOWN_BYTES 4096

extern char **environ;

/* Reads lines until one starts with "ready"; the child's end or silence is an error. */
static int wait_ready(struct child *child, struct fault_text *why)
{
    char line[LINE_BYTES];
    size_t size = 0;
    uint64_t until_ns = machine_now_ns() + UINT64_C(1000000) * READY_MS;
    while (machine_now_ns() < until_ns) {
        struct pollfd wanted = {.fd = child->output, .events = POLLIN};
        if (poll(&wanted, 1, 100) <= 0) continue;
        ssize_t got = read(child->output, line + size, 1);
        if (got <= 0) return fault_say(why, ERR_CLOSED, "the server ended before it was ready");
        if (line[size] != '\n' && size + 1 < sizeof line) {
            size++;
            continue;
        }
        if (size >= 5 && strncmp(line, "ready", 5) == 0) return 0;
        size = 0;
    }
    return fault_say(why, ERR_TIMEOUT, "the server is not ready after %d s", READY_MS / 1000);
}

int child_start(struct child *child, const char *const *arguments, const char *log_path,
                struct fault_text *why)
{
    char *argv[CHILD_ARGUMENTS_MAX + 2] = {(char[]){"lingnan"}};
    posix_spawn_file_actions_t actions;
    int pipes[2];
    size_t count = 1;
    *child = (struct child){.output = -1};
    for (; arguments[count - 1]; count++) {
        ASSERT(count <= CHILD_ARGUMENTS_MAX);
        argv[count] = strdup(arguments[count - 1]);
    }
    int status = 0;
    if (pipe2(pipes, O_CLOEXEC) != 0) {
        status = fault_say(why, ERR_SYSTEM, "pipe: %s", strerror(errno));
        goto done;
    }
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_path,
                                           O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int result = posix_spawn(&child->process, SELF, &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(pipes[1]);
    child->output = pipes[0];
    if (result != 0) {
        child->process = 0;
        status = fault_say(why, ERR_SYSTEM, "starting the server: %s", strerror(result));
    } else {
        status = wait_ready(child, why);
    }
done:
    for (size_t i = 1; i < count; i++) {
        free(argv[i]);
    }
    if (status != 0) (void)child_stop(child, NULL);
    return status;
}

int child_stop(struct child *child, struct fault_text *why)
{
    int result = 0;
    bool ended = false;
    if (child->output >= 0) (void)close(child->output);
    child->output = -1;
    if (child->process == 0) return 0;
    (void)kill(child->process, SIGTERM);
    for (int waited_ms = 0; waited_ms < STOP_MS && !ended; waited_ms += 10) {
        ended = waitpid(child->process, &result, WNOHANG) == child->process;
        if (!ended) (void)usleep(10000);
    }
    if (!ended) {
        (void)kill(child->process, SIGKILL);
        (void)waitpid(child->process, &result, 0);
    }
    child->process = 0;
    if (ended && WIFEXITED(result) && WEXITSTATUS(result) == 0) return 0;
    return fault_say(why, ERR_SYSTEM, "the server did not end cleanly (wait status %d)", result);
}

void child_show_log(const char *log_path)
{
    char text[LOG_SHOWN_BYTES];
    FILE *log = fopen(log_path, "r");
    if (!log) return;
    if (fseek(log, -(long)sizeof text, SEEK_END) != 0) rewind(log); /* shorter than that */
    size_t size = fread(text, 1, sizeof text, log);
    (void)fwrite(text, 1, size, stderr);
    (void)fclose(log);
}

int child_folder(const char *parent, char out[CHILD_PATH_MAX], struct fault_text *why)
{
    const char *folder = parent ? parent : getenv("TMPDIR");
    int size = snprintf(out, CHILD_PATH_MAX, "%s/lingnan-bench-XXXXXX", folder ? folder : "/tmp");
    if (size < 0 || size >= CHILD_PATH_MAX) {
        return fault_say(why, ERR_TOO_LONG, "the folder's name is too long");
    }
    if (!mkdtemp(out)) return fault_say(why, ERR_DISK, "%s: %s", out, strerror(errno));
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void child_folder_remove(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
