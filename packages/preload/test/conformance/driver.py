"""Runs one module of tests for unittest and writes each result down at once.

    driver.py MODULE RESULTS SKIP TIME_LIMIT

RESULTS gets one line per event, "start ID" and "pass ID", "fail ID", "skip ID", so that whoever reads it knows where
a run ended that crashed or hung. Tests named in the file SKIP, one a line, are left out; with a first line "only" they
are the ones that run. A test that takes longer than TIME_LIMIT seconds ends the process.
"""

import faulthandler
import sys
import unittest

from test import support


class Result(unittest.TextTestResult):
    """Reports to a file as well as to the terminal."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.failed = False

    def note(self, word, test):
        print(word, test.id(), file=results, flush=True)

    def startTest(self, test):
        self.failed = False
        self.note("start", test)
        faulthandler.dump_traceback_later(time_limit, exit=True)
        super().startTest(test)

    def stopTest(self, test):
        faulthandler.cancel_dump_traceback_later()
        super().stopTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        if not self.failed:
            self.note("pass", test)

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self.note("pass", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note("skip", test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.note("fail", test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note("fail", test)

    def addError(self, test, error):
        super().addError(test, error)
        self.note("fail", test)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None and not self.failed:
            self.failed = True
            self.note("fail", test)


def chosen(suite, names, only):
    """The tests of `suite` without those in `names`, or only those."""
    kept = unittest.TestSuite()
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            kept.addTest(chosen(item, names, only))
        elif (item.id() in names) == only:
            kept.addTest(item)
    return kept


if __name__ == "__main__":
    module, results_path, skip_path, limit = sys.argv[1:]
    time_limit = float(limit)
    with open(skip_path) as skip_file:
        listed = skip_file.read().splitlines()
    only = listed[:1] == ["only"]

    # As "python3 -m test -u network": nothing that needs much time or memory. What needs the internet fails both ways.
    support.use_resources = ["network"]
    support.verbose = True
    with open(results_path, "a") as results:
        suite = unittest.defaultTestLoader.loadTestsFromName(module)
        runner = unittest.TextTestRunner(verbosity=2, resultclass=Result)
        runner.run(chosen(suite, set(listed), only))
