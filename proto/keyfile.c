/* keyfile.c - key files, lines of registered keys, and the logon signature. */
#include "proto/keyfile.h"
#include "proto/directory.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(KEYFILE_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(KEYFILE_SEED_BYTES == crypto_sign_SEEDBYTES, "Ed25519");
_Static_assert(KEYFILE_SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519");

#define MAGIC "lingnan-key-1"
#define PURPOSE "lingnan logon v1"
#define HEX_SIZE (2 * KEYFILE_PUBLIC_BYTES)

static const char *const role_words[ROLE_COUNT] = {
#define ROLE_WORD(number, name, word) [number] = word,
    ROLE_LIST(ROLE_WORD)
#undef ROLE_WORD
};

/* Text still to be read, one field after the other. */
struct cursor {
    const char *at;
    const char *end;
};

static bool take(struct cursor *cursor, const char *text)
{
    size_t size = strlen(text);
    if ((size_t)(cursor->end - cursor->at) < size || memcmp(cursor->at, text, size) != 0)
        return false;
    cursor->at += size;
    return true;
}

/* The bytes up to the next blank or line end. */
static struct cursor take_word(struct cursor *cursor)
{
    struct cursor word = {cursor->at, cursor->at};
    while (word.end < cursor->end && *word.end != ' ' && *word.end != '\t' && *word.end != '\n' &&
           *word.end != '\r')
        word.end++;
    cursor->at = word.end;
    return word;
}

static bool name_of(struct cursor word, struct name *out)
{
    return directory_name_of(word.at, (size_t)(word.end - word.at), out);
}

static bool hex_of(struct cursor word, uint8_t out[KEYFILE_PUBLIC_BYTES])
{
    size_t size = 0;
    const char *end = NULL;
    if (word.end - word.at != HEX_SIZE) return false;
    return sodium_hex2bin(out, KEYFILE_PUBLIC_BYTES, word.at, HEX_SIZE, NULL, &size, &end) == 0 &&
           size == KEYFILE_PUBLIC_BYTES && end == word.end;
}

int keyfile_make(const struct name *name, struct keyfile *out)
{
    if (sodium_init() < 0) return ERR_SYSTEM;
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    out->name = *name;
    randombytes_buf(out->seed, sizeof out->seed);
    (void)crypto_sign_seed_keypair(out->public_key, secret, out->seed);
    sodium_memzero(secret, sizeof secret);
    return 0;
}

static int fault_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EEXIST:
        return ERR_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_PERMISSION;
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    default:
        return ERR_DISK;
    }
}

static int write_all(int file, const char *text, size_t size)
{
    while (size) {
        ssize_t done = write(file, text, size);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return fault_of_errno(errno);
        text += done;
        size -= (size_t)done;
    }
    return fsync(file) < 0 ? fault_of_errno(errno) : 0;
}

int keyfile_write(const char *path, const struct keyfile *key, struct fault_text *why)
{
    char public_hex[HEX_SIZE + 1];
    char secret_hex[HEX_SIZE + 1];
    char text[KEYFILE_TEXT_MAX];
    if (sodium_init() < 0) return fault_say(why, ERR_SYSTEM, "libsodium does not start");
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        int fault = fault_of_errno(errno);
        return fault_say(why, fault, "cannot create key file %s: %s", path, strerror(errno));
    }
    (void)sodium_bin2hex(public_hex, sizeof public_hex, key->public_key, KEYFILE_PUBLIC_BYTES);
    (void)sodium_bin2hex(secret_hex, sizeof secret_hex, key->seed, KEYFILE_SEED_BYTES);
    int size = snprintf(text, sizeof text, MAGIC "\nname %.*s\npublic %s\nsecret %s\n", NAME_BYTES,
                        key->name.text, public_hex, secret_hex);
    int fault = write_all(file, text, (size_t)size);
    sodium_memzero(secret_hex, sizeof secret_hex);
    sodium_memzero(text, sizeof text);
    if (close(file) < 0 && !fault) fault = fault_of_errno(errno);
    if (!fault) return 0;
    (void)unlink(path);
    return fault_say(why, fault, "cannot write key file %s: %s", path, fault_message(fault));
}

