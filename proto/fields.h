/* fields.h - the one field table: every message's fields in wire order.
 *
 * Journal form, bodies of client commands, events on the wire, the fixed messages of the order port
 * and the tables of PROTOCOL.md all come from here; JavaScript and Python readers will be printed
 * from it too. Fields lie one behind the other without padding, little-endian.
 *
 * F(kind, member, bound, unit)
 *   kind   u8 u16 u32 u64 i32 i64: numbers, any value.      name: 32 bytes, zero padded, may be
 * empty word: u8 below `bound` (an enum's _COUNT).       word_or: the same or UNSET_ENUM verb: u8,
 * a number of COMMAND_LIST.              flag: u8, 0 or 1 b16 b32 b64: that many bytes, any value.
 *   unit   what the number counts, for the page.
 * A layout never changes. A new field means a new message number.
 */
#ifndef PROTO_FIELDS_H
#define PROTO_FIELDS_H

/* clang-format off */
/* ---- Command bodies: FIELDS_COMMAND_<member of COMMAND_LIST> ---- */
#define FIELDS_COMMAND_zone(F) F(name, name, 0, "")
#define FIELDS_COMMAND_instrument(F)                                                               \
    F(name, name, 0, "") F(i64, lot, 0, "units") F(i64, tick, 0, "fen")                            \
    F(i64, ref_price, 0, "fen")                                                                    \
    F(i64, band_ppm, 0, "ppm") F(i64, fee_ppm, 0, "ppm") F(i64, block_from, 0, "units")            \
    F(i64, t_plus, 0, "trading days") F(word, family, FAMILY_COUNT, "family")                      \
    F(word_or, stp, STP_COUNT, "stp") F(word_or, phase, PHASE_COUNT, "phase")
#define FIELDS_COMMAND_link(F)                                                                     \
    F(i64, rn, 0, "delivered") F(i64, rd, 0, "received") F(i64, levy_ppm, 0, "ppm")                \
    F(u16, instrument, 0, "instrument id") F(u8, from_zone, 0, "zone id")                          \
    F(u8, to_zone, 0, "zone id") F(flag, allowed, 0, "0 closes")
#define FIELDS_COMMAND_limit(F)                                                                    \
    F(i64, lo, 0, "units received") F(i64, hi, 0, "units received")                                \
    F(u16, instrument, 0, "instrument id") F(u8, from_zone, 0, "zone id")                          \
    F(u8, to_zone, 0, "zone id")
#define FIELDS_COMMAND_ref(F)                                                                      \
    F(i64, price, 0, "fen") F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")
#define FIELDS_COMMAND_participant(F)                                                              \
    F(name, name, 0, "") F(name, group, 0, "") F(name, city, 0, "") F(name, sector, 0, "")         \
    F(u8, zone, 0, "zone id") F(word, type, PARTICIPANT_TYPE_COUNT, "participant type")
#define FIELDS_COMMAND_member(F)                                                                   \
    F(u32, account, 0, "participant id") F(i32, from_day, 0, "days since 1970")                    \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")
#define FIELDS_COMMAND_deposit(F) F(i64, cash, 0, "fen") F(u32, account, 0, "participant id")
#define FIELDS_COMMAND_issue(F)                                                                    \
    F(i64, qty, 0, "units") F(u32, account, 0, "participant id")                                   \
    F(u16, instrument, 0, "instrument id")
#define FIELDS_COMMAND_order(F)                                                                    \
    F(name, client_id, 0, "") F(i64, qty, 0, "units") F(i64, price, 0, "fen")                      \
    F(i64, stop_price, 0, "fen") F(i64, display, 0, "units") F(i64, minimum, 0, "units")           \
    F(i32, until_day, 0, "days since 1970") F(u16, instrument, 0, "instrument id")                 \
    F(word, side, SIDE_COUNT, "side") F(word, type, ORDER_TYPE_COUNT, "order type")                \
    F(word, tif, TIF_COUNT, "time in force") F(flag, post_only, 0, "")
#define FIELDS_COMMAND_cancel(F) F(name, client_id, 0, "") F(u64, order_id, 0, "order id")
#define FIELDS_COMMAND_replace(F)                                                                  \
    F(name, client_id, 0, "") F(u64, order_id, 0, "order id") F(i64, qty, 0, "units")              \
    F(i64, price, 0, "fen, -1 keeps")
#define FIELDS_COMMAND_cancel_all(F)                                                               \
    F(u32, account, 0, "participant id") F(u16, instrument, 0, "instrument id")
#define FIELDS_COMMAND_phase(F)                                                                    \
    F(u16, instrument, 0, "instrument id") F(word, phase, PHASE_COUNT, "phase")
