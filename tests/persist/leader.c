/* leader.c - see leader.h. */
#include "tests/persist/leader.h"
#include "engine/engine.h"
#include "tests/lib/cmocka_all.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(memory != MAP_FAILED);
    return memory;
}

struct name leader_name(const char *text)
{
    struct name name = {{0}};
    memcpy(name.text, text, strlen(text));
    return name;
}

struct leader *leader_open(struct scratch *scratch)
{
    struct leader *leader = aligned_alloc(64, (sizeof *leader + 63) / 64 * 64);
    assert_non_null(leader);
    memset(leader, 0, sizeof *leader);
    leader->scratch = scratch;
    leader->journal = scratch_open(scratch);
    leader->rule_set = RULE_SET_NEWEST;
    leader->seed = 7;
    const struct engine_limits *limits = journal_limits(leader->journal);
    leader->memory_size = engine_memory(limits);
    leader->memory = reserve(leader->memory_size);
    leader->engine = engine_init(leader->memory, leader->memory_size, limits);
    leader->events.capacity = engine_events_max(limits);
    leader->events.bytes = reserve(leader->events.capacity);
    struct fault_text why = {{0}};
    int fault =
        recover(leader->journal, leader->engine, &leader->events, NULL, NULL, &leader->start, &why);
    if (fault) print_error("%s: %s\n", fault_name(fault), why.text);
    assert_int_equal(fault, 0);
    return leader;
}

void leader_close(struct leader *leader)
{
    journal_close(leader->journal);
    munmap(leader->memory, leader->memory_size);
    munmap(leader->events.bytes, leader->events.capacity);
    free(leader);
}

void leader_do(struct leader *leader, struct command command)
{
    struct entry *entry = &leader->entry;
    if (entry->count == 0) {
        uint64_t last = engine_sequence(leader->engine);
        *entry = (struct entry){.term = 1,
                                .first_sequence = last + 1,
                                .time_ns = engine_time(leader->engine) + 1000,
                                .rule_set = leader->rule_set,
                                .digest_sequence = leader->start.chain.sequence,
                                .commands = leader->scratch->bytes};
        memcpy(entry->digest, leader->start.chain.digest, HASH_BYTES);
    }
    command.sequence = engine_sequence(leader->engine) + 1;
    command.time_ns = entry->time_ns;
    size_t size = codec_command_put(leader->scratch->bytes + entry->commands_size,
                                    sizeof leader->scratch->bytes - entry->commands_size, &command);
    assert_true(size > 0);
    entry->commands_size += size;
    entry->count++;
    leader->events.used = 0;
    engine_apply(leader->engine, &command, &leader->events);
    digest_chain_feed(&leader->start.chain, &leader->events);
    if (entry->count == 300) leader_commit(leader);
}

void leader_commit(struct leader *leader)
{
    struct entry *entry = &leader->entry;
    if (entry->count == 0) return;
    digest_chain_close(&leader->start.chain, entry_last_sequence(entry));
    if (leader->forge_digest) entry->digest[5] ^= 1;
    leader->forge_digest = false;
    struct fault_text why;
    assert_int_equal(journal_submit(leader->journal, entry), 0);
    assert_int_equal(journal_step(leader->journal), 1);
    assert_true(journal_prepare_step(leader->journal, &why) >= 0);
    memset(entry, 0, sizeof *entry);
}

static struct command make(enum command_type type)
{
    return (struct command){.type = (uint8_t)type,
                            .role = ROLE_SYSTEM,
                            .actor = PARTICIPANT_NONE,
                            .subject = PARTICIPANT_NONE};
}

static uint64_t draw(struct leader *leader, uint64_t below)
{
    leader->seed = leader->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (leader->seed >> 33) % below;
}

static void set_up_instrument(struct leader *leader, uint16_t id, const char *name, enum stp stp)
{
    struct command instrument = make(COMMAND_INSTRUMENT);
    instrument.body.instrument = (struct command_instrument){.name = leader_name(name),
                                                             .lot = 1,
                                                             .tick = 1,
                                                             .ref_price = 1000,
                                                             .band_ppm = 100000,
                                                             .fee_ppm = 2000,
                                                             .block_from = 0,
                                                             .t_plus = id,
                                                             .family = FAMILY_CARBON,
                                                             .stp = (uint8_t)stp,
                                                             .phase = PHASE_CLOSED};
    leader_do(leader, instrument);
    for (uint8_t zone = 0; zone < 2; zone++) {
        struct command ref = make(COMMAND_REF);
        ref.body.ref = (struct command_ref){.price = 1000, .instrument = id, .zone = zone};
        leader_do(leader, ref);
        struct command link = make(COMMAND_LINK);
        link.body.link = (struct command_link){.rn = 1 + id,
                                               .rd = 1,
                                               .levy_ppm = 10000,
                                               .instrument = id,
                                               .from_zone = zone,
                                               .to_zone = (uint8_t)(1 - zone),
                                               .allowed = 1};
        leader_do(leader, link);
    }
}

