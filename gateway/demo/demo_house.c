#include "gateway/demo/demo_house.h"
#include "engine/types.h"
#include "gateway/demo/demo_table.h"
#include "proto/directory.h"
#include "proto/keyfile.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_TRIES 1500 /* times 20 ms */
#define STOP_TRIES 1500

static int make_directory(const char *root, const char *name, struct fault_text *why)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", root, name ? "/" : "", name ? name : "");
    if (mkdir(path, 0700) == 0) return 0;
    if (errno == EEXIST && !name) return 0;
    if (errno == EEXIST) {
        return fault_say(why, ERR_EXISTS, "%s is there already: give an empty directory", path);
    }
    return fault_say(why, ERR_DISK, "%s: %s", path, strerror(errno));
}

static int write_market(const struct demo_house *house, struct fault_text *why)
{
    char path[PATH_MAX];
    size_t size = 0;
    const char *text = demo_file_text("market.script", &size);
    snprintf(path, sizeof path, "%s/market.script", house->root);
    FILE *file = fopen(path, "wxe");
    if (!file) return fault_say(why, ERR_DISK, "%s: %s", path, strerror(errno));
    const bool written = fwrite(text, 1, size, file) == size;
    if (fclose(file) || !written) {
        return fault_say(why, ERR_DISK, "%s: %s", path, strerror(errno));
    }
    return 0;
}

int demo_house_open(struct demo_house *house, const char *path, struct fault_text *why)
{
    char root[PATH_MAX];
    const char *temporary = getenv("TMPDIR");
    *house = (struct demo_house){.temporary = path == NULL};
    if (path) {
        const int fault = make_directory(path, NULL, why);
        if (fault) return fault;
        if (!realpath(path, root)) return fault_say(why, ERR_DISK, "%s: %s", path, strerror(errno));
    } else {
        snprintf(root, sizeof root, "%s/lingnan-demo-XXXXXX", temporary ? temporary : "/tmp");
        if (!mkdtemp(root)) return fault_say(why, ERR_DISK, "%s: %s", root, strerror(errno));
    }
    if (strlen(root) > DEMO_ROOT_MAX) {
        return fault_say(why, ERR_TOO_LONG, "%s: more than %d bytes, too long for a socket", root,
                         DEMO_ROOT_MAX);
    }
    strcpy(house->root, root);
    snprintf(house->data, sizeof house->data, "%s/data", house->root);
    snprintf(house->connect, sizeof house->connect, "ipc://%s/order.ipc", house->root);
    snprintf(house->feed, sizeof house->feed, "ipc://%s/feed.ipc", house->root);
    int fault = make_directory(house->root, "data", why);
    if (!fault) fault = make_directory(house->root, "keys", why);
    if (!fault) fault = write_market(house, why);
    if (fault) return fault;
    snprintf(root, sizeof root, "%s/data/keys", house->root);
    house->keys = fopen(root, "wxe");
    return house->keys ? 0 : fault_say(why, ERR_DISK, "%s: %s", root, strerror(errno));
}

void demo_house_key_path(const struct demo_house *house, const char *name, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/keys/%s.key", house->root, name);
}

int demo_house_key(struct demo_house *house, const char *name, const char *role,
                   const char *participant, struct fault_text *why)
{
    struct keyfile key;
    struct name user;
    char path[PATH_MAX];
    if (!directory_name_of(name, strlen(name), &user)) {
        return fault_say(why, ERR_USAGE, "%s is not a name", name);
    }
    int fault = keyfile_make(&user, &key);
    demo_house_key_path(house, name, path);
    if (!fault) fault = keyfile_write(path, &key, why);
    if (fault) return fault;
    fprintf(house->keys, "%s %s %s ", name, role, participant ? participant : "-");
    for (size_t i = 0; i < KEYFILE_PUBLIC_BYTES; i++)
        fprintf(house->keys, "%02x", key.public_key[i]);
    fputc('\n', house->keys);
    keyfile_wipe(&key);
    return 0;
}

static void wait_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static bool said_ready(const char *log)
{
    char line[1024];
    bool ready = false;
    FILE *file = fopen(log, "re");
    while (file && fgets(line, sizeof line, file))
        ready = ready || strncmp(line, "ready ", 6) == 0;
    if (file) fclose(file);
    return ready;
}

static void run_server(const struct demo_house *house, const char *log, bool stay)
{
    char market[PATH_MAX];
    snprintf(market, sizeof market, "%s/market.script", house->root);
    const int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int in = open("/dev/null", O_RDONLY);
    if (out < 0 || in < 0) _exit(126);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    if (stay) {
        setsid();
    } else {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
    execl("/proc/self/exe", "lingnan", "serve", "--data", house->data, "--market", market,
          "--listen", house->connect, "--feed", house->feed, (char *)NULL);
    _exit(127);
}

static volatile sig_atomic_t story_server; /* for the handler; 0: none */

/* Somebody ends the story in the middle: the server goes with it. */
static void end_story(int signal_number)
{
    if (story_server) kill((pid_t)story_server, SIGTERM);
    _exit(128 + signal_number);
}

int demo_house_start(struct demo_house *house, bool stay, struct fault_text *why)
{
    char log[PATH_MAX];
    snprintf(log, sizeof log, "%s/serve.log", house->root);
    if (house->keys && fclose(house->keys)) return fault_say(why, ERR_DISK, "keys");
    house->keys = NULL;
    fflush(NULL);
    const pid_t child = fork();
    if (child < 0) return fault_say(why, ERR_SYSTEM, "fork: %s", strerror(errno));
    if (child == 0) run_server(house, log, stay);
    house->server = child;
    story_server = (sig_atomic_t)child;
    signal(SIGINT, end_story);
    signal(SIGTERM, end_story);
    for (int i = 0; i < START_TRIES; i++) {
        int status;
        if (said_ready(log)) return 0;
        if (waitpid(child, &status, WNOHANG) == child) {
            house->server = 0;
            return fault_say(why, ERR_SYSTEM, "the server ended; %s tells why", log);
        }
        wait_ms(20);
    }
    return fault_say(why, ERR_TIMEOUT, "the server is not ready; %s may tell why", log);
}

int demo_house_stop(struct demo_house *house, struct fault_text *why)
{
    int status = 0;
    if (house->server == 0) return 0;
    story_server = 0;
    kill(house->server, SIGTERM);
    for (int i = 0; i < STOP_TRIES; i++) {
        if (waitpid(house->server, &status, WNOHANG) == house->server) {
            house->server = 0;
            if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
            return fault_say(why, ERR_SYSTEM, "the server ended with status %d", status);
        }
        wait_ms(20);
    }
    kill(house->server, SIGKILL);
    waitpid(house->server, &status, 0);
    house->server = 0;
    return fault_say(why, ERR_TIMEOUT, "the server did not end by itself");
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void demo_house_clear(struct demo_house *house)
{
    if (house->temporary) nftw(house->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
