#!/usr/bin/env python3
"""The verbs of the script as subcommands against a real server; export, audit, watch, trades.

Method: one server on ipc in a temporary directory, a key for each role, one small market.
"""
import json
import os
import re
import subprocess
import sys

import cli_case
from cli_case import same, within

MARKET = ('zone EWN\n'
          'zone GBA\n'
          'instrument CO2 family=carbon ref=5000 band_ppm=1000000 t_plus=0 fee_ppm=0 '
          'phase=continuous\n'
          'ref CO2 GBA price=6200\n'
          'link CO2 EWN GBA ratio=6/5 levy_ppm=30000\n'
          'limit CO2 EWN GBA lo=-1000 hi=1000\n')
SETUP = ('participant mill zone=EWN\n'
         'participant bakery zone=GBA\n'
         'deposit mill cash=1000\n'
         'deposit bakery cash=100000000\n')


def make_key(lingnan, name, role, participant=None):
    path = lingnan.path(name + '.key')
    same(lingnan.run('key', 'new', path, '--name', name)[0], 0)
    words = ['key', 'register', '--data', lingnan.path('data'), '--name', name, '--role', role]
    if participant:
        words += ['--participant', participant]
    same(lingnan.run(*words, path)[0], 0)


def open_market(lingnan, market=MARKET, more=True):
    """A running market; with `more` mill has units and bakery has money."""
    make_key(lingnan, 'reg', 'regulator')
    make_key(lingnan, 'op', 'operator')
    make_key(lingnan, 'mill', 'enterprise', 'mill')
    make_key(lingnan, 'bakery', 'enterprise', 'bakery')
    lingnan.start(lingnan.write('market.script', market))
    if not more:
        return
    same(lingnan.run('submit', '-', text=SETUP, key='op.key'), (0, '', ''))
    same(lingnan.run('issue', 'mill', 'CO2', 'qty=1200', key='reg.key'), (0, '', ''))


def orders_meet_and_are_shown(lingnan):
    """Order, trade as both sides see it, looks, replace, cancel."""
    open_market(lingnan)
    status, out, err = lingnan.run('order', 'S1', 'mill', 'CO2', 'sell', 'qty=1000', 'price=5000',
                                   key='mill.key')
    same((status, err), (0, ''))
    same(bool(re.fullmatch(r'accepted order=S1 seq=\d+\n', out)), True)
    status, out, _ = lingnan.run('order', 'B1', 'bakery', 'CO2', 'buy', 'qty=100', 'price=6200',
                                 key='bakery.key')
    same(status, 0)
    within(out, 'accepted order=B1 seq=')
    within(out, 'trade n=1 instrument=CO2 taker=B1 buyer=B1 from=EWN to=GBA received=100 '
                'buyer_price=6180 pays=618000 fee=0 left=0\n')
    same(lingnan.run('orders', 'mill', key='mill.key')[1],
         'open order=mill/S1 instrument=CO2 side=sell left=880 price=5000\n')
    same(lingnan.run('replace', 'S1', 'qty=600', key='mill.key'),
         (0, 'replaced order=S1 left=600 price=5000 kept_priority=1\n', ''))
    same(lingnan.run('replace', 'S1', 'qty=500', 'price=5010', key='mill.key'),
         (0, 'replaced order=S1 left=500 price=5010 kept_priority=0\n', ''))
    same(lingnan.run('book', 'CO2', 'zone=EWN', 'local=0', key='bakery.key')[1],
         'level instrument=CO2 zone=EWN side=ask price=5010 qty=500 orders=1\n')
    status, out, _ = lingnan.run('cancel', 'S1', key='mill.key')
    same(status, 0)
    within(out, 'cancelled order=S1 ')
    within(out, ' reason=USER')
    same(lingnan.run('fund', 'CO2', key='reg.key')[1].splitlines()[0],
         'fund instrument=CO2 zone=EWN cash=18000 retired=20')
    same(lingnan.run('balance', 'CO2', 'EWN', 'GBA', key='reg.key')[1],
         'balance instrument=CO2 from=EWN to=GBA net=100 lo=-1000 hi=1000\n')


