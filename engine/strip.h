/* strip.h - instruments that are one unit of each of several others (market.md 3, decision 11.6).
 * Private to engine/. */
#ifndef ENGINE_STRIP_H
#define ENGINE_STRIP_H
#include "engine/state.h"

/* The commands `strip` and `retire`; REASON_NONE: it is done. */
enum reason strip_apply(struct engine *engine, const struct command *command);
enum reason retire_apply(struct engine *engine, const struct command *command);
#endif
