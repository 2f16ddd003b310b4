/* order_type.h - what each type of order is: one row of traits (market.md 4, decision 9).
 *
 * The rest of the engine asks for traits and not for types, so a new type is a value in types.h and
 * a row in order_type.c. Private to engine/.
 */
#ifndef ENGINE_ORDER_TYPE_H
#define ENGINE_ORDER_TYPE_H
#include "engine/types.h"

struct order_type_row {
    uint32_t rule_set; /* the first that offers it */
    bool has_limit;    /* its line gives the price; else it stands at the edge of its zone's band */
    bool may_rest;     /* what is left may rest, if its time in force lets it */
    bool is_parked;    /* it waits beside the book until its stop price is reached */
    uint8_t becomes;   /* the type it goes on as when it is triggered */
};

const struct order_type_row *order_type_of(uint8_t type); /* needs: type < ORDER_TYPE_COUNT */
#endif
