#!/usr/bin/env python3
"""`lingnan demo --once`: the story through the real gateway, and its own checks.

Goal:   status 0, every self-check holds, nothing is left behind.
"""
import os
import sys

import cli_case
from cli_case import same, within


def once_checks_itself_and_leaves_nothing(lingnan):
    lingnan.env['TMPDIR'] = lingnan.root
    status, out, err = lingnan.run('demo', '--once')
    failed = [line for line in out.splitlines() if 'FAILED' in line]
    same((failed, err), ([], ''))
    same(status, 0)
    for part in ('ALLOCATION', 'AUCTIONS', 'TRADING', 'ECO-CREDITS', 'WHAT HAPPENED', 'AUDIT',
                 'check ok: the sum of allocations is within the cap',
                 'check ok: units and money reconcile with zero difference',
                 'check ok: T+1: bought today, offered today: refused UNITS_SHORT',
                 'check ok: the replay ends in the state the running exchange showed',
                 ' self-checks, 0 failed'):
        within(out, part)
    same(out.count('check ok: clearing price, volume sold, state and winners as published'), 5)
    same(os.listdir(lingnan.root), [])


def bad_options_are_named(lingnan):
    same(lingnan.run('demo', '--speed', '0')[0], 64)
    same(lingnan.run('demo', 'now')[0], 64)
    same(lingnan.run('demo', '--help')[0], 0)
    status, _, err = lingnan.run('demo', '--once', '--data', lingnan.path('x' * 120))
    same(status != 0, True)
    within(err, 'too long')


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    cli_case.main([once_checks_itself_and_leaves_nothing, bad_options_are_named])
