/* lingnan key - make, register, show and list the keys clients log on with. */
#include "gateway/command_line.h"
#include "gateway/keys.h"
#include "proto/directory.h"
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define HEX (2 * KEYFILE_PUBLIC_BYTES)

static const char usage[] =
    "Usage: lingnan key new FILE [--name NAME]\n"
    "       lingnan key register --data DIR --name NAME --role ROLE [--participant NAME]\n"
    "                            PUBLIC|FILE\n"
    "       lingnan key show FILE\n"
    "       lingnan key list --data DIR\n\n"
    "`new` writes a secret key to FILE (mode 0600), its public half to FILE.pub, and prints the\n"
    "public half. `register` allows it to log on: PUBLIC is 64 hex digits, FILE a file made by\n"
    "`new` (either half). ROLE: enterprise, regulator, operator, auditor, public.\n\n"
    "Examples:\n"
    "  lingnan key new mill.key --name mill\n"
    "  lingnan key register --data market --name mill --role enterprise --participant mill "
    "mill.key.pub\n";

struct arguments {
    const char *data;
    const char *name;
    const char *role;
    const char *participant;
    const char *rest[2]; /* verb, and what it is about */
    int rest_count;
};

static int say(int fault, const struct fault_text *why)
{
    fprintf(stderr, "lingnan key: %s: %s\n", fault_name(fault),
            why && why->text[0] ? why->text : fault_message(fault));
    return command_line_status(fault);
}

static int wrong_use(const char *what)
{
    fprintf(stderr, "lingnan key: %s\n%s", what, usage);
    return EX_USAGE;
}

static int read_name(const char *option, const char *text, struct name *out)
{
    if (directory_name_of(text, strlen(text), out)) return 0;
    fprintf(stderr, "lingnan key: %s %.64s: a name has 1 to 32 of A-Z a-z 0-9 . _ -\n", option,
            text);
    return EX_USAGE;
}

static void print_public(const uint8_t key[KEYFILE_PUBLIC_BYTES])
{
    char hex[HEX + 1];
    sodium_bin2hex(hex, sizeof hex, key, KEYFILE_PUBLIC_BYTES);
    puts(hex);
}

/* mill.key -> mill */
static int name_from_path(const char *path, struct name *out)
{
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t size = strlen(base);
    if (size > 4 && !strcmp(base + size - 4, ".key")) size -= 4;
    if (directory_name_of(base, size, out)) return 0;
    return wrong_use("the file's name is no user name; give --name");
}

static int write_public(const char *path, const struct keyfile *key, struct fault_text *why)
{
    char name[4096];
    char hex[HEX + 1];
    int size = snprintf(name, sizeof name, "%s.pub", path);
    if (size < 0 || (size_t)size >= sizeof name)
        return fault_say(why, ERR_TOO_LONG, "file name is too long");
    FILE *file = fopen(name, "we");
    if (!file) return fault_say(why, ERR_DISK, "%.160s: %s", name, strerror(errno));
    sodium_bin2hex(hex, sizeof hex, key->public_key, KEYFILE_PUBLIC_BYTES);
    bool bad = fprintf(file, "%s\n", hex) < 0;
    bad = fclose(file) || bad;
    return bad ? fault_say(why, ERR_DISK, "%.160s: %s", name, strerror(errno)) : 0;
}

static int key_new(const struct arguments *arguments)
{
    const char *path = arguments->rest[1];
    struct fault_text why = {.text = ""};
    struct name name;
    struct keyfile key;
    if (!path) return wrong_use("new needs a file");
    int status =
        arguments->name ? read_name("--name", arguments->name, &name) : name_from_path(path, &name);
    if (status) return status;
    int fault = keyfile_make(&name, &key);
    if (!fault) fault = keyfile_write(path, &key, &why);
    if (!fault) fault = write_public(path, &key, &why);
    if (!fault) print_public(key.public_key);
    keyfile_wipe(&key);
    return fault ? say(fault, &why) : 0;
}

static int key_show(const struct arguments *arguments)
{
    struct fault_text why = {.text = ""};
    struct keyfile key;
    if (!arguments->rest[1]) return wrong_use("show needs a file");
    int fault = keyfile_read(arguments->rest[1], &key, &why);
    if (fault) return say(fault, &why);
    printf("name %.32s\npublic ", key.name.text);
    print_public(key.public_key);
    keyfile_wipe(&key);
    return 0;
}

