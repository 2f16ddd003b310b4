"""The market of Guangdong that the program carries: it loads everywhere, and its links trade.

Usage:  test_guangdong.py LINGNAN TRADES NAIVE
Method: TRADES.script behind the market's lines must print TRADES.expected, in the program and in
        the naive market; the expected prices and quantities were worked out from market.md 6.2, 6.3
        and 6.9. Serve and schedule take the same file.
Prints: TAP.
"""
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import cli_case  # pylint: disable=wrong-import-position
from cli_case import same, within

FAMILIES = {'GDEA': 'carbon', 'PHCER': 'eco', 'ENER': 'energy', 'WATR': 'water', 'NOX': 'air',
            'SO2': 'air', 'VOC': 'air', 'COD': 'effluent', 'NH3N': 'effluent'}
KEY_REGION = {'Guangzhou', 'Shenzhen', 'Zhuhai', 'Foshan', 'Jiangmen', 'Zhaoqing', 'Huizhou',
              'Dongguan', 'Zhongshan', 'Qingyuan'}


def printed(lingnan):
    status, market, err = lingnan.run('demo', '--print-market')
    same((status, err), (0, ''))
    return market


def every_family_has_three_vintages(lingnan):
    market = printed(lingnan)
    for code, family in FAMILIES.items():
        rows = re.findall(r'^instrument (%s(?:-[A-Z]+)?)-(\d\d) family=(\w+)' % code, market, re.M)
        basins = {row[0] for row in rows}
        same(len(basins), 2 if family in ('water', 'effluent') else 1)
        same({row[2] for row in rows}, {family})
        for basin in basins:
            same([row[1] for row in rows if row[0] == basin], ['25', '26', '27'])


def every_city_has_its_zones(lingnan):
    market = printed(lingnan)
    same(len(re.findall(r'^city [A-Za-z-]+ zone=(?:EWN|GBA)\b', market, re.M)), 23)
    same(re.findall(r'^city (\S+) zone=GBA investors=1', market, re.M), ['Hong-Kong', 'Macao'])
    same(re.findall(r'^city (\S+) instrument=GDEA-26 zone=SZ', market, re.M), ['Shenzhen'])
    for name in ('NOX-25', 'SO2-26', 'VOC-27'):
        rows = dict(re.findall(r'^city (\S+) instrument=%s zone=(\S+)' % name, market, re.M))
        same(len(rows), 23)
        same({city for city, zone in rows.items() if zone == 'KEY'}, KEY_REGION)


def its_links_trade_as_the_rules_say(lingnan):
    trades, naive = sys.argv[2], sys.argv[3]
    with open(trades + '.script', encoding='ascii') as file:
        script = printed(lingnan) + file.read()
    with open(trades + '.expected', encoding='ascii') as file:
        expected = file.read().splitlines()
    status, out, err = lingnan.run('replay', '-', text=script)
    same((status, err), (0, ''))
    same(out.splitlines(), expected)
    other = subprocess.run([naive], input=script, stdout=subprocess.PIPE, text=True, check=True)
    same(other.stdout.splitlines(), expected)


def a_server_and_the_timetable_take_it(lingnan):
    market = lingnan.write('guangdong.script', printed(lingnan))
    lingnan.start(market)
    same(lingnan.stop(), 0)
    same(lingnan.run('audit', '--quiet', lingnan.path('data'))[0], 0)
    status, days, err = lingnan.run('schedule', '--from', '2026-06-01', '--days', '2', market)
    same((status, err), (0, ''))
    status, out, err = lingnan.run('replay', '-', text=days)
    same((status, err), (0, ''))
    same([line for line in out.splitlines() if line.startswith('rejected')], [])
    for line in ('phase instrument=GDEA-26 to=no-cancel', 'phase instrument=NOX-26 to=continuous',
                 'settled instrument=COD-DJ-25 trades=0 units=0 cash=0'):
        within(out, line)
    same('phase instrument=NOX-26 to=call' in out, False)


if __name__ == '__main__':
    cli_case.main([every_family_has_three_vintages, every_city_has_its_zones,
                   its_links_trade_as_the_rules_say, a_server_and_the_timetable_take_it])
