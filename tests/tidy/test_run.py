"""test_run.py - `run` says what it lacks, installs only that, and refuses what it does not know.

Usage:  test_run.py ROOT
Method: a search path that holds only stand-ins for dpkg-query, apt-get, id and sudo beside the few
        tools `run` needs; nothing is installed or built.
Prints: TAP.
"""

import os
import shutil
import subprocess
import sys
import tempfile

TOOLS = ["sh", "cat", "dirname", "readlink", "env", "mktemp", "mkdir", "rm", "tail", "true"]
NOTHING = "exit 1"
ALL = "printf installed"
ALL_BUT_TWO = 'case "$4" in libnng-dev | meson) exit 1 ;; *) printf installed ;; esac'
SUDO = '[ "$1" != -n ] || shift; "$@"'
RECORD = 'printf "%s %s\\n" "$DEBIAN_FRONTEND" "$*" >>"$RECORD_FILE"'

# (what is tried, arguments, stand-ins, expected status, words expected in the output,
#  words expected in what apt-get was told, or None: apt-get must not be called)
CASES = [
    ("help lists the commands", ["help"], {}, 0, ["./run demo", "./run test full"], None),
    ("no argument is help", [], {}, 0, ["./run demo"], None),
    ("an unknown command", ["dance"], {}, 64, ["unknown command 'dance'"], None),
    ("build takes nothing", ["build", "x"], {}, 64, ["no arguments"], None),
    ("test takes nothing or full", ["test", "quick"],
     {"dpkg-query": ALL}, 64, ["unknown argument 'quick'"], None),
    ("no root and no sudo", ["build"],
     {"dpkg-query": ALL_BUT_TWO, "apt-get": RECORD, "id": "echo 1000"}, 77,
     ["not root", "install: meson libnng-dev"], None),
    ("no apt-get", ["build"], {"dpkg-query": ALL_BUT_TWO, "id": "echo 0"}, 69,
     ["apt-get is not available", "meson libnng-dev"], None),
    ("apt-get fails", ["build"],
     {"dpkg-query": NOTHING, "apt-get": RECORD + "; echo no network; exit 100", "id": "echo 0"}, 69,
     ["no network", "could not install"], ["noninteractive install"]),
    ("only what is missing, without questions", ["build"],
     {"dpkg-query": ALL_BUT_TWO, "apt-get": RECORD, "id": "echo 0", "meson": "exit 1"}, 70,
     ["installing: meson libnng-dev\n", "configuration failed"],
     ["noninteractive update", "noninteractive install -q -y --no-install-recommends meson "
      "libnng-dev\n"]),
    ("sudo when not root", ["build"],
     {"dpkg-query": ALL_BUT_TWO, "apt-get": RECORD, "id": "echo 1000", "sudo": SUDO,
      "meson": "exit 1"}, 70, ["installing: meson libnng-dev\n"], ["noninteractive install"]),
]


def attempt(root, arguments, stand_ins):
    """Runs `run` of a copy in a folder of its own; returns status, output, apt-get's record."""
    with tempfile.TemporaryDirectory() as folder:
        bin_folder = os.path.join(folder, "bin")
        os.mkdir(bin_folder)
        for tool in TOOLS:
            os.symlink(shutil.which(tool), os.path.join(bin_folder, tool))
        for name, body in stand_ins.items():
            path = os.path.join(bin_folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"#!{shutil.which('sh')}\n{body}\n")
            os.chmod(path, 0o755)
        shutil.copy(os.path.join(root, "run"), os.path.join(folder, "run"))
        record = os.path.join(folder, "record")
        result = subprocess.run(
            [os.path.join(folder, "run")] + arguments, cwd="/", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env={"PATH": bin_folder, "RECORD_FILE": record, "TMPDIR": folder})
        told = None
        if os.path.exists(record):
            with open(record, encoding="utf-8") as file:
                told = file.read()
        return result.returncode, result.stdout, told


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    failures = 0
    print(f"1..{len(CASES)}")
    for number, (title, words, stand_ins, status, said, told) in enumerate(CASES, start=1):
        got_status, output, got_told = attempt(arguments[0], words, stand_ins)
        holds = got_status == status and all(word in output for word in said)
        if told is None:
            holds = holds and got_told is None
        else:
            holds = holds and all(word in (got_told or "") for word in told)
        failures += 0 if holds else 1
        print(f"{'ok' if holds else 'not ok'} {number} - {title}")
        if not holds:
            print(f"# status {got_status}, output {output!r}, apt-get {got_told!r}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
