/* skeleton.c - see skeleton.h. */
#include "bench/skeleton.h"
#include "engine/assert.h"
#include "proto/wire.h"
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ACCEPT_RETRY_MS 100
#define CHUNK_BYTES (128u << 10)
#define WAIT_NS 100000000 /* how long a sleeping journal takes to notice SIGTERM */

struct bytes {
    uint8_t *at;
    size_t size;
};

struct peer {
    pthread_mutex_t lock; /* everything below but `taken` */
    struct skeleton *skeleton;
    nng_stream *stream;
    nng_aio *receive;
    nng_aio *send;
    uint8_t *chunk;     /* where the receive under way writes */
    struct bytes in;    /* received; may end inside a frame */
    struct bytes taken; /* whole frames being committed; the journal's alone */
    struct bytes sending;
    struct bytes waiting; /* to send next */
    size_t sending_at;
    bool sends;
    bool full; /* receiving waits for the journal */
};

struct skeleton {
    pthread_mutex_t lock; /* peers_count and has_work */
    pthread_cond_t work;
    bool has_work;
    size_t peers_count;
    struct peer *peers[SKELETON_PEERS_MAX];
    nng_stream_listener *listener;
    nng_aio *accept;
    MDB_env *env;
    MDB_dbi table;
    uint64_t next_key;
};

static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
    (void)number;
    told_to_end = 1;
}

static void start_receive(struct peer *peer)
{
    peer->full = peer->in.size + CHUNK_BYTES > SKELETON_BYTES;
    if (peer->full) return;
    nng_iov iov = {peer->chunk, CHUNK_BYTES};
    (void)nng_aio_set_iov(peer->receive, 1, &iov);
    nng_stream_recv(peer->stream, peer->receive);
}

static void on_received(void *argument)
{
    struct peer *peer = argument;
    if (nng_aio_result(peer->receive) != 0) return; /* gone; freed at the end */
    size_t size = nng_aio_count(peer->receive);
    pthread_mutex_lock(&peer->lock);
    memcpy(peer->in.at + peer->in.size, peer->chunk, size);
    peer->in.size += size;
    start_receive(peer);
    pthread_mutex_unlock(&peer->lock);
    pthread_mutex_lock(&peer->skeleton->lock);
    peer->skeleton->has_work = true;
    pthread_cond_signal(&peer->skeleton->work);
    pthread_mutex_unlock(&peer->skeleton->lock);
}

static void start_send(struct peer *peer)
{
    nng_iov iov = {peer->sending.at + peer->sending_at, peer->sending.size - peer->sending_at};
    (void)nng_aio_set_iov(peer->send, 1, &iov);
    nng_stream_send(peer->stream, peer->send);
}

static void send_waiting(struct peer *peer)
{
    if (peer->sends || peer->waiting.size == 0) return;
    struct bytes spare = peer->sending;
    peer->sending = peer->waiting;
    peer->sending_at = 0;
    peer->waiting = (struct bytes){spare.at, 0};
    peer->sends = true;
    start_send(peer);
}

static void on_sent(void *argument)
{
    struct peer *peer = argument;
    if (nng_aio_result(peer->send) != 0) return;
    pthread_mutex_lock(&peer->lock);
    peer->sending_at += nng_aio_count(peer->send);
    if (peer->sending_at < peer->sending.size) {
        start_send(peer);
    } else {
        peer->sends = false;
        send_waiting(peer);
    }
    pthread_mutex_unlock(&peer->lock);
}

static void peer_free(struct peer *peer)
{
    if (!peer) return;
    if (peer->stream) nng_stream_close(peer->stream);
    if (peer->receive) nng_aio_stop(peer->receive);
    if (peer->send) nng_aio_stop(peer->send);
    if (peer->receive) nng_aio_free(peer->receive);
    if (peer->send) nng_aio_free(peer->send);
    if (peer->stream) nng_stream_free(peer->stream);
    free(peer->chunk);
    free(peer->in.at);
    free(peer->taken.at);
    free(peer->sending.at);
    free(peer->waiting.at);
    (void)pthread_mutex_destroy(&peer->lock);
    free(peer);
}

