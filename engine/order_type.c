/* order_type.c - the table of order types. */
#include "engine/order_type.h"
#include "engine/assert.h"

/* clang-format off */
static const struct order_type_row rows[ORDER_TYPE_COUNT] = {
    /*                         set  limit  rests  parked  becomes */
    [ORDER_TYPE_LIMIT]      = {1,   true,  true,  false,  ORDER_TYPE_LIMIT},
    [ORDER_TYPE_MARKET]     = {1,   false, false, false,  ORDER_TYPE_MARKET},
    [ORDER_TYPE_STOP]       = {2,   false, false, true,   ORDER_TYPE_MARKET},
    [ORDER_TYPE_STOP_LIMIT] = {2,   true,  true,  true,   ORDER_TYPE_LIMIT},
};
/* clang-format on */

const struct order_type_row *order_type_of(uint8_t type)
{
    ASSERT(type < ORDER_TYPE_COUNT);
    return &rows[type];
}
