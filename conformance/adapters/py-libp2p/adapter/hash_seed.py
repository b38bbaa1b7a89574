"""Fixes the keys of the hash function, which are drawn at the start of the process. Import this module first."""

import os
import sys

HASH_SEED = "0"

if os.environ.get("PYTHONHASHSEED") != HASH_SEED:
    # The order of a set of peer ids depends on the keys. Only a new process can have others.
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": HASH_SEED})
