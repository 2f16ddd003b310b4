/* directory.h - names to ids and back, learnt from events.
 *
 * Owns:     four tables (zones, instruments, participants, auctions), grown on the heap.
 * Bound:    ZONES_MAX, INSTRUMENTS_MAX, PARTICIPANTS_MAX, AUCTIONS_MAX of limits.h.
 * Threads:  one at a time.
 */
#ifndef PROTO_DIRECTORY_H
#define PROTO_DIRECTORY_H
#include "engine/event.h"

struct directory;

struct directory *directory_create(void); /* NULL: no memory */
void directory_destroy(struct directory *directory);

/* Learns from NAMED, ROW_NAME and ROW_INSTRUMENT; every other event is ignored. Ids past the bound
 * and names already known are ignored too. Returns 0 or ERR_NO_MEMORY. */
int directory_learn(struct directory *directory, const struct event *event);

/* Ids; the *_NONE value for a name nobody has. */
uint8_t directory_zone(const struct directory *directory, const struct name *name);
uint16_t directory_instrument(const struct directory *directory, const struct name *name);
uint32_t directory_participant(const struct directory *directory, const struct name *name);
uint32_t directory_auction(const struct directory *directory, const struct name *name);

/* Names; for an id nobody has the name "-". Borrowed: valid until the next directory_learn. */
const struct name *directory_zone_name(const struct directory *directory, uint8_t id);
const struct name *directory_instrument_name(const struct directory *directory, uint16_t id);
const struct name *directory_participant_name(const struct directory *directory, uint32_t id);
const struct name *directory_auction_name(const struct directory *directory, uint32_t id);

/* The zone a participant was created in; ZONE_NONE if unknown. */
uint8_t directory_participant_zone(const struct directory *directory, uint32_t id);

/* How many ids are known: every id below the count has a name, because ids rise from 0. */
uint32_t directory_zones(const struct directory *directory);
uint32_t directory_instruments(const struct directory *directory);
uint32_t directory_participants(const struct directory *directory);
uint32_t directory_auctions(const struct directory *directory);

/* Text to a name: false if it is not [A-Za-z0-9._-]{1,32}. */
bool directory_name_of(const char *text, size_t size, struct name *out);
size_t directory_name_size(const struct name *name); /* 0..NAME_BYTES */
#endif
