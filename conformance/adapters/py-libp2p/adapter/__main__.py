"""An adapter for py-libp2p's gossipsub: it speaks the RPC protocol of the conformance harness over standard input and output."""

# These two first, in this order: the modules of the implementation must see fixed hash keys and the virtual clock.
import hash_seed
import determinism
import importlib.metadata
import json
import logging
import os
import random
import sys
import traceback

import trio

import trace_format
from node import FIXED, IGNORED, Crash, Node, Unsupported
from trace_format import InvalidLine

READY = {
    "ready": True,
    "implementation": f"py-libp2p {importlib.metadata.version('libp2p')}",
    "supports": [
        "px",
        "idontwant",
        "direct",
        "floodsub",
        "scoring.application",
        "application_score",
        "validation.asked",
        "rpcs",
        "view.mesh",
        "view.fanout",
        "view.subscribed",
    ],
    "fixed": FIXED,
    "ignored": IGNORED,
}


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def read_line():
    """The next line as a JSON value. Answers lines that are none. Raises `EOFError` at the end of the input."""
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            raise EOFError
        try:
            return trace_format.parse(line)
        except InvalidLine as error:
            say({"error": str(error)})


def read_header():
    """The next line that is a header. Answers other lines."""
    while True:
        line = read_line()
        if trace_format.is_header(line):
            return line
        try:
            trace_format.check_step(line)
            say({"error": "no sequence is running: expected a header"})
        except InvalidLine as error:
            say({"error": str(error)})


class Sequence:
    """One sequence: a header and the steps behind it."""

    def __init__(self, header):
        self.header = header
        self.is_answering = True

    def run(self):
        """Answers the lines of the sequence. Returns the header that ends it; none after a crash."""
        clock = determinism.VirtualClock()
        try:
            trace_format.check_header(self.header, "header")
            random.seed(self.header.get("seed", 0))
            return trio.run(self.answer, clock, clock=clock)
        except InvalidLine as error:
            say({"error": str(error)})
        except EOFError:
            raise
        except BaseExceptionGroup as error:
            self.report_crash(error)
        except Exception as error:
            self.report_crash(error)
        return None

    async def answer(self, clock):
        node = Node(self.header, clock)
        end_of_input = None
        async with node.running():
            self.say(READY)
            try:
                return await self.answer_steps(node)
            except EOFError as error:
                # Not through the context, which would wrap it in a group.
                end_of_input = error
        raise end_of_input

    async def answer_steps(self, node):
        while True:
            line = read_line()
            if trace_format.is_header(line):
                return line
            self.is_answering = True
            try:
                trace_format.check_step(line)
                self.say(await node.step(line))
            except InvalidLine as error:
                self.say({"error": str(error)})
            except Unsupported as error:
                self.say({"unsupported": str(error)})

    def say(self, answer):
        say(answer)
        self.is_answering = False

    def report_crash(self, error):
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, Crash):
            error = error.__cause__
        if isinstance(error, BrokenPipeError):
            raise error
        traceback.print_exception(error, file=sys.stderr)
        # A service that fails while it is ended, behind the last answer, has no line to be reported in.
        if self.is_answering:
            say({"output": {"kind": "crashed", "text": f"{type(error).__name__}: {error}"}})


def main():
    if sys.argv[1:] != ["serve"]:
        sys.exit("usage: serve (reads lines of the RPC protocol from standard input)")
    if "ADAPTER_LOG" in os.environ:
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    else:
        logging.disable(logging.CRITICAL)
    header = None
    try:
        while True:
            header = Sequence(header or read_header()).run()
    except EOFError:
        pass
    except BrokenPipeError:
        # The harness has gone. Python must not report it again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