static bool read_hex(const char *text, uint8_t out[KEYFILE_PUBLIC_BYTES])
{
    size_t size = strcspn(text, " \t\r\n");
    size_t used;
    return size == HEX && text[size + strspn(text + size, " \t\r\n")] == 0 &&
           sodium_hex2bin(out, KEYFILE_PUBLIC_BYTES, text, size, NULL, &used, NULL) == 0 &&
           used == KEYFILE_PUBLIC_BYTES;
}

/* Hex digits, a file with them, or a secret key file, of which only the public half is used. */
static int read_public(const char *what, uint8_t out[KEYFILE_PUBLIC_BYTES], struct fault_text *why)
{
    char text[KEYFILE_TEXT_MAX + 1];
    struct keyfile key;
    if (read_hex(what, out)) return 0;
    FILE *file = fopen(what, "re");
    if (!file)
        return fault_say(why, ERR_NOT_FOUND, "%.100s: not 64 hex digits and %s", what,
                         strerror(errno));
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = 0;
    if (read_hex(text, out)) return 0;
    int fault = keyfile_read(what, &key, why);
    if (fault) return fault;
    memcpy(out, key.public_key, KEYFILE_PUBLIC_BYTES);
    keyfile_wipe(&key);
    return 0;
}

static int read_role(const char *text, uint8_t *out)
{
#define WORD(number, name, word)                                                                   \
    if (number != ROLE_SYSTEM && !strcmp(text, word)) {                                            \
        *out = number;                                                                             \
        return 0;                                                                                  \
    }
    ROLE_LIST(WORD)
#undef WORD
    return wrong_use("--role is one of enterprise, regulator, operator, auditor, public");
}

static int key_register(const struct arguments *arguments)
{
    struct fault_text why = {.text = ""};
    struct keyfile_line line = {.role = ROLE_PUBLIC};
    const char *participant = arguments->participant ? arguments->participant : "-";
    if (!arguments->data || !arguments->name || !arguments->role || !arguments->rest[1])
        return wrong_use("register needs --data, --name, --role and a public key");
    int status = read_role(arguments->role, &line.role);
    if (!status) status = read_name("--name", arguments->name, &line.name);
    if (!status) status = read_name("--participant", participant, &line.participant);
    if (status) return status;
    if (line.role == ROLE_ENTERPRISE && !strcmp(participant, "-"))
        return wrong_use("an enterprise's key needs --participant");
    int fault = read_public(arguments->rest[1], line.public_key, &why);
    if (!fault) fault = keys_register(arguments->data, &line, &why);
    return fault ? say(fault, &why) : 0;
}

static int key_list(const struct arguments *arguments)
{
    struct fault_text why = {.text = ""};
    struct keys *keys = NULL;
    char text[KEYFILE_LINE_MAX];
    if (!arguments->data) return wrong_use("list needs --data");
    int fault = keys_open(arguments->data, &keys);
    if (!fault) fault = keys_load(keys, &why);
    for (size_t i = 0; !fault && i < keys_count(keys); i++) {
        size_t size = keyfile_line_text(keys_at(keys, i), text, sizeof text);
        printf("%.*s\n", (int)size, text);
    }
    keys_close(keys);
    return fault ? say(fault, &why) : 0;
}

static int read_arguments(int argc, char **argv, struct arguments *out)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'}, {"name", required_argument, NULL, 'n'},
        {"role", required_argument, NULL, 'r'}, {"participant", required_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'd')
            out->data = optarg;
        else if (option == 'n')
            out->name = optarg;
        else if (option == 'r')
            out->role = optarg;
        else if (option == 'p')
            out->participant = optarg;
        else if (option == 'h')
            return -1;
        else
            return EX_USAGE;
    }
    for (; optind < argc; optind++) {
        if (out->rest_count == 2) return wrong_use("too many arguments");
        out->rest[out->rest_count++] = argv[optind];
    }
    return 0;
}

int cmd_key(int argc, char **argv)
{
    static const struct {
        const char *verb;
        int (*run)(const struct arguments *arguments);
    } verbs[] = {
        {"new", key_new}, {"register", key_register}, {"show", key_show}, {"list", key_list}};
    struct arguments arguments = {.rest_count = 0};
    int status = read_arguments(argc, argv, &arguments);
    if (status == -1) {
        fputs(usage, stdout);
        return 0;
    }
    if (status) return status;
    if (sodium_init() < 0) return EX_OSERR;
    for (size_t i = 0; arguments.rest[0] && i < sizeof verbs / sizeof *verbs; i++) {
        if (!strcmp(arguments.rest[0], verbs[i].verb)) return verbs[i].run(&arguments);
    }
    return wrong_use("say new, register, show or list");
}