def a_side_of_a_trade_has_the_keys_of_the_script(lingnan):
    """In their order, without the other side's; the `trades` verb has the whole line."""
    open_market(lingnan)
    whole = ('n instrument maker taker seller buyer from to received delivered buyer_price '
             'seller_price pays gets fund').split()
    lingnan.run('order', 'B1', 'bakery', 'CO2', 'buy', 'qty=100', 'price=6200', key='bakery.key')
    out = lingnan.run('order', '-', 'mill', 'CO2', 'sell', 'qty=60', 'price=5000',
                      key='mill.key')
    trade = out[1].splitlines()[1]
    within(trade, 'trade n=1 instrument=CO2 taker=- seller=- from=EWN to=GBA delivered=60 ')
    same(bool(re.search(r' fee=0 left=0 taker_oid=\d+$', trade)), True)
    keys = [word.split('=')[0] for word in trade.split()[1:]]
    same(keys[:-3], [key for key in whole if key in keys])
    line = lingnan.run('trades', 'CO2', key='reg.key')[1].splitlines()[0]
    same([word.split('=')[0] for word in line.split()[1:]][:len(whole)], whole)


def lane_and_id_apply_once(lingnan):
    """As options and as words, on one verb and in a submitted script."""
    open_market(lingnan)
    order = ('order', '-', 'mill', 'CO2', 'sell', 'qty=10', 'price=5000')
    status, out, err = lingnan.run(*order, 'lane=9', 'id=3', key='mill.key')
    same((status, err, ' repeat=1' in out), (0, '', False))
    again = out[:-1] + ' repeat=1\n'
    same(lingnan.run(*order, 'lane=9', 'id=3', key='mill.key'), (0, again, ''))
    same(lingnan.run(*order, '--lane', '9', '--id', '3', key='mill.key'), (0, again, ''))
    same(lingnan.run('order', '-', ' '.join(order[2:]) + ' lane=9 id=3', key='mill.key'),
         (0, again, ''))
    lines = ''.join(' '.join(order) + end + '\n' for end in
                    (' lane=9 id=3', ' lane=9 id=4', ' lane=9 id=5', ' lane=9 id=4', '', ' lane=8 '
                     'id=1', ' lane=8 id=1'))
    status, out, err = lingnan.run('submit', '-', text=lines, key='mill.key')
    same((status, err), (0, ''))
    rows = out.splitlines()
    same([line.endswith(' repeat=1') for line in rows],
         [True, False, False, True, False, False, True])
    same((rows[0] + '\n', rows[3], rows[6]), (again, rows[1] + ' repeat=1', rows[5] + ' repeat=1'))
    text = (' '.join(order) + '\n') * 2
    first = lingnan.run('submit', '-', '--lane', '7', '--id', '1', text=text, key='mill.key')[1]
    second = lingnan.run('submit', '-', '--lane', '7', '--id', '1', text=text, key='mill.key')[1]
    same(second, first.replace('\n', ' repeat=1\n'))
    same(lingnan.run('orders', 'mill', key='mill.key')[1].count('open order='), 7)
    lingnan.run('order', 'S1', *order[2:], key='mill.key')
    for words, line in ((('replace', 'S1', 'qty=5', 'lane=6', 'id=1'),
                         'replaced order=S1 left=5 price=5000 kept_priority=1\n'),
                        (('cancel', 'S1', 'lane=6', 'id=2'),
                         'cancelled order=S1 left=5 reason=USER\n')):
        same(lingnan.run(*words, key='mill.key'), (0, line, ''))
        same(lingnan.run(*words, key='mill.key'),
             (0, ' '.join(line.split()[:2]) + ' repeat=1\n', ''))