static struct peer *peer_make(struct skeleton *skeleton, nng_stream *stream)
{
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer) {
        nng_stream_free(stream);
        return NULL;
    }
    (void)pthread_mutex_init(&peer->lock, NULL);
    peer->skeleton = skeleton;
    peer->stream = stream;
    peer->chunk = malloc(CHUNK_BYTES);
    peer->in.at = malloc(SKELETON_BYTES);
    peer->taken.at = malloc(SKELETON_BYTES);
    peer->sending.at = malloc(SKELETON_BYTES);
    peer->waiting.at = malloc(SKELETON_BYTES);
    if (peer->chunk && peer->in.at && peer->taken.at && peer->sending.at && peer->waiting.at &&
        nng_aio_alloc(&peer->receive, on_received, peer) == 0 &&
        nng_aio_alloc(&peer->send, on_sent, peer) == 0) {
        return peer;
    }
    peer_free(peer);
    return NULL;
}

static void on_accepted(void *argument)
{
    struct skeleton *skeleton = argument;
    int result = nng_aio_result(skeleton->accept);
    if (result == NNG_ECLOSED || result == NNG_ECANCELED) return;
    if (result != 0) {
        nng_msleep(ACCEPT_RETRY_MS);
    } else {
        struct peer *peer = peer_make(skeleton, nng_aio_get_output(skeleton->accept, 0));
        bool taken = false;
        pthread_mutex_lock(&skeleton->lock);
        if (peer && skeleton->peers_count < SKELETON_PEERS_MAX) {
            skeleton->peers[skeleton->peers_count++] = peer;
            taken = true;
        }
        pthread_mutex_unlock(&skeleton->lock);
        if (taken) {
            pthread_mutex_lock(&peer->lock);
            start_receive(peer);
            pthread_mutex_unlock(&peer->lock);
        } else {
            peer_free(peer);
        }
    }
    nng_stream_listener_accept(skeleton->listener, skeleton->accept);
}

/* Moves the whole frames that have come in to `taken` and counts their commands. Bytes that are no
 * frames close the peer. */
static void take(struct peer *peer, size_t *out_commands)
{
    size_t at = 0;
    pthread_mutex_lock(&peer->lock);
    for (;;) {
        struct wire_frame frame;
        size_t used = 0;
        int status = wire_frame_get(peer->in.at + at, peer->in.size - at, &frame, &used);
        if (status < 0) nng_stream_close(peer->stream);
        if (status != 0) break;
        *out_commands += frame.count;
        at += used;
    }
    memcpy(peer->taken.at, peer->in.at, at);
    memmove(peer->in.at, peer->in.at + at, peer->in.size - at);
    peer->taken.size = at;
    peer->in.size -= at;
    if (peer->full) start_receive(peer);
    pthread_mutex_unlock(&peer->lock);
}

static void give_back(struct peer *peer)
{
    if (peer->taken.size == 0) return;
    pthread_mutex_lock(&peer->lock);
    if (peer->waiting.size + peer->taken.size > SKELETON_BYTES) {
        nng_stream_close(peer->stream); /* it does not read */
    } else {
        memcpy(peer->waiting.at + peer->waiting.size, peer->taken.at, peer->taken.size);
        peer->waiting.size += peer->taken.size;
        send_waiting(peer);
    }
    pthread_mutex_unlock(&peer->lock);
}

/* One transaction with everything that is there. Returns an LMDB code. */
static int commit(struct skeleton *skeleton, struct peer *const *peers, size_t count,
                  size_t commands)
{
    size_t bytes = commands * (CODEC_COMMAND_HEAD - WIRE_COMMAND_HEAD);
    for (size_t i = 0; i < count; i++) {
        bytes += peers[i]->taken.size;
    }
    uint8_t name[8];
    for (unsigned i = 0; i < sizeof name; i++) {
        name[i] = (uint8_t)(skeleton->next_key >> (56 - 8 * i));
    }
    MDB_val key = {sizeof name, name};
    MDB_val value = {bytes, NULL};
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(skeleton->env, NULL, 0, &txn);
    if (code != 0) return code;
    code = mdb_put(txn, skeleton->table, &key, &value, MDB_RESERVE | MDB_APPEND);
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    uint8_t *at = value.mv_data;
    for (size_t i = 0; i < count; i++) {
        memcpy(at, peers[i]->taken.at, peers[i]->taken.size);
        at += peers[i]->taken.size;
    }
    memset(at, 0, (size_t)((uint8_t *)value.mv_data + bytes - at));
    skeleton->next_key++;
    return mdb_txn_commit(txn);
}

