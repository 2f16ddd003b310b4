/* deal.h - numbered trades after they were made: escrow, permit, bust (decisions 13.8 and 13.9).
 *
 * Owns:       engine->day_trade, where trade n lies in row n mod limits.trades until a newer one
 *             takes its place; and engine->escrow, trades that wait for a permit, by rising n.
 * Bound:      limits.trades and limits.rules.
 * Private to engine/.
 */
#ifndef ENGINE_DEAL_H
#define ENGINE_DEAL_H
#include "engine/figures.h"

struct day_trade {
    uint64_t n; /* 0: free row */
    int64_t received;
    int64_t delivered;
    int64_t pays;
    int64_t gets;
    int64_t buyer_fee;
    int64_t seller_fee;
    struct figures_leg buyer_leg;
    struct figures_leg seller_leg; /* qty 0: the same zone, counted once */
    uint32_t buyer;
    uint32_t seller;
    int32_t day;
    int32_t deadline;                 /* of an escrow */
    uint32_t release[STRIP_LEGS_MAX]; /* of each leg: business day on which its units become free;
                                       * 0: at once */
    uint32_t asked_by;                /* actor who asked for the bust, when `asked` */
    uint16_t instrument;
    uint16_t period;
    uint8_t from_zone;
    uint8_t to_zone;
    uint8_t asked;
    uint8_t escrowed;
};

/* Is there room to put one more trade of this instrument into escrow, if it needs that? */
bool deal_has_room(const struct engine *engine, uint16_t instrument);

/* A trade has just been settled: remembers it; of a conditional instrument, freezes units and money
 * and says so. The caller fills n to seller_leg, buyer, seller, instrument and zones; the rest is
 * set here. */
void deal_note(struct engine *engine, const struct day_trade *trade);

bool deal_has_escrow(const struct engine *engine, uint16_t instrument);

/* The change of day: escrows whose deadline has passed are refused where the link has room. Spends
 * work; goes on at *at. True: finished. */
bool deal_turn(struct engine *engine, uint32_t *at);

void deal_say(struct engine *engine, const struct day_trade *trade, enum permit state);

/* deal_undo.c: counter-entries. WRONG_STATE: something is no longer where it would have to be
 * taken from; then nothing has changed. `trade` is a copy, its row is the caller's business. */
enum reason deal_undo(struct engine *engine, const struct day_trade *trade);
/* Units and money of an escrow become the parties' own. */
void deal_deliver(struct engine *engine, const struct day_trade *trade);
#endif
