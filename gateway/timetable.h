/* timetable.h - the trading day by the clock: which command is due now.
 *
 * Pure: the clock is an argument and the result is commands, so that a server drives it with its
 * timer, a simulation with a clock of its own, and a test with any times it likes. It only ever
 * asks for a move that is legal from the phase it has seen, so it can be started in the middle of
 * a day and repeated as often as one likes.
 *
 *   day 08:30 -> CALL 09:15 -> NO_CANCEL 09:29 -> CONTINUOUS 09:30 (less a random part of
 *   random-end) -> BREAK 11:30 -> CONTINUOUS 13:30 -> CLOSING 15:30 -> SETTLEMENT 15:35 ->
 *   CLOSED 15:40. A call that began in trading hours (an interruption, a halt that ended) is
 *   cleared `interruption` seconds later. A HALT is the operator's and is left alone until CLOSING.
 *
 * Trading days are Monday to Friday but for holidays, and the weekend sessions of the calendar.
 * Source: market.md 4 ("Day"); docs/decisions/0010.
 * Owns:    one row per instrument. Bound: INSTRUMENTS_MAX rows, CALENDAR_MAX special days.
 * Threads: one at a time.
 */
#ifndef GATEWAY_TIMETABLE_H
#define GATEWAY_TIMETABLE_H
#include "engine/command.h"
#include "engine/event.h"

#define TIMETABLE_SECRET_BYTES 32

struct timetable_hours { /* seconds after midnight in Shanghai, rising */
    uint32_t day;
    uint32_t call;
    uint32_t no_cancel;
    uint32_t continuous;
    uint32_t lunch;
    uint32_t resume;
    uint32_t closing;
    uint32_t settlement;
    uint32_t closed;
    uint32_t random_end;   /* the opening call ends up to so many seconds early; 0: on the dot */
    uint32_t interruption; /* how long a call in trading hours lasts */
};

struct timetable;

struct timetable_hours timetable_hours_default(void);

/* Are the hours in order, and is the random part shorter than NO_CANCEL lasts? */
bool timetable_hours_valid(const struct timetable_hours *hours);

/* `secret` is what the day's seeds are derived from; whoever has it can foretell the end of a call.
 * Needs: valid hours. NULL: no memory. */
struct timetable *timetable_create(const struct timetable_hours *hours,
                                   const uint8_t secret[TIMETABLE_SECRET_BYTES]);
void timetable_destroy(struct timetable *timetable);

/* An instrument as it is now: for a start in the middle of a market's life. */
void timetable_instrument(struct timetable *timetable, uint16_t instrument, const struct name *name,
                          uint8_t phase, int64_t since_ns);

/* Everything that has happened, in order: commands that were applied, and their events. */
void timetable_command(struct timetable *timetable, const struct command *command);
void timetable_event(struct timetable *timetable, const struct event *event, int64_t time_ns);
void timetable_day(struct timetable *timetable, int32_t day); /* the engine's, at start */

/* Commands due at `now_ns`, most urgent first, at most `max`; role, type and body are set. What it
 * has asked for it asks for again until it has seen it happen, or until it has been asked three
 * times in vain (somebody else's business then, until the next phase of the day).
 * Returns how many. */
size_t timetable_due(struct timetable *timetable, int64_t now_ns, struct command *out, size_t max);

/* The earliest time after `now_ns` at which timetable_due may have something new. */
int64_t timetable_next(const struct timetable *timetable, int64_t now_ns);

/* Secret of an instrument's calls on a day, and the hash of it that is published before them. */
void timetable_seed(const struct timetable *timetable, const struct name *instrument, int32_t day,
                    uint8_t out_secret[SEED_BYTES], uint8_t out_commit[SEED_BYTES]);

/* How many seconds before its nominal end the call of that secret ends: decision 10.7. Anybody can
 * compute it once the secret is published. */
uint32_t timetable_early(const uint8_t secret[SEED_BYTES], const struct name *instrument,
                         int32_t day, uint32_t window);
#endif
