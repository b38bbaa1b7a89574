"""What the checks of the adapters share: adapters as processes, and traces as files.

Only the standard library of Python 3.9 and, for `.zst` files, the command `zstd` are needed.
"""

import json
import os
import selectors
import subprocess
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NAMES = ["rust-0.50.1", "rust-0.49.5", "js-17.1.1", "py-0.8.1"]
RECORDINGS = FOLDER.parent / "vectors" / "libp2p"


class AdapterFailure(Exception):
    """The adapter broke the protocol: it ended, did not answer in time, or answered something that is no JSON object."""


class Adapter:
    """A running adapter, asked line by line."""

    def __init__(self, name, timeout=60):
        self.name = name
        self.timeout = timeout
        command = [str(FOLDER / "run"), "serve", name]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.received = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def ask_bytes(self, line):
        """The answer, as bytes, to a line given as bytes."""
        try:
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise AdapterFailure(f"{self.name} does not read any more") from error
        deadline = time.monotonic() + self.timeout
        while b"\n" not in self.received:
            if not self.selector.select(max(0, deadline - time.monotonic())):
                raise AdapterFailure(f"{self.name} did not answer within {self.timeout} s: {line[:300]!r}")
            chunk = self.process.stdout.read(1 << 16)
            if not chunk:
                raise AdapterFailure(f"{self.name} ended instead of answering: {line[:300]!r}")
            self.received += chunk
        answer, _, rest = bytes(self.received).partition(b"\n")
        self.received = bytearray(rest)
        return answer

    def ask(self, value):
        """The answer to a JSON value."""
        answer = self.ask_bytes(json.dumps(value).encode())
        try:
            return json.loads(answer)
        except ValueError as error:
            raise AdapterFailure(f"{self.name}: not JSON: {answer[:300]!r}") from error

    def end(self):
        """Ends the input; the adapter's exit code."""
        self.process.stdin.close()
        try:
            return self.process.wait(self.timeout)
        except subprocess.TimeoutExpired as error:
            raise AdapterFailure(f"{self.name} did not end within {self.timeout} s after its input") from error


def trace_files(folder, name):
    """The traces of an adapter below a folder: `.jsonl` and `.jsonl.zst` at any depth below `NAME`, which is in the folder or
    one level deeper."""
    files = {
        file
        for pattern in ("jsonl", "jsonl.zst")
        for parent in (name, f"*/{name}")
        for file in folder.glob(f"{parent}/**/*.{pattern}")
    }
    return sorted(files)


def read_trace(file):
    """The header and the steps of a trace file."""
    if file.suffix == ".zst":
        text = subprocess.run(["zstd", "-dcq", str(file)], check=True, stdout=subprocess.PIPE).stdout
    else:
        text = file.read_bytes()
    header, *steps = [json.loads(line) for line in text.splitlines()]
    return header, steps


def question(step):
    """A step as it is sent: without its answer."""
    return {"now": step["now"], "input": step["input"]}
