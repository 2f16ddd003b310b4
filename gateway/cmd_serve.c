/* lingnan serve - run the exchange on a data directory. */
#include "gateway/command_line.h"
#include "gateway/log.h"
#include "gateway/server.h"
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define OPTIONS_MAX 64
#define KEY_FIRST 256 /* argp keys of options without a short form */
#define KEY_CONFIG 1000
#define CONFIG_FILE_NAME "lingnan.ini"

struct line {
    struct config_builder builder;
    const char *file; /* --config */
    struct fault_text why;
    int fault;
};

static error_t on_option(int key, char *value, struct argp_state *state)
{
    struct line *line = state->input;
    const char *name = NULL;
    if (key == KEY_CONFIG)
        line->file = value;
    else if (key == ARGP_KEY_ARG)
        name = "data"; /* lingnan serve DIR */
    else if (key >= KEY_FIRST && key < KEY_CONFIG)
        name = config_options[key - KEY_FIRST].name;
    else
        return ARGP_ERR_UNKNOWN;
    if (name && !line->fault)
        line->fault =
            config_set(&line->builder, CONFIG_FLAG, "command line", name, value, &line->why);
    return 0;
}

static void fill_options(struct argp_option out[OPTIONS_MAX])
{
    size_t i = 0;
    for (; config_options[i].name; i++) {
        out[i] = (struct argp_option){.name = config_options[i].name,
                                      .key = KEY_FIRST + (int)i,
                                      .arg = config_options[i].argument,
                                      .doc = config_options[i].help,
                                      .group = config_options[i].kind == CONFIG_CAPACITY ? 2 : 1};
    }
    out[i++] = (struct argp_option){.name = "config",
                                    .key = KEY_CONFIG,
                                    .arg = "FILE",
                                    .doc = "ini file [" CONFIG_FILE_NAME ", if it is there]",
                                    .group = 1};
    out[i] = (struct argp_option){0};
}

static int read_line(int argc, char **argv, struct line *line)
{
    struct argp_option options[OPTIONS_MAX];
    fill_options(options);
    struct argp argp = {
        .options = options,
        .parser = on_option,
        .args_doc = "[DIR]",
        .doc = "Run the exchange on a data directory.\v"
               "Every option is also LINGNAN_<NAME> in the environment and <name> in lingnan.ini; "
               "a flag wins over the environment, that over the file. Capacities are written "
               "into the journal at the first start and cannot be changed later.\n\n"
               "Examples:\n"
               "  lingnan serve --data market --market demo.lns\n"
               "  lingnan serve market --listen tcp://127.0.0.1:0 --feed tcp://127.0.0.1:0\n"
               "  LINGNAN_THREADS=2 lingnan serve market\n\n"
               "When it listens it prints one line: ready feed=URL,... order=URL,..."};
    config_init(&line->builder);
    argp_err_exit_status = EX_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, line)) return EX_USAGE;
    const char *file = line->file ? line->file : getenv("LINGNAN_CONFIG");
    if (!line->fault)
        line->fault =
            config_file(&line->builder, file ? file : CONFIG_FILE_NAME, file != NULL, &line->why);
    if (!line->fault) line->fault = config_environment(&line->builder, &line->why);
    if (!line->fault) line->fault = config_finish(&line->builder, &line->why);
    return line->fault ? command_line_status(line->fault) : 0;
}

static int set_log_level(const char *word, struct fault_text *why)
{
    static const char *const words[] = {"debug", "info", "warn", "error"};
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        if (strcmp(word, words[level])) continue;
        log_threshold((enum log_level)level);
        return 0;
    }
    return fault_say(why, ERR_USAGE, "log-level=%.40s is not debug, info, warn or error", word);
}

static int say(const char *event, int fault, const struct fault_text *why)
{
    log_line(LOG_ERROR, event, "fault", fault_name(fault), "why",
             why->text[0] ? why->text : fault_message(fault), NULL);
    return command_line_status(fault);
}

static void tell_ready(int fd, const char *text)
{
    if (dprintf(fd, "%s\n", text) < 0)
        log_line(LOG_WARN, "ready-not-told", "fd", log_number(fd), NULL);
    if (fd > STDERR_FILENO) close(fd);
}

int cmd_serve(int argc, char **argv)
{
    struct line line = {.file = NULL};
    struct server *server = NULL;
    int status = read_line(argc, argv, &line);
    int fault = line.fault;
    if (!fault && !status) {
        fault = set_log_level(line.builder.config.log_level, &line.why);
        if (!fault) fault = server_open(&line.builder.config, &server, &line.why);
    }
    if (fault) status = say("start-failed", fault, &line.why);
    if (!fault && !status) {
        log_line(LOG_INFO, "ready", "urls", server_ready(server), NULL);
        tell_ready((int)line.builder.config.ready_fd, server_ready(server));
        fault = server_run(server, &line.why);
        if (fault) status = say("stopped-by-fault", fault, &line.why);
    }
    server_close(server);
    config_deinit(&line.builder);
    return status;
}
