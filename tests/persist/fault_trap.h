/* fault_trap.h - makes the n-th write, sync or allocation of the program fail, once.
 *
 * The linker wraps the calls of the whole program, the statically linked LMDB included (see
 * meson.build). Only for programs of one thread.
 */
#ifndef TESTS_PERSIST_FAULT_TRAP_H
#define TESTS_PERSIST_FAULT_TRAP_H
#include <stdbool.h>

enum fault_kind { FAULT_WRITES, FAULT_SYNCS, FAULT_ALLOCATIONS };

/* After `left` calls of this kind the next one fails with errno `code`. */
void fault_trap_arm(enum fault_kind kind, unsigned left, int code);
void fault_trap_disarm(void);
bool fault_trap_hit(void); /* since it was armed */
#endif
