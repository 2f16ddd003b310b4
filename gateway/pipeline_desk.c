#include "gateway/pipeline_desk.h"
#include "gateway/desk_answer.h"
#include "gateway/feed_views.h"
#include "gateway/log.h"
#include "gateway/timing.h"
#include "proto/directory.h"
#include <sodium.h>
#include <stdlib.h>

struct desk {
    struct desk_options options;
    struct shadow *shadow;
    struct directory *directory;
    struct keys *keys;
    struct feed_views *views;
    struct desk_answer *answer;             /* where an answer is made */
    struct desk_rest rest[CONNECTIONS_MAX]; /* what did not fit the speaker's ring yet */
    uint64_t mask[READY_WORDS];             /* speakers with a request or a rest */
    int fault;
    struct fault_text why;
};

static void learn(void *context, const struct command *command, const struct event_buffer *events)
{
    struct desk *desk = context;
    if (desk->views) feed_views_note(desk->views, command, events);
    if (desk->options.learn) desk->options.learn(desk->options.context, command, events);
    for (const struct event *event = event_next(events, NULL); event;
         event = event_next(events, event)) {
        if (event->type == EVENT_NAMED && directory_learn(desk->directory, event))
            desk->fault = fault_say(&desk->why, ERR_NO_MEMORY, "no memory for a new name");
    }
}

int desk_open(const struct desk_options *options, struct desk **out, struct fault_text *why)
{
    struct desk *desk = calloc(1, sizeof *desk);
    if (!desk) return fault_say(why, ERR_NO_MEMORY, "no memory for the desk");
    desk->options = *options;
    struct shadow_options follow = {.journal = options->journal,
                                    .directory = options->directory,
                                    .watch = learn,
                                    .watch_context = desk};
    struct feed_views_options views = {.limits = journal_limits(options->journal),
                                       .heard = options->views_heard,
                                       .send = options->views_send,
                                       .context = options->context};
    int fault = ERR_NO_MEMORY;
    desk->views = views.send ? feed_views_create(&views) : NULL;
    desk->directory = directory_create();
    desk->answer = desk_answer_create();
    bool whole = desk->views || !views.send;
    if (whole && desk->directory && desk->answer)
        fault = keys_open(options->directory, &desk->keys);
    if (!fault)
        fault = shadow_open(&follow, &desk->shadow, why);
    else
        fault_say(why, fault, "no memory for the desk");
    if (fault) {
        desk_close(desk);
        return fault;
    }
    if (shadow_rebuilt(desk->shadow))
        log_line(LOG_WARN, "view-rebuilt", "directory", options->directory, NULL);
    *out = desk;
    return 0;
}

void desk_close(struct desk *desk)
{
    if (!desk) return;
    shadow_close(desk->shadow);
    keys_close(desk->keys);
    directory_destroy(desk->directory);
    desk_answer_destroy(desk->answer);
    feed_views_destroy(desk->views);
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++)
        free(desk->rest[i].bytes);
    free(desk);
}

const char *desk_why(const struct desk *desk)
{
    return desk->why.text;
}

uint64_t desk_sequence(const struct desk *desk)
{
    return shadow_sequence(desk->shadow);
}

/* ---- Logon ---- */

static void refuse(struct desk *desk, struct speaker *speaker, int fault, const char *field,
                   const struct keyfile_line *line)
{
    char user[NAME_BYTES + 1] = "-";
    if (line) memcpy(user, line->name.text, NAME_BYTES);
    user[NAME_BYTES] = 0;
    log_line(LOG_WARN, "logon-refused", "slot", log_number(speaker->slot), "user", user, "reason",
             fault_name(fault), "field", field, NULL);
    speaker_fail(speaker, fault, field, 0, 0);
    desk->options.kick(desk->options.context, speaker->slot);
}

static bool needs_participant(uint8_t role)
{
    return role == ROLE_ENTERPRISE;
}

/* The number under which the journal knows a regulator or operator: of the name, so that it stays
 * the same whatever keys come and go; below every special value of types.h. */
static uint32_t staff_number(const struct name *user)
{
    uint8_t hash[16];
    uint32_t number;
    crypto_generichash(hash, sizeof hash, (const uint8_t *)user->text, NAME_BYTES, NULL, 0);
    memcpy(&number, hash, sizeof number);
    return number & INT32_MAX;
}

/* Returns 0, or a fault and the field it is about. */
static int check_logon(struct desk *desk, const struct speaker *speaker,
                       const struct wire_logon *logon, struct keyfile_line *line,
                       uint32_t *out_participant, const char **out_field)
{
    struct fault_text why = {.text = ""};
    *out_field = "public_key";
    int fault = keys_find(desk->keys, logon->public_key, line, &why);
    if (fault) {
        log_line(LOG_WARN, "key-not-found", "why", why.text, NULL);
        return fault;
    }
    *out_field = "signature";
    if (!keyfile_verify(logon->public_key, speaker->nonce, journal_cluster(desk->options.journal),
                        logon->signature))
        return ERR_KEY;
    *out_field = "role"; /* SYSTEM is the exchange itself; nobody logs on as that */
    if (line->role == ROLE_SYSTEM) return ERR_REFUSED;
    *out_field = "participant";
    *out_participant = directory_participant(desk->directory, &line->participant);
    if (needs_participant(line->role) && *out_participant == PARTICIPANT_NONE) return ERR_NOT_FOUND;
    return 0;
}

static void send_frame(struct desk *desk, struct speaker *speaker, const uint8_t *bytes,
                       size_t size)
{
    if (!ring_bytes_put(&speaker->out[SPEAKER_DESK], speaker->out_slots[SPEAKER_DESK], bytes,
                        (uint32_t)size))
        speaker_fail(speaker, ERR_SLOW_READER, "answers", 0, OUT_DESK_BYTES);
    desk->options.kick(desk->options.context, speaker->slot);
}

