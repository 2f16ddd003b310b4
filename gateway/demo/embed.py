#!/usr/bin/env python3
"""Writes the demo's files into one C source: embed.py OUT FILE...

The program then carries its facts with it and runs from any directory.
"""
import os
import sys


def literal(text):
    """Lines of C string literals, ASCII only."""
    out = []
    for line in text.splitlines(keepends=True):
        body = ''
        for byte in line.encode('utf-8'):
            char = chr(byte)
            if char in '\\"':
                body += '\\' + char
            elif 32 <= byte < 127:
                body += char
            else:
                body += '\\%03o' % byte
        out.append('     "%s"' % body)
    return '\n'.join(out) if out else '     ""'


def main():
    out_path, paths = sys.argv[1], sys.argv[2:]
    with open(out_path, 'w', encoding='ascii') as out:
        out.write('/* Made by gateway/demo/embed.py. */\n#include "gateway/demo/demo_files.h"\n\n')
        out.write('const struct demo_file demo_files[] = {\n')
        for path in paths:
            with open(path, encoding='utf-8') as source:
                text = source.read()
            out.write('    {"%s",\n%s,\n     %d},\n' %
                      (os.path.basename(path), literal(text), len(text.encode('utf-8'))))
        out.write('    {0, 0, 0},\n};\n')


main()
