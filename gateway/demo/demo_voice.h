/* demo_voice.h - somebody of the story who speaks to the exchange in script lines.
 *
 * Owns:     a connection of its own, logged on with its own key; a batch of commands.
 * Failure:  the first fault stays; everything after it does nothing, so a story is told straight on
 *           and asked at its end whether it went well.
 * Threads:  one per voice; voices share the directory, which nobody may teach meanwhile.
 */
#ifndef GATEWAY_DEMO_DEMO_VOICE_H
#define GATEWAY_DEMO_DEMO_VOICE_H
#include "proto/lingnan.h"
#include "proto/script.h"

#define DEMO_TIMEOUT_MS 30000u
#define DEMO_BATCH_MAX 200

struct demo_voice {
    struct ln_client *client;
    struct directory *directory; /* borrowed, shared */
    struct script *script;
    struct wire_welcome me;
    struct command batch[DEMO_BATCH_MAX];
    struct wire_answer answers[DEMO_BATCH_MAX]; /* of the last batch */
    size_t batched;
    size_t done;    /* commands taken by the market so far */
    size_t refused; /* refused so far, and why */
    size_t reasons[REASON_COUNT];
    char said[128]; /* its line, for a message */
    int fault;
    struct fault_text why;
};

/* The struct is large: not for the stack. Returns voice->fault. */
int demo_voice_open(struct demo_voice *voice, const char *url, const char *key_path,
                    struct directory *directory);
void demo_voice_close(struct demo_voice *voice); /* also a half-opened or zeroed one */

/* Adds one line to the batch; a full batch is sent. */
void demo_say(struct demo_voice *voice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sends the batch and waits for the answers. Returns voice->fault. */
int demo_flush(struct demo_voice *voice);

/* Says one line at once and tells what the market answered. */
enum reason demo_ask(struct demo_voice *voice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Learns all names that were created meanwhile. */
int demo_learn(struct demo_voice *voice);
#endif
