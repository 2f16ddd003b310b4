/* lane.h - exactly once: a command carries (lane, id), ids rise strictly inside a lane.
 *
 * Each lane keeps its highest id and a window of its last W commands with the first event each
 * gave. Source: system.md 2, "Exactly once". Lanes of different (role, actor) are different lanes;
 * when all rows are taken the one used longest ago is recycled. Private to engine/.
 */
#ifndef ENGINE_LANE_H
#define ENGINE_LANE_H
#include "engine/state.h"

enum lane_verdict { LANE_NEW, LANE_REPEAT, LANE_OTHER_CONTENT, LANE_STALE };

/* Finds or opens the command's lane and says what its id means there. */
enum lane_verdict lane_open(struct engine *engine, const struct command *command, uint64_t content,
                            uint32_t *out_lane, const struct lane_entry **out_entry);

/* Remembers the first event of a new command. */
void lane_keep(struct engine *engine, uint32_t lane, uint64_t id, uint64_t content,
               const struct event *first);

/* content.c: a 64-bit hash of what the command says, without who sends it under which number.
 * Unknown ids all count as *_NONE, so that a replay by names gives the same hash. */
uint64_t content_of(const struct engine *engine, const struct command *command);
#endif