def half_given_or_unreadable_numbers_are_usage(lingnan):
    """Never ignored: status 64, the word named, nothing applied."""
    open_market(lingnan)
    order = ('order', '-', 'mill', 'CO2', 'sell', 'qty=10', 'price=5000')
    for words, named in ((('--lane', 'x', '--id', '3'), '--lane x'),
                         (('--lane', '-1', '--id', '3'), '--lane -1'),
                         (('--lane', '0', '--id', '3'), '--lane 0'),
                         (('--lane', '4294967296', '--id', '3'), '--lane 4294967296'),
                         (('--lane', '5', '--id', '18446744073709551616'), '--id 1844'),
                         (('--lane', '5', '--id', ''), '--id '),
                         (('--lane', '5'), '--lane and --id go together'),
                         (('--id', '5'), '--lane and --id go together'),
                         (('--lane', '5', '--id', '1', '--id', '2'), '--id is given twice'),
                         (('--lane', '5', '--id', '1', 'lane=5', 'id=1'), 'not both'),
                         (('lane=9',), 'lane= and id= go together'),
                         (('id=9',), 'lane= and id= go together'),
                         (('lane=0', 'id=9'), 'lane= and id= go together'),
                         (('lane=9', 'lane=9', 'id=1'), 'lane= is given twice'),
                         (('lane=4294967296', 'id=9'), '^ here'),
                         (('lane=9', 'id=x'), '^ here')):
        status, out, err = lingnan.run(*order, *words, key='mill.key')
        same((words, status, out), (words, 64, ''))
        within(err, named)
    same(lingnan.run('orders', 'mill', key='mill.key')[1], '')
    same(lingnan.run('submit', '-', '--lane', '5', text='', key='mill.key')[0], 64)
    status, _, err = lingnan.run('submit', '-', text=' '.join(order) + ' lane=5\n', key='mill.key')
    same(status, 2)
    within(err, 'error line=1 ')


def the_operator_sees_what_came_of_it(lingnan):
    """A phase and a cleared auction are printed as the script prints them."""
    open_market(lingnan)
    same(lingnan.run('phase', 'CO2', 'call', key='op.key'),
         (0, 'phase instrument=CO2 to=call\n', ''))
    same(lingnan.run('auction', 'A1', 'CO2', 'regime=GD-2015', 'seller=reserve', 'offer=500000',
                     'reserve=937', key='reg.key')[0], 0)
    same(lingnan.run('bid', 'A1', 'bakery', 'qty=1000', 'price=1200', key='bakery.key')[0], 0)
    status, out, _ = lingnan.run('clear', 'A1', key='reg.key')
    same((status, bool(re.fullmatch(r'cleared auction=A1 price=\d+ sold=\d+ state=[A-Z]+\n', out))),
         (0, True))


def a_long_clearing_is_waited_for(lingnan):
    """One row of work a step: the result is printed once the steps are done."""
    market = 'capacity work=1\n' + MARKET
    market += 'auction A1 CO2 regime=custom seller=reserve offer=100 reserve=5000\n'
    for i in range(30):
        market += f'participant p{i} zone=EWN\ndeposit p{i} cash=1000000\n'
        market += f'bid A1 p{i} qty=10 price={5100 + i}\n'
    open_market(lingnan, market)
    same(lingnan.run('clear', 'A1', key='reg.key'),
         (0, 'cleared auction=A1 price=5120 sold=100 state=CLEARED\n', ''))
    same(lingnan.run('jobs', key='reg.key'), (0, '', ''))


def the_operator_cancels_for_anybody(lingnan):
    """By participant and id; another enterprise is not the owner; what is gone stays unknown."""
    open_market(lingnan)
    order = ('order', 'S1', 'mill', 'CO2', 'sell', 'qty=5', 'price=5000')
    same(lingnan.run(*order, key='mill.key')[0], 0)
    same(lingnan.run('cancel', 'mill/S1', key='bakery.key')[:2],
         (1, 'rejected order=mill/S1 reason=NOT_OWNER\n'))
    same(len(lingnan.run('orders', 'mill', key='mill.key')[1].splitlines()), 1)
    same(lingnan.run('cancel', 'mill/S1', key='op.key')[0], 0)
    same(lingnan.run('orders', 'mill', key='mill.key')[1], '')
    same(lingnan.run('cancel', 'mill/S1', key='op.key')[:2],
         (1, 'rejected order=mill/S1 reason=UNKNOWN_ORDER\n'))