static void welcome(struct desk *desk, struct speaker *speaker, const struct keyfile_line *line)
{
    struct wire_welcome welcome = {.user = line->name,
                                   .participant = line->participant,
                                   .sequence = pipeline_released_sequence(desk->options.pipeline),
                                   .time_ns = pipeline_released_time(desk->options.pipeline),
                                   .participant_id = speaker->participant,
                                   .credits = desk->options.doors->credits,
                                   .heartbeat_ms = HEARTBEAT_MS,
                                   .role = speaker->role};
    if (speaker->participant == PARTICIPANT_NONE)
        memset(&welcome.participant, 0, sizeof welcome.participant);
    uint8_t bytes[256];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    bool fits = wire_welcome_put(&writer, &welcome);
    ASSERT(fits);
    uint32_t checking = SPEAKER_CHECKING;
    /* Live before the client can know of it. The port may have closed the speaker meanwhile. */
    if (!atomic_compare_exchange_strong(&speaker->state, &checking, SPEAKER_LIVE)) return;
    send_frame(desk, speaker, bytes, writer.used);
}

/* False: the release stage cannot take the speaker now; ask again. */
static bool logon(struct desk *desk, struct speaker *speaker, const struct wire_logon *logon)
{
    struct keyfile_line line = {.role = ROLE_PUBLIC};
    const char *field;
    uint32_t participant = PARTICIPANT_NONE;
    memset(&line.name, 0, sizeof line.name);
    int fault = check_logon(desk, speaker, logon, &line, &participant, &field);
    if (fault) {
        refuse(desk, speaker, fault, field, &line);
        return true;
    }
    speaker->user = line.name;
    speaker->role = line.role;
    speaker->participant = participant;
    speaker->staff = staff_number(&speaker->user);
    if (participant != PARTICIPANT_NONE && !pipeline_announce(desk->options.pipeline, speaker))
        return false;
    welcome(desk, speaker, &line);
    return true;
}

/* ---- Questions ---- */

/* Sends what still waits for this reader. Returns false when some of it still does. */
static bool send_rest(struct desk *desk, struct speaker *speaker)
{
    struct desk_rest *rest = &desk->rest[speaker->slot];
    if (!rest->bytes) return true;
    if (rest->generation != atomic_load(&speaker->generation)) { /* its reader is gone */
        free(rest->bytes);
        *rest = (struct desk_rest){0};
        return true;
    }
    size_t before = rest->sent;
    rest->sent += desk_answer_send(speaker, rest->bytes + rest->sent, rest->size - rest->sent);
    if (rest->sent != before) desk->options.kick(desk->options.context, speaker->slot);
    if (rest->sent < rest->size) return false;
    free(rest->bytes);
    *rest = (struct desk_rest){0};
    return true;
}

static int query(struct desk *desk, struct speaker *speaker, const struct wire_query *query)
{
    int fault = desk_answer_make(desk->answer, desk->shadow, speaker, query, &desk->why);
    if (fault) return fault;
    size_t size;
    const uint8_t *bytes = desk_answer_bytes(desk->answer, &size);
    size_t sent = desk_answer_send(speaker, bytes, size);
    desk->options.kick(desk->options.context, speaker->slot);
    if (sent == size) return 0;
    struct desk_rest *rest = &desk->rest[speaker->slot];
    rest->bytes = malloc(size - sent);
    if (!rest->bytes) {
        speaker_fail(speaker, ERR_NO_MEMORY, "rows", 0, 0);
        return 0;
    }
    memcpy(rest->bytes, bytes + sent, size - sent);
    rest->size = size - sent;
    rest->sent = 0;
    rest->generation = atomic_load(&speaker->generation);
    return 0;
}

/* Serves one speaker. Returns 1: something was done, 0: it has to wait, or a fault. */
static int serve(struct desk *desk, struct speaker *speaker)
{
    if (!send_rest(desk, speaker)) return 0;
    if (!ring_ready(&speaker->requests)) {
        desk->mask[speaker->slot / 64] &= ~(UINT64_C(1) << (speaker->slot % 64));
        return 1;
    }
    const struct speaker_request *request =
        &speaker->request_slots[ring_full_slot(&speaker->requests, 0)];
    if (shadow_index(desk->shadow) < request->asked_index) return 0;
    int fault = 0;
    if (speaker_failed(speaker))
        fault = 0; /* on its way out: nothing is answered any more */
    else if (request->type == WIRE_QUERY)
        fault = query(desk, speaker, &request->query);
    else if (!logon(desk, speaker, &request->logon))
        return 0;
    ring_take(&speaker->requests, 1);
    return fault ? fault : 1;
}

int desk_step(struct desk *desk)
{
    if (desk->fault) return desk->fault;
    int applied = shadow_step(desk->shadow, timing_steady_ns(), &desk->why);
    if (applied < 0) return desk->fault = applied;
    if (desk->views) feed_views_step(desk->views, shadow_engine(desk->shadow), timing_steady_ms());
    ready_swap(&desk->options.doors->requests_ready, desk->mask);
    uint64_t todo[READY_WORDS];
    memcpy(todo, desk->mask, sizeof todo);
    int done = applied;
    for (uint32_t slot = 0; (slot = ready_next(todo, slot)) < CONNECTIONS_MAX;) {
        todo[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
        int result = serve(desk, &desk->options.speakers[slot]);
        if (result < 0) return desk->fault = result;
        done += result;
    }
    return done;
}

bool desk_waiting(const struct desk *desk)
{
    return ready_next(desk->mask, 0) < CONNECTIONS_MAX;
}
