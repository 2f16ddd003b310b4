/* book.c - see book.h. Keys are price / tick; a key's lowest six bits choose the level in a leaf,
 * each six bits above them a child. A side without orders has no root. */
#include "engine/book.h"

#define DIGIT_BITS 6
#define DIGIT_MASK 63u
#define HEIGHT_MAX 6 /* 36 bits of price */

_Static_assert(BOOK_NODES_PER_LEAF == HEIGHT_MAX - 1, "a new price always finds its nodes");
_Static_assert(PRICE_MAX < (INT64_C(1) << (DIGIT_BITS * HEIGHT_MAX)), "every price has a key");

static uint64_t key_at(const struct engine *engine, uint16_t instrument, int64_t price)
{
    int64_t tick = engine->instrument[instrument].tick;
    return (uint64_t)(tick == 1 ? price : price / tick);
}

/* The queue an order stands in: prices upwards (asks, parked buys) or downwards. */
struct place {
    struct book_side *side;
    uint64_t key;
    bool upwards;
};

static struct place resting_place(const struct engine *engine, const struct order *order)
{
    struct zone_state *zone = state_zone(engine, order->instrument, order->zone);
    return (struct place){&zone->side[order->side], key_at(engine, order->instrument, order->price),
                          order->side == SIDE_SELL};
}

static struct place parked_place(const struct engine *engine, const struct order *order)
{
    struct zone_state *zone = state_zone(engine, order->instrument, order->zone);
    return (struct place){&zone->stop[order->side],
                          key_at(engine, order->instrument, engine->extra[order->extra].stop),
                          order->side == SIDE_BUY};
}

static uint32_t digit_of(uint64_t key, uint32_t height)
{
    return (uint32_t)(key >> (DIGIT_BITS * (height - 1))) & DIGIT_MASK;
}

uint32_t book_room(const struct engine *engine)
{
    uint32_t taken = engine->leaves_used + engine->leaves_promised;
    ASSERT(taken <= engine->limits.levels);
    return engine->limits.levels - taken;
}

static uint32_t leaf_take(struct engine *engine)
{
    uint32_t leaf = engine->leaves_free;
    if (leaf != NIL) {
        engine->leaves_free = engine->leaf[leaf].level[0].head;
    } else {
        ASSERT(engine->leaves_top < engine->limits.levels);
        leaf = engine->leaves_top++;
    }
    engine->leaves_used++;
    engine->leaf[leaf].used = 0;
    return leaf;
}

static void leaf_give(struct engine *engine, uint32_t leaf)
{
    engine->leaf[leaf].level[0].head = engine->leaves_free;
    engine->leaves_free = leaf;
    engine->leaves_used--;
}

static uint32_t node_take(struct engine *engine)
{
    uint32_t node = engine->nodes_free;
    if (node != NIL) {
        engine->nodes_free = engine->node[node].child[0];
    } else {
        ASSERT(engine->nodes_top / BOOK_NODES_PER_LEAF < engine->limits.levels);
        node = engine->nodes_top++;
    }
    engine->nodes_used++;
    engine->node[node].used = 0;
    return node;
}

static void node_give(struct engine *engine, uint32_t node)
{
    engine->node[node].child[0] = engine->nodes_free;
    engine->nodes_free = node;
    engine->nodes_used--;
}

static void grow_to(struct engine *engine, struct book_side *side, uint64_t key)
{
    uint32_t height = 1;
    while (height < HEIGHT_MAX && key >> (DIGIT_BITS * height))
        height++;
    if (side->root == NIL) {
        side->height = height;
        return;
    }
    while (side->height < height) {
        uint32_t node = node_take(engine);
        engine->node[node].used = 1;
        engine->node[node].child[0] = side->root;
        side->root = node;
        side->height++;
    }
}

/* The leaf of a key, made if need be. */
static uint32_t leaf_open(struct engine *engine, struct book_side *side, uint64_t key)
{
    uint32_t *reference = &side->root;
    if (side->finger != NIL && side->finger_key == key >> DIGIT_BITS) return side->finger;
    grow_to(engine, side, key);
    for (uint32_t height = side->height; height > 1; height--) {
        struct book_node *node;
        uint32_t digit = digit_of(key, height);
        if (*reference == NIL) *reference = node_take(engine);
        node = &engine->node[*reference];
        if (!(node->used >> digit & 1)) {
            node->used |= UINT64_C(1) << digit;
            node->child[digit] = NIL;
        }
        reference = &node->child[digit];
    }
    if (*reference == NIL) *reference = leaf_take(engine);
    side->finger = *reference;
    side->finger_key = key >> DIGIT_BITS;
    return *reference;
}

/* Takes an empty leaf out of the tree, and every node that becomes empty above it. */
static void leaf_close(struct engine *engine, struct book_side *side, uint64_t key)
{
    uint32_t path[HEIGHT_MAX + 1];
    uint32_t at = side->root;
    for (uint32_t height = side->height; height > 1; height--) {
        path[height] = at;
        at = engine->node[at].child[digit_of(key, height)];
    }
    if (side->finger == at) side->finger = NIL;
    leaf_give(engine, at);
    for (uint32_t height = 2; height <= side->height; height++) {
        struct book_node *node = &engine->node[path[height]];
        node->used &= ~(UINT64_C(1) << digit_of(key, height));
        if (node->used) return;
        node_give(engine, path[height]);
    }
    side->root = NIL;
    side->height = 0;
}

