"""Runs the built program for the tests of its subcommands; prints TAP.

Servers listen on ipc inside a temporary directory only and are ended by their own process id.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

LIMIT_S = 300  # of one program run; a stuck one is a failure, not a measurement


class Lingnan:
    """The program, a temporary directory, and at most one server in it."""

    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.root = tempfile.mkdtemp(prefix='lingnan-cli-')
        self.server = None
        self.env = {k: v for k, v in os.environ.items() if not k.startswith('LINGNAN_')}

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        mode = 'wb' if isinstance(text, bytes) else 'w'
        with open(self.path(name), mode) as out:
            out.write(text)
        return self.path(name)

    def run(self, *words, text=None, key=None, connect=None):
        """Returns (status, stdout, stderr)."""
        env = dict(self.env)
        if key:
            env['LINGNAN_KEY'] = self.path(key)
        if connect or key:
            env['LINGNAN_CONNECT'] = connect or self.connect()
        done = subprocess.run([self.program, *words], input=text, env=env, timeout=LIMIT_S,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              cwd=self.root, **({} if isinstance(text, bytes) else {'text': True}))
        return done.returncode, done.stdout, done.stderr

    def connect(self):
        return 'ipc://' + self.path('order.ipc')

    def feed(self):
        return 'ipc://' + self.path('feed.ipc')

    def start(self, market=None):
        """Starts `serve` on DIR/data and waits for its `ready` line."""
        words = [self.program, 'serve', '--data', self.path('data'), '--listen', self.connect(),
                 '--feed', self.feed()]
        if market:
            words += ['--market', market]
        with open(self.path('serve.log'), 'ab') as log:
            self.server = subprocess.Popen(words, env=self.env, stdout=subprocess.PIPE,
                                           stderr=log, cwd=self.root, text=True)
        line = self.server.stdout.readline()
        if not line.startswith('ready '):
            self.stop()
            with open(self.path('serve.log'), encoding='utf-8') as log:
                raise AssertionError('no ready line: %r %s' % (line, log.read()))

    def stop(self):
        """SIGTERM; returns the exit status."""
        if not self.server:
            return None
        self.server.terminate()
        status = self.server.wait(LIMIT_S)
        self.server.stdout.close()
        self.server = None
        return status

    def kill(self):
        """SIGKILL: nothing can be put in order."""
        self.server.kill()
        self.server.wait(LIMIT_S)
        self.server.stdout.close()
        self.server = None

    def close(self):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)


def same(found, wanted):
    if found != wanted:
        raise AssertionError('found %r instead of %r' % (found, wanted))


def within(text, part):
    if part not in text:
        raise AssertionError('%r is not in %r' % (part, text))


def main(tests):
    """Runs test(lingnan) for each, each in a directory of its own."""
    program = sys.argv[1]
    print('1..%d' % len(tests))
    failed = 0
    for number, test in enumerate(tests, 1):
        lingnan = Lingnan(program)
        started = time.time()
        try:
            test(lingnan)
            print('ok %d - %s' % (number, test.__name__), flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print('not ok %d - %s' % (number, test.__name__))
            for line in ('%s: %s' % (type(error).__name__, error)).splitlines():
                print('# ' + line)
            print('# after %.1f s' % (time.time() - started), flush=True)
        finally:
            lingnan.close()
    sys.exit(1 if failed else 0)