#define FIELDS_COMMAND_uncross(F) F(u16, instrument, 0, "instrument id")
#define FIELDS_COMMAND_day(F) F(i32, day, 0, "days since 1970")
#define FIELDS_COMMAND_period(F) F(u16, year, 0, "year")
#define FIELDS_COMMAND_auction(F)                                                                  \
    F(name, name, 0, "") F(i64, offer, 0, "units") F(i64, reserve_price, 0, "fen")                 \
    F(i64, lot, 0, "units") F(i64, floor_min, 0, "units") F(i64, share_ppm, 0, "ppm")              \
    F(i64, deposit_ppm, 0, "ppm") F(u32, seller, 0, "participant id")                              \
    F(u16, instrument, 0, "instrument id") F(word, regime, REGIME_COUNT, "regime")                 \
    F(word_or, undersubscribed, UNDERSUBSCRIBED_COUNT, "undersubscribed")                          \
    F(word_or, tie, TIE_COUNT, "tie") F(word_or, unsold, UNSOLD_COUNT, "unsold")
#define FIELDS_COMMAND_bid(F)                                                                      \
    F(i64, qty, 0, "units") F(i64, price, 0, "fen") F(u32, auction, 0, "auction id")
#define FIELDS_COMMAND_clear(F) F(u32, auction, 0, "auction id")
#define FIELDS_COMMAND_rules(F)                                                                    \
    F(u32, set, 0, "rule set")
#define FIELDS_COMMAND_step(F)                                                                     \
    F(u32, steps, 0, "steps")
#define FIELDS_COMMAND_terms(F)                                                                    \
    F(name, approval, 0, "") F(i64, fee_ppm, 0, "ppm") F(i64, block_fee_ppm, 0, "ppm")             \
    F(i64, auction_fee_ppm, 0, "ppm") F(i64, block_band_ppm, 0, "ppm")                             \
    F(i64, dynamic_ppm, 0, "ppm") F(i64, close_floor, 0, "units")                                  \
    F(i64, holders_max, 0, "holders") F(i64, t_plus, 0, "trading days")                            \
    F(i64, deadline_days, 0, "days") F(i64, vintage, 0, "year")                                    \
    F(u16, instrument, 0, "instrument id") F(word_or, basis, BASIS_COUNT, "legal basis")           \
    F(word_or, methods, METHODS_ALL + 1, "mask of methods")                                        \
    F(word_or, close_rule, CLOSE_RULE_COUNT, "close rule")                                         \
    F(word_or, live_rent, 2, "0 or 1") F(word_or, conditional, 2, "0 or 1")                        \
    F(word_or, investors, 2, "0 or 1")
#define FIELDS_COMMAND_strip(F)                                                                    \
    F(name, name, 0, "") F(u16, leg[0], 0, "instrument id") F(u16, leg[1], 0, "instrument id")     \
    F(u16, leg[2], 0, "instrument id") F(u16, leg[3], 0, "instrument id")                          \
    F(u16, leg[4], 0, "instrument id") F(u16, leg[5], 0, "instrument id")                          \
    F(u16, leg[6], 0, "instrument id") F(u16, leg[7], 0, "instrument id")                          \
    F(u16, leg[8], 0, "instrument id") F(u16, leg[9], 0, "instrument id")
#define FIELDS_COMMAND_retire(F)                                                                   \
    F(u16, instrument, 0, "instrument id")
#define FIELDS_COMMAND_city(F)                                                                     \
    F(name, name, 0, "") F(i32, from_day, 0, "days since 1970")                                    \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word_or, investors, 2, "0 or 1")
#define FIELDS_COMMAND_status(F)                                                                   \
    F(u32, account, 0, "participant id") F(flag, active, 0, "")
#define FIELDS_COMMAND_quota(F)                                                                    \
    F(i64, open_orders, 0, "orders") F(i64, rate, 0, "per second")                                 \
    F(u32, account, 0, "participant id")
#define FIELDS_COMMAND_discount(F)                                                                 \
    F(i64, ppm, 0, "ppm") F(i32, until_day, 0, "days since 1970")                                  \
    F(u32, account, 0, "participant id")
#define FIELDS_COMMAND_holding(F)                                                                  \
    F(name, group, 0, "") F(i64, units, 0, "units") F(i64, ppm, 0, "ppm")                          \
    F(i32, from_day, 0, "days since 1970") F(u16, instrument, 0, "instrument id")                  \
    F(word, type, PARTICIPANT_TYPE_COUNT, "participant type")
