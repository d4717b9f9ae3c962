"""/_lab/…: the parts of AWS a test plays itself (scheduler, agent, time) and what it
wants to know of the server. Times are seconds since 1970."""

import datetime
import http.client
import json

import moto.autoscaling.models as autoscaling_models
import moto.cloudwatch.models as cloudwatch_models
import moto.ecs.models as ecs_models

import autoscaling
import cloudwatch
import example

ACCOUNT, REGION = "123456789012", "eu-west-1"


class Unknown(Exception):
    """A request names something that is not there."""


def _backend(backends, want):
    return backends[want.get("account", ACCOUNT)][want.get("region", REGION)]


def _time(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)


def _set(thing, want, fields):
    """Set thing's attributes: fields is {name in the request: (attribute, conversion)}."""
    for name, (attribute, convert) in fields.items():
        if name in want:
            setattr(thing, attribute, convert(want[name]))


def _same(value):
    return value


def _service(want):
    """What DescribeServices counts: moto places no service tasks."""
    backend = _backend(ecs_models.ecs_backends, want)
    service = backend.services.get(f"{want['cluster']}:{want['service']}")
    if not service:
        raise Unknown(f"no service {want['service']} in cluster {want['cluster']}")
    _set(service, want, {
        "desired": ("desired_count", int), "running": ("running_count", int), "pending": ("pending_count", int),
        "status": ("status", str), "taskSets": ("task_sets", list),
    })
    if "running" in want:
        service.pending_count = int(want.get("pending", 0))
        for deployment in service.deployments[:1]:
            deployment.update(runningCount=service.running_count, pendingCount=service.pending_count,
                              desiredCount=service.desired_count, rolloutState="COMPLETED")
    _set(service, want, {"deployments": ("deployments", list), "events": ("events", list)})


def _task(want):
    """Where a task stands."""
    tasks = _backend(ecs_models.ecs_backends, want).tasks.get(want["cluster"], {})
    task = next((t for t in tasks.values() if t.task_arn.endswith("/" + want["task"].split("/")[-1])), None)
    if not task:
        raise Unknown(f"no task {want['task']} in cluster {want['cluster']}")
    _set(task, want, {
        "lastStatus": ("_status", str), "desiredStatus": ("desired_status", str),
        "healthStatus": ("health_status", str), "stopCode": ("stop_code", str), "protected": ("protected", bool),
        "startedAt": ("started_at", _time), "stoppingAt": ("stopping_at", _time), "stoppedAt": ("stopped_at", _time),
    })


def _host(want):
    """A container instance's connection: stock moto's agents never disconnect.

    instance: container instance ARN or id, or EC2 instance id."""
    hosts = _backend(ecs_models.ecs_backends, want).container_instances.get(want["cluster"], {})
    wanted = want["instance"].split("/")[-1]
    host = next((h for h in hosts.values() if wanted in (h.id, h.ec2_instance_id)), None)
    if not host:
        raise Unknown(f"no container instance {wanted} in cluster {want['cluster']}")
    _set(host, want, {
        "agentConnected": ("agent_connected", bool), "registeredAt": ("registered_at", _time),
        "version": ("version", int), "status": ("status", str),
        "pendingTasksCount": ("pending_tasks_count", int), "capacityProviderName": ("capacity_provider_name", str),
    })


def _instance(want):
    """An Auto Scaling group's instance: moto's are InService and healthy at once.

    instance: EC2 instance id."""
    groups = _backend(autoscaling_models.autoscaling_backends, want).autoscaling_groups
    state = next((s for g in groups.values() for s in g.instance_states if s.instance.id == want["instance"]), None)
    if not state:
        raise Unknown(f"no Auto Scaling group has instance {want['instance']}")
    _set(state, want, {
        "lifecycleState": ("lifecycle_state", str), "healthStatus": ("health_status", str),
        "launchedAt": ("launched_at", _time),
    })
    if "terminatingAt" in want:
        for action in autoscaling.actions:
            if action["instance"] == want["instance"]:
                action["started"] = _time(want["terminatingAt"]).isoformat()


def _metrics(want):
    """Metrics that AWS itself publishes: nobody else may put them into a namespace AWS/…, or as late as weeks ago."""
    backend = _backend(cloudwatch_models.cloudwatch_backends, want)
    for datum in want["data"]:
        cloudwatch.put_of_aws(backend, want["namespace"], [{
            "MetricName": want["name"], "Timestamp": _time(datum["at"]),
            "Values": [datum["value"]], "Counts": [datum["count"]],
            "Dimensions": [{"Name": name, "Value": value} for name, value in want["dimensions"].items()],
        }])


class Control:
    """WSGI layer that answers /_lab and lets moto's own reset clear our state too."""

    def __init__(self, app, calls):
        self.app, self.calls = app, calls
        self.routes = {
            ("POST", "/_lab/service"): _service,
            ("POST", "/_lab/task"): _task,
            ("POST", "/_lab/host"): _host,
            ("POST", "/_lab/instance"): _instance,
            ("POST", "/_lab/metrics"): _metrics,
            ("POST", "/_lab/fault"): calls.add_fault,
            ("POST", "/_lab/example"): calls.add_example,
            ("POST", "/_lab/calls/reset"): lambda _: calls.reset_counts(),
            ("GET", "/_lab/calls"): lambda _: calls.snapshot(),
            ("GET", "/_lab/calls/log"): lambda _: calls.in_order(),
            ("GET", "/_lab/lifecycle"): lambda _: autoscaling.actions,
            ("GET", "/_lab/events"): lambda _: autoscaling.events,
        }

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        if path == "/moto-api/reset":
            autoscaling.clear()
            self.calls.clear()
        if not path.startswith("/_lab/"):
            return self.app(environ, start_response)
        status, answer = self.answer(environ["REQUEST_METHOD"], path, environ["lab.call"].body)
        body = json.dumps(answer, default=str).encode()
        start_response(f"{status} {http.client.responses[status]}", [
            ("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def answer(self, method, path, body):
        route = self.routes.get((method, path))
        if not route:
            return 404, {"error": f"the lab has no {method} {path}"}
        try:
            return 200, route(json.loads(body) if body else {})
        except (Unknown, example.Unknown) as missing:
            return 404, {"error": str(missing)}
        except (KeyError, TypeError, ValueError) as wrong:
            return 400, {"error": f"{type(wrong).__name__}: {wrong}"}