static void set_up_zones(struct leader *leader)
{
    static const char *const zones[] = {"GD", "HB"};
    for (size_t i = 0; i < 2; i++) {
        struct command zone = make(COMMAND_ZONE);
        zone.body.zone.name = leader_name(zones[i]);
        leader_do(leader, zone);
    }
    set_up_instrument(leader, 0, "CO2", STP_CANCEL_RESTING);
    set_up_instrument(leader, 1, "NOX", STP_DECREMENT);
}

static void change_phase(struct leader *leader, uint16_t instrument, enum phase phase)
{
    struct command command = make(COMMAND_PHASE);
    command.body.phase.instrument = instrument;
    command.body.phase.phase = (uint8_t)phase;
    leader_do(leader, command);
}

void leader_set_up(struct leader *leader)
{
    set_up_zones(leader);
    struct command day = make(COMMAND_DAY);
    day.body.day.day = 20000;
    leader_do(leader, day);
    for (uint32_t i = 0; i < LEADER_PARTICIPANTS; i++) {
        char text[16];
        snprintf(text, sizeof text, "firm%" PRIu32, i);
        struct command participant = make(COMMAND_PARTICIPANT);
        participant.body.participant.name = leader_name(text);
        participant.body.participant.zone = (uint8_t)(i % 2);
        participant.body.participant.type = PARTICIPANT_TYPE_COVERED;
        leader_do(leader, participant);
        struct command deposit = make(COMMAND_DEPOSIT);
        deposit.body.deposit.account = i;
        deposit.body.deposit.cash = 1000000000;
        leader_do(leader, deposit);
        for (uint16_t instrument = 0; instrument < 2; instrument++) {
            struct command issue = make(COMMAND_ISSUE);
            issue.body.issue.account = i;
            issue.body.issue.instrument = instrument;
            issue.body.issue.qty = 50000;
            leader_do(leader, issue);
        }
    }
    change_phase(leader, 0, PHASE_CONTINUOUS);
    change_phase(leader, 1, PHASE_CONTINUOUS);
    leader_commit(leader);
}

static struct command random_order(struct leader *leader)
{
    struct command order = make(COMMAND_ORDER);
    char text[24];
    snprintf(text, sizeof text, "o%" PRIu64, ++leader->client_ids);
    order.subject = (uint32_t)draw(leader, LEADER_PARTICIPANTS);
    struct command_order *body = &order.body.order;
    body->client_id = leader_name(text);
    body->instrument = (uint16_t)draw(leader, 2);
    body->qty = (int64_t)draw(leader, 50) + 1;
    body->price = 960 + (int64_t)draw(leader, 80);
    body->side = (uint8_t)draw(leader, 2);
    body->type = ORDER_TYPE_LIMIT;
    body->tif = draw(leader, 10) ? (draw(leader, 2) ? TIF_DAY : TIF_GTC)
                                 : (draw(leader, 2) ? TIF_IOC : TIF_FOK);
    uint64_t kind = draw(leader, 12);
    if (kind == 0) body->display = body->qty / 3 + 1;
    if (kind == 1) body->post_only = 1;
    if (kind == 2) body->minimum = body->qty / 2;
    if (kind == 3 || kind == 4) {
        body->type = kind == 3 ? ORDER_TYPE_STOP : ORDER_TYPE_STOP_LIMIT;
        body->stop_price = 960 + (int64_t)draw(leader, 80);
        if (kind == 3) body->price = 0;
    }
    return order;
}

/* An agreement said by both sides at once, and now and then one trade taken back by two persons. */
static void agree(struct leader *leader)
{
    struct command block = make(COMMAND_BLOCK);
    char text[24];
    snprintf(text, sizeof text, "k%" PRIu32, (uint32_t)engine_sequence(leader->engine));
    block.body.block = (struct command_block){.name = leader_name(text),
                                              .qty = 2 + 2 * (int64_t)draw(leader, 40),
                                              .price = 990 + (int64_t)draw(leader, 20),
                                              .seller = (uint32_t)draw(leader, LEADER_PARTICIPANTS),
                                              .buyer = (uint32_t)draw(leader, LEADER_PARTICIPANTS),
                                              .instrument = (uint16_t)draw(leader, 2)};
    leader_do(leader, block);
    struct command bust = make(COMMAND_BUST);
    bust.role = ROLE_OPERATOR;
    bust.body.bust.n = engine_trades(leader->engine) - draw(leader, 5);
    bust.body.bust.cause = leader_name("typo");
    for (bust.actor = 1; bust.actor < 3 && draw(leader, 4) == 0; bust.actor++)
        leader_do(leader, bust);
}

