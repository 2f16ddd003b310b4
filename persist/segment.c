/* segment.c - LMDB files of the journal. */
#include "persist/segment.h"
#include "engine/assert.h"
#include "persist/bytes.h"
#include "persist/checksum.h"
#include "persist/guard.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES 4096u
#define LOCK_BYTES 12288u /* LMDB's reader table; written beforehand so a mapping never fails */
#define SHARED_MAX 1900u  /* larger values get pages of their own (LMDB's limit is 2 038) */
#define GROUP_PAGES 24u   /* what a commit takes besides: path to the leaf, free list */
#define PAGE_HEAD 16u
#define NODE_HEAD 32u /* of a shared value, key included, rounded up */

enum mark_kind { MARK_OPEN = 3, MARK_SEAL = 4 };

static int segment_path(char out[STORE_PATH_MAX], const char *directory, uint32_t number,
                        const char *suffix)
{
    char name[32];
    snprintf(name, sizeof name, "%08" PRIu32 ".seg%s", number, suffix);
    return store_path(out, directory, name);
}

static int env_open(const char *path, uint64_t bytes, unsigned flags, MDB_env **out)
{
    MDB_env *env;
    int code = mdb_env_create(&env);
    if (code) return code;
    code = mdb_env_set_mapsize(env, bytes);
    if (code == 0) code = guard_env_open(env, path, MDB_NOSUBDIR | MDB_NOTLS | flags);
    if (code) {
        mdb_env_close(env);
        return code;
    }
    *out = env;
    return 0;
}

/* Metas by LMDB, zeros behind them: a commit into written blocks has a p99 of 0.7 instead of 5 ms.
 */
static int write_fresh(const char *path, uint64_t bytes)
{
    MDB_env *env;
    int code = env_open(path, bytes, 0, &env);
    if (code) return code;
    mdb_env_close(env);
    struct stat found;
    if (stat(path, &found)) return errno;
    uint64_t have = (uint64_t)found.st_size;
    return have < bytes ? store_write_zeros(path, have, bytes - have) : 0;
}

int segment_prepare(const char *directory, uint32_t number, uint64_t bytes, struct fault_text *why)
{
    char fresh[STORE_PATH_MAX], fresh_lock[STORE_PATH_MAX], path[STORE_PATH_MAX],
        lock[STORE_PATH_MAX];
    int fault = segment_path(fresh, directory, number, ".new");
    if (fault == 0) fault = segment_path(fresh_lock, directory, number, ".new-lock");
    if (fault == 0) fault = segment_path(path, directory, number, "");
    if (fault == 0) fault = segment_path(lock, directory, number, "-lock");
    if (fault) return fault_say(why, fault, "%s: the path is too long", directory);
    unlink(fresh);
    unlink(fresh_lock);
    int code = write_fresh(fresh, bytes);
    unlink(fresh_lock);
    if (code == 0) code = store_write_zeros(lock, 0, LOCK_BYTES);
    if (code == 0 && rename(fresh, path)) code = errno;
    if (code == 0) code = store_sync_directory(directory);
    if (code == 0) return 0;
    unlink(fresh);
    unlink(lock);
    fault = store_fault(code);
    return fault_say(why, fault, "%s: %" PRIu64 " bytes needed: %s", path, bytes + LOCK_BYTES,
                     mdb_strerror(code));
}

static int table_open(struct segment *segment)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(segment->env, NULL, MDB_RDONLY, &txn);
    if (code) return code;
    code = mdb_dbi_open(txn, NULL, 0, &segment->table);
    if (code) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn); /* keeps the handle */
}