static int work(struct skeleton *skeleton, struct fault_text *why)
{
    while (!told_to_end) {
        struct peer *peers[SKELETON_PEERS_MAX];
        struct timespec until;
        size_t commands = 0;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WAIT_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_mutex_lock(&skeleton->lock);
        if (!skeleton->has_work) {
            (void)pthread_cond_timedwait(&skeleton->work, &skeleton->lock, &until);
        }
        skeleton->has_work = false;
        size_t count = skeleton->peers_count;
        memcpy(peers, skeleton->peers, sizeof peers);
        pthread_mutex_unlock(&skeleton->lock);
        for (size_t i = 0; i < count; i++) {
            take(peers[i], &commands);
        }
        if (commands == 0) continue;
        int code = commit(skeleton, peers, count, commands);
        if (code != 0) return fault_say(why, ERR_DISK, "skeleton: %s", mdb_strerror(code));
        for (size_t i = 0; i < count; i++) {
            give_back(peers[i]);
        }
    }
    return 0;
}

/* Zeros behind what LMDB has written, so that commits do not grow the file. */
static int write_zeros(const char *path, uint64_t bytes)
{
    static const uint8_t zeros[1 << 20];
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return errno;
    off_t at = lseek(file, 0, SEEK_END);
    int code = at < 0 ? errno : 0;
    for (; code == 0 && at < (off_t)bytes; at += (off_t)sizeof zeros) {
        if (pwrite(file, zeros, sizeof zeros, at) != (ssize_t)sizeof zeros) code = errno;
    }
    if (fsync(file) != 0 && code == 0) code = errno;
    (void)close(file);
    return code;
}

static int open_store(struct skeleton *skeleton, const char *folder, uint64_t prepared_bytes,
                      struct fault_text *why)
{
    char path[4096];
    MDB_txn *txn = NULL;
    if (snprintf(path, sizeof path, "%s/skeleton.mdb", folder) >= (int)sizeof path) {
        return fault_say(why, ERR_TOO_LONG, "the folder's name is too long");
    }
    int code = mdb_env_create(&skeleton->env);
    if (code == 0) code = mdb_env_set_mapsize(skeleton->env, SKELETON_MAP);
    if (code == 0) code = mdb_env_open(skeleton->env, path, MDB_NOSUBDIR, 0600);
    if (code == 0) code = mdb_txn_begin(skeleton->env, NULL, 0, &txn);
    if (code == 0) code = mdb_dbi_open(txn, NULL, 0, &skeleton->table);
    if (code == 0) {
        code = mdb_txn_commit(txn);
    } else if (txn) {
        mdb_txn_abort(txn);
    }
    if (code == 0) code = write_zeros(path, prepared_bytes);
    return code == 0 ? 0 : fault_say(why, ERR_DISK, "%s: %s", path, mdb_strerror(code));
}

static int start_listening(struct skeleton *skeleton, const char *url, struct fault_text *why)
{
    int result = nng_stream_listener_alloc(&skeleton->listener, url);
    if (result == 0) result = nng_stream_listener_listen(skeleton->listener);
    if (result == 0) result = nng_aio_alloc(&skeleton->accept, on_accepted, skeleton);
    if (result != 0) return fault_say(why, ERR_CONNECT, "%s: %s", url, nng_strerror(result));
    nng_stream_listener_accept(skeleton->listener, skeleton->accept);
    return 0;
}

int skeleton_serve(const char *url, const char *folder, uint64_t prepared_bytes,
                   struct fault_text *why)
{
    struct skeleton skeleton = {.next_key = 1};
    struct sigaction action = {.sa_handler = on_signal};
    pthread_condattr_t clock;
    (void)sigaction(SIGTERM, &action, NULL);
    (void)pthread_mutex_init(&skeleton.lock, NULL);
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&skeleton.work, &clock);
    int status = open_store(&skeleton, folder, prepared_bytes, why);
    if (status == 0) status = start_listening(&skeleton, url, why);
    if (status == 0) {
        (void)printf("ready order=%s\n", url);
        (void)fflush(stdout);
        status = work(&skeleton, why);
    }
    if (skeleton.listener) nng_stream_listener_close(skeleton.listener);
    if (skeleton.accept) nng_aio_stop(skeleton.accept);
    if (skeleton.accept) nng_aio_free(skeleton.accept);
    if (skeleton.listener) nng_stream_listener_free(skeleton.listener);
    for (size_t i = 0; i < skeleton.peers_count; i++) {
        peer_free(skeleton.peers[i]);
    }
    if (skeleton.env) mdb_env_close(skeleton.env);
    (void)pthread_cond_destroy(&skeleton.work);
    (void)pthread_condattr_destroy(&clock);
    (void)pthread_mutex_destroy(&skeleton.lock);
    return status;
}
