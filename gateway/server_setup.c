/* The first start: a data directory is made whole or not at all. */
#include "gateway/server_parts.h"
#include "gateway/log.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "first-start"

static bool path_in(const struct server *server, const char *name, char *out, size_t capacity)
{
    int size = snprintf(out, capacity, "%s/%s", server->config->data, name);
    return size > 0 && (size_t)size < capacity;
}

static bool exists(const struct server *server, const char *name)
{
    char path[CONFIG_TEXT_MAX + 64];
    return path_in(server, name, path, sizeof path) && access(path, F_OK) == 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    (void)remove(path); /* what stays is met again, by name, at the next start */
    return 0;
}

/* Only what a first start makes; keys and sockets are not touched. */
static void remove_data(const struct server *server)
{
    static const char *const names[] = {"journal", "view", "VERSION", "lock"};
    char path[CONFIG_TEXT_MAX + 64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (path_in(server, names[i], path, sizeof path))
            (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

static int fault_of(int error)
{
    if (error == ENOSPC || error == EDQUOT) return ERR_DISK_FULL;
    if (error == EACCES || error == EPERM || error == EROFS) return ERR_PERMISSION;
    return error == ENOENT || error == ENOTDIR ? ERR_NOT_FOUND : ERR_DISK;
}

static int make_mark(struct server *server, struct fault_text *why)
{
    char path[CONFIG_TEXT_MAX + 64];
    if (!path_in(server, MARK, path, sizeof path))
        return fault_say(why, ERR_TOO_LONG, "data directory name is too long");
    server->mark = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (server->mark < 0)
        return fault_say(why, fault_of(errno), "%.160s: %s", path, strerror(errno));
    if (flock(server->mark, LOCK_EX | LOCK_NB))
        return fault_say(why, ERR_IN_USE, "%.160s: another server is making this directory", path);
    if (fsync(server->mark))
        return fault_say(why, fault_of(errno), "%.160s: %s", path, strerror(errno));
    return 0;
}

void setup_look(struct server *server)
{
    server->first_start = !exists(server, "VERSION") || exists(server, MARK);
}

int setup_begin(struct server *server, struct fault_text *why)
{
    const char *data = server->config->data;
    if (!server->first_start) return 0;
    if (mkdir(data, 0755) == 0)
        server->made_directory = true;
    else if (errno != EEXIST)
        return fault_say(why, fault_of(errno), "data directory %.160s: %s", data, strerror(errno));
    bool half_made = exists(server, MARK);
    int fault = make_mark(server, why);
    if (fault) return fault;
    if (half_made) {
        log_line(LOG_WARN, "first-start-repeated", "data", data, NULL);
        remove_data(server);
    }
    return 0;
}

void setup_undo(struct server *server)
{
    char path[CONFIG_TEXT_MAX + 64];
    if (server->mark < 0) return;
    remove_data(server);
    if (path_in(server, MARK, path, sizeof path)) (void)unlink(path);
    close(server->mark);
    server->mark = -1;
    if (server->made_directory) (void)rmdir(server->config->data);
}

int setup_finish(struct server *server, struct fault_text *why)
{
    char path[CONFIG_TEXT_MAX + 64];
    if (server->mark < 0) return 0;
    bool gone = path_in(server, MARK, path, sizeof path) && unlink(path) == 0;
    int directory = open(server->config->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = directory >= 0 && fsync(directory) == 0;
    if (directory >= 0) close(directory);
    if (!gone || !synced)
        return fault_say(why, fault_of(errno), "%.160s: %s", path, strerror(errno));
    close(server->mark);
    server->mark = -1;
    return 0;
}

/* ---- The market file goes down the road ---- */

static int check_answers(struct speaker *house, size_t *answered, struct fault_text *why)
{
    static uint8_t bytes[OUT_ROAD_BYTES]; /* a ring's worth, made contiguous */
    struct ring *ring = &house->out[SPEAKER_ROAD];
    uint32_t size = ring_ready(ring);
    for (uint32_t done = 0, piece; done < size; done += piece) {
        const uint8_t *from =
            ring_bytes_piece(ring, house->out_slots[SPEAKER_ROAD], done, size, &piece);
        memcpy(bytes + done, from, piece);
    }
    ring_take(ring, size);
    for (size_t at = 0; at < size;) {
        struct wire_frame frame;
        size_t used;
        int fault = wire_frame_get(bytes + at, size - at, &frame, &used);
        ASSERT(fault == 0); /* our own bytes */
        at += used;
        if (frame.type != WIRE_ANSWERS) continue;
        struct wire_reader reader = wire_reader_of(&frame);
        struct wire_answer answer;
        while (reader.left && !wire_answer_get(&reader, &answer, NULL)) {
            ++*answered;
            if (answer.reason != REASON_NONE)
                return fault_say(why, ERR_CONFLICT, "set-up command %zu was refused: %s", *answered,
                                 reason_name(answer.reason));
        }
    }
    return 0;
}

/* How many commands go down the road together: not beyond one that leaves work, because the steps
 * that end it come in front of a batch and what is behind it in its own would be FROZEN. */
static uint32_t count_together(const struct market_file *market, size_t next, uint32_t room)
{
    uint32_t count = 0;
    while (count < room && next + count < market->count)
        if (market->leaves_work[next + count++]) break;
    return count;
}

int setup_market(struct server *server, const struct market_file *market, struct fault_text *why)
{
    struct speaker *house = &server->speakers[SPEAKER_HOUSE];
    struct pipeline_threads_options stages = server_stages(server);
    size_t answered = 0;
    int fault = speaker_create(house, SPEAKER_HOUSE);
    if (fault) return fault_say(why, fault, "no memory for the set-up speaker");
    speaker_begin(house, journal_cluster(server->journal));
    for (size_t next = 0; !fault && next < market->count;) {
        uint32_t count = count_together(market, next, ring_room(&house->commands, CREDITS_MAX));
        for (uint32_t i = 0; i < count; i++)
            house->command_slots[ring_free_slot(&house->commands, i)] = market->commands[next + i];
        ring_publish(&house->commands, count);
        ready_set(&server->doors.commands_ready, SPEAKER_HOUSE);
        next += count;
        fault = pipeline_threads_settle(&stages);
        if (fault)
            fault_say(why, fault, "%.200s", journal_why(server->journal));
        else
            fault = check_answers(house, &answered, why);
    }
    if (!fault && answered != market->count)
        fault = fault_say(why, ERR_GAP, "%zu of %zu set-up commands were answered", answered,
                          market->count);
    atomic_store(&house->state, SPEAKER_FREE);
    speaker_destroy(house);
    return fault;
}
