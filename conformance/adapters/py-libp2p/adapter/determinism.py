"""The clock and the randomness of the process. Import this module before any other that uses them."""

import random
import time
import types

import trio
import trio._core._run

# Where the wall clock starts, in seconds.
START = 1_700_000_000

# Trio shuffles the tasks that can run. This is its own switch for reproducible runs; they then run in the order of their
# creation, unless the number drawn is below one half.
trio._core._run._ALLOW_DETERMINISTIC_SCHEDULING = True
trio._core._run._r = types.SimpleNamespace(random=lambda: 1.0, shuffle=lambda tasks: None, uniform=random.uniform)


class VirtualClock(trio.abc.Clock):
    """A clock that stands still until it is told to move."""

    def __init__(self):
        self.now = 0.0

    def start_clock(self):
        pass

    def current_time(self):
        return self.now

    def deadline_to_sleep_time(self, deadline):
        # While nothing can run, trio asks how long to sleep: for ever, as only `advance_to` moves the clock.
        return 0.0 if deadline <= self.now else 1e9


def wall_clock():
    """`time.time`: the trio clock of the run. Rounded, as sums of time spans miss whole seconds by a little."""
    return START + (round(trio.current_time(), 6) if trio.lowlevel.in_trio_run() else 0.0)


time.time = wall_clock