#define FIELDS_COMMAND_gate(F)                                                                     \
    F(name, city, 0, "") F(i64, allow, 0, "units") F(u16, instrument, 0, "instrument id")          \
    F(u8, zone, 0, "zone id") F(flag, closed, 0, "") F(word, kind, GATE_KIND_COUNT, "gate kind")
#define FIELDS_COMMAND_tranche(F)                                                                  \
    F(i64, lo, 0, "units received") F(i64, hi, 0, "units received")                                \
    F(i32, from_day, 0, "days since 1970") F(u16, instrument, 0, "instrument id")                  \
    F(u8, from_zone, 0, "zone id") F(u8, to_zone, 0, "zone id")
#define FIELDS_COMMAND_calendar(F)                                                                 \
    F(i32, day, 0, "days since 1970") F(word, kind, DAY_KIND_COUNT, "day kind")
#define FIELDS_COMMAND_seed(F)                                                                     \
    F(b32, value, 0, "") F(u32, auction, 0, "auction id") F(u16, instrument, 0, "instrument id")   \
    F(word, kind, SEED_KIND_COUNT, "seed kind")
#define FIELDS_COMMAND_click(F)                                                                    \
    F(name, client_id, 0, "") F(name, maker_client_id, 0, "") F(i64, qty, 0, "units")              \
    F(u64, maker_order, 0, "order id") F(u32, maker, 0, "participant id")                          \
    F(u16, instrument, 0, "instrument id")
#define FIELDS_COMMAND_block(F)                                                                    \
    F(name, name, 0, "") F(i64, qty, 0, "units") F(i64, price, 0, "fen")                           \
    F(u32, seller, 0, "participant id") F(u32, buyer, 0, "participant id")                         \
    F(u16, instrument, 0, "instrument id")
#define FIELDS_COMMAND_bust(F)                                                                     \
    F(name, cause, 0, "") F(u64, n, 0, "trade number")
#define FIELDS_COMMAND_permit(F)                                                                   \
    F(u64, n, 0, "trade number") F(word, decision, PERMIT_COUNT, "permit")
#define FIELDS_COMMAND_auction_terms(F)                                                            \
    F(i64, containment, 0, "units") F(i64, trigger_price, 0, "fen")                                \
    F(i64, entry_deposit, 0, "fen") F(i64, agency_ppm, 0, "ppm")                                   \
    F(i64, instalments, 0, "auctions") F(u32, auction, 0, "auction id")                            \
    F(u32, agency, 0, "participant id") F(i32, pay_until, 0, "days since 1970")                    \
    F(word_or, revocable, 2, "0 or 1") F(word_or, announced, 2, "0 or 1")
#define FIELDS_COMMAND_stage(F)                                                                    \
    F(u32, auction, 0, "auction id") F(word, state, AUCTION_STATE_COUNT, "auction state")
#define FIELDS_COMMAND_enrol(F)                                                                    \
    F(u32, auction, 0, "auction id")
#define FIELDS_COMMAND_rebid(F)                                                                    \
    F(i64, qty, 0, "units") F(i64, price, 0, "fen") F(u32, auction, 0, "auction id")               \
    F(u32, n, 0, "of the bidder, from 1")
#define FIELDS_COMMAND_withdraw(F)                                                                 \
    F(u32, auction, 0, "auction id") F(u32, n, 0, "of the bidder, from 1")
#define FIELDS_COMMAND_settle(F)                                                                   \
    F(u32, auction, 0, "auction id")
#define FIELDS_COMMAND_standing(F)                                                                 \
    F(i64, qty, 0, "units") F(i64, price, 0, "fen") F(u16, instrument, 0, "instrument id")
#define FIELDS_COMMAND_bundle(F)                                                                   \
    F(i64, qty, 0, "units") F(u32, auction, 0, "auction id") F(u32, account, 0, "participant id")

/* ---- Events, behind their head: FIELDS_EVENT_<suffix of EVENT_LIST> ---- */
#define FIELDS_EVENT_accepted(F)                                                                   \
    F(u64, order_id, 0, "order id") F(i64, qty, 0, "units") F(i64, price, 0, "fen")                \
    F(name, client_id, 0, "") F(u32, participant, 0, "participant id")                             \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word, side, SIDE_COUNT, "side") F(word, order_type, ORDER_TYPE_COUNT, "order type")          \
    F(word, tif, TIF_COUNT, "time in force")
#define FIELDS_EVENT_rejected(F)                                                                   \
    F(name, client_id, 0, "") F(u64, order_id, 0, "order id")                                      \
    F(u32, participant, 0, "participant id") F(verb, command, 0, "command type")                   \
    F(word, reason, REASON_COUNT, "reason")
