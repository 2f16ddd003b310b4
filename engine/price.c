/* price.c - price maps, room and bands: market.md 4 (band), 6.1 and 6.2.
 *
 * Bound: prices are at most PRICE_MAX < 2^36, rn, rd <= 1000, a levy in force at most RENT_MAX =
 *        10^12 ppm, so every product is below 2^90. E of such a levy may pass 2^63: it ends there,
 *        above every price there can be.
 */
#include "engine/legs.h"

static bool is_identity(const struct link *link)
{
    return link->rn == link->rd && levy_in_force(link) == 0;
}

int64_t price_to_buyer(const struct link *link, int64_t ask)
{
    int128 delivered, received;
    if (is_identity(link)) return ask;
    delivered = (int128)ask * link->rn * (PPM + levy_in_force(link));
    received = (int128)link->rd * PPM;
    if (delivered > INT64_MAX * received) return INT64_MAX;
    return divide_ceil(delivered, received);
}

int64_t price_to_seller(const struct link *link, int64_t bid)
{
    if (is_identity(link)) return bid;
    return divide_floor((int128)bid * link->rd * PPM,
                        (int128)link->rn * (PPM + levy_in_force(link)));
}

int64_t link_balance(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    if (from < to) return state_link(engine, instrument, from, to)->balance;
    return -state_link(engine, instrument, to, from)->balance;
}

static int64_t own_room(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    const struct link *pair;
    pair = from < to ? state_link(engine, instrument, from, to)
                     : state_link(engine, instrument, to, from);
    if (!pair->limited) return INT64_MAX;
    return from < to ? pair->hi - pair->balance : pair->balance - pair->lo;
}

int64_t link_room(const struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to)
{
    const struct instrument *row = &engine->instrument[instrument];
    int64_t least;
    if (from == to) return INT64_MAX;
    least = own_room(engine, instrument, from, to);
    for (uint8_t leg = 0; leg < row->legs; leg++) {
        int64_t room = own_room(engine, row->leg[leg], from, to);
        if (room < least) least = room;
    }
    return least;
}

static void move_one(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to,
                     int64_t received)
{
    if (from < to)
        state_link(engine, instrument, from, to)->balance += received;
    else
        state_link(engine, instrument, to, from)->balance -= received;
}

void link_move(struct engine *engine, uint16_t instrument, uint8_t from, uint8_t to,
               int64_t received)
{
    if (from == to) return;
    ASSERT(received > 0 && received <= link_room(engine, instrument, from, to));
    move_one(engine, instrument, from, to, received);
    for (uint8_t leg = 0; leg < engine->instrument[instrument].legs; leg++)
        move_one(engine, engine->instrument[instrument].leg[leg], from, to, received);
    engine->instrument[instrument].room_changed = 1;
    engine->instrument[instrument].moved = 1;
    engine->touched = instrument;
}

/* market.md 4: low = ceil(ref x (P - band) / P), high = floor(ref x (P + band) / P), then to the
 * tick inward; at least one tick, at most PRICE_MAX. */
void zone_band_set(struct engine *engine, uint16_t instrument, uint8_t zone, int64_t ref)
{
    const struct instrument *row = &engine->instrument[instrument];
    struct zone_state *state = state_zone(engine, instrument, zone);
    int64_t low = divide_ceil((int128)ref * (PPM - row->band_ppm), PPM);
    int64_t high = divide_floor((int128)ref * (PPM + row->band_ppm), PPM);
    low = divide_ceil(low, row->tick) * row->tick;
    if (high > PRICE_MAX) high = PRICE_MAX;
    high = high / row->tick * row->tick;
    state->ref = ref;
    state->band_low = low < row->tick ? row->tick : low;
    state->band_high = high;
}
