/* cmocka_all.h - cmocka and the standard headers it must be given first.
 *
 * Needs: include this before anything else in a test program; cmocka.h does not compile without
 *        the four standard headers above it.
 */
#ifndef TESTS_LIB_CMOCKA_ALL_H
#define TESTS_LIB_CMOCKA_ALL_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#endif