#define FIELDS_EVENT_trade(F)                                                                      \
    F(u64, n, 0, "trade number") F(u64, maker_order, 0, "order id")                                \
    F(u64, taker_order, 0, "order id") F(i64, received, 0, "units") F(i64, delivered, 0, "units")  \
    F(i64, buyer_price, 0, "fen") F(i64, seller_price, 0, "fen") F(i64, pays, 0, "fen")            \
    F(i64, gets, 0, "fen") F(i64, fund, 0, "fen") F(i64, buyer_fee, 0, "fen")                      \
    F(i64, seller_fee, 0, "fen") F(i64, maker_left, 0, "units") F(i64, taker_left, 0, "units")     \
    F(i64, maker_filled, 0, "units") F(i64, taker_filled, 0, "units") F(name, maker_client, 0, "") \
    F(name, taker_client, 0, "") F(u32, maker_participant, 0, "participant id")                    \
    F(u32, taker_participant, 0, "participant id") F(u16, instrument, 0, "instrument id")          \
    F(u8, from_zone, 0, "zone id") F(u8, to_zone, 0, "zone id")                                    \
    F(word, maker_side, SIDE_COUNT, "side")
#define FIELDS_EVENT_cancelled(F)                                                                  \
    F(u64, order_id, 0, "order id") F(i64, left, 0, "units") F(i64, filled, 0, "units")            \
    F(i64, price, 0, "fen") F(name, client_id, 0, "") F(u32, participant, 0, "participant id")     \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word, side, SIDE_COUNT, "side") F(word, reason, CANCEL_REASON_COUNT, "cancel reason")        \
    F(flag, rested, 0, "")
#define FIELDS_EVENT_replaced(F)                                                                   \
    F(u64, order_id, 0, "order id") F(i64, left, 0, "units") F(i64, price, 0, "fen")               \
    F(i64, old_left, 0, "units") F(i64, old_price, 0, "fen") F(i64, filled, 0, "units")            \
    F(name, client_id, 0, "") F(u32, participant, 0, "participant id")                             \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word, side, SIDE_COUNT, "side") F(flag, kept_priority, 0, "") F(flag, rested, 0, "")
#define FIELDS_EVENT_rested(F)                                                                     \
    F(u64, order_id, 0, "order id") F(i64, left, 0, "units") F(i64, price, 0, "fen")               \
    F(u32, participant, 0, "participant id") F(u16, instrument, 0, "instrument id")                \
    F(u8, zone, 0, "zone id") F(word, side, SIDE_COUNT, "side")
#define FIELDS_EVENT_phase(F)                                                                      \
    F(u16, instrument, 0, "instrument id") F(word, phase, PHASE_COUNT, "phase")
#define FIELDS_EVENT_call(F)                                                                       \
    F(i64, price, 0, "fen") F(i64, volume, 0, "units") F(u16, instrument, 0, "instrument id")      \
    F(u8, zone, 0, "zone id")
#define FIELDS_EVENT_call_fill(F)                                                                  \
    F(u64, order_id, 0, "order id") F(i64, price, 0, "fen") F(i64, qty, 0, "units")                \
    F(i64, fee, 0, "fen") F(i64, left, 0, "units") F(i64, filled, 0, "units")                      \
    F(i64, limit_price, 0, "fen") F(name, client_id, 0, "")                                        \
    F(u32, participant, 0, "participant id") F(u16, instrument, 0, "instrument id")                \
    F(u8, zone, 0, "zone id") F(word, side, SIDE_COUNT, "side")
#define FIELDS_EVENT_call_flow(F)                                                                  \
    F(i64, received, 0, "units") F(i64, delivered, 0, "units") F(i64, fund, 0, "fen")              \
    F(u16, instrument, 0, "instrument id") F(u8, from_zone, 0, "zone id")                          \
    F(u8, to_zone, 0, "zone id")
#define FIELDS_EVENT_cleared(F)                                                                    \
    F(i64, price, 0, "fen") F(i64, sold, 0, "units") F(i64, offer, 0, "units")                     \
    F(u32, auction, 0, "auction id") F(u16, instrument, 0, "instrument id")                        \
    F(word, state, AUCTION_STATE_COUNT, "auction state") F(name, name, 0, "")
#define FIELDS_EVENT_award(F)                                                                      \
    F(i64, qty, 0, "units") F(i64, price, 0, "fen") F(i64, fund, 0, "fen")                         \
    F(u32, auction, 0, "auction id") F(u32, participant, 0, "participant id")                      \
    F(word, state, AWARD_STATE_COUNT, "award state") F(name, name, 0, "")
#define FIELDS_EVENT_link(F)                                                                       \
    F(i64, balance, 0, "units received") F(u16, instrument, 0, "instrument id")                    \
    F(u8, from_zone, 0, "zone id") F(u8, to_zone, 0, "zone id") F(flag, congested, 0, "")
