#!/usr/bin/env python3
"""`lingnan replay`: status, errors with place, standard input. What the market does with a script
is tested in tests/engine/scripts."""
import os
import sys

import cli_case
from cli_case import same, within

SMALL = ('zone GBA\n'
         'instrument CO2 family=carbon ref=5000 t_plus=0 phase=continuous\n'
         'participant mill zone=GBA\n'
         'issue mill CO2 qty=5\n'
         'order A1 mill CO2 sell qty=2 price=5000\n')
ACCEPTED = 'accepted order=A1 seq=5\n'


def market_section_6_8_trades_exactly(lingnan):
    """The three trades of market.md 6.8 and the congested link, nothing else."""
    script = os.path.join(os.path.dirname(__file__), '..', 'engine', 'scripts',
                          'worked-example.script')
    status, out, err = lingnan.run('replay', os.path.abspath(script))
    same((status, err), (0, ''))
    trades = [line for line in out.splitlines() if line.startswith(('trade ', 'link '))]
    same(trades, [
        'trade n=1 instrument=CO2 maker=S2 taker=B1 seller=S2 buyer=B1 from=EWN to=GBA '
        'received=1000 delivered=1200 buyer_price=6180 seller_price=5000 pays=6180000 '
        'gets=6000000 fund=180000',
        'trade n=2 instrument=CO2 maker=S1 taker=B1 seller=S1 buyer=B1 from=GBA to=GBA '
        'received=300 delivered=300 buyer_price=6300 seller_price=6300 pays=1890000 '
        'gets=1890000 fund=0',
        'link instrument=CO2 from=EWN to=GBA state=CONGESTED balance=1000',
        'trade n=3 instrument=CO2 maker=B1 taker=S5 seller=S5 buyer=B1 from=GBA to=GBA '
        'received=50 delivered=50 buyer_price=6310 seller_price=6310 pays=315500 '
        'gets=315500 fund=0'])


def standard_input_is_a_file_called_minus(lingnan):
    same(lingnan.run('replay', '-', text=SMALL), (0, ACCEPTED, ''))


def empty_script_has_a_digest(lingnan):
    status, out, _ = lingnan.run('replay', '--digest', '-', text='')
    same(status, 0)
    within(out, 'digest seq=0 hash=')


def quiet_prints_the_digest_only(lingnan):
    status, out, err = lingnan.run('replay', '--quiet', '--digest', '-', text=SMALL)
    same((status, err, out.count('\n')), (0, '', 1))
    within(out, 'digest seq=5 hash=')
    same(lingnan.run('replay', '--digest', '-', text=SMALL)[1], ACCEPTED + out)


def unknown_verb_ends_with_2_and_its_line(lingnan):
    status, out, err = lingnan.run('replay', '-', text=SMALL + 'surrender A1 CO2 qty=1\n' + SMALL)
    same((status, out), (2, ACCEPTED))
    within(err, 'error line=6 column=1 reason=')


def last_line_without_newline_counts(lingnan):
    same(lingnan.run('replay', '-', text=SMALL.rstrip('\n')), (0, ACCEPTED, ''))


def long_line_is_refused_by_place(lingnan):
    status, out, err = lingnan.run('replay', '-', text=SMALL + '#' * 100000 + '\n')
    same((status, out), (2, ACCEPTED))
    within(err, 'error line=6 column=1 reason=line too long')


def zero_bytes_are_refused(lingnan):
    status, out, err = lingnan.run('replay', '-', text=SMALL.encode() + b'zone A\0B\n')
    same((status, out), (2, ACCEPTED.encode()))
    within(err, b'error line=6 ')


def capacity_comes_first_or_never(lingnan):
    status, _, err = lingnan.run('replay', '-', text=SMALL + 'capacity orders=10\n')
    same(status, 2)
    within(err, 'error line=6 ')


def time_never_goes_back(lingnan):
    text = 'time 2026-06-01T09:30:00\nzone GBA\ntime 2026-06-01T09:29:59\n'
    status, _, err = lingnan.run('replay', '-', text=text)
    same(status, 2)
    within(err, 'error line=3 ')


def books_balance_between_the_steps_of_a_call(lingnan):
    """What buyers have paid and sellers not got yet is counted, too."""
    text = ('capacity work=1\nsteps manual\nzone EWN\n'
            'instrument X lot=1 ref=100 t_plus=0 fee_ppm=0 stp=allow block_from=0 phase=call\n'
            'participant p zone=EWN\ndeposit p cash=1000\nissue p X qty=600\n'
            'order O1 p X buy qty=1 price=100\norder O2 p X buy qty=1 price=100\n'
            'order O3 p X sell qty=1 price=100\nuncross X\n' + 'reconcile\nstep\n' * 9)
    status, out, err = lingnan.run('replay', '-', text=text)
    same((status, err), (0, ''))
    same(out.count('auction-fill '), 2)
    within(out, 'rejected command=step reason=WRONG_STATE')
    sums = [line for line in out.splitlines() if line.startswith(('units ', 'money '))]
    same((len(sums), [line for line in sums if not line.endswith(' difference=0')]), (18, []))


def missing_file_and_bad_usage(lingnan):
    status, out, err = lingnan.run('replay', lingnan.path('nothing.script'))
    same((status, out), (66, ''))
    within(err, 'nothing.script')
    same(lingnan.run('replay')[0], 64)
    same(lingnan.run('replay', '--loud', '-', text='')[0], 64)
    same(lingnan.run('replay', '--help')[0], 0)


def unknown_subcommand_is_a_usage_error(lingnan):
    status, _, err = lingnan.run('ordre')
    same(status, 64)
    within(err, 'ordre')


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    cli_case.main([market_section_6_8_trades_exactly, standard_input_is_a_file_called_minus,
                   empty_script_has_a_digest, quiet_prints_the_digest_only,
                   unknown_verb_ends_with_2_and_its_line, last_line_without_newline_counts,
                   long_line_is_refused_by_place, zero_bytes_are_refused,
                   capacity_comes_first_or_never, time_never_goes_back,
                   books_balance_between_the_steps_of_a_call,
                   missing_file_and_bad_usage, unknown_subcommand_is_a_usage_error])
