//! The liars.

/// A program, and what a campaign must say of it.
pub(crate) struct Liar {
    pub(crate) name: &'static str,
    pub(crate) program: Program,
    /// The exit code of the campaign.
    pub(crate) code: i32,
    /// A part of what it prints.
    pub(crate) message: &'static str,
    /// Arguments in the place of three cases.
    pub(crate) arguments: &'static [&'static str],
}

/// How a liar is started.
pub(crate) enum Program {
    /// A command line.
    Command(&'static str),
    /// A shell script from its first line on.
    Script(&'static str),
    /// A shell script that comes after the answer to the first header.
    AfterHeader(&'static str),
    /// The cases of a shell for inputs: see `answering`.
    Answers(&'static str),
}

use Program::{AfterHeader, Answers, Command, Script};

const fn liar(name: &'static str, program: Program, code: i32, message: &'static str) -> Liar {
    Liar { name, program, code, message, arguments: &[] }
}

pub(crate) const LIARS: &[Liar] = &[
    // It cannot be started.
    liar("missing", Command("/nowhere/at/all"), 2, "/nowhere/at/all cannot be started"),
    liar("not executable", Command("./not-executable"), 2, "Permission denied"),
    liar("a folder", Command("/"), 2, "cannot be started"),
    liar("a wrong flag", Command("sh --no-such-flag"), 2, "its standard error:\n"),
    liar("no program", Command(""), 2, "the command is empty"),
    liar("an open quote", Command("sh 'a"), 2, "missing closing quote"),
    // It does not say that it is ready.
    liar("ends at once", Script("exit 0"), 2, "ended without an answer (exit status: 0)"),
    liar("prints its usage", Script("echo usage >&2; exit 64"), 2, "(exit status: 64)\nits standard error:\nusage"),
    liar("silent", Script("sleep 987"), 2, "no answer within 700ms"),
    liar("closes its output", Script("exec >&-; sleep 987"), 2, "ended without an answer"),
    liar("a greeting", Script("echo welcome; cat"), 2, "not JSON: expected value at column 1; received: welcome"),
    liar("an empty object", Script("read -r l; echo '{}'; cat"), 2, "missing field `ready`"),
    liar("not ready", Script("read -r l; echo '{\"ready\": false}'; cat"), 2, "missing field `ready`"),
    liar("ready as text", Script("read -r l; echo '{\"ready\": \"yes\"}'; cat"), 2, "ready: invalid type: string"),
    liar(
        "features as text",
        Script("read -r l; echo '{\"ready\": true, \"supports\": \"all\"}'; cat"),
        2,
        "invalid type",
    ),
    liar("killed at the header", Script("read -r l; kill -9 $$"), 2, "signal: 9 (SIGKILL)"),
    liar(
        "a loud start",
        Script("head -c 5000000 /dev/zero >&2; exit 1"),
        2,
        "ended without an answer (exit status: 1)",
    ),
    // It refuses.
    liar(
        "refuses every header",
        Script("while read -r l; do echo '{\"error\": \"no\"}'; done"),
        1,
        "refuses the header: no",
    ),
    liar(
        "refuses with commands",
        Script("while read -r l; do echo '{\"error\": \"\\u001b[2J\\u0007\"}'; done"),
        1,
        "refuses the header: \\u{1b}[2J\\u{7}",
    ),
    liar(
        "does not understand",
        Answers("*) echo '{\"error\": \"what?\"}';;"),
        1,
        "does not understand the step: what?",
    ),
    liar(
        "supports nothing",
        Answers("*) echo '{\"unsupported\": \"all\"}';;"),
        0,
        "unsupported: all: 3 cases ended there",
    ),
    // It ends or falls silent within a sequence. It answers the header of the check at the start, and those of cases.
    liar("ends with 3", AfterHeader("read -r l; exit 3"), 1, "ended without an answer (exit status: 3)"),
    liar("ends with 0", AfterHeader("read -r l; exit 0"), 1, "ended without an answer (exit status: 0)"),
    liar("is killed", AfterHeader("read -r l; kill -9 $$"), 1, "(signal: 9 (SIGKILL)"),
    liar("crashes", AfterHeader("read -r l; kill -11 $$"), 1, "(signal: 11 (SIGSEGV)"),
    liar("aborts", AfterHeader("read -r l; kill -6 $$"), 1, "(signal: 6 (SIGABRT)"),
    liar("falls silent", AfterHeader("read -r l; sleep 987"), 1, "no answer within 700ms"),
    liar("reads nothing more", AfterHeader("exec sleep 987"), 1, "no answer within 700ms"),
    liar("closes its output later", AfterHeader("exec >&-; sleep 987"), 1, "ended without an answer"),
    liar("closes its input", AfterHeader("exec <&-; sleep 987"), 1, "no answer within 700ms"),
    liar("half a line", AfterHeader("read -r l; printf '{\"out'; sleep 987"), 1, "no answer within 700ms"),
    liar("half a line and an end", AfterHeader("read -r l; printf '{\"out'"), 1, "after half a line: {\"out"),
    // Its answers are none.
    liar("an empty line", Answers("*) echo;;"), 1, "expected a JSON object, found an empty line"),
    liar("garbage", Answers("*) echo hello;;"), 1, "not JSON: expected value at column 1; received: hello"),
    liar("a list", Answers("*) echo '[]';;"), 1, "expected a JSON object, found another value"),
    liar("a number", Answers("*) echo 17;;"), 1, "expected a JSON object, found another value"),
    liar("an unknown field", Answers("*) echo '{\"outptu\": {}}';;"), 1, "unknown field `outptu`"),
    liar("an unknown output", Answers("*) echo '{\"output\": {\"kind\": \"x\"}}';;"), 1, "invalid answer: output"),
    liar("no output", Answers("*) echo '{}';;"), 1, "missing field `output`"),
    liar("a null", Answers("*) echo '{\"output\": null}';;"), 1, "invalid answer: output"),
    liar("twice the field", Answers("*) echo '{\"output\": 1, \"output\": 2}';;"), 1, "invalid answer: "),
    liar(
        "deep",
        Answers("*) printf '{\"output\": '; head -c 100000 /dev/zero | tr '\\0' '['; echo;;"),
        1,
        "invalid answer: not JSON",
    ),
    liar("not UTF-8", Answers("*) printf '\\377\\376\\n';;"), 1, "invalid answer: "),
    liar("zeros", Answers("*) head -c 100 /dev/zero; echo;;"), 1, "invalid answer: not JSON"),
    liar(
        "a long message",
        Answers("*) printf '{\"error\": \"'; head -c 3000000 /dev/zero | tr '\\0' x; echo '\"}';;"),
        1,
        "bytes more)",
    ),
    liar("always the same", Answers("*) echo '{\"output\": {\"kind\": \"peer_added\"}}';;"), 1, "findings\n"),
    // It says too much.
    liar(
        "two answers",
        Answers("*) echo '{\"output\": {\"kind\": \"peer_added\"}}'; echo more; sleep 0.1;;"),
        1,
        "finding",
    ),
    liar("endless lines", AfterHeader("read -r l; while :; do echo '{}'; done"), 1, "invalid answer"),
    Liar {
        name: "an endless line",
        program: AfterHeader("read -r l; yes | tr -d '\\n'"),
        code: 1,
        message: "a line of more than 16 MiB",
        arguments: &["--cases", "1", "--answer-within", "20"],
    },
    liar("a loud log", Script("head -c 3000000 /dev/zero >&2 2>/dev/null; exit 5"), 2, "(exit status: 5)"),
    // It does not end.
    liar(
        "ignores the end",
        Script("trap '' TERM INT HUP; while :; do read -r l && echo '{\"error\": \"x\"}' || sleep 1; done"),
        1,
        "refuses the header",
    ),
    liar(
        "ends with 4",
        Script("while read -r l; do echo '{\"error\": \"x\"}'; done; exit 4"),
        1,
        "ended with exit status: 4",
    ),
    liar(
        "speaks at the end",
        Script("while read -r l; do echo '{\"error\": \"x\"}'; done; echo bye"),
        1,
        "unexpected line: bye",
    ),
    liar(
        "leaves a process behind",
        Script("sh -c 'sleep 987' \"$0\" & while read -r l; do echo '{\"error\": \"x\"}'; done; exit 0"),
        1,
        "refuses the header",
    ),
    liar(
        "leaves a process and crashes",
        AfterHeader("sh -c 'sleep 987; :' \"$0\" & read -r l; kill -9 $$"),
        1,
        "no answer within 700ms",
    ),
    Liar {
        name: "slow",
        program: Answers("*) sleep 0.6; echo '{\"error\": \"x\"}';;"),
        code: 1,
        message: "does not understand the step: x",
        arguments: &["--time", "1", "--answer-within", "5"],
    },
];
