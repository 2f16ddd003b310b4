/* setup.h - what other commands need of the market's description. Private to engine/. */
#ifndef ENGINE_SETUP_H
#define ENGINE_SETUP_H
#include "engine/state.h"

/* Adds an instrument with its zones (`ref` in each, UNSET: none) and closed links, and says so.
 * Needs: a free name, room in the table. */
void instrument_open(struct engine *engine, const struct instrument *row, int64_t ref);

/* May a command name this direction of a link? */
enum reason link_reason(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to);
#endif