#define FIELDS_EVENT_done(F)                                                                       \
    F(u32, participant, 0, "participant id") F(verb, command, 0, "command type")
#define FIELDS_EVENT_named(F)                                                                      \
    F(name, name, 0, "") F(u32, id, 0, "id of that kind") F(verb, command, 0, "command type")      \
    F(u8, zone, 0, "zone id")
#define FIELDS_EVENT_close(F)                                                                      \
    F(i64, close, 0, "fen") F(i64, volume, 0, "units") F(u16, instrument, 0, "instrument id")      \
    F(u8, zone, 0, "zone id")
#define FIELDS_EVENT_row_level(F)                                                                  \
    F(i64, price, 0, "fen") F(i64, qty, 0, "units") F(u32, orders, 0, "orders")                    \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word, side, SIDE_COUNT, "side")
#define FIELDS_EVENT_row_account(F)                                                                \
    F(i64, free, 0, "units") F(i64, held, 0, "units") F(i64, locked, 0, "units")                   \
    F(i64, surrendered, 0, "units") F(i64, cash, 0, "fen") F(i64, cash_held, 0, "fen")             \
    F(u32, participant, 0, "participant id") F(u16, instrument, 0, "instrument id")                \
    F(u8, zone, 0, "zone id") F(flag, own_zone, 0, "")
#define FIELDS_EVENT_row_open(F)                                                                   \
    F(u64, order_id, 0, "order id") F(i64, left, 0, "units") F(i64, price, 0, "fen")               \
    F(i64, filled, 0, "units") F(name, client_id, 0, "") F(u32, participant, 0, "participant id")  \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word, side, SIDE_COUNT, "side")
#define FIELDS_EVENT_row_fund(F)                                                                   \
    F(i64, cash, 0, "fen") F(i64, retired, 0, "units") F(u16, instrument, 0, "instrument id")      \
    F(u8, zone, 0, "zone id")
#define FIELDS_EVENT_row_balance(F)                                                                \
    F(i64, net, 0, "units received") F(i64, lo, 0, "units received")                               \
    F(i64, hi, 0, "units received") F(u16, instrument, 0, "instrument id")                         \
    F(u8, from_zone, 0, "zone id") F(u8, to_zone, 0, "zone id")
#define FIELDS_EVENT_row_units(F)                                                                  \
    F(i64, issued, 0, "units") F(i64, free, 0, "units") F(i64, held, 0, "units")                   \
    F(i64, locked, 0, "units") F(i64, surrendered, 0, "units") F(i64, retired, 0, "units")         \
    F(i64, auctioned, 0, "units") F(i64, difference, 0, "units")                                   \
    F(u16, instrument, 0, "instrument id")
#define FIELDS_EVENT_row_cash(F)                                                                   \
    F(i64, deposited, 0, "fen") F(i64, free, 0, "fen") F(i64, held, 0, "fen")                      \
    F(i64, fund, 0, "fen") F(i64, operator_fees, 0, "fen") F(i64, treasury, 0, "fen")              \
    F(i64, difference, 0, "fen")
#define FIELDS_EVENT_row_auction(F)                                                                \
    F(name, name, 0, "") F(i64, offer, 0, "units") F(i64, reserve_price, 0, "fen")                 \
    F(i64, price, 0, "fen") F(i64, sold, 0, "units") F(u32, auction, 0, "auction id")              \
    F(u32, seller, 0, "participant id") F(u32, bids, 0, "bids")                                    \
    F(u16, instrument, 0, "instrument id") F(word, regime, REGIME_COUNT, "regime")                 \
    F(word, state, AUCTION_STATE_COUNT, "auction state")
#define FIELDS_EVENT_row_instrument(F)                                                             \
    F(name, name, 0, "") F(i64, lot, 0, "units") F(i64, tick, 0, "fen")                            \
    F(i64, band_ppm, 0, "ppm") F(i64, fee_ppm, 0, "ppm") F(i64, block_from, 0, "units")            \
    F(i64, t_plus, 0, "trading days") F(u16, instrument, 0, "instrument id")                       \
    F(word, family, FAMILY_COUNT, "family") F(word, stp, STP_COUNT, "stp")                         \
    F(word, phase, PHASE_COUNT, "phase")
#define FIELDS_EVENT_row_name(F)                                                                   \
    F(name, name, 0, "") F(u32, id, 0, "id of that kind") F(verb, command, 0, "command type")      \
    F(u8, zone, 0, "zone id")
