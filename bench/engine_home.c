/* engine_home.c - see engine_home.h. */
#include "bench/engine_home.h"
#include <stdio.h>
#include <sys/mman.h>

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

const struct event *engine_home_apply(struct engine_home *home)
{
    home->command.sequence++;
    home->events.used = 0;
    engine_apply(home->engine, &home->command, &home->events);
    return event_next(&home->events, NULL);
}

int engine_home_set_up(struct engine_home *home, const struct command *command,
                       struct fault_text *why)
{
    uint64_t sequence = home->command.sequence;
    home->command = *command;
    home->command.sequence = sequence;
    home->command.time_ns = ENGINE_HOME_TIME_NS;
    home->command.role = ROLE_SYSTEM;
    home->command.actor = PARTICIPANT_NONE;
    home->command.subject = PARTICIPANT_NONE;
    const struct event *event = engine_home_apply(home);
    if (event->type != EVENT_REJECTED) return 0;
    const struct event_rejected *rejected = (const void *)event;
    return fault_say(why, ERR_REFUSED, "setting up: command %u is refused: %s", command->type,
                     reason_name(rejected->reason));
}

struct name engine_home_name(char letter, unsigned number)
{
    struct name name = {0};
    (void)snprintf(name.text, sizeof name.text, "%c%u", letter, number);
    return name;
}

static int add_instrument(struct engine_home *home, const struct neutral *flow, uint16_t instrument,
                          unsigned zones, struct fault_text *why)
{
    struct command command = {.type = COMMAND_INSTRUMENT};
    command.body.instrument = (struct command_instrument){.name = engine_home_name('I', instrument),
                                                          .lot = 1,
                                                          .tick = 1,
                                                          .ref_price = flow->price_max,
                                                          .band_ppm = PPM,
                                                          .fee_ppm = UNSET,
                                                          .block_from = 0,
                                                          .t_plus = UNSET,
                                                          .family = FAMILY_CARBON,
                                                          .stp = STP_ALLOW,
                                                          .phase = PHASE_CONTINUOUS};
    int status = engine_home_set_up(home, &command, why);
    for (uint8_t from = 0; zones == 2 && from < zones && status == 0; from++) {
        command.type = COMMAND_LINK;
        command.body.link = (struct command_link){.rn = 1,
                                                  .rd = 1,
                                                  .instrument = instrument,
                                                  .from_zone = from,
                                                  .to_zone = from ^ 1u,
                                                  .allowed = 1};
        status = engine_home_set_up(home, &command, why);
    }
    return status;
}

static int add_market(struct engine_home *home, const struct neutral *flow, unsigned zones,
                      struct fault_text *why)
{
    int status = 0;
    for (unsigned zone = 0; zone < zones && status == 0; zone++) {
        struct command command = {.type = COMMAND_ZONE};
        command.body.zone.name = engine_home_name('Z', zone);
        status = engine_home_set_up(home, &command, why);
    }
    for (uint32_t i = 0; i < flow->instruments && status == 0; i++) {
        status = add_instrument(home, flow, (uint16_t)i, zones, why);
    }
    return status;
}

static struct engine_limits limits_for(const struct neutral *flow, unsigned zones)
{
    uint64_t orders = flow->orders + 1 < ORDERS_MAX ? flow->orders + 1 : ORDERS_MAX;
    return (struct engine_limits){.zones = zones,
                                  .instruments = flow->instruments,
                                  .participants = NEUTRAL_ACCOUNTS,
                                  .orders = (uint32_t)orders,
                                  .levels = flow->levels * zones + 16,
                                  .positions = NEUTRAL_ACCOUNTS * flow->instruments * zones};
}

int engine_home_open(struct engine_home *home, const struct neutral *flow, unsigned zones,
                     struct fault_text *why)
{
    struct engine_limits limits = limits_for(flow, zones);
    int status = 0;
    *home = (struct engine_home){0};
    if (!engine_limits_complete(&limits)) {
        return fault_say(why, ERR_LIMIT, "the flow needs more than the engine's bounds");
    }
    home->memory_size = engine_memory(&limits);
    home->memory = map(home->memory_size);
    home->events.capacity = engine_events_max(&limits);
    home->events.bytes = map(home->events.capacity);
    if (!home->memory || !home->events.bytes) {
        status = fault_say(why, ERR_NO_MEMORY, "no memory for the engine");
    } else {
        home->engine = engine_init(home->memory, home->memory_size, &limits);
        status = add_market(home, flow, zones, why);
    }
    if (status != 0) engine_home_close(home);
    return status;
}

void engine_home_close(struct engine_home *home)
{
    if (home->memory) (void)munmap(home->memory, home->memory_size);
    if (home->events.bytes) (void)munmap(home->events.bytes, home->events.capacity);
    *home = (struct engine_home){0};
}
