"""test_tidy.py - the house rules hold, and each of them would notice if they did not.

Usage:  test_tidy.py ROOT [LIBENGINE]
Method: every rule of tidy_rules.py first sees a small bad sample in a temporary folder and must
        name it, then a good sample and must stay silent, then the project itself.
Prints: TAP, one line per rule and sample.
"""

import os
import sys
import tempfile
import textwrap

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tidy_rules as rules  # noqa: E402  (the folder must be known first)

LONG_BODY = "\n".join("    x();" for _ in range(70))
REASONS = '#define REASON_LIST(X) \\\n    X(0,  NONE, false, "") \\\n    X(1,  LOT, false, "no")\n'

# (rule, what is tried, files, a word of each expected complaint)
SAMPLES = [
    (rules.include_direction, "engine looks right",
     {"engine/a.c": '#include "proto/b.h"\n'}, ["may not look into proto"]),
    (rules.include_direction, "proto opens the engine's door",
     {"proto/a.c": '#include "engine/engine.h"\n'}, ["proto takes only"]),
    (rules.include_direction, "persist uses the gateway",
     {"persist/a.c": '#include "gateway/b.h"\n'}, ["may not look into gateway"]),
    (rules.include_direction, "include without a room",
     {"gateway/a.c": '#include "b.h"\n'}, ["from the root"]),
    (rules.include_direction, "a room includes tests",
     {"gateway/a.c": '#include "tests/lib/b.h"\n'}, ["may not look into tests"]),
    (rules.include_direction, "system headers",
     {"engine/a.c": "#include <stdio.h>\n", "gateway/b.c": "#include <lmdb.h>\n"},
     ["knows no system", "only persist"]),
    (rules.include_direction, "right directions",
     {"proto/a.c": '#include "engine/types.h"\n#include <nng/nng.h>\n',
      "gateway/b.c": '#include "engine/engine.h"\n#include "persist/c.h"\n',
      "tests/engine/d.c": '#include "engine/book.h"\n#include "tests/lib/e.h"\n',
      "bench/f.cpp": '#include "engine/book.h"\n'}, []),
    (rules.build_direction, "right neighbour in a library",
     {"proto/meson.build": "proto_lib = static_library('proto', dependencies: [persist])\n"},
     ["right neighbour persist"]),
    (rules.build_direction, "left neighbours and comments",
     {"proto/meson.build": "# not persist\nx = static_library('proto', dependencies: engine)\n"},
     []),
    (rules.engine_is_pure, "float, heap, output",
     {"engine/a.c": "double rate;\nvoid *p = malloc(3);\nprintf(x);\n"},
     ["double", "malloc", "printf"]),
    (rules.engine_is_pure, "words in comments and names",
     {"engine/a.c": "/* a float, malloc(3) */\nint64_t free;\nint time_ns;\nx->free = 1;\n"}, []),
    (rules.function_length, "71 lines",
     {"engine/a.c": "static int f(int a,\n             int b)\n{\n" + LONG_BODY[:-9] + "\n}\n"},
     ["engine/a.c:1: function of 73 lines"]),
    (rules.function_length, "70 lines",
     {"engine/a.c": "int f(void)\n{\n" + "\n".join(["    x();"] * 67) + "\n}\n"}, []),
    (rules.function_length, "a reason above",
     {"engine/a.c": "/* Reads.\n * Long because it is one switch. */\nint f(void)\n{\n"
      + LONG_BODY + "\n}\n"}, []),
    (rules.function_length, "python",
     {"tests/a.py": "def f():\n" + "    x()\n" * 70}, ["function of 71 lines"]),
    (rules.file_length, "601 lines", {"engine/a.c": "\n" * 601}, ["601 lines"]),
    (rules.file_length, "600 lines", {"engine/a.c": "\n" * 600}, []),
    (rules.columns, "one column too many",
     {"engine/a.c": "x" * 101 + "\n", "b.md": "y" * 121 + "\n"}, ["engine/a.c:1", "b.md:1"]),
    (rules.columns, "100 columns and a table",
     {"engine/a.c": "x" * 100 + "\n", "b.md": "|" + "y" * 120 + "|\n",
      "c.md": "y" * 120 + "\n"}, []),
    (rules.white_space, "blanks and tabs",
     {"engine/a.c": "x \n", "engine/b.c": "\ty\n", "engine/c.c": "z"},
     ["a.c:1", "b.c:1", "c.c: the last line"]),
    (rules.unique_names, "one name, two rooms",
     {"engine/book.c": "", "persist/book.h": "", "a/x.py": "", "b/x.py": ""},
     ["persist/book.h", "b/x.py"]),
    (rules.unique_names, "pairs and build files",
     {"engine/book.c": "", "engine/book.h": "", "a/meson.build": "", "b/meson.build": ""}, []),
    (rules.header_guards, "no guard, wrong guard",
     {"engine/a.h": "int x;\n", "engine/b.h": "#ifndef B_H\n#define B_H\n#endif\n"},
     ["ENGINE_A_H", "ENGINE_B_H"]),
    (rules.header_guards, "guarded",
     {"tests/lib/a.h": "#ifndef TESTS_LIB_A_H\n#define TESTS_LIB_A_H\n#endif\n"}, []),
    (rules.file_comment, "silent file, wrong name",
     {"engine/a.h": "int x;\n", "engine/b.h": "/* a.h - x */\n"}, ["engine/a.h", "engine/b.h"]),
    (rules.file_comment, "speaking file", {"engine/a.h": "/* a.h - adds. */\n"}, []),
    (rules.reasons_documented, "missing row and wrong number",
     {"engine/reason.h": REASONS, "proto/PROTOCOL.md": "| 0 | NONE |\n| 2 | LOT |\n"},
     ["no row `| 1 | LOT |`", "LOT is 1, not 2"]),
    (rules.reasons_documented, "no page", {"engine/reason.h": REASONS}, ["missing"]),
    (rules.reasons_documented, "all rows",
     {"engine/reason.h": REASONS, "proto/PROTOCOL.md": "| 0 | `NONE` | |\n| 1 | `LOT` | x |\n"},
     []),
    (rules.links_exist, "dead link", {"docs/a.md": "[x](b.md)\n"}, ["b.md does not exist"]),
    (rules.links_exist, "good links",
     {"docs/a.md": "[x](../c.md#d) [y](https://example.org/z) [z](#here)\n", "c.md": "\n"}, []),
    (rules.packages_known, "a library nobody installs, a header nobody knows",
     {"gateway/a.c": "#include <uv.h>\n#include <surprise.h>\n", "run": "x='gcc libuv-dev'\n"},
     ["libuv1-dev", "of which package"]),
    (rules.packages_known, "installed and explained",
     {"gateway/a.c": "#include <uv.h>\n#include <sys/stat.h>\n",
      "run": "x='gcc\n   libuv1-dev gdb'\n", "docs/dependencies.md": "| libuv | libuv1-dev |\n"},
     []),
    (rules.tests_registered, "forgotten test",
     {"tests/engine/test_a.c": "", "tests/engine/meson.build": "'test_ab.c'\n"}, ["test_a.c"]),
    (rules.tests_registered, "registered test",
     {"tests/engine/test_a.c": "", "tests/engine/meson.build": "'test_a.c'\n"}, []),
    (rules.no_machine_paths, "a path", {"a.md": "see /ro" + "ot/x\n"}, ["a.md:1"]),
    (rules.no_machine_paths, "harmless paths", {"a.md": "net/wor" + "k/x and /tmp/x\n"}, []),
    (rules.nothing_unfinished, "a promise", {"a.c": "/* TO" + "DO later */\n"}, ["a.c:1"]),
    (rules.nothing_unfinished, "no promise", {"a.c": "/* done; TODOS is a word */\n"}, []),
]

