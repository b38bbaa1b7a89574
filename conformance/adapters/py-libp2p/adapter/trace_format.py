"""The RPC trace format, version 1: what a header and a step look like."""

import json

LARGEST_INTEGER = 2**53 - 1


class InvalidLine(Exception):
    """A line is no header or step of the format, or no step of it here: nothing has changed."""


# A type is a function that checks a value, and raises if it is of another type.


def fail(path, expected, value):
    raise InvalidLine(f"{path}: expected {expected}, found {value!r:.100}")


def integer_up_to(limit):
    def check(value, path):
        if type(value) is not int or not 0 <= value <= limit:
            fail(path, f"an integer from 0 to {limit}", value)

    return check


integer = integer_up_to(LARGEST_INTEGER)
count = integer_up_to(2**32 - 1)


def boolean(value, path):
    if type(value) is not bool:
        fail(path, "true or false", value)


def number(value, path):
    if type(value) not in (int, float):
        fail(path, "a number", value)


def string(value, path):
    if type(value) is not str:
        fail(path, "a string", value)
    try:
        value.encode()
    except UnicodeEncodeError:
        fail(path, "Unicode text", value)


def one_of(*values):
    def check(value, path):
        if not any(type(value) is type(other) and value == other for other in values):
            fail(path, f"one of {list(values)}", value)

    return check


def list_of(item):
    def check(value, path):
        if type(value) is not list:
            fail(path, "a list", value)
        for index, part in enumerate(value):
            item(part, f"{path}[{index}]")

    return check


def nullable(kind):
    return lambda value, path: value is None or kind(value, path)


def object_with(required, optional=(), exact=False):
    """An object with these fields. It has no other, if `exact`."""
    optional = dict(optional)

    def check(value, path):
        if type(value) is not dict:
            fail(path, "an object", value)
        for name, kind in required.items():
            if name not in value:
                raise InvalidLine(f"{path}: missing field `{name}`")
            kind(value[name], f"{path}.{name}")
        for name, part in value.items():
            if name in optional:
                optional[name](part, f"{path}.{name}")
            elif exact and name not in required:
                raise InvalidLine(f"{path}: unknown field `{name}`")

    return check


scoring = object_with(
    {
        "thresholds": object_with(
            {"gossip": number, "publish": number, "graylist": number, "accept_px": number, "opportunistic_graft": number}
        ),
        "topics": object_with({}),
        "app_specific_weight": number,
        "ip_colocation_factor_weight": number,
        "behaviour_penalty_weight": number,
    }
)

check_header = object_with(
    {
        "format": one_of("gossipsub-rpc-trace"),
        "version": one_of(1),
        "parameters": object_with(
            {
                "D": count,
                "D_low": count,
                "D_high": count,
                "D_score": count,
                "D_out": count,
                "D_lazy": count,
                "gossip_factor": number,
                "heartbeat_interval": integer,
                "fanout_ttl": integer,
                "seen_ttl": integer,
                "prune_backoff": integer,
                "unsubscribe_backoff": integer,
                "graft_flood_threshold": integer,
                "iwant_followup_time": integer,
                "history_length": count,
                "history_gossip": count,
                "max_ihave_length": count,
                "max_ihave_messages": count,
                "gossip_retransmission": count,
                "flood_publish": boolean,
                "do_px": boolean,
                "px_peers": count,
                "opportunistic_graft_ticks": count,
                "opportunistic_graft_peers": count,
                "validation": one_of("automatic", "asked"),
                "scoring": nullable(scoring),
            },
            exact=True,
        ),
    },
    {"seed": integer},
)

rpc = object_with(
    {},
    {
        "subscriptions": list_of(object_with({"topic": string, "subscribe": boolean})),
        "messages": list_of(object_with({"topic": string, "message_id": integer})),
        "ihave": list_of(object_with({"topic": string, "message_ids": list_of(integer)})),
        "iwant": list_of(list_of(integer)),
        "graft": list_of(string),
        "prune": list_of(object_with({"topic": string}, {"backoff": nullable(integer), "peers": list_of(integer)})),
        "idontwant": list_of(list_of(integer)),
    },
    exact=True,
)

INPUTS = {
    "connect": object_with(
        {"peer": integer, "outbound": boolean, "direct": boolean, "protocol": string}, {"ip": nullable(integer)}
    ),
    "disconnect": object_with({"peer": integer}),
    "rpc": object_with({"peer": integer, "rpc": rpc}),
    "rpcs": object_with({"peer": integer, "rpcs": list_of(rpc)}),
    "join": object_with({"topic": string}),
    "leave": object_with({"topic": string}),
    "publish": object_with({"topic": string, "message_id": integer}),
    "validated": object_with({"message_id": integer, "verdict": one_of("accept", "reject", "ignore")}),
    "set_application_score": object_with({"peer": integer, "score": number}),
    "heartbeat": object_with({}),
}

check_any_step = object_with({"now": integer, "input": object_with({"kind": one_of(*INPUTS)})})


def check_step(line):
    """Raises `InvalidLine` unless the line is a step."""
    check_any_step(line, "step")
    INPUTS[line["input"]["kind"]](line["input"], "input")


def is_header(line):
    """Whether a line is a header. Any other line is a step."""
    return type(line) is dict and "format" in line


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def parse(line):
    """The JSON value of a line of bytes."""
    try:
        return json.loads(line, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidLine(f"not JSON: {error}") from error