def refusals_are_status_1_with_their_reason(lingnan):
    """The market's no, and acting for somebody else."""
    open_market(lingnan)
    order = ('order', 'S1', 'mill', 'CO2', 'sell', 'qty=5000', 'price=5000')
    same(lingnan.run(*order, key='mill.key'), (1, 'rejected order=S1 reason=UNITS_SHORT\n', ''))
    status, out, _ = lingnan.run(*order, key='bakery.key')
    same((status, out), (1, 'rejected order=S1 reason=NOT_ALLOWED\n'))
    status, out, _ = lingnan.run('order', 'S1', 'nobody', 'CO2', 'sell', 'qty=5', 'price=5000',
                                 key='mill.key')
    same((status, out), (1, 'rejected order=S1 reason=UNKNOWN_PARTICIPANT\n'))
    status, out, _ = lingnan.run('cancel', 'S9', key='mill.key')
    same((status, out), (1, 'rejected order=S9 reason=UNKNOWN_ORDER\n'))
    status, out, _ = lingnan.run('issue', 'mill', 'CO2', 'qty=5', key='op.key')
    same((status, out), (1, 'rejected command=issue reason=NOT_ALLOWED\n'))


def bad_input_is_named(lingnan):
    """Keys, addresses and lines that are wrong, each with its status."""
    open_market(lingnan)
    look = ('account', 'mill', 'CO2')
    same(lingnan.run(*look)[0], 64)
    same(lingnan.run(*look, key='missing.key')[0], 66)
    lingnan.write('broken.key', 'not a key\n')
    os.chmod(lingnan.path('broken.key'), 0o600)
    status, _, err = lingnan.run(*look, key='broken.key')
    same(status, 77)
    within(err, 'ERR_KEY')
    same(lingnan.run('key', 'new', lingnan.path('stranger.key'))[0], 0)
    same(lingnan.run(*look, key='stranger.key')[0], 77)
    same(lingnan.run(*look, key='mill.key', connect='ipc://' + lingnan.path('no.ipc'))[0], 69)
    same(lingnan.run(*look, key='mill.key', connect='nonsense')[0] in (64, 69), True)
    status, _, err = lingnan.run('order', 'S1', 'mill', 'CO2', 'sell', 'amount=5', key='mill.key')
    same(status, 64)
    within(err, '^ here')
    same(lingnan.run('order', 'S1', 'mill', 'CO2', 'sell', 'qty=x', 'price=5', key='mill.key')[0],
         64)
    same(lingnan.run('trades', 'CO9', key='mill.key')[0], 64)
    status, _, err = lingnan.run('submit', '-', text='zone\n', key='reg.key')
    same(status, 2)
    within(err, 'error line=1 ')
    same(lingnan.run('submit', lingnan.path('nothing'), key='reg.key')[0], 66)
    same(lingnan.run('submit', key='reg.key')[0], 64)
    same(lingnan.run(*look, '--help')[0], 0)


def trades_and_json(lingnan):
    """Pages of trades; one JSON object a line with exact integers."""
    open_market(lingnan)
    lines = ''.join('order S%d mill CO2 sell qty=10 price=5000\n' % n for n in range(30))
    same(lingnan.run('submit', '-', text=lines, key='mill.key')[0], 0)
    lines = ''.join('order B%d bakery CO2 buy qty=5 price=6200\n' % n for n in range(30))
    status, out, _ = lingnan.run('submit', '-', text=lines, key='bakery.key')
    same((status, out.count('accepted order='), out.count('trade n=')), (0, 30, 30))
    status, out, _ = lingnan.run('trades', 'from=11', 'rows=5', '--json', key='bakery.key')
    same(status, 0)
    rows = [json.loads(line) for line in out.splitlines()]
    same([row['n'] for row in rows], [11, 12, 13, 14, 15])
    same((rows[0]['event'], rows[0]['received'], rows[0]['pays']), ('trade', 5, 30900))
    out = lingnan.run('order', '007', 'mill', 'CO2', 'sell', 'qty=1', 'price=6000', '--json',
                      key='mill.key')[1]
    same((json.loads(out)['event'], json.loads(out)['order']), ('accepted', '007'))
    same(lingnan.run('trades', 'CO2', 'rows=0', key='reg.key')[1].count('trade n='), 30)
    units = lingnan.run('reconcile', 'CO2', key='reg.key')[1]
    within(units, 'units instrument=CO2 issued=1200 ')
    within(units, ' retired=30 auctioned=0 difference=0')


