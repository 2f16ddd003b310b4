/* family.h - the families of rights and their defaults (market.md section 3): one row each. A new
 * family is a row here and a value in types.h. Private to engine/. */
#ifndef ENGINE_FAMILY_H
#define ENGINE_FAMILY_H
#include "engine/types.h"

struct family_row {
    int64_t lot;
    int64_t tick;
    int64_t band_ppm;
    int64_t fee_ppm;
    int64_t block_from; /* units: this much and more trades as a block */
    int64_t t_plus;
    int64_t block_band_ppm; /* of agreements */
    int64_t deadline_days;  /* of an authority that decides on a trade in escrow */
};

const struct family_row *family_of(uint8_t family); /* needs: family < FAMILY_COUNT */
#endif
