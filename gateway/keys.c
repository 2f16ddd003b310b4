#include "gateway/keys.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct keys {
    char path[4096];
    struct keyfile_line *lines;
    size_t count;
    size_t capacity;
    struct timespec changed; /* of the file that was read */
    off_t size;
    ino_t inode; /* 0: nothing read yet */
};

static int path_of(const char *directory, char *out, size_t capacity)
{
    int size = snprintf(out, capacity, "%s/keys", directory);
    return size > 0 && (size_t)size < capacity ? 0 : ERR_TOO_LONG;
}

int keys_open(const char *directory, struct keys **out)
{
    struct keys *keys = calloc(1, sizeof *keys);
    if (!keys) return ERR_NO_MEMORY;
    int fault = path_of(directory, keys->path, sizeof keys->path);
    if (fault) {
        free(keys);
        return fault;
    }
    *out = keys;
    return 0;
}

void keys_close(struct keys *keys)
{
    if (!keys) return;
    free(keys->lines);
    free(keys);
}

static int add(struct keys *table, const struct keyfile_line *line, struct fault_text *why)
{
    if (table->count == KEYS_MAX)
        return fault_say(why, ERR_LIMIT, "%s: more than %u keys", table->path, KEYS_MAX);
    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? table->capacity * 2 : 64;
        struct keyfile_line *lines = realloc(table->lines, capacity * sizeof *lines);
        if (!lines) return ERR_NO_MEMORY;
        table->lines = lines;
        table->capacity = capacity;
    }
    table->lines[table->count++] = *line;
    return 0;
}

static int read_lines(struct keys *table, FILE *file, struct fault_text *why)
{
    char text[KEYFILE_LINE_MAX + 2];
    for (unsigned number = 1; fgets(text, sizeof text, file); number++) {
        size_t size = strlen(text);
        struct keyfile_line line;
        struct fault_text reason = {.text = "longer than the limit"};
        bool whole = size && (text[size - 1] == '\n' || feof(file));
        int fault = whole ? keyfile_line_read(text, size, &line, &reason) : ERR_KEY;
        if (fault < 0)
            return fault_say(why, ERR_KEY, "%.120s line %u: %.80s", table->path, number,
                             reason.text);
        if (fault == 0) fault = add(table, &line, why);
        if (fault < 0) return fault;
    }
    return ferror(file) ? fault_say(why, ERR_DISK, "%.160s cannot be read", table->path) : 0;
}

int keys_load(struct keys *keys, struct fault_text *why)
{
    struct keys fresh = {.lines = NULL};
    memcpy(fresh.path, keys->path, sizeof fresh.path);
    FILE *file = fopen(keys->path, "re");
    int fault = 0;
    if (file) {
        struct stat status;
        if (fstat(fileno(file), &status) == 0) {
            fresh.changed = status.st_mtim;
            fresh.size = status.st_size;
            fresh.inode = status.st_ino;
        }
        fault = read_lines(&fresh, file, why);
        fclose(file);
    } else if (errno != ENOENT) {
        fault = fault_say(why, ERR_DISK, "%.160s: %s", keys->path, strerror(errno));
    }
    if (fault) {
        free(fresh.lines);
        return fault;
    }
    free(keys->lines);
    *keys = fresh;
    return 0;
}

static bool changed(const struct keys *keys)
{
    struct stat status;
    if (stat(keys->path, &status)) return keys->inode != 0;
    return status.st_ino != keys->inode || status.st_size != keys->size ||
           status.st_mtim.tv_sec != keys->changed.tv_sec ||
           status.st_mtim.tv_nsec != keys->changed.tv_nsec;
}

int keys_find(struct keys *keys, const uint8_t public_key[KEYFILE_PUBLIC_BYTES],
              struct keyfile_line *out, struct fault_text *why)
{
    if (changed(keys)) {
        int fault = keys_load(keys, why);
        if (fault) return fault;
    }
    for (size_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->lines[i].public_key, public_key, KEYFILE_PUBLIC_BYTES)) continue;
        *out = keys->lines[i];
        return 0;
    }
    return fault_say(why, ERR_KEY, "key is not registered in %.160s", keys->path);
}

size_t keys_count(const struct keys *keys)
{
    return keys->count;
}

const struct keyfile_line *keys_at(const struct keys *keys, size_t index)
{
    return &keys->lines[index];
}

static int check_new(const char *directory, const struct keyfile_line *line, struct fault_text *why)
{
    struct keys *keys;
    int fault = keys_open(directory, &keys);
    if (fault) return fault;
    fault = keys_load(keys, why);
    for (size_t i = 0; !fault && i < keys->count; i++) {
        const struct keyfile_line *old = &keys->lines[i];
        if (!memcmp(&old->name, &line->name, sizeof old->name))
            fault = fault_say(why, ERR_EXISTS, "user %.32s has a key already", line->name.text);
        else if (!memcmp(old->public_key, line->public_key, KEYFILE_PUBLIC_BYTES))
            fault = fault_say(why, ERR_EXISTS, "this key is registered for %.32s", old->name.text);
    }
    if (!fault && keys->count >= KEYS_MAX)
        fault = fault_say(why, ERR_LIMIT, "no more than %u keys", KEYS_MAX);
    keys_close(keys);
    return fault;
}

static int write_fault(const char *path, struct fault_text *why)
{
    int error = errno;
    int fault = error == ENOSPC || error == EDQUOT  ? ERR_DISK_FULL
                : error == EACCES || error == EPERM ? ERR_PERMISSION
                                                    : ERR_DISK;
    return fault_say(why, fault, "%.160s: %s", path, strerror(error));
}

/* A line that reached the disk in part is taken off again, so the file stays readable. */
static int append(int file, const char *path, const char *text, size_t size, struct fault_text *why)
{
    off_t end = lseek(file, 0, SEEK_END);
    char last = '\n'; /* an editor may have left the last line open */
    if (end > 0 && pread(file, &last, 1, end - 1) != 1) return write_fault(path, why);
    bool closed = last == '\n' || write(file, "\n", 1) == 1;
    ssize_t written = end < 0 || !closed ? -1 : write(file, text, size);
    if (written == (ssize_t)size && fsync(file) == 0) return 0;
    if (written >= 0 && written < (ssize_t)size) errno = ENOSPC;
    int fault = write_fault(path, why);
    if (end >= 0 && ftruncate(file, end)) return fault;
    return fault;
}

int keys_register(const char *directory, const struct keyfile_line *line, struct fault_text *why)
{
    char path[4096];
    char text[KEYFILE_LINE_MAX + 1];
    int fault = path_of(directory, path, sizeof path);
    if (fault) return fault_say(why, fault, "data directory name is too long");
    size_t size = keyfile_line_text(line, text, sizeof text - 1);
    if (!size) return fault_say(why, ERR_TOO_LONG, "the line is longer than %d", KEYFILE_LINE_MAX);
    if (text[size - 1] != '\n') text[size++] = '\n';
    if (mkdir(directory, 0755) && errno != EEXIST) return write_fault(directory, why);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return write_fault(path, why);
    if (flock(file, LOCK_EX)) fault = write_fault(path, why);
    if (!fault) fault = check_new(directory, line, why);
    if (!fault) fault = append(file, path, text, size, why);
    close(file);
    return fault;
}