static const char *parse(struct cursor text, struct keyfile *out)
{
    uint8_t public_key[KEYFILE_PUBLIC_BYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    if (!take(&text, MAGIC "\n")) return "the first line is not " MAGIC;
    if (!take(&text, "name ") || !name_of(take_word(&text), &out->name) || !take(&text, "\n"))
        return "line 2 is not a name";
    if (!take(&text, "public ") || !hex_of(take_word(&text), out->public_key) || !take(&text, "\n"))
        return "line 3 is not a public key of 64 hex digits";
    if (!take(&text, "secret ") || !hex_of(take_word(&text), out->seed) || !take(&text, "\n"))
        return "line 4 is not a secret of 64 hex digits";
    if (text.at != text.end) return "something follows line 4";
    (void)crypto_sign_seed_keypair(public_key, secret, out->seed);
    sodium_memzero(secret, sizeof secret);
    return memcmp(public_key, out->public_key, sizeof public_key) == 0
               ? NULL
               : "public key and secret do not belong together";
}

static int read_all(int file, char *text, size_t capacity, size_t *out_size)
{
    size_t size = 0;
    while (size < capacity) {
        ssize_t got = read(file, text + size, capacity - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fault_of_errno(errno);
        if (got == 0) break;
        size += (size_t)got;
    }
    *out_size = size;
    return 0;
}

/* Owner's permissions only, so that no other user of the machine can act in this name. */
static int check_mode(int file, const char *path, struct fault_text *why)
{
    struct stat facts;
    if (fstat(file, &facts) < 0)
        return fault_say(why, ERR_DISK, "key file %s: %s", path, strerror(errno));
    if (!S_ISREG(facts.st_mode)) return fault_say(why, ERR_KEY, "key file %s: not a file", path);
    if (facts.st_mode & 077)
        return fault_say(why, ERR_KEY,
                         "key file %s: mode %04o, but only the owner may read it "
                         "(0600)",
                         path, (unsigned)facts.st_mode & 07777u);
    return 0;
}

int keyfile_read(const char *path, struct keyfile *out, struct fault_text *why)
{
    char text[KEYFILE_TEXT_MAX + 1];
    size_t size = 0;
    struct keyfile key = {0};
    if (sodium_init() < 0) return fault_say(why, ERR_SYSTEM, "libsodium does not start");
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        int fault = fault_of_errno(errno);
        return fault_say(why, fault, "cannot open key file %s: %s", path, strerror(errno));
    }
    int fault = check_mode(file, path, why);
    if (fault) goto done;
    fault = read_all(file, text, sizeof text, &size);
    if (fault) {
        (void)fault_say(why, fault, "cannot read key file %s: %s", path, fault_message(fault));
        goto done;
    }
    if (size > KEYFILE_TEXT_MAX) {
        fault =
            fault_say(why, ERR_KEY, "key file %s: longer than %d bytes", path, KEYFILE_TEXT_MAX);
        goto done;
    }
    const char *wrong = parse((struct cursor){text, text + size}, &key);
    if (wrong) {
        fault = fault_say(why, ERR_KEY, "key file %s: %s", path, wrong);
        goto done;
    }
    *out = key;
done:
    (void)close(file);
    sodium_memzero(text, sizeof text);
    keyfile_wipe(&key);
    return fault;
}

void keyfile_wipe(struct keyfile *key)
{
    sodium_memzero(key, sizeof *key);
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
        cursor->at++;
}

static bool role_of(struct cursor word, uint8_t *out)
{
    size_t size = (size_t)(word.end - word.at);
    for (uint8_t role = 0; role < ROLE_COUNT; role++) {
        if (strlen(role_words[role]) != size || memcmp(role_words[role], word.at, size) != 0)
            continue;
        *out = role;
        return true;
    }
    return false;
}

int keyfile_line_read(const char *line, size_t size, struct keyfile_line *out,
                      struct fault_text *why)
{
    struct cursor text = {line, line + size};
    struct keyfile_line key = {0};
    if (sodium_init() < 0) return fault_say(why, ERR_SYSTEM, "libsodium does not start");
    while (text.end > text.at && (text.end[-1] == '\n' || text.end[-1] == '\r'))
        text.end--;
    if (text.end - text.at > KEYFILE_LINE_MAX)
        return fault_say(why, ERR_KEY, "column %d: the line is longer than %d bytes",
                         KEYFILE_LINE_MAX + 1, KEYFILE_LINE_MAX);
    skip_blanks(&text);
    if (text.at == text.end || *text.at == '#') return 1;
    const char *expected = "a user name";
    const char *start = text.at;
    bool good = name_of(take_word(&text), &key.name);
    if (good) {
        skip_blanks(&text);
        expected = "a role: system, enterprise, regulator, operator, auditor or public";
        start = text.at;
        good = role_of(take_word(&text), &key.role);
    }
    if (good) {
        skip_blanks(&text);
        expected = "a participant or -";
        start = text.at;
        good = name_of(take_word(&text), &key.participant);
    }
    if (good) {
        skip_blanks(&text);
        expected = "a public key of 64 hex digits";
        start = text.at;
        good = hex_of(take_word(&text), key.public_key);
    }
    if (good) {
        skip_blanks(&text);
        expected = "the end of the line";
        start = text.at;
        good = text.at == text.end || *text.at == '#';
    }
    if (!good)
        return fault_say(why, ERR_KEY, "column %d: expected %s", (int)(start - line) + 1, expected);
    *out = key;
    return 0;
}

size_t keyfile_line_text(const struct keyfile_line *line, char *out, size_t capacity)
{
    char hex[HEX_SIZE + 1];
    if (line->role >= ROLE_COUNT) return 0;
    (void)sodium_bin2hex(hex, sizeof hex, line->public_key, KEYFILE_PUBLIC_BYTES);
    int size = snprintf(out, capacity, "%.*s %s %.*s %s", NAME_BYTES, line->name.text,
                        role_words[line->role], NAME_BYTES, line->participant.text, hex);
    return size > 0 && (size_t)size < capacity ? (size_t)size : 0;
}

/* What is signed. */
static void compose(uint8_t out[sizeof PURPOSE - 1 + KEYFILE_NONCE_BYTES + 16],
                    const uint8_t nonce[KEYFILE_NONCE_BYTES], const uint8_t cluster[16])
{
    memcpy(out, PURPOSE, sizeof PURPOSE - 1);
    memcpy(out + sizeof PURPOSE - 1, nonce, KEYFILE_NONCE_BYTES);
    memcpy(out + sizeof PURPOSE - 1 + KEYFILE_NONCE_BYTES, cluster, 16);
}

int keyfile_sign(const struct keyfile *key, const uint8_t nonce[KEYFILE_NONCE_BYTES],
                 const uint8_t cluster[16], uint8_t out_signature[KEYFILE_SIGNATURE_BYTES])
{
    uint8_t message[sizeof PURPOSE - 1 + KEYFILE_NONCE_BYTES + 16];
    uint8_t public_key[KEYFILE_PUBLIC_BYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    if (sodium_init() < 0) return ERR_SYSTEM;
    compose(message, nonce, cluster);
    (void)crypto_sign_seed_keypair(public_key, secret, key->seed);
    (void)crypto_sign_detached(out_signature, NULL, message, sizeof message, secret);
    sodium_memzero(secret, sizeof secret);
    return 0;
}

bool keyfile_verify(const uint8_t public_key[KEYFILE_PUBLIC_BYTES],
                    const uint8_t nonce[KEYFILE_NONCE_BYTES], const uint8_t cluster[16],
                    const uint8_t signature[KEYFILE_SIGNATURE_BYTES])
{
    uint8_t message[sizeof PURPOSE - 1 + KEYFILE_NONCE_BYTES + 16];
    if (sodium_init() < 0) return false;
    compose(message, nonce, cluster);
    return crypto_sign_verify_detached(signature, message, sizeof message, public_key) == 0;
}
