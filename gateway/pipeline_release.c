/* The release half of the road: nothing here runs for a batch that is not durable. */
#include "gateway/pipeline_parts.h"
#include "proto/report.h"
#include <sys/mman.h>

/* ---- Who gets the reports of a participant ---- */

static uint32_t head_of(uint32_t participant)
{
    return (participant * UINT32_C(2654435769)) >> 23; /* 9 bits: MEMBERS_HEADS */
}
_Static_assert(MEMBERS_HEADS == 1u << 9, "head_of keeps nine bits");

static void unlink_slot(struct pipeline *pipeline, uint32_t slot)
{
    uint16_t *link = &pipeline->heads[head_of(pipeline->members[slot].participant)];
    while (*link && *link != slot + 1)
        link = &pipeline->next[*link - 1];
    if (*link) *link = pipeline->next[slot];
}

/* A slot has one user at a time; its former entry goes when the next one is announced. */
static void learn_members(struct pipeline *pipeline)
{
    for (uint32_t left = ring_ready(&pipeline->announced); left; left--) {
        struct announced member =
            pipeline->announced_slots[ring_full_slot(&pipeline->announced, 0)];
        ring_take(&pipeline->announced, 1);
        unlink_slot(pipeline, member.slot);
        pipeline->members[member.slot] = member;
        uint16_t *head = &pipeline->heads[head_of(member.participant)];
        pipeline->next[member.slot] = *head;
        *head = (uint16_t)(member.slot + 1);
    }
}

bool pipeline_announce(struct pipeline *pipeline, const struct speaker *speaker)
{
    if (!ring_room(&pipeline->announced, 1)) return false;
    pipeline->announced_slots[ring_free_slot(&pipeline->announced, 0)] =
        (struct announced){.slot = speaker->slot,
                           .generation = atomic_load(&speaker->generation),
                           .participant = speaker->participant};
    ring_publish(&pipeline->announced, 1);
    return true;
}

/* ---- Frames ---- */

static bool is_present(const struct speaker *speaker, uint32_t generation)
{
    return atomic_load(&speaker->generation) == generation &&
           atomic_load(&speaker->state) != SPEAKER_FREE && !speaker_failed(speaker);
}

static void send_frames(struct speaker *speaker, struct wire_writer *writer)
{
    if (!writer->used) return;
    wire_close(writer);
    if (!ring_bytes_put(&speaker->out[SPEAKER_ROAD], speaker->out_slots[SPEAKER_ROAD],
                        writer->bytes, (uint32_t)writer->used))
        speaker_fail(speaker, ERR_SLOW_READER, "reports", 0, OUT_ROAD_BYTES);
    writer->used = 0;
}

/* Answers go before the reports that follow from them. */
static void flush(struct pipeline *pipeline, uint32_t slot)
{
    struct stage_out *out = &pipeline->outs[slot];
    struct speaker *speaker = &pipeline->options.speakers[slot];
    if (is_present(speaker, out->generation)) {
        send_frames(speaker, &out->answers);
        send_frames(speaker, &out->reports);
        atomic_fetch_add_explicit(&speaker->answered, out->answered, memory_order_release);
    }
    out->answers.used = 0;
    out->reports.used = 0;
    out->answered = 0;
}

/* The speaker's frames, ready for items, or NULL when its user is gone. */
static struct stage_out *out_of(struct pipeline *pipeline, uint32_t slot, uint32_t generation)
{
    struct stage_out *out = &pipeline->outs[slot];
    if (out->touched) return out->generation == generation ? out : NULL;
    if (!is_present(&pipeline->options.speakers[slot], generation)) return NULL;
    out->touched = true;
    out->generation = generation;
    pipeline->touched[pipeline->touched_count++] = slot;
    return out;
}

static void put_answer(struct pipeline *pipeline, const struct origin *origin,
                       const struct wire_answer *answer)
{
    struct stage_out *out = out_of(pipeline, origin->slot, origin->generation);
    if (!out) return;
    if (!out->answers.used) (void)wire_open(&out->answers, WIRE_ANSWERS);
    if (!wire_answer_put(&out->answers, answer)) {
        flush(pipeline, origin->slot);
        (void)wire_open(&out->answers, WIRE_ANSWERS);
        bool fits = wire_answer_put(&out->answers, answer);
        ASSERT(fits);
    }
    out->answered++;
}

