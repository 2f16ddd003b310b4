#!/usr/bin/env python3
"""`lingnan demo --once`: the story through the real gateway, and its own checks.

Goal:   status 0, every self-check holds, nothing is left behind.
"""
import os
import re
import signal
import sys
import time

import cli_case
from cli_case import same, within


def once_checks_itself_and_leaves_nothing(lingnan):
    lingnan.env['TMPDIR'] = lingnan.root
    status, out, err = lingnan.run('demo', '--once')
    failed = [line for line in out.splitlines() if 'check FAILED' in line]
    same((failed, err), ([], ''))
    same(status, 0)
    for part in ('ALLOCATION', 'AUCTIONS', 'TRADING', 'ECO-CREDITS', 'A CALL', 'NOT SOLD',
                 'WHAT HAPPENED', 'AUDIT',
                 'check ok: the sum of allocations is within the cap',
                 'check ok: units and money reconcile with zero difference',
                 'check ok: the opening auction did what the last indicative look had said',
                 'check ok: the opening auction used the whole room of the link',
                 'check ok: live rent: the levy in force is the difference the call found',
                 'check ok: new room was handed out by an auction, not to the fastest',
                 'check ok: what moved paid the rent of the opening',
                 'check ok: volatility interruption: no trade at 69.00',
                 'check ok: the reopening call let a seller come in: 67.00 instead of 69.00',
                 'check ok: all or nothing: the auction failed, as the published one did',
                 'check ok: a partial rule would have sold 210 000 t to the same bidders',
                 'check ok: T+1: bought today, offered today: refused UNITS_SHORT',
                 'check ok: the replay ends in the state the running exchange showed',
                 ' self-checks, 0 failed'):
        within(out, part)
    same(out.count('check ok: clearing price, volume sold, state and winners as published'), 5)
    same(os.listdir(lingnan.root), [])


def without_once_the_server_goes_on(lingnan):
    """The server outlives the story, answers the keys of the story and ends by SIGTERM."""
    place = lingnan.path('story')
    status, out, err = lingnan.run('demo', '--data', place)
    same((status, err), (0, ''))
    server = int(re.search(r'`kill (\d+)` ends it', out).group(1))
    try:
        lingnan.env['LINGNAN_CONNECT'] = 'ipc://%s/order.ipc' % place
        status, out, _ = lingnan.run('reconcile', '--key', place + '/keys/regulator.key')
        same((status, out.count(' difference=0\n')), (0, 12))
        status, out, _ = lingnan.run('account', 'dc-foshan-1', 'GDEA-23', '--key',
                                     place + '/keys/dc-foshan-1.key')
        same(status, 0)
        within(out, 'account participant=dc-foshan-1 instrument=GDEA-23 ')
    finally:
        os.kill(server, signal.SIGTERM)
    log = ''
    while 'event=stopped' not in log:  # the server is nobody's child any more
        time.sleep(0.05)
        with open(place + '/serve.log', encoding='utf-8') as file:
            log = file.read()
    same(lingnan.run('audit', '--quiet', place + '/data')[0], 0)
    status, _, err = lingnan.run('demo', '--once', '--data', place)
    same(status != 0, True)
    within(err, 'there already')


def bad_options_are_named(lingnan):
    same(lingnan.run('demo', '--speed', '0')[0], 64)
    same(lingnan.run('demo', 'now')[0], 64)
    same(lingnan.run('demo', '--help')[0], 0)
    status, _, err = lingnan.run('demo', '--once', '--data', lingnan.path('x' * 120))
    same(status != 0, True)
    within(err, 'too long')


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    cli_case.main([once_checks_itself_and_leaves_nothing, without_once_the_server_goes_on,
                   bad_options_are_named])