/* By client id; the participant is guessed, so many are refused: that is journalled, too. */
static struct command random_change(struct leader *leader)
{
    bool replace = draw(leader, 3) == 0;
    struct command change = make(replace ? COMMAND_REPLACE : COMMAND_CANCEL);
    char text[24];
    uint64_t back = draw(leader, leader->client_ids < 30 ? leader->client_ids : 30);
    snprintf(text, sizeof text, "o%" PRIu64, leader->client_ids - back);
    change.subject = (uint32_t)draw(leader, LEADER_PARTICIPANTS);
    if (replace) {
        change.body.replace.client_id = leader_name(text);
        change.body.replace.qty = (int64_t)draw(leader, 60) + 1;
        change.body.replace.price = draw(leader, 2) ? UNSET : 960 + (int64_t)draw(leader, 80);
    } else {
        change.body.cancel.client_id = leader_name(text);
    }
    return change;
}

/* A call in one instrument: orders gather, then it uncrosses into continuous trading. */
static void call(struct leader *leader)
{
    uint16_t instrument = (uint16_t)draw(leader, 2);
    change_phase(leader, instrument, PHASE_CALL);
    for (uint64_t i = draw(leader, 20); i > 0; i--)
        leader_do(leader, random_order(leader));
    change_phase(leader, instrument, PHASE_CONTINUOUS);
}

/* From tomorrow on somebody trades in the other zone; what it holds stays where it is. */
static void move_zone(struct leader *leader)
{
    struct command member = make(COMMAND_MEMBER);
    member.body.member.account = (uint32_t)draw(leader, LEADER_PARTICIPANTS);
    member.body.member.from_day = engine_day(leader->engine) + 1;
    member.body.member.instrument = (uint16_t)draw(leader, 2);
    member.body.member.zone = (uint8_t)draw(leader, 2);
    leader_do(leader, member);
}

void leader_trade(struct leader *leader, uint32_t commands)
{
    for (uint32_t i = 0; i < commands; i++) {
        bool order = leader->client_ids == 0 || draw(leader, 3) > 0;
        leader_do(leader, order ? random_order(leader) : random_change(leader));
        if (draw(leader, 100) == 0) call(leader);
        if (draw(leader, 100) == 0) move_zone(leader);
        if (draw(leader, 20) == 0) agree(leader);
        if (draw(leader, 8) == 0) leader_commit(leader);
    }
    leader_commit(leader);
}

void leader_next_day(struct leader *leader)
{
    struct command day = make(COMMAND_DAY);
    day.body.day.day = engine_day(leader->engine) + 1;
    leader_do(leader, day);
    leader_commit(leader);
}

void leader_auction(struct leader *leader)
{
    struct command auction = make(COMMAND_AUCTION);
    char text[24];
    snprintf(text, sizeof text, "a%" PRIu64, engine_sequence(leader->engine));
    auction.body.auction =
        (struct command_auction){.name = leader_name(text),
                                 .offer = 500,
                                 .reserve_price = 900,
                                 .lot = 1,
                                 .floor_min = 1,
                                 .share_ppm = PPM,
                                 .deposit_ppm = PPM,
                                 .seller = SELLER_ISSUER,
                                 .instrument = 0,
                                 .regime = REGIME_CUSTOM,
                                 .undersubscribed = UNDERSUBSCRIBED_PARTIAL_AT_LOWEST_BID,
                                 .tie = TIE_TIME,
                                 .unsold = UNSOLD_CANCEL};
    leader_do(leader, auction);
    const struct name name = leader_name(text);
    uint32_t id = engine_find_auction(leader->engine, &name);
    for (uint32_t i = 0; i < 5; i++) {
        struct command bid = make(COMMAND_BID);
        bid.subject = i;
        bid.body.bid.auction = id;
        bid.body.bid.qty = 150;
        bid.body.bid.price = 900 + 10 * (int64_t)i;
        leader_do(leader, bid);
    }
    leader_commit(leader);
    struct command clear = make(COMMAND_CLEAR);
    clear.body.clear.auction = id;
    leader_do(leader, clear);
    leader_commit(leader);
}