static void put_report(struct pipeline *pipeline, uint32_t slot, uint32_t generation,
                       const struct wire_report *report)
{
    struct stage_out *out = out_of(pipeline, slot, generation);
    if (!out) return;
    if (!out->reports.used) (void)wire_open(&out->reports, WIRE_REPORTS);
    if (wire_report_put(&out->reports, report)) return;
    flush(pipeline, slot);
    (void)wire_open(&out->reports, WIRE_REPORTS);
    bool fits = wire_report_put(&out->reports, report);
    ASSERT(fits);
}

static void report_all(struct pipeline *pipeline, const struct wire_report *report)
{
    if (report->participant == PARTICIPANT_NONE) return;
    for (uint16_t link = pipeline->heads[head_of(report->participant)]; link;
         link = pipeline->next[link - 1]) {
        const struct announced *member = &pipeline->members[link - 1];
        if (member->participant == report->participant)
            put_report(pipeline, member->slot, member->generation, report);
    }
}

/* ---- Batches ---- */

static void answer(struct pipeline *pipeline, const struct batch *batch, uint32_t at)
{
    const struct command *command = &batch->commands[at];
    struct wire_answer answer;
    if (batch->origins[at].slot == SLOT_NONE) return;
    if (batch->origins[at].refused) {
        answer = (struct wire_answer){.id = command->id,
                                      .lane = command->lane,
                                      .created = UINT32_MAX,
                                      .command = command->type,
                                      .reason = batch->origins[at].refused};
    } else {
        const void *first = batch->events.bytes + batch->event_at[at];
        report_answer(command, first, &answer);
    }
    put_answer(pipeline, &batch->origins[at], &answer);
}

static void report_events(struct pipeline *pipeline, const struct batch *batch, uint32_t at)
{
    size_t end = at + 1 < batch->count ? batch->event_at[at + 1] : batch->events.used;
    for (size_t place = batch->event_at[at]; place < end;) {
        const struct event *event = (const void *)(batch->events.bytes + place);
        struct wire_report reports[REPORTS_PER_EVENT];
        size_t count = report_make(event, batch->time_ns, reports);
        for (size_t i = 0; i < count; i++)
            report_all(pipeline, &reports[i]);
        place += event->size;
    }
}

static void release(struct pipeline *pipeline, struct batch *batch)
{
    void *context = pipeline->options.context;
    if (pipeline->options.publish && batch->events.used)
        pipeline->options.publish(context, &batch->events, batch->time_ns);
    for (uint32_t at = 0; at < batch->count; at++) {
        answer(pipeline, batch, at);
        report_events(pipeline, batch, at);
        if (batch->origins[at].refused) continue;
        atomic_store_explicit(&pipeline->released_sequence, batch->commands[at].sequence,
                              memory_order_relaxed);
    }
    atomic_store_explicit(&pipeline->released_time, batch->time_ns, memory_order_relaxed);
    for (uint32_t i = 0; i < pipeline->touched_count; i++) {
        uint32_t slot = pipeline->touched[i];
        flush(pipeline, slot);
        pipeline->outs[slot].touched = false;
        pipeline->options.kick(context, slot);
    }
    pipeline->touched_count = 0;
    if (batch->events.used > BATCH_EVENTS_KEEP)
        madvise(batch->events.bytes, batch->events.capacity, MADV_DONTNEED);
}

int pipeline_release_step(struct pipeline *pipeline)
{
    struct journal *journal = pipeline->options.journal;
    int fault = journal_failed(journal);
    if (fault) return fault;
    learn_members(pipeline);
    if (pipeline->options.attend) pipeline->options.attend(pipeline->options.context);
    uint32_t done = atomic_load_explicit(&pipeline->released, memory_order_relaxed);
    uint32_t ready = atomic_load_explicit(&pipeline->published, memory_order_acquire);
    int count = 0;
    while (done != ready) {
        struct batch *batch = &pipeline->batches[done & (BATCHES - 1)];
        if (batch->index > journal_committed(journal)) break;
        release(pipeline, batch);
        atomic_store_explicit(&pipeline->released, ++done, memory_order_release);
        count++;
    }
    if (count) waker_wake(pipeline->options.wakers[STAGE_ENGINE]);
    return count;
}

uint64_t pipeline_released_sequence(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->released_sequence, memory_order_relaxed);
}

int64_t pipeline_released_time(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->released_time, memory_order_relaxed);
}
