/* flow.h - the coupled call of two zones: how much flows, and at which two prices (market.md 6.9).
 * Computes only; call.c settles. Private to engine/. */
#ifndef ENGINE_FLOW_H
#define ENGINE_FLOW_H
#include "engine/curve.h"

struct zone_result {
    int64_t price;
    int64_t bought;
    int64_t sold;
    bool said; /* the zone takes part and is reported */
};

struct pair_flow { /* received == 0: the two zones clear alone */
    int64_t received;
    int64_t delivered;
    uint8_t from;
    uint8_t to;
};

/* One zone alone: clamp(ref, I(0)); ref and no volume if nothing crosses. */
void flow_alone(struct engine *engine, uint16_t instrument, uint8_t zone, struct zone_result *out);

/* Two zones together: a -> b, else b -> a, else each alone. Fills out[a] and out[b]. */
struct pair_flow flow_solve(struct engine *engine, uint16_t instrument, uint8_t a, uint8_t b,
                            struct zone_result *out);
#endif
