/* check.h - the parts of engine_check() that have a file of their own. Each asserts.
 * Private to engine/. */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H
#include "engine/state.h"

void check_rules(const struct engine *engine); /* check_rules.c: limits, gates, people */
#endif
