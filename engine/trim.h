/* trim.h - before a call a group's own crossing orders are trimmed, newest first (market.md 6.9).
 *
 * Measured first, for all orders, then cut: a look only measures. Both go on where they stopped
 * when they are called again. Private to engine/.
 */
#ifndef ENGINE_TRIM_H
#define ENGINE_TRIM_H
#include "engine/slate.h"

/* Fills slate->cut for the orders of these zones, and slate->row with the `trim.kept` of them
 * that lose something: newest first or, in a look, by slot. Returns whether it is finished. */
bool trim_measure(const struct engine *engine, struct slate *slate, uint16_t instrument,
                  uint32_t zones);

/* Cuts what was measured. Returns whether it is finished; then trim.kept orders were cut. */
bool trim_cut(struct engine *engine, struct slate *slate);
#endif