#define FIELDS_EVENT_shown(F)                                                                      \
    F(u64, order_id, 0, "order id") F(i64, hidden, 0, "units")                                     \
    F(i64, hidden_before, 0, "units") F(i64, shown, 0, "units") F(i64, left, 0, "units")           \
    F(i64, price, 0, "fen") F(u32, participant, 0, "participant id")                               \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word, side, SIDE_COUNT, "side")                                                              \
    F(flag, moved, 0, "")
#define FIELDS_EVENT_parked(F)                                                                     \
    F(u64, order_id, 0, "order id") F(i64, left, 0, "units") F(i64, stop_price, 0, "fen")          \
    F(i64, price, 0, "fen") F(u32, participant, 0, "participant id")                               \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word, side, SIDE_COUNT, "side")
#define FIELDS_EVENT_triggered(F)                                                                  \
    F(u64, order_id, 0, "order id") F(i64, left, 0, "units") F(i64, stop_price, 0, "fen")          \
    F(i64, price, 0, "fen") F(name, client_id, 0, "") F(u32, participant, 0, "participant id")     \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")                               \
    F(word, side, SIDE_COUNT, "side")
#define FIELDS_EVENT_interrupted(F)                                                                \
    F(i64, price, 0, "fen") F(i64, last, 0, "fen") F(u16, instrument, 0, "instrument id")          \
    F(u8, zone, 0, "zone id")
#define FIELDS_EVENT_rent(F)                                                                       \
    F(i64, levy_ppm, 0, "ppm") F(u16, instrument, 0, "instrument id")                              \
    F(u8, from_zone, 0, "zone id") F(u8, to_zone, 0, "zone id")
#define FIELDS_EVENT_block_trade(F)                                                                \
    F(u64, n, 0, "trade number") F(i64, received, 0, "units") F(i64, delivered, 0, "units")        \
    F(i64, buyer_price, 0, "fen") F(i64, seller_price, 0, "fen") F(i64, pays, 0, "fen")            \
    F(i64, gets, 0, "fen") F(i64, fund, 0, "fen") F(i64, buyer_fee, 0, "fen")                      \
    F(i64, seller_fee, 0, "fen") F(name, name, 0, "") F(u32, seller, 0, "participant id")          \
    F(u32, buyer, 0, "participant id") F(u16, instrument, 0, "instrument id")                      \
    F(u8, from_zone, 0, "zone id") F(u8, to_zone, 0, "zone id")
#define FIELDS_EVENT_pending(F)                                                                    \
    F(name, name, 0, "") F(u64, n, 0, "trade number") F(verb, command, 0, "command type")
#define FIELDS_EVENT_busted(F)                                                                     \
    F(u64, n, 0, "trade number") F(i64, received, 0, "units") F(i64, delivered, 0, "units")        \
    F(i64, pays, 0, "fen") F(i64, gets, 0, "fen") F(i64, fund, 0, "fen")                           \
    F(i64, buyer_fee, 0, "fen") F(i64, seller_fee, 0, "fen") F(name, cause, 0, "")                 \
    F(u32, seller, 0, "participant id") F(u32, buyer, 0, "participant id")                         \
    F(u16, instrument, 0, "instrument id") F(u8, from_zone, 0, "zone id")                          \
    F(u8, to_zone, 0, "zone id")
#define FIELDS_EVENT_permitted(F)                                                                  \
    F(u64, n, 0, "trade number") F(i32, deadline, 0, "days since 1970")                            \
    F(u32, seller, 0, "participant id") F(u32, buyer, 0, "participant id")                         \
    F(u16, instrument, 0, "instrument id") F(word, state, PERMIT_COUNT, "permit")
#define FIELDS_EVENT_settled(F)                                                                    \
    F(i64, trades, 0, "trades") F(i64, units, 0, "units") F(i64, cash, 0, "fen")                   \
    F(u16, instrument, 0, "instrument id")
#define FIELDS_EVENT_stage(F)                                                                      \
    F(u32, auction, 0, "auction id") F(u16, instrument, 0, "instrument id")                        \
    F(word, state, AUCTION_STATE_COUNT, "auction state") F(name, name, 0, "")
#define FIELDS_EVENT_contained(F)                                                                  \
    F(i64, qty, 0, "units") F(i64, trigger_price, 0, "fen") F(u32, auction, 0, "auction id")       \
    F(u16, instrument, 0, "instrument id") F(name, name, 0, "")
#define FIELDS_EVENT_seed(F)                                                                       \
    F(b32, value, 0, "") F(u32, auction, 0, "auction id") F(u16, instrument, 0, "instrument id")   \
    F(word, kind, SEED_KIND_COUNT, "seed kind")
#define FIELDS_EVENT_retired(F)                                                                    \
    F(u16, instrument, 0, "instrument id")
