/* keys.h - DATA/keys: the public keys that may log on, each with role and participant.
 *
 * The file is text (proto/keyfile.h, one line per key) and is read again when it has changed and a
 * key is asked for that is not known; so a key registered while the server runs works at once, and
 * one taken out of the file stops working at the next logon.
 *
 * Owns:     the table, on the heap.
 * Bound:    KEYS_MAX lines.
 * Threads:  one at a time (the desk).
 */
#ifndef GATEWAY_KEYS_H
#define GATEWAY_KEYS_H
#include "proto/keyfile.h"

#define KEYS_MAX 100000u

struct keys;

/* `directory` is DATA. A missing file is an empty table. Returns 0, ERR_NO_MEMORY. */
int keys_open(const char *directory, struct keys **out);
void keys_close(struct keys *keys); /* NULL is allowed */

/* The line of a public key. Looks whether the file has changed first. Returns 0 and *out,
 * ERR_KEY: not registered; or the fault of a file that cannot be read (`why` names line and
 * column) - the table then stays as it was. */
int keys_find(struct keys *keys, const uint8_t public_key[KEYFILE_PUBLIC_BYTES],
              struct keyfile_line *out, struct fault_text *why);

/* Reads the file now. Returns 0 or ERR_KEY, ERR_DISK, ERR_LIMIT, ERR_NO_MEMORY. */
int keys_load(struct keys *keys, struct fault_text *why);
size_t keys_count(const struct keys *keys);
const struct keyfile_line *keys_at(const struct keys *keys, size_t index); /* borrowed */

/* Appends a line to DATA/keys (made with mode 0644; DATA is made if missing), synced. Returns 0,
 * ERR_EXISTS (name or key is registered already), ERR_LIMIT, ERR_PERMISSION, ERR_DISK_FULL,
 * ERR_DISK. Needs: one registrar at a time (an flock on the file sees to it). */
int keys_register(const char *directory, const struct keyfile_line *line, struct fault_text *why);
#endif