def watch_prints_public_trades(lingnan):
    """The feed names no participant and no order."""
    open_market(lingnan)
    env = dict(lingnan.env, LINGNAN_KEY=lingnan.path('mill.key'),
               LINGNAN_CONNECT=lingnan.connect())
    with subprocess.Popen([lingnan.program, 'watch', 'CO2', '--feed', lingnan.feed(), '--count',
                           '1', '--snapshots'], env=env, stdout=subprocess.PIPE,
                          text=True) as watch:
        same(lingnan.run('order', 'S1', 'mill', 'CO2', 'sell', 'qty=10', 'price=5000',
                         key='mill.key')[0], 0)
        line = watch.stdout.readline()
        same(watch.wait(60), 0)
    within(line, 'level instrument=CO2 zone=EWN side=ask price=5000 qty=10 orders=1')
    same(lingnan.run('watch', '--feed', 'ipc://' + lingnan.path('no.ipc'))[0], 69)
    same(lingnan.run('watch')[0], 64)


def export_replays_to_the_same_digest(lingnan):
    """What was served, exported and replayed offline gives the served digest; audit is clean."""
    open_market(lingnan)
    for key, text in (('mill.key', 'order S1 mill CO2 sell qty=700 price=5000\n'
                                   'order - mill CO2 sell qty=100 price=5200\n'
                                   'order S9 mill CO2 sell qty=99999 price=5200\n'),
                      ('bakery.key', 'order B1 bakery CO2 buy qty=300 price=6300\n'
                                     'order B2 bakery CO2 buy qty=20 type=market\n'),
                      ('op.key', 'phase CO2 call\nphase CO2 continuous\nday 2026-06-02\n')):
        lingnan.run('submit', '-', text=text, key=key)
    status, digest, _ = lingnan.run('digest', key='reg.key')
    same(status, 0)
    same(lingnan.stop(), 0)
    status, script, err = lingnan.run('journal', 'export', lingnan.path('data'))
    same((status, err), (0, ''))
    same(script.startswith('steps manual\ncapacity '), True)
    within(script, ' as=mill')
    same(lingnan.run('replay', '--quiet', '--digest', '-', text=script), (0, digest, ''))
    status, out, _ = lingnan.run('audit', lingnan.path('data'))
    same(status, 0)
    within(out, digest)
    within(out, 'result=clean')


def steps_done(lingnan):
    """An answer comes before the steps of its command are done."""
    for _ in range(1000):
        if lingnan.run('jobs', key='reg.key')[1] == '':
            return
    raise AssertionError('a long command does not end')


def steps_of_long_commands_are_exported(lingnan):
    """What one command leaves is done by journalled steps, and their lines replay to the same."""
    open_market(lingnan, 'capacity work=25\n' + MARKET)
    lines = ''.join(f'order S{i} mill CO2 sell qty={i % 9 + 1} price={5000 + i % 7} tif=gtc '
                    f'{"display=1" if i % 3 == 0 else ""}\n' for i in range(80))
    lingnan.run('submit', '-', text=lines + 'order T1 mill CO2 sell qty=3 type=stop stop=4900\n',
                key='mill.key')
    lingnan.run('order', 'B1', 'bakery', 'CO2', 'buy', 'qty=300', 'price=6300', key='bakery.key')
    for line in ('phase CO2 call', 'phase CO2 continuous', 'cancel-all mill CO2', 'day 2026-06-02'):
        steps_done(lingnan)
        same(lingnan.run('submit', '-', text=line + '\n', key='op.key')[0], 0)
    steps_done(lingnan)
    same(lingnan.run('orders', 'mill', key='mill.key')[1], '')
    status, digest, _ = lingnan.run('digest', key='reg.key')
    same((status, lingnan.stop()), (0, 0))
    script = lingnan.run('journal', 'export', lingnan.path('data'))[1]
    within(script, '\nstep\n')
    same(lingnan.run('replay', '--quiet', '--digest', '-', text=script), (0, digest, ''))
    status, out, _ = lingnan.run('audit', lingnan.path('data'))
    same(status, 0)
    within(out, digest)
    within(out, 'result=clean')


