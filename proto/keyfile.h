/* keyfile.h - who a client is: its secret key file, and the server's list of registered keys.
 *
 * Key file (mode 0600, text, one field per line, in this order):
 *     lingnan-key-1
 *     name <user name>
 *     public <64 hex digits>
 *     secret <64 hex digits>          the Ed25519 seed
 * Keys line of the server's DATA/keys (# starts a comment, blank lines are skipped):
 *     <user name> <role> <participant or -> <public key, 64 hex digits>
 *
 * Threads:  no state; libsodium is initialised by each function that needs it.
 */
#ifndef PROTO_KEYFILE_H
#define PROTO_KEYFILE_H
#include "engine/types.h"
#include "proto/fault.h"

#define KEYFILE_PUBLIC_BYTES 32
#define KEYFILE_SEED_BYTES 32
#define KEYFILE_SIGNATURE_BYTES 64
#define KEYFILE_NONCE_BYTES 32
#define KEYFILE_TEXT_MAX 512 /* a larger file is not a key file */
#define KEYFILE_LINE_MAX 256 /* bytes of one line of DATA/keys */

struct keyfile {
    struct name name;
    uint8_t public_key[KEYFILE_PUBLIC_BYTES];
    uint8_t seed[KEYFILE_SEED_BYTES];
};

struct keyfile_line { /* one registered key */
    struct name name;
    struct name participant; /* "-": none */
    uint8_t public_key[KEYFILE_PUBLIC_BYTES];
    uint8_t role; /* enum role */
};

/* A new key from the system's random source. Returns 0 or ERR_SYSTEM. */
int keyfile_make(const struct name *name, struct keyfile *out);

/* Creates the file with mode 0600, synced. Returns 0, ERR_EXISTS, ERR_PERMISSION, ERR_DISK_FULL or
 * ERR_DISK. `why` may be NULL. */
int keyfile_write(const char *path, const struct keyfile *key, struct fault_text *why);

/* Returns 0, ERR_NOT_FOUND, ERR_PERMISSION, ERR_DISK, or ERR_KEY: readable by others, not a key
 * file, cut short, public key does not belong to the secret. */
int keyfile_read(const char *path, struct keyfile *out, struct fault_text *why);

/* Overwrites the secret; call it when done. */
void keyfile_wipe(struct keyfile *key);

/* One line of DATA/keys. Returns 0; 1: blank or comment; ERR_KEY with the column in `why`. */
int keyfile_line_read(const char *line, size_t size, struct keyfile_line *out,
                      struct fault_text *why);
size_t keyfile_line_text(const struct keyfile_line *line, char *out, size_t capacity); /* 0: room */

/* Logon: signature over "lingnan logon v1" || nonce || cluster. */
int keyfile_sign(const struct keyfile *key, const uint8_t nonce[KEYFILE_NONCE_BYTES],
                 const uint8_t cluster[16], uint8_t out_signature[KEYFILE_SIGNATURE_BYTES]);
bool keyfile_verify(const uint8_t public_key[KEYFILE_PUBLIC_BYTES],
                    const uint8_t nonce[KEYFILE_NONCE_BYTES], const uint8_t cluster[16],
                    const uint8_t signature[KEYFILE_SIGNATURE_BYTES]);
#endif
