/* The engine half of the road: drain, stamp, encode, submit, apply. */
#include "gateway/pipeline_parts.h"
#include <stdlib.h>
#include <sys/mman.h>

static struct batch *batch_at(struct pipeline *pipeline, uint32_t number)
{
    return &pipeline->batches[number & (BATCHES - 1)];
}

static uint32_t published(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->published, memory_order_relaxed);
}

/* Batches the engine stage may fill, the present one included. */
static uint32_t pool_free(const struct pipeline *pipeline)
{
    uint32_t released = atomic_load_explicit(&pipeline->released, memory_order_acquire);
    return BATCHES - (published(pipeline) - released);
}

/* What may use the reserve: it frees more than it fills, or ends what has been begun. */
static bool is_cancel(const struct command *command)
{
    return command->type == COMMAND_CANCEL || command->type == COMMAND_CANCEL_ALL ||
           command->type == COMMAND_STEP;
}

/* With the journal nearly full orders are refused by name and cancels use the reserve. */
static uint8_t verdict(enum journal_room room, const struct command *command)
{
    if (room == JOURNAL_PLENTY) return REASON_NONE;
    if (room == JOURNAL_RESERVE && is_cancel(command)) return REASON_NONE;
    return REASON_JOURNAL_FULL;
}

static void take(struct pipeline *pipeline, struct batch *batch, const struct command *command,
                 struct origin origin)
{
    struct command *kept = &batch->commands[batch->count];
    *kept = *command;
    batch->origins[batch->count++] = origin;
    if (origin.refused) return;
    kept->sequence = ++pipeline->sequence;
    kept->time_ns = batch->time_ns;
    size_t size = codec_command_put(
        pipeline->entry_bytes + pipeline->entry_size,
        pipeline->batch_max * (size_t)CODEC_COMMAND_MAX - pipeline->entry_size, kept);
    ASSERT(size > 0); /* batch_max commands of the largest size fit */
    pipeline->entry_size += size;
    pipeline->sequenced++;
}

