/* state_base.h - what all parts of the state need: products of two amounts, and the row that is
 * none. Private to engine/.
 */
#ifndef ENGINE_STATE_BASE_H
#define ENGINE_STATE_BASE_H
#include "engine/types.h"

#define NIL UINT32_MAX
#define SIDES 2

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;
#endif
