/* schedule.h - the timetable at work in a server: its commands go down the road like anybody's.
 *
 * The main loop asks the timetable what is due and hands it to the house speaker, which has no
 * socket; what really happened comes back from the desk, which follows the committed journal.
 * Threads: schedule_learn by recovery, then by the desk's thread; all else by the main loop.
 * Bound:   NOTES_MAX happenings between two ticks; beyond, the schedule says so and stops asking.
 */
#ifndef GATEWAY_SCHEDULE_H
#define GATEWAY_SCHEDULE_H
#include "gateway/speaker.h"
#include "gateway/timetable.h"

struct schedule;

struct schedule_options {  /* all borrowed until close */
    const char *directory; /* DATA: the secret lies in DATA/schedule.secret, made when missing */
    const char *spec;      /* "default", or day=08:30,call=09:15,...; see schedule_spec() */
    struct speaker *house; /* slot SPEAKER_HOUSE */
    struct speaker_doors *doors;
    const uint8_t *cluster;
};

/* Reads hours out of a text: keys day, call, no-cancel, continuous, break, resume, closing,
 * settlement, closed (HH:MM or HH:MM:SS), random-end, interruption (seconds). Returns 0 or
 * ERR_USAGE. */
int schedule_spec(const char *spec, struct timetable_hours *out, struct fault_text *why);

int schedule_open(const struct schedule_options *options, struct schedule **out,
                  struct fault_text *why);
void schedule_close(struct schedule *schedule); /* NULL is allowed */

/* A command that has been applied, with its events. Before schedule_start: history. */
void schedule_learn(struct schedule *schedule, const struct command *command,
                    const struct event_buffer *events);

/* History ends at `sequence`; the house may speak from now on. */
int schedule_start(struct schedule *schedule, uint64_t sequence);

/* Main loop: takes in what happened, asks for what is due at `now_ns`. Nothing is asked while an
 * answer is outstanding, nor without `may_ask`: the desk is behind, or the server ends. */
void schedule_tick(struct schedule *schedule, int64_t now_ns, bool may_ask);
#endif
