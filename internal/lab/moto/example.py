"""Answers calls with AWS's own example payloads, which botocore ships, in the caller's
protocol: a witness that neither moto's authors nor this project wrote."""

import copy

import botocore.loaders
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

_loader = botocore.loaders.Loader()


class Unknown(Exception):
    """AWS gives no such example."""


def of(action):
    """The output of the first example for "ecs.DescribeServices"."""
    service, operation = action.split(".")
    examples = _loader.load_service_model(service, "examples-1")["examples"].get(operation)
    if not examples:
        raise Unknown(f"botocore has no example for {action}")
    return copy.deepcopy(examples[0]["output"])


def changed(output, changes):
    """output with the values at paths such as "services.0.status" replaced."""
    for path, value in changes.items():
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place = output
        for step in way:
            place = place[step]
        place[last] = value
    return output


def body(call, output):
    """(headers, body) of a successful answer as this call's protocol has it."""
    protocol = {"json": "json", "query": "query"}[call.protocol]
    model = get_service_model(call.service)
    serializer = get_serializer_class(call.service, protocol)(model.operation_model(call.action))
    answer = serializer.serialize(output)
    text = answer["body"]
    return list(answer["headers"].items()), text if isinstance(text, bytes) else text.encode()