int segment_open(const char *directory, uint32_t number, bool read_only, struct segment **out,
                 struct fault_text *why)
{
    struct segment *segment = calloc(1, sizeof *segment);
    if (!segment) return fault_say(why, ERR_NO_MEMORY, "no memory for segment %" PRIu32, number);
    segment->number = number;
    int fault = segment_path(segment->path, directory, number, "");
    if (fault) {
        free(segment);
        return fault_say(why, fault, "%s: the path is too long", directory);
    }
    struct stat found;
    int code = stat(segment->path, &found) ? errno : 0;
    if (code == 0 && (found.st_size < 2 * (off_t)PAGE_BYTES || found.st_size % PAGE_BYTES != 0)) {
        fault = fault_say(why, ERR_CHECKSUM, "%s: %lld bytes, a segment was cut off", segment->path,
                          (long long)found.st_size);
        free(segment);
        return fault;
    }
    if (code == 0) {
        segment->bytes = (uint64_t)found.st_size;
        code = env_open(segment->path, segment->bytes, read_only ? MDB_RDONLY : 0, &segment->env);
    }
    if (code == 0) {
        /* A mapping larger than the file would end in SIGBUS. */
        MDB_envinfo info;
        mdb_env_info(segment->env, &info);
        if (info.me_mapsize > segment->bytes || info.me_last_pgno >= segment->bytes / PAGE_BYTES)
            code = MDB_CORRUPTED;
    }
    if (code == 0) code = table_open(segment);
    if (code) {
        fault = store_say(why, code, segment->path, "cannot open the segment");
        segment_close(segment);
        return fault;
    }
    *out = segment;
    return 0;
}

void segment_close(struct segment *segment)
{
    if (!segment) return;
    if (segment->env) mdb_env_close(segment->env);
    free(segment);
}

uint64_t segment_free(const struct segment *segment)
{
    MDB_envinfo info;
    int bad = mdb_env_info(segment->env, &info);
    ASSERT(bad == 0);
    uint64_t used = info.me_last_pgno + 1 + SEGMENT_RESERVE_PAGES;
    uint64_t pages = segment->bytes / PAGE_BYTES;
    return used < pages ? (pages - used) * PAGE_BYTES : 0;
}

int segment_begin(struct segment *segment, struct segment_group *group)
{
    *group = (struct segment_group){.segment = segment, .free_bytes = segment_free(segment)};
    return mdb_txn_begin(segment->env, NULL, 0, &group->txn);
}

static uint64_t pages_after(const struct segment_group *group, size_t value_size)
{
    uint64_t small = group->small_bytes + NODE_HEAD, own = group->own_pages;
    if (value_size <= SHARED_MAX)
        small += value_size;
    else
        own += (PAGE_HEAD + value_size + PAGE_BYTES - 1) / PAGE_BYTES;
    /* Pages filled in rising order are at least half full. */
    return own + small / (PAGE_BYTES / 2 - PAGE_HEAD) + 1 + GROUP_PAGES;
}

bool segment_fits(const struct segment_group *group, size_t value_size)
{
    return pages_after(group, value_size) * PAGE_BYTES <= group->free_bytes;
}

int segment_put(struct segment_group *group, uint64_t key, size_t value_size, uint8_t **out_value)
{
    uint8_t key_bytes[ENTRY_KEY];
    entry_key(key_bytes, key);
    MDB_val name = {.mv_size = sizeof key_bytes, .mv_data = key_bytes};
    MDB_val value = {.mv_size = value_size, .mv_data = NULL};
    int code = mdb_put(group->txn, group->segment->table, &name, &value, MDB_APPEND | MDB_RESERVE);
    if (code) return code;
    if (value_size > SHARED_MAX)
        group->own_pages += (PAGE_HEAD + value_size + PAGE_BYTES - 1) / PAGE_BYTES;
    else
        group->small_bytes += value_size;
    group->small_bytes += NODE_HEAD;
    *out_value = value.mv_data;
    return 0;
}

int segment_commit(struct segment_group *group)
{
    int code = mdb_txn_commit(group->txn);
    group->txn = NULL;
    return code;
}

void segment_abort(struct segment_group *group)
{
    if (group->txn) mdb_txn_abort(group->txn);
    group->txn = NULL;
}

void segment_mark_put(uint8_t *out, uint64_t key, uint32_t number, const struct entry_link *link)
{
    uint8_t key_bytes[ENTRY_KEY];
    entry_key(key_bytes, key);
    bytes_put16(out + 4, ENTRY_FORMAT);
    bytes_put16(out + 6, key == SEGMENT_OPEN_KEY ? MARK_OPEN : MARK_SEAL);
    memcpy(out + 8, link->cluster, CLUSTER_BYTES);
    bytes_put32(out + 24, number);
    bytes_put64(out + 28, link->index);
    bytes_put64(out + 36, link->sequence);
    bytes_put64(out + 44, (uint64_t)link->time_ns);
    memcpy(out + 52, link->head, HASH_BYTES);
    uint32_t running = checksum_feed(CHECKSUM_START, key_bytes, sizeof key_bytes);
    bytes_put32(out, checksum_end(checksum_feed(running, out + 4, SEGMENT_MARK_BYTES - 4)));
}