#define FIELDS_EVENT_rules(F)                                                                      \
    F(u32, set, 0, "rule set")
#define FIELDS_EVENT_row_indicative(F)                                                             \
    F(i64, price, 0, "fen") F(i64, volume, 0, "units") F(i64, bids, 0, "units")                    \
    F(i64, asks, 0, "units") F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")
#define FIELDS_EVENT_row_prices(F)                                                                 \
    F(i64, ref, 0, "fen") F(i64, band_low, 0, "fen") F(i64, band_high, 0, "fen")                   \
    F(i64, last, 0, "fen") F(i64, open, 0, "fen") F(i64, high, 0, "fen") F(i64, low, 0, "fen")     \
    F(i64, close, 0, "fen") F(i64, vwap, 0, "fen") F(i64, volume, 0, "units")                      \
    F(i64, turnover, 0, "fen") F(i64, block_volume, 0, "units") F(i64, block_turnover, 0, "fen")   \
    F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")
#define FIELDS_EVENT_row_holder(F)                                                                 \
    F(name, group, 0, "") F(i64, units, 0, "units") F(i64, ppm, 0, "ppm")                          \
    F(i64, limit, 0, "units") F(u16, instrument, 0, "instrument id")
#define FIELDS_EVENT_row_terms(F)                                                                  \
    F(name, approval, 0, "") F(i64, fee_ppm, 0, "ppm") F(i64, block_fee_ppm, 0, "ppm")             \
    F(i64, auction_fee_ppm, 0, "ppm") F(i64, block_band_ppm, 0, "ppm")                             \
    F(i64, dynamic_ppm, 0, "ppm") F(i64, close_floor, 0, "units")                                  \
    F(i64, holders_max, 0, "holders") F(i64, holders, 0, "holders")                                \
    F(i64, t_plus, 0, "trading days") F(i64, deadline_days, 0, "days") F(i64, vintage, 0, "year")  \
    F(u16, instrument, 0, "instrument id") F(word, basis, BASIS_COUNT, "legal basis")              \
    F(word, methods, METHODS_ALL + 1, "mask of methods")                                           \
    F(word, close_rule, CLOSE_RULE_COUNT, "close rule")                                            \
    F(flag, live_rent, 0, "") F(flag, conditional, 0, "") F(flag, investors, 0, "")                \
    F(flag, retired, 0, "")
#define FIELDS_EVENT_row_gate(F)                                                                   \
    F(name, city, 0, "") F(i64, allow, 0, "units") F(i64, net, 0, "units")                         \
    F(i64, buying, 0, "units") F(u16, instrument, 0, "instrument id") F(u8, zone, 0, "zone id")    \
    F(word, kind, GATE_KIND_COUNT, "gate kind")
#define FIELDS_EVENT_row_block(F)                                                                  \
    F(name, name, 0, "") F(i64, qty, 0, "units") F(i64, price, 0, "fen")                           \
    F(u32, seller, 0, "participant id") F(u32, buyer, 0, "participant id")                         \
    F(u16, instrument, 0, "instrument id") F(flag, by_seller, 0, "")
#define FIELDS_EVENT_row_job(F)                                                                    \
    F(u64, since, 0, "commands") F(u16, instrument, 0, "instrument id")                            \
    F(verb, command, 0, "command type")
#define FIELDS_EVENT_row_open_more(F)                                                              \
    FIELDS_EVENT_row_open(F) F(i64, stop_price, 0, "fen") F(i64, display, 0, "units")
#define FIELDS_EVENT_row_offer(F)                                                                  \
    FIELDS_EVENT_row_auction(F) F(i64, containment, 0, "units") F(i64, trigger_price, 0, "fen")    \
    F(i64, entry_deposit, 0, "fen") F(i64, agency_ppm, 0, "ppm")                                   \
    F(i64, instalments, 0, "auctions") F(i64, unsold_reserve, 0, "units")                          \
    F(u32, registered, 0, "participants") F(u32, agency, 0, "participant id")                      \
    F(i32, pay_until, 0, "days since 1970") F(flag, revocable, 0, "")

/* ---- Messages of the order port ---- */
#define FIELDS_WIRE_challenge(F)                                                                   \
    F(b32, nonce, 0, "") F(b16, cluster, 0, "") F(u32, version, 0, "protocol version")
#define FIELDS_WIRE_logon(F)                                                                       \
    F(b32, public_key, 0, "Ed25519") F(b64, signature, 0, "Ed25519")                               \
    F(u32, version, 0, "protocol version")