static void queue_add(struct engine *engine, uint32_t slot, struct place place)
{
    struct order *order = &engine->order[slot];
    struct book_leaf *leaf = &engine->leaf[leaf_open(engine, place.side, place.key)];
    uint32_t digit = (uint32_t)place.key & DIGIT_MASK;
    ASSERT(order->left > 0 && order->state == ORDER_WORKING);
    order->next = NIL;
    if (leaf->used >> digit & 1) {
        order->prev = leaf->level[digit].tail;
        engine->order[order->prev].next = slot;
    } else {
        leaf->used |= UINT64_C(1) << digit;
        leaf->level[digit].head = slot;
        order->prev = NIL;
    }
    leaf->level[digit].tail = slot;
    place.side->orders++;
}

static void queue_remove(struct engine *engine, uint32_t slot, struct place place)
{
    struct order *order = &engine->order[slot];
    struct book_leaf *leaf = &engine->leaf[leaf_open(engine, place.side, place.key)];
    uint32_t digit = (uint32_t)place.key & DIGIT_MASK;
    ASSERT(leaf->used >> digit & 1);
    if (order->prev != NIL)
        engine->order[order->prev].next = order->next;
    else
        leaf->level[digit].head = order->next;
    if (order->next != NIL)
        engine->order[order->next].prev = order->prev;
    else
        leaf->level[digit].tail = order->prev;
    if (order->prev == NIL && order->next == NIL) {
        leaf->used &= ~(UINT64_C(1) << digit);
        if (!leaf->used) leaf_close(engine, place.side, place.key);
    }
    order->state = ORDER_WORKING;
    place.side->orders--;
}

void book_add(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    queue_add(engine, slot, resting_place(engine, order));
    order->state = ORDER_RESTING;
    engine->instrument[order->instrument].resting++;
}

void book_remove(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    ASSERT(order->state == ORDER_RESTING);
    queue_remove(engine, slot, resting_place(engine, order));
    engine->instrument[order->instrument].resting--;
}

void book_park(struct engine *engine, uint32_t slot)
{
    struct order *order = &engine->order[slot];
    queue_add(engine, slot, parked_place(engine, order));
    order->state = ORDER_PARKED;
    engine->instrument[order->instrument].parked++;
}

void book_unpark(struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    ASSERT(order->state == ORDER_PARKED);
    queue_remove(engine, slot, parked_place(engine, order));
    engine->instrument[order->instrument].parked--;
}

static uint32_t first_digit(uint64_t used, bool upwards)
{
    ASSERT(used);
    return upwards ? (uint32_t)__builtin_ctzll(used) : 63u - (uint32_t)__builtin_clzll(used);
}

/* Set digits that come after `digit`. */
static uint64_t digits_after(uint64_t used, uint32_t digit, bool upwards)
{
    uint64_t lower = (UINT64_C(1) << digit) - 1;
    return upwards ? used & ~lower & ~(UINT64_C(1) << digit) : used & lower;
}

static uint32_t first_below(const struct engine *engine, uint32_t at, uint32_t height, bool upwards)
{
    const struct book_leaf *leaf;
    for (; height > 1; height--) {
        const struct book_node *node = &engine->node[at];
        at = node->child[first_digit(node->used, upwards)];
    }
    leaf = &engine->leaf[at];
    return leaf->level[first_digit(leaf->used, upwards)].head;
}

uint32_t book_best(const struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t side)
{
    const struct book_side *book = &state_zone(engine, instrument, zone)->side[side];
    if (book->root == NIL) return NIL;
    return first_below(engine, book->root, book->height, side == SIDE_SELL);
}

uint32_t book_first_stop(const struct engine *engine, uint16_t instrument, uint8_t zone,
                         uint8_t side)
{
    const struct book_side *stops = &state_zone(engine, instrument, zone)->stop[side];
    if (stops->root == NIL) return NIL;
    return first_below(engine, stops->root, stops->height, side == SIDE_BUY);
}

uint32_t book_first(const struct engine *engine, uint16_t instrument, uint8_t zone, uint8_t queue)
{
    if (queue < QUEUE_PARKED_BUYS) return book_best(engine, instrument, zone, queue);
    return book_first_stop(engine, instrument, zone, (uint8_t)(queue - QUEUE_PARKED_BUYS));
}

uint32_t book_next(const struct engine *engine, uint32_t slot)
{
    const struct order *order = &engine->order[slot];
    const struct book_leaf *leaf;
    struct place place;
    uint64_t after;
    uint32_t path[HEIGHT_MAX + 1], at;
    if (order->next != NIL) return order->next;
    place =
        order->state == ORDER_PARKED ? parked_place(engine, order) : resting_place(engine, order);
    at = place.side->root;
    for (uint32_t height = place.side->height; height > 1; height--) {
        path[height] = at;
        at = engine->node[at].child[digit_of(place.key, height)];
    }
    leaf = &engine->leaf[at];
    after = digits_after(leaf->used, (uint32_t)place.key & DIGIT_MASK, place.upwards);
    if (after) return leaf->level[first_digit(after, place.upwards)].head;
    for (uint32_t height = 2; height <= place.side->height; height++) {
        const struct book_node *node = &engine->node[path[height]];
        after = digits_after(node->used, digit_of(place.key, height), place.upwards);
        if (!after) continue;
        return first_below(engine, node->child[first_digit(after, place.upwards)], height - 1,
                           place.upwards);
    }
    return NIL;
}
