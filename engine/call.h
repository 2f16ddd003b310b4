/* call.h - what the calls of an instrument and the look at an indicative price have in common: who
 * takes part, and what comes out. Private to engine/. */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H
#include "engine/flow.h"
#include "engine/trim.h"

/* Fills zones, pairs and zone[].said of the slate's call: all zones that take part in a call of
 * the whole instrument. */
void call_plan(const struct engine *engine, struct slate *slate, uint16_t instrument);

/* Couples two zones in this call. */
void call_pair(struct slate *slate, uint32_t a, uint32_t b);

/* Prices, units and flows of the call that was planned. Returns whether it is finished; if not, it
 * goes on when it is called again. */
bool call_solve(const struct engine *engine, struct slate *slate, uint16_t instrument);

/* The call that was planned, from trimming to the flows. Returns whether it is finished; then
 * call.changed says whether anything was cut or filled. */
bool call_run(struct engine *engine, struct slate *slate, uint16_t instrument);
#endif
