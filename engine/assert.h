/* assert.h - the program is wrong: stop. Always on, also in release builds.
 *
 * A wrong balance is worse than a halt, so a failed assert ends the process at once. The engine may
 * not print; the trap address and the debugger name the place. ASSERT_SLOW walks whole structures
 * and is compiled in for tests and the simulator only (-DLINGNAN_SLOW_ASSERTS).
 */
#ifndef ENGINE_ASSERT_H
#define ENGINE_ASSERT_H

#define ASSERT(condition)                                                                          \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) __builtin_trap();                                   \
    } while (0)

#ifdef LINGNAN_SLOW_ASSERTS
#define ASSERT_SLOW(condition) ASSERT(condition)
#else
#define ASSERT_SLOW(condition) ((void)0)
#endif
#endif