NM_SAMPLES = [
    ("a call to the heap", "a.o:\n0000 T engine_apply\n                 U malloc\n", ["malloc"]),
    ("own and allowed symbols",
     "a.o:\n     U book_add\n     U memcpy\n     U __udivti3\n     U __asan_load8\nb.o:\n"
     "0000 T book_add\n", []),
]


class Tap:
    def __init__(self):
        self.count = 0
        self.failures = 0

    def result(self, holds, title, notes=()):
        self.count += 1
        self.failures += 0 if holds else 1
        print(f"{'ok' if holds else 'not ok'} {self.count} - {title}")
        for note in notes:
            print(f"# {note}")


def write_tree(folder, files):
    for path, text in files.items():
        place = os.path.join(folder, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)


def compare(tap, title, complaints, expected):
    """Each expected word in one complaint, and no complaint beyond."""
    holds = len(complaints) == len(expected) and all(
        any(word in complaint for complaint in complaints) for word in expected)
    notes = [] if holds else [f"expected {expected}", f"got {complaints}"]
    tap.result(holds, title, notes)


def main(arguments):
    if len(arguments) not in (1, 2):
        sys.exit(textwrap.dedent(__doc__))
    tap = Tap()
    for rule, title, files, expected in SAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            write_tree(folder, files)
            compare(tap, f"{rule.__name__}, sample: {title}", rule(rules.Tree(folder)), expected)
    for title, text, expected in NM_SAMPLES:
        compare(tap, f"engine_symbols, sample: {title}", rules.engine_symbols(text), expected)
    tree = rules.Tree(arguments[0])
    for rule in rules.RULES:
        complaints = rule(tree)
        tap.result(not complaints, f"{rule.__name__}: the project", complaints)
    if len(arguments) == 2:
        complaints = rules.engine_symbols_of(arguments[1])
        tap.result(not complaints, "engine_symbols: the project", complaints)
    print(f"1..{tap.count}")
    return 1 if tap.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