int segment_mark_get(const struct segment *segment, uint64_t key, const MDB_val *value,
                     struct entry_link *out, struct fault_text *why)
{
    const char *name = key == SEGMENT_OPEN_KEY ? "opening mark" : "seal";
    const uint8_t *at = value->mv_data;
    uint8_t key_bytes[ENTRY_KEY];
    entry_key(key_bytes, key);
    uint32_t running = checksum_feed(CHECKSUM_START, key_bytes, sizeof key_bytes);
    if (value->mv_size != SEGMENT_MARK_BYTES ||
        bytes_get32(at) != checksum_end(checksum_feed(running, at + 4, SEGMENT_MARK_BYTES - 4)))
        return fault_say(why, ERR_CHECKSUM, "%s: the checksum of its %s is wrong", segment->path,
                         name);
    if (bytes_get16(at + 4) != ENTRY_FORMAT)
        return fault_say(why, ERR_VERSION, "%s: %s of format %u, this program reads %d",
                         segment->path, name, bytes_get16(at + 4), ENTRY_FORMAT);
    if (bytes_get16(at + 6) != (key == SEGMENT_OPEN_KEY ? MARK_OPEN : MARK_SEAL) ||
        bytes_get32(at + 24) != segment->number)
        return fault_say(why, ERR_CHAIN, "%s: its %s belongs to another segment", segment->path,
                         name);
    memcpy(out->cluster, at + 8, CLUSTER_BYTES);
    out->index = bytes_get64(at + 28);
    out->sequence = bytes_get64(at + 36);
    out->time_ns = (int64_t)bytes_get64(at + 44);
    memcpy(out->head, at + 52, HASH_BYTES);
    return 0;
}

struct last { /* one read of the last record, guarded */
    const struct segment *segment;
    MDB_cursor *cursor;
    enum segment_end end;
    struct entry_link link;
    struct fault_text *why;
    int fault;
};

static int last_body(void *context)
{
    struct last *last = context;
    MDB_val key, value;
    int code = mdb_cursor_get(last->cursor, &key, &value, MDB_LAST);
    if (code == MDB_NOTFOUND) {
        last->end = SEGMENT_EMPTY;
        return 0;
    }
    if (code) return code;
    const uint8_t *key_bytes = key.mv_data;
    if (key.mv_size != ENTRY_KEY) return MDB_CORRUPTED;
    uint64_t number = bytes_of_key64(key_bytes);
    if (number == SEGMENT_SEAL_KEY || number == SEGMENT_OPEN_KEY) {
        last->end = number == SEGMENT_SEAL_KEY ? SEGMENT_SEALED : SEGMENT_FILLING;
        last->fault = segment_mark_get(last->segment, number, &value, &last->link, last->why);
        return 0;
    }
    last->end = SEGMENT_FILLING;
    last->fault =
        entry_peek(key_bytes, key.mv_size, value.mv_data, value.mv_size, &last->link, last->why);
    return 0;
}

int segment_last(const struct segment *segment, enum segment_end *out_end,
                 struct entry_link *out_link, struct fault_text *why)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(segment->env, NULL, MDB_RDONLY, &txn);
    if (code) return store_say(why, code, segment->path, "cannot read");
    struct last last = {.segment = segment, .link = *out_link, .why = why};
    code = mdb_cursor_open(txn, segment->table, &last.cursor);
    if (code == 0) {
        code = guard_call(last_body, &last);
        mdb_cursor_close(last.cursor);
    }
    mdb_txn_abort(txn);
    if (code) return store_say(why, code, segment->path, "cannot read its end");
    if (last.fault) return last.fault;
    *out_end = last.end;
    *out_link = last.link;
    return 0;
}
