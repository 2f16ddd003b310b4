"""run_property.py - runs one file of properties with pytest and prints TAP.

Usage:  run_property.py TESTS.py LIBRARY
Method: LIBRARY is the engine as a shared object (market_lib.c). The number of examples follows
        TEST_SECONDS; LINGNAN_TEST_FULL=1 takes the long profile. Examples are derived from the
        properties themselves, so that two runs try the same ones; a failing one is shrunk.
Prints: TAP, one case for each property.
"""

import contextlib
import io
import os
import sys

sys.dont_write_bytecode = True


class Results:
    """What pytest reports: (passed, name, text) of each property."""

    def __init__(self):
        self.cases = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.failed:
            name = report.nodeid.split("::")[-1]
            self.cases.append((report.passed, name, report.longreprtext))


def main(tests, library):
    os.environ["LINGNAN_PROPERTY_LIBRARY"] = os.path.abspath(library)
    try:
        import hypothesis  # noqa: F401
        import pytest
    except ImportError:
        print("1..0 # SKIP python3-hypothesis and python3-pytest are not installed")
        return 0
    results = Results()
    with contextlib.redirect_stdout(io.StringIO()):  # TAP is all that may be printed
        pytest.main(["-q", "-p", "no:cacheprovider", tests], plugins=[results])
    print(f"1..{max(1, len(results.cases))}")
    for number, (passed, name, text) in enumerate(results.cases, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {name}")
        if not passed:
            print("\n".join(f"# {line}" for line in text.splitlines()))
    if not results.cases:
        print("not ok 1 - no property was found")
    return 0 if results.cases and all(case[0] for case in results.cases) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
