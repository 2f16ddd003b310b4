#include "tests/gateway/raw_client.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

void raw_die(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    exit(99);
}

static int open_socket(const char *path)
{
    if (*path == ':') {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                      .sin_port = htons((uint16_t)atoi(path + 1))};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, (void *)&address, sizeof address) == 0) return fd;
        if (fd >= 0) close(fd);
        return -1;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) raw_die("socket path is too long: %s", path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (void *)&address, sizeof address) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

bool raw_connect(struct raw_client *client, const char *path)
{
    client->in_used = 0;
    client->in_taken = 0;
    client->fd = open_socket(path);
    return client->fd >= 0;
}

void raw_close(struct raw_client *client)
{
    if (client->fd >= 0) close(client->fd);
    client->fd = -1;
}

bool raw_send(struct raw_client *client, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size) {
        ssize_t sent = send(client->fd, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool raw_receive(struct raw_client *client, struct wire_frame *out, int timeout_ms)
{
    memmove(client->in, client->in + client->in_taken, client->in_used - client->in_taken);
    client->in_used -= client->in_taken;
    client->in_taken = 0;
    for (;;) {
        size_t used = 0;
        int fault = wire_frame_get(client->in, client->in_used, out, &used);
        if (fault < 0) raw_die("the server sent a bad frame: %s", fault_name(fault));
        if (fault == 0) {
            client->in_taken = used;
            return true;
        }
        struct pollfd wait = {.fd = client->fd, .events = POLLIN};
        int ready = poll(&wait, 1, timeout_ms);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        ssize_t got =
            recv(client->fd, client->in + client->in_used, sizeof client->in - client->in_used, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        client->in_used += (size_t)got;
    }
}

int raw_logon(struct raw_client *client, const struct keyfile *key)
{
    struct wire_frame frame;
    struct wire_fault fault;
    if (!raw_receive(client, &frame, 20000) || frame.type != WIRE_CHALLENGE) return ERR_CLOSED;
    if (wire_challenge_get(&frame, &client->challenge, NULL)) raw_die("bad CHALLENGE");
    struct wire_logon logon = {.version = WIRE_VERSION};
    memcpy(logon.public_key, key->public_key, sizeof logon.public_key);
    if (keyfile_sign(key, client->challenge.nonce, client->challenge.cluster, logon.signature))
        raw_die("cannot sign");
    uint8_t bytes[256];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    if (!wire_logon_put(&writer, &logon)) raw_die("LOGON does not fit");
    if (!raw_send(client, bytes, writer.used)) return ERR_CLOSED;
    if (!raw_receive(client, &frame, 20000)) return ERR_CLOSED;
    if (frame.type == WIRE_FAULT && !wire_fault_get(&frame, &fault, NULL)) return fault.fault;
    if (frame.type != WIRE_WELCOME) return ERR_MALFORMED;
    if (wire_welcome_get(&frame, &client->welcome, NULL)) raw_die("bad WELCOME");
    return 0;
}

bool raw_commands(struct raw_client *client, const struct command *commands, size_t count)
{
    static _Thread_local uint8_t bytes[FRAME_MAX];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    if (!wire_open(&writer, WIRE_COMMANDS)) raw_die("frame does not open");
    for (size_t i = 0; i < count; i++) {
        if (!wire_command_put(&writer, &commands[i])) raw_die("command %zu does not fit", i);
    }
    wire_close(&writer);
    return raw_send(client, bytes, writer.used);
}

int raw_fault(struct raw_client *client, struct wire_fault *out, int timeout_ms)
{
    struct wire_frame frame;
    memset(out, 0, sizeof *out);
    while (raw_receive(client, &frame, timeout_ms)) {
        if (frame.type == WIRE_FAULT && wire_fault_get(&frame, out, NULL)) raw_die("bad FAULT");
    }
    return out->fault;
}

static void ask(struct raw_client *client, const struct query *query)
{
    struct wire_query wire = {.ticket = 7, .query = *query};
    uint8_t bytes[256];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    if (!wire_query_put(&writer, &wire)) raw_die("QUERY does not fit");
    (void)raw_send(client, bytes, writer.used);
}

int raw_query(struct raw_client *client, const struct query *query, struct event_buffer *out)
{
    struct wire_frame frame;
    struct wire_rows head;
    ask(client, query);
    while (raw_receive(client, &frame, 20000)) {
        if (frame.type != WIRE_ROWS) continue;
        struct wire_reader reader = wire_reader_of(&frame);
        if (wire_rows_get(&reader, &head, NULL)) raw_die("bad ROWS");
        while (reader.left) {
            if (wire_row_get(&reader, out)) raw_die("bad row, or too many");
        }
        if (head.last) return head.reason;
    }
    return -1;
}

int raw_digest(struct raw_client *client, struct wire_digest *out)
{
    struct wire_frame frame;
    ask(client, &(struct query){.kind = QUERY_DIGEST});
    while (raw_receive(client, &frame, 20000)) {
        if (frame.type == WIRE_DIGEST) return wire_digest_get(&frame, out, NULL);
    }
    return ERR_CLOSED;
}

/* ---- Processes ---- */

static pid_t start(const char *program, const char *log, const char *verb,
                   const char *const arguments[], int out)
{
    const char *line[64] = {program};
    size_t count = 1;
    if (verb) line[count++] = verb;
    for (; *arguments && count < 63; arguments++)
        line[count++] = *arguments;
    pid_t pid = fork();
    if (pid < 0) raw_die("fork: %s", strerror(errno));
    if (pid > 0) return pid;
    int file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (file < 0) _exit(98);
    dup2(file, STDERR_FILENO);
    dup2(out < 0 ? file : out, STDOUT_FILENO);
    execv(program, (char *const *)(uintptr_t)line);
    _exit(97);
}

static int status_of(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) raw_die("waitpid: %s", strerror(errno));
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void raw_server_begin(struct raw_server *server, const char *program, const char *log,
                      const char *const arguments[])
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) raw_die("pipe: %s", strerror(errno));
    server->pid = start(program, log, "serve", arguments, ends[1]);
    close(ends[1]);
    server->out = ends[0];
}

bool raw_server_start(struct raw_server *server, const char *program, const char *log,
                      const char *const arguments[])
{
    raw_server_begin(server, program, log, arguments);
    size_t used = 0;
    while (used < sizeof server->ready - 1) {
        ssize_t got = read(server->out, server->ready + used, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || server->ready[used] == '\n') break;
        used++;
    }
    server->ready[used] = 0;
    return strncmp(server->ready, "ready ", 6) == 0;
}

void raw_server_signal(const struct raw_server *server, int number)
{
    if (kill(server->pid, number)) raw_die("kill: %s", strerror(errno));
}

int raw_server_wait(struct raw_server *server)
{
    int status = status_of(server->pid);
    close(server->out);
    server->pid = -1;
    return status;
}

int raw_run(const char *program, const char *log, const char *const arguments[])
{
    return status_of(start(program, log, NULL, arguments, -1));
}

/* ---- Files ---- */

void raw_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file)) raw_die("cannot write %s", path);
}

void raw_make_directory(char *out, size_t capacity)
{
    const char *base = getenv("TMPDIR");
    snprintf(out, capacity, "%s/lingnan-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(out)) raw_die("mkdtemp: %s", strerror(errno));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void raw_remove_directory(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

bool raw_file_has(const char *path, const char *text)
{
    static char bytes[1 << 20];
    FILE *file = fopen(path, "re");
    if (!file) return false;
    size_t size = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    bytes[size] = 0;
    return strstr(bytes, text) != NULL;
}