def a_market_file_may_leave_work(lingnan):
    """Its long commands are worked off before the next one, so none is FROZEN."""
    orders = ''.join(f'order B{i} bakery CO2 buy qty=1 price=6200\n' for i in range(10))
    open_market(lingnan, 'capacity work=3\n' + MARKET + SETUP + 'issue mill CO2 qty=100\n' +
                'phase CO2 call\n' + orders + 'order S1 mill CO2 sell qty=6 price=5000\n'
                'uncross CO2\norder S2 mill CO2 sell qty=6 price=5000\ncancel-all - CO2\n'
                'order S3 mill CO2 sell qty=6 price=5000\nday 2026-06-02\n'
                'phase CO2 continuous\n', False)
    same(lingnan.run('orders', 'mill', key='mill.key')[1], '')
    same(lingnan.stop(), 0)
    same(lingnan.run('audit', '--quiet', lingnan.path('data'))[0], 0)


def count_steps(lingnan):
    return lingnan.run('journal', 'export', lingnan.path('data'))[1].count('\nstep\n')


def a_killed_server_goes_on_stepping(lingnan):
    """SIGKILL between the steps of a mass cancellation: the next start finishes it. Whether the
    kill comes in time is up to the machine, so several instruments have their turn."""
    plain = 'lot=1 ref=5000 t_plus=0 fee_ppm=0 phase=continuous\n'
    market = 'capacity work=3\nzone EWN\nparticipant mill zone=EWN\nparticipant bakery zone=EWN\n'
    for x in range(8):
        market += f'instrument X{x} {plain}issue mill X{x} qty=1000\n'
        market += ''.join(f'order S{x}-{i} mill X{x} sell qty=1 price=5000\n' for i in range(1000))
    open_market(lingnan, market, False)
    caught = False
    for x in range(8):
        same(lingnan.run('cancel-all', '-', f'X{x}', key='op.key'), (0, '', ''))
        lingnan.kill()
        steps = count_steps(lingnan)
        lingnan.start()
        steps_done(lingnan)
        same(lingnan.run('account', 'mill', f'X{x}', key='mill.key')[1].split()[3:5],
             ['free=1000', 'held=0'])
        caught = steps < count_steps(lingnan)
        if caught:
            break
    same(caught, True)
    same(lingnan.stop(), 0)
    status, out, _ = lingnan.run('audit', '--quiet', lingnan.path('data'))
    same(status, 0)
    within(out, 'result=clean')


def audit_finds_a_flipped_byte(lingnan):
    """A damaged journal is a fault with its place; a missing directory is no audit at all."""
    open_market(lingnan)
    same(lingnan.stop(), 0)
    segment = lingnan.path('data/journal/00000001.seg')
    with open(segment, 'r+b') as journal:
        damaged = journal.read().replace(b'bakery', b'Bakery')
        journal.seek(0)
        journal.write(damaged)
    status, out, err = lingnan.run('audit', '--quiet', lingnan.path('data'))
    same(status, 1)
    within(out, 'result=FAULT')
    within(err, 'ERR_')
    same(lingnan.run('journal', 'export', lingnan.path('data'))[0] != 0, True)
    same(lingnan.run('audit', lingnan.path('nothing'))[0], 66)
    same(lingnan.run('journal', 'export', lingnan.path('nothing'))[0], 66)
    same(lingnan.run('journal', 'import', lingnan.path('data'))[0], 64)
    same(lingnan.run('audit')[0], 64)


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    cli_case.main([orders_meet_and_are_shown, a_side_of_a_trade_has_the_keys_of_the_script,
                   lane_and_id_apply_once, half_given_or_unreadable_numbers_are_usage,
                   the_operator_sees_what_came_of_it, a_long_clearing_is_waited_for,
                   the_operator_cancels_for_anybody,
                   refusals_are_status_1_with_their_reason,
                   bad_input_is_named, trades_and_json, watch_prints_public_trades,
                   export_replays_to_the_same_digest,
                   steps_of_long_commands_are_exported, a_market_file_may_leave_work,
                   a_killed_server_goes_on_stepping, audit_finds_a_flipped_byte])