#define FIELDS_WIRE_welcome(F)                                                                     \
    F(name, user, 0, "") F(name, participant, 0, "") F(u64, sequence, 0, "commands")               \
    F(i64, time_ns, 0, "ns since 1970, UTC") F(u32, participant_id, 0, "participant id")           \
    F(u32, credits, 0, "commands") F(u32, heartbeat_ms, 0, "ms") F(word, role, ROLE_COUNT, "role")
#define FIELDS_WIRE_query(F)                                                                       \
    F(u32, ticket, 0, "") F(word, query.kind, QUERY_END, "query kind")                             \
    F(u8, query.zone, 0, "zone id")                                                                \
    F(u8, query.to_zone, 0, "zone id") F(flag, query.local, 0, "")                                 \
    F(u16, query.instrument, 0, "instrument id") F(u32, query.participant, 0, "participant id")    \
    F(u32, query.auction, 0, "auction id") F(u32, query.rows_max, 0, "rows")                       \
    F(u64, query.from, 0, "rows or trade number")
#define FIELDS_WIRE_answer(F)                                                                      \
    F(u64, id, 0, "") F(u64, sequence, 0, "commands") F(u64, order_id, 0, "order id")              \
    F(u32, lane, 0, "") F(u32, created, 0, "id of the command's kind")                             \
    F(verb, command, 0, "command type") F(word, reason, REASON_COUNT, "reason")                    \
    F(flag, flags, 0, "1: repeat")
#define FIELDS_WIRE_report(F)                                                                      \
    F(u64, sequence, 0, "commands") F(u64, order_id, 0, "order id")                                \
    F(u64, trade, 0, "trade number")                                                               \
    F(i64, time_ns, 0, "ns since 1970, UTC") F(i64, price, 0, "fen") F(i64, last_qty, 0, "units")  \
    F(i64, last_price, 0, "fen") F(i64, money, 0, "fen") F(i64, fee, 0, "fen")                     \
    F(i64, filled, 0, "units") F(i64, left, 0, "units") F(name, client_id, 0, "")                  \
    F(u32, participant, 0, "participant id") F(u16, instrument, 0, "instrument id")                \
    F(u8, zone, 0, "zone id") F(u8, other_zone, 0, "zone id") F(u8, side, 0, "FIX 54")             \
    F(u8, exec, 0, "FIX 150") F(u8, status, 0, "FIX 39") F(word, reason, REASON_COUNT, "reason")   \
    F(word_or, cancel, CANCEL_REASON_COUNT, "cancel reason") F(u8, liquidity, 0, "FIX 851")  \
    F(flag, kept_priority, 0, "")
#define FIELDS_WIRE_rows(F)                                                                        \
    F(u64, sequence, 0, "commands") F(u32, ticket, 0, "") F(flag, last, 0, "")                     \
    F(word, reason, REASON_COUNT, "reason")
#define FIELDS_WIRE_digest(F)                                                                      \
    F(b32, hash, 0, "BLAKE2b-256") F(u64, sequence, 0, "commands") F(u32, ticket, 0, "")
#define FIELDS_WIRE_busy(F) F(u64, id, 0, "") F(u32, lane, 0, "") F(u32, retry_ms, 0, "ms")
#define FIELDS_WIRE_fault(F)                                                                       \
    F(name, field, 0, "") F(i64, limit, 0, "") F(u32, place, 0, "byte or item")                    \
    F(i32, fault, 0, "fault number")
#define FIELDS_WIRE_feed(F)                                                                        \
    F(u16, instrument, 0, "instrument id") F(u16, count, 0, "events") F(flag, snapshot, 0, "")     \
    F(u64, epoch, 0, "") F(u64, number, 0, "messages") F(u64, sequence, 0, "commands")             \
    F(i64, time_ns, 0, "ns since 1970, UTC")
/* clang-format on */

/* ---- How each kind lies in the bytes: size and the type's name on the page ---- */
#define FIELD_SIZE_u8 1u
#define FIELD_SIZE_u16 2u
#define FIELD_SIZE_u32 4u
#define FIELD_SIZE_u64 8u
#define FIELD_SIZE_i32 4u
#define FIELD_SIZE_i64 8u
#define FIELD_SIZE_name 32u
#define FIELD_SIZE_word 1u
#define FIELD_SIZE_word_or 1u
#define FIELD_SIZE_verb 1u
#define FIELD_SIZE_flag 1u
#define FIELD_SIZE_b16 16u
#define FIELD_SIZE_b32 32u
#define FIELD_SIZE_b64 64u

/* Size of a message: FIELDS_SUM(FIELDS_WIRE_busy). */
#define FIELD_ADD(kind, member, bound, unit) +FIELD_SIZE_##kind
#define FIELDS_SUM(LIST) (0u LIST(FIELD_ADD))
#endif
