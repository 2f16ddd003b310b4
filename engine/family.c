/* family.c - see family.h. Values: market.md section 3, fee section 4 (2 000 ppm for carbon, taken
 * for the others too: docs/decisions). */
#include "engine/family.h"
#include "engine/assert.h"

static const struct family_row families[FAMILY_COUNT] = {
    [FAMILY_CARBON] = {1, 1, 100000, 2000, 100000, 1, 300000, 10},
    [FAMILY_ECO] = {1, 1, 100000, 2000, 10000, 1, 300000, 10},
    [FAMILY_ENERGY] = {1, 1, 100000, 2000, 10000, 1, 300000, 10},
    [FAMILY_WATER] = {1, 1, 100000, 2000, 10000, 1, 300000, 10},
    [FAMILY_AIR] = {10, 1, 100000, 2000, 50000, 1, 300000, 10},
    [FAMILY_EFFLUENT] = {10, 1, 100000, 2000, 50000, 1, 300000, 10},
};

const struct family_row *family_of(uint8_t family)
{
    ASSERT(family < FAMILY_COUNT);
    return &families[family];
}