static void drain_speaker(struct pipeline *pipeline, struct batch *batch, uint32_t slot,
                          enum journal_room room)
{
    struct speaker *speaker = &pipeline->options.speakers[slot];
    struct origin origin = {.slot = (uint16_t)slot,
                            .generation = atomic_load(&speaker->generation)};
    uint32_t ready = ring_ready(&speaker->commands);
    uint32_t count = ready < DRAIN_MAX ? ready : DRAIN_MAX;
    uint32_t left = pipeline->batch_max - batch->count;
    if (count > left) count = left;
    for (uint32_t i = 0; i < count; i++) {
        const struct command *command =
            &speaker->command_slots[ring_full_slot(&speaker->commands, i)];
        origin.refused = verdict(room, command);
        take(pipeline, batch, command, origin);
    }
    if (count) ring_take(&speaker->commands, count);
    if (count == ready) pipeline->mask[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
}

/* A long command is gone on with in front of every batch, one bound of work each: whoever waits for
 * the same instrument gets his turn soon, whoever trades another hardly notices. */
static void take_step(struct pipeline *pipeline, struct batch *batch, enum journal_room room)
{
    struct command step = {.type = COMMAND_STEP,
                           .role = ROLE_SYSTEM,
                           .actor = PARTICIPANT_NONE,
                           .subject = PARTICIPANT_NONE,
                           .body.step = {.steps = 1}};
    if (!engine_pending(pipeline->options.engine) || verdict(room, &step) != REASON_NONE) return;
    take(pipeline, batch, &step, (struct origin){.slot = SLOT_NONE});
}

/* Fills the batch at the head of the pool. False: there is nothing to do. */
static bool drain(struct pipeline *pipeline)
{
    ready_swap(&pipeline->options.doors->commands_ready, pipeline->mask);
    uint32_t slot = ready_next(pipeline->mask, pipeline->rotate);
    if (slot == CONNECTIONS_MAX && !engine_pending(pipeline->options.engine)) return false;
    enum journal_room room = journal_room(pipeline->options.journal);
    if (room != JOURNAL_PLENTY && pipeline->options.space_coming &&
        pipeline->options.space_coming(pipeline->options.context)) {
        room = journal_room(pipeline->options.journal);
        if (room != JOURNAL_PLENTY) return false; /* rings fill and clients hear BUSY meanwhile */
    }
    struct batch *batch = batch_at(pipeline, published(pipeline));
    int64_t now = pipeline->options.wall_ns(pipeline->options.context);
    batch->time_ns = now > pipeline->time_ns ? now : pipeline->time_ns;
    batch->count = 0;
    batch->events.used = 0;
    pipeline->entry_size = 0;
    pipeline->sequenced = 0;
    pipeline->applied = 0;
    pipeline->first_sequence = pipeline->sequence + 1;
    take_step(pipeline, batch, room);
    uint64_t todo[READY_WORDS];
    memcpy(todo, pipeline->mask, sizeof todo);
    while (slot < CONNECTIONS_MAX && batch->count < pipeline->batch_max) {
        todo[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
        drain_speaker(pipeline, batch, slot, room);
        pipeline->rotate = (slot + 1) % CONNECTIONS_MAX;
        slot = ready_next(todo, pipeline->rotate);
    }
    if (batch->count == 0) return false; /* bits were set for rings that had been read before */
    if (pipeline->sequenced) pipeline->time_ns = batch->time_ns;
    pipeline->filling = FILLING_DRAINED;
    return true;
}

/* Returns 1, 0: the journal's queue is full, or a fault. */
static int submit(struct pipeline *pipeline)
{
    struct journal *journal = pipeline->options.journal;
    struct batch *batch = batch_at(pipeline, published(pipeline));
    if (pipeline->sequenced) {
        struct entry entry = {.term = 1,
                              .first_sequence = pipeline->first_sequence,
                              .digest_sequence = pipeline->chain.sequence,
                              .time_ns = batch->time_ns,
                              .count = pipeline->sequenced,
                              .rule_set = engine_rule_set(pipeline->options.engine),
                              .kind = ENTRY_COMMANDS,
                              .commands = pipeline->entry_bytes,
                              .commands_size = pipeline->entry_size};
        memcpy(entry.digest, pipeline->chain.digest, sizeof entry.digest);
        int fault = journal_submit(journal, &entry);
        if (fault == ERR_BUSY) return 0;
        if (fault) return fault;
    }
    batch->index = journal_submitted(journal);
    pipeline->filling = FILLING_APPLYING;
    return 1;
}

/* Hands the applied commands to the release stage. */
static void publish(struct pipeline *pipeline, struct batch *batch)
{
    if (batch->events.used) digest_chain_feed(&pipeline->chain, &batch->events);
    atomic_store_explicit(&pipeline->published, published(pipeline) + 1, memory_order_release);
    waker_wake(pipeline->options.wakers[STAGE_RELEASE]);
}

/* The events of this batch need too much room: what is applied goes ahead, the rest of the commands
 * moves to the next batch of the pool. False: none is free yet. */
static bool split(struct pipeline *pipeline)
{
    if (pool_free(pipeline) < 2) return false;
    struct batch *batch = batch_at(pipeline, published(pipeline));
    struct batch *rest = batch_at(pipeline, published(pipeline) + 1);
    uint32_t left = batch->count - pipeline->applied;
    memcpy(rest->commands, batch->commands + pipeline->applied, left * sizeof *rest->commands);
    memcpy(rest->origins, batch->origins + pipeline->applied, left * sizeof *rest->origins);
    rest->count = left;
    rest->index = batch->index;
    rest->time_ns = batch->time_ns;
    rest->events.used = 0;
    batch->count = pipeline->applied;
    pipeline->applied = 0;
    publish(pipeline, batch);
    return true;
}

static int apply(struct pipeline *pipeline)
{
    struct batch *batch = batch_at(pipeline, published(pipeline));
    uint32_t before = pipeline->applied;
    while (pipeline->applied < batch->count) {
        if (batch->events.used > BATCH_EVENTS_BYTES) {
            if (!split(pipeline)) return pipeline->applied != before;
            return 1;
        }
        uint32_t at = pipeline->applied;
        batch->event_at[at] = batch->events.used;
        if (!batch->origins[at].refused)
            engine_apply(pipeline->options.engine, &batch->commands[at], &batch->events);
        pipeline->applied++;
    }
    publish(pipeline, batch);
    if (pipeline->sequenced) digest_chain_close(&pipeline->chain, pipeline->sequence);
    pipeline->filling = FILLING_NOTHING;
    return 1;
}

int pipeline_engine_step(struct pipeline *pipeline)
{
    if (pipeline->filling == FILLING_NOTHING) {
        if (!pool_free(pipeline) || !drain(pipeline)) return 0;
    }
    if (pipeline->filling == FILLING_DRAINED) {
        int result = submit(pipeline);
        if (result <= 0) return result;
    }
    return apply(pipeline);
}

int pipeline_journal_step(struct pipeline *pipeline)
{
    int entries = journal_step(pipeline->options.journal);
    if (entries > 0) {
        waker_wake(pipeline->options.wakers[STAGE_RELEASE]);
        waker_wake(pipeline->options.wakers[STAGE_ENGINE]);
        waker_wake(pipeline->options.wakers[STAGE_DESK]);
    }
    return entries;
}

static int batch_create(struct batch *batch, size_t events_max)
{
    batch->commands = calloc(BATCH_COMMANDS_MAX, sizeof *batch->commands);
    batch->origins = calloc(BATCH_COMMANDS_MAX, sizeof *batch->origins);
    batch->event_at = calloc(BATCH_COMMANDS_MAX, sizeof *batch->event_at);
    batch->events.capacity = BATCH_EVENTS_BYTES + events_max;
    void *memory = mmap(NULL, batch->events.capacity, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    batch->events.bytes = memory == MAP_FAILED ? NULL : memory;
    bool whole = batch->commands && batch->origins && batch->event_at && batch->events.bytes;
    return whole ? 0 : ERR_NO_MEMORY;
}

static void batch_destroy(struct batch *batch)
{
    free(batch->commands);
    free(batch->origins);
    free(batch->event_at);
    if (batch->events.bytes) munmap(batch->events.bytes, batch->events.capacity);
}

static int create_parts(struct pipeline *pipeline)
{
    size_t events_max = engine_events_max(engine_limits_of(pipeline->options.engine));
    for (uint32_t i = 0; i < BATCHES; i++) {
        if (batch_create(&pipeline->batches[i], events_max + 4096)) return ERR_NO_MEMORY;
    }
    size_t fitting = journal_entry_max(pipeline->options.journal) / CODEC_COMMAND_MAX;
    pipeline->batch_max = fitting < BATCH_COMMANDS_MAX ? (uint32_t)fitting : BATCH_COMMANDS_MAX;
    ASSERT(pipeline->batch_max > 0);
    pipeline->entry_bytes = malloc(pipeline->batch_max * (size_t)CODEC_COMMAND_MAX);
    pipeline->outs = calloc(CONNECTIONS_MAX, sizeof *pipeline->outs);
    pipeline->out_bytes = malloc(CONNECTIONS_MAX * 2 * (size_t)STAGE_BYTES);
    if (!pipeline->entry_bytes || !pipeline->outs || !pipeline->out_bytes) return ERR_NO_MEMORY;
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        uint8_t *bytes = pipeline->out_bytes + i * 2 * (size_t)STAGE_BYTES;
        pipeline->outs[i].answers = (struct wire_writer){.bytes = bytes, .capacity = STAGE_BYTES};
        pipeline->outs[i].reports =
            (struct wire_writer){.bytes = bytes + STAGE_BYTES, .capacity = STAGE_BYTES};
    }
    return 0;
}

int pipeline_open(const struct pipeline_options *options, struct pipeline **out)
{
    struct pipeline *pipeline = aligned_alloc(RING_LINE, sizeof *pipeline);
    if (!pipeline) return ERR_NO_MEMORY;
    memset(pipeline, 0, sizeof *pipeline);
    pipeline->options = *options;
    pipeline->sequence = options->recovery->sequence;
    pipeline->time_ns = options->recovery->time_ns;
    pipeline->chain = options->recovery->chain;
    atomic_store(&pipeline->released_sequence, options->recovery->sequence);
    atomic_store(&pipeline->released_time, options->recovery->time_ns);
    ring_init(&pipeline->announced, ANNOUNCED_MAX);
    int fault = create_parts(pipeline);
    if (fault) {
        pipeline_close(pipeline);
        return fault;
    }
    *out = pipeline;
    return 0;
}

void pipeline_close(struct pipeline *pipeline)
{
    if (!pipeline) return;
    for (uint32_t i = 0; i < BATCHES; i++)
        batch_destroy(&pipeline->batches[i]);
    free(pipeline->entry_bytes);
    free(pipeline->outs);
    free(pipeline->out_bytes);
    free(pipeline);
}
