"""ECS: what stock moto 5.2.1 gets wrong, patched. Each patch says what stock does."""

import copy
import json
import re

import moto.ecs.models as models
import moto.ecs.responses as responses
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, utcnow
from moto.moto_api import state_manager
from moto.moto_api._internal import mock_random

Backend = models.EC2ContainerServiceBackend
Response = responses.EC2ContainerServiceResponse

# stock: every DescribeTasks pushes a task one step towards STOPPED.
state_manager.set_transition("ecs::task", {"progression": "manual", "times": 10**9})

# stock: tasks have no health; AWS says UNKNOWN where no health check is defined.
models.Task.health_status = "UNKNOWN"


def page(response, items, key, default):
    """stock: no list is paged. default is AWS's own page size; 100 is its largest."""
    size = int(response._get_param("maxResults") or default)
    start = int(response._get_param("nextToken") or 0)
    result = {key: items[start : start + size]}
    if start + size < len(items):
        result["nextToken"] = str(start + size)
    return ActionResult(result)


def at_most(items, limit, what):
    """stock: takes any number; AWS refuses."""
    if len(items or []) > limit:
        raise models.InvalidParameterException(f"{what} can have at most {limit} items.")


# ------------------------------------------------------------- clusters


def list_clusters(self):  # stock: all in one page
    return page(self, self.ecs_backend.list_clusters(), "clusterArns", 100)


Response.list_clusters = list_clusters

# -------------------------------------------------- container instances


def register_container_instance(self):
    # stock: totalResources ignored (always CPU 4096, MEMORY 7482, no GPU), attributes too;
    # a missing cluster is a 500.
    cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
    identity = json.loads(self._get_param("instanceIdentityDocument"))
    host = self.ecs_backend.register_container_instance(cluster.name, identity["instanceId"])
    for resource in self._get_param("totalResources") or []:
        for resources in (host.registered_resources, host.remaining_resources):
            resources[:] = [r for r in resources if r["name"] != resource["name"]]
            resources.append({"doubleValue": 0.0, "longValue": 0, "integerValue": 0, **copy.deepcopy(resource)})
    for attribute in self._get_param("attributes") or []:
        host.attributes[attribute["name"]] = attribute.get("value")
    return ActionResult({"containerInstance": host})


def _field(host, name):
    if name.startswith("attribute:"):
        return host.attributes.get(name.removeprefix("attribute:"))
    return {
        "ec2InstanceId": host.ec2_instance_id,
        "agentConnected": str(host.agent_connected).lower(),
        "runningTasksCount": str(host.running_tasks_count),
        "status": host.status,
    }.get(name)


def matches(host, expression):
    """The cluster query language, as far as "a in [x, y] and b == z"."""
    for part in re.split(r"\s+and\s+|\s*&&\s*", (expression or "").strip()):
        if not part:
            continue
        parsed = re.fullmatch(r"([\w:.-]+)\s+(in|!in|==|!=|equals|not_equals)\s+(.+)", part.strip())
        if not parsed:
            raise models.InvalidParameterException(f"Invalid filter expression: {part}")
        name, operator, operand = parsed.groups()
        values = [v.strip().strip("'\"") for v in operand.strip("[]").split(",")]
        negated = operator in ("!in", "!=", "not_equals")
        if (_field(host, name) in values) == negated:
            return False
    return True


def list_container_instances(self):
    # stock: filter, status, maxResults ignored; a missing cluster gives [].
    cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
    status, expression = self._get_param("status"), self._get_param("filter")
    hosts = self.ecs_backend.container_instances.get(cluster.name, {}).values()
    arns = sorted(
        h.container_instance_arn for h in list(hosts)
        if (not status or h.status == status) and matches(h, expression)
    )
    return page(self, arns, "containerInstanceArns", 100)


def _known_cluster(original, limit):
    # stock: KeyError 500 on a cluster that never had an instance; any number of ids.
    def patched(self, cluster_str, ids, *args, **kwargs):
        self.container_instances.setdefault(self._get_cluster(cluster_str).name, {})
        at_most(ids, limit, "containerInstances")
        return original(self, cluster_str, ids, *args, **kwargs)

    return patched


Response.register_container_instance = register_container_instance
Response.list_container_instances = list_container_instances
Backend.describe_container_instances = _known_cluster(Backend.describe_container_instances, 100)
Backend.update_container_instances_state = _known_cluster(Backend.update_container_instances_state, 10)

# ------------------------------------------------------ what a task needs


def requirements(definition):
    # stock: task-level cpu/memory alone is a TypeError 500; `memory` counts even beside
    # memoryReservation (AWS reserves the reservation); GPUs are not tracked.
    need = {"CPU": 0, "MEMORY": 0, "GPU": 0, "PORTS": [], "PORTS_UDP": []}
    for container in definition.container_definitions:
        container = {k[:1].lower() + k[1:]: v for k, v in container.items()}  # CloudFormation capitalises
        need["CPU"] += int(container.get("cpu") or 0)
        need["MEMORY"] += int(container.get("memoryReservation") or container.get("memory") or 0)
        for resource in container.get("resourceRequirements") or []:
            if resource["type"] == "GPU":
                need["GPU"] += int(resource["value"])
        if definition.network_mode == "awsvpc":
            continue  # ports on an ENI of its own, not the host's
        for mapping in container.get("portMappings") or []:
            if mapping.get("hostPort"):
                need["PORTS"].append(mapping["hostPort"])
    need["CPU"] = int(getattr(definition, "cpu", None) or need["CPU"])
    need["MEMORY"] = int(getattr(definition, "memory", None) or need["MEMORY"])
    return need


def _remaining(host, name):
    return next((r for r in host.remaining_resources if r["name"] == name), None)


def shortage(host, need):
    """Why need does not fit on host, as StartTask's failures name it; None if it does."""
    for name in ("CPU", "MEMORY"):
        if need[name] > _remaining(host, name)["integerValue"]:
            return f"RESOURCE:{name}"
    gpus = _remaining(host, "GPU")
    if need["GPU"] > (len(gpus.get("stringSetValue") or []) or gpus["integerValue"] if gpus else 0):
        return "RESOURCE:GPU"
    taken = _remaining(host, "PORTS")["stringSetValue"]
    if any(str(port) in taken for port in need["PORTS"]):
        return "RESOURCE:PORTS"
    return None


_update_resources = Backend.update_container_instance_resources


def update_container_instance_resources(self, host, need, removing=False):
    # stock: GPUs are neither taken nor given back.
    _update_resources(self, host, need, removing)
    gpus = _remaining(host, "GPU")
    if not gpus or not need.get("GPU"):
        return
    if gpus["type"] != "STRINGSET":
        gpus["integerValue"] += need["GPU"] if removing else -need["GPU"]
    elif removing:
        gpus["stringSetValue"].extend(need.pop("GPU_IDS", []))
    else:
        need["GPU_IDS"] = [gpus["stringSetValue"].pop(0) for _ in range(need["GPU"])]


Backend._calculate_task_resource_requirements = staticmethod(requirements)
Backend._can_be_placed = staticmethod(lambda host, need: shortage(host, need) is None)
Backend.update_container_instance_resources = update_container_instance_resources

# ------------------------------------------------------------ the tasks


def _containers(task, definition, gpu_ids):
    # stock: only the first container; cpu and memory as numbers, which the Go SDK cannot
    # decode; no memoryReservation, GPU ids, host ports.
    containers = []
    for container in definition.container_definitions:
        gpus = sum(int(r["value"]) for r in container.get("resourceRequirements") or [] if r["type"] == "GPU")
        containers.append({
            "containerArn": f"{task.task_arn}/{mock_random.uuid4()}",
            "taskArn": task.task_arn,
            "name": container["name"],
            "image": container["image"],
            "lastStatus": "RUNNING",
            "healthStatus": "UNKNOWN",
            "networkInterfaces": [],
            "networkBindings": [
                {"bindIP": "0.0.0.0", "containerPort": m.get("containerPort"), "hostPort": m["hostPort"], "protocol": m.get("protocol", "tcp")}
                for m in container.get("portMappings") or [] if m.get("hostPort") and definition.network_mode != "awsvpc"
            ],
            "cpu": str(container.get("cpu") or 0),
            **{k: str(container[k]) for k in ("memory", "memoryReservation") if container.get(k)},
            **({"gpuIds": gpu_ids[:gpus]} if gpus else {}),
        })
        gpu_ids = gpu_ids[gpus:]
    return containers


_init_task = models.Task.__init__


def init_task(self, cluster, task_definition, *args, **kwargs):
    # stock: no times, no launch type, no sizes of its own.
    _init_task(self, cluster, task_definition, *args, **kwargs)
    self.created_at = self.started_at = self.connectivity_at = utcnow()
    self.connectivity = "CONNECTED"
    self.launch_type = self.launch_type or "EC2"
    self.cpu, self.memory = getattr(task_definition, "cpu", None), getattr(task_definition, "memory", None)
    self.containers = _containers(self, task_definition, (self.resource_requirements or {}).get("GPU_IDS", []))


models.Task.__init__ = init_task

_init_container = models.Container.__init__


def init_container(self, task_def):  # stock: numbers where the API has strings
    _init_container(self, task_def)
    self.cpu = None if self.cpu is None else str(self.cpu)
    self.memory = None if self.memory is None else str(self.memory)


models.Container.__init__ = init_container


class _Request:
    """What StartTask and RunTask have in common."""

    def __init__(self, response):
        get = response._get_param
        self.backend = response.ecs_backend
        self.cluster = self.backend._get_cluster(get("cluster", "default"))
        self.definition = self.backend.describe_task_definition(get("taskDefinition"))
        self.network = get("networkConfiguration")
        if self.definition.network_mode == "awsvpc" and not self.network:
            raise models.InvalidParameterException(
                "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
        self.fields = {
            "group": get("group") or f"family:{self.definition.family}",
            "overrides": get("overrides") or {},
            "started_by": get("startedBy") or "",
            "tags": get("tags") or [],
        }
        self.hosts = self.backend.container_instances.setdefault(self.cluster.name, {})
        self.tasks, self.failures = [], []

    def place(self, host):
        need = requirements(self.definition)
        reason = shortage(host, need)
        if reason:
            return reason
        self.backend.update_container_instance_resources(host, need)
        # Its ENI is made here, so that seeds need no subnet that exists.
        definition = copy.copy(self.definition)
        definition.network_mode = "bridge" if self.network else self.definition.network_mode
        task = models.Task(self.cluster, definition, host.container_instance_arn, need, backend=self.backend, **self.fields)
        if self.network:
            task.attachments.append({
                "id": str(mock_random.uuid4()), "type": "ElasticNetworkInterface", "status": "ATTACHED",
                "details": [{"name": "subnetId", "value": self.network["awsvpcConfiguration"]["subnets"][0]}],
            })
        self.backend.tasks.setdefault(self.cluster.name, {})[task.task_arn] = task
        self.backend.update_cluster_resources(self.cluster, 1)
        self.tasks.append(task)
        return None

    def fail(self, host, reason):
        self.failures.append({"arn": host.container_instance_arn, "reason": reason})

    def result(self):
        return ActionResult({"tasks": self.tasks, "failures": self.failures})


def start_task(self):
    # stock: places without looking whether it fits (remaining goes negative), awsvpc refused.
    request = _Request(self)
    ids = [i.split("/")[-1] for i in self._get_param("containerInstances") or []]
    if not ids:
        raise models.EcsClientException("Container Instances cannot be empty.")
    at_most(ids, 10, "containerInstances")
    for host_id in ids:
        host = request.hosts.get(host_id)
        if host is None:
            raise models.InvalidParameterException(f"Container instance {host_id} not found.")
        reason = request.place(host)
        if reason:
            request.fail(host, reason)
    return request.result()


_run_task = Response.run_task


def run_task(self):
    # stock: no room gives neither tasks nor failures; no instances a 500.
    if self._get_param("launchType") == "FARGATE":
        return _run_task(self)
    request = _Request(self)
    hosts = [h for h in request.hosts.values() if h.status == "ACTIVE"]
    if not hosts:
        raise models.InvalidParameterException("No Container Instances were found in your cluster.")
    for _ in range(self._get_int_param("count", 1)):
        reasons = []
        for host in hosts:
            reason = request.place(host)
            if not reason:
                break
            reasons.append((host, reason))
        else:
            for host, reason in reasons:
                request.fail(host, reason)
            break
    return request.result()


def list_tasks(self):
    # stock: without desiredStatus STOPPED ones too; serviceName ignored; no paging; cluster
    # matched as a substring ("web" lists the tasks of "web-2").
    get = self._get_param
    cluster = self.ecs_backend._get_cluster(get("cluster", "default"))
    host = (get("containerInstance") or "").split("/")[-1]
    service = (get("serviceName") or "").split("/")[-1]
    arns = []
    for task in list(self.ecs_backend.tasks.get(cluster.name, {}).values()):
        family = task.task_definition_arn.split("/")[-1].split(":")[0]
        if (task.desired_status == (get("desiredStatus") or "RUNNING")
                and (not host or (task.container_instance_arn or "").endswith("/" + host))
                and (not service or task.group == "service:" + service)
                and (not get("family") or family == get("family"))
                and (not get("startedBy") or task.started_by == get("startedBy"))
                and (not get("launchType") or task.launch_type == get("launchType"))):
            arns.append(task.task_arn)
    return page(self, arns, "taskArns", 100)


def describe_tasks(self, cluster_str, tasks):
    # stock: looks in every cluster; a missing task is no failure (see the response below).
    cluster = self._get_cluster(cluster_str)
    if not tasks:
        raise models.InvalidParameterException("Tasks cannot be empty.")
    at_most(tasks, 100, "tasks")
    by_id = {arn.split("/")[-1]: task for arn, task in list(self.tasks.get(cluster.name, {}).items())}
    return [by_id[t.split("/")[-1]] for t in tasks if t.split("/")[-1] in by_id]


_describe_tasks = Response.describe_tasks


def describe_tasks_response(self):  # stock: failures always empty
    result = _describe_tasks(self).result
    found = {t.task_arn.split("/")[-1] for t in result["tasks"]}
    cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
    result["failures"] = [
        {"arn": f"{cluster.arn.replace(':cluster/', ':task/')}/{t.split('/')[-1]}", "reason": "MISSING"}
        for t in self._get_param("tasks", []) if t.split("/")[-1] not in found
    ]
    return ActionResult(result)


_stop_task = Backend.stop_task


def stop_task(self, cluster_str, task_str, reason):
    # stock: a second StopTask gives the resources back again; a missing task is a 500; no times.
    task = next((t for arn, t in self.tasks.get(self._get_cluster(cluster_str).name, {}).items()
                 if arn.endswith("/" + task_str.split("/")[-1])), None)
    if task is None:
        raise models.InvalidParameterException("The referenced task was not found.")
    if task.desired_status == "STOPPED":
        return task
    _stop_task(self, cluster_str, task_str, reason)
    task.stop_code = "UserInitiated"
    task.stopping_at = task.stopped_at = task.execution_stopped_at = utcnow()
    return task



def get_task_protection(self):
    # stock: not implemented, a 500. Here nothing is protected unless SetTask says so; as on AWS only a service's task can be.
    cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
    by_id = {arn.split("/")[-1]: task for arn, task in list(self.ecs_backend.tasks.get(cluster.name, {}).items())}
    protected, failures = [], []
    for wanted in self._get_param("tasks", []):
        task = by_id.get(wanted.split("/")[-1])
        if task is None or task.last_status == "STOPPED":
            failures.append({"arn": wanted, "reason": "MISSING"})
        elif not (task.started_by or "").startswith("ecs-svc/"):
            failures.append({"arn": wanted, "reason": "TASK_NOT_VALID"})
        else:
            protected.append({"taskArn": task.task_arn, "protectionEnabled": getattr(task, "protected", False)})
    return ActionResult({"failures": failures, "protectedTasks": protected})


Response.get_task_protection = get_task_protection
Response.start_task, Response.run_task = start_task, run_task
Response.list_tasks, Response.describe_tasks = list_tasks, describe_tasks_response
Backend.describe_tasks, Backend.stop_task = describe_tasks, stop_task

# ---------------------------------------------------------- the services

_KEPT = ("deploymentConfiguration", "placementConstraints", "placementStrategy",
         "capacityProviderStrategy", "healthCheckGracePeriodSeconds")
_DEFAULT_DEPLOYMENT = {
    "REPLICA": {"maximumPercent": 200, "minimumHealthyPercent": 100},
    "DAEMON": {"maximumPercent": 100, "minimumHealthyPercent": 0},
}


def _service_of(response):
    get = response._get_param
    return response.ecs_backend._get_service(
        get("cluster", "default"), (get("serviceName") or get("service")).split("/")[-1])


def _keep(response, service):
    for field in _KEPT:
        if response._get_param(field):
            setattr(service, camelcase_to_underscores(field), response._get_param(field))
    service.deployment_configuration = {
        **_DEFAULT_DEPLOYMENT[service.scheduling_strategy],
        **(getattr(service, "deployment_configuration", None) or {}),
    }


_create_service = Response.create_service
_update_service = Response.update_service


def create_service(self):
    # stock: drops what _KEPT names; says launchType EC2 beside a capacity provider strategy.
    result = _create_service(self)
    service = _service_of(self)
    service.created_at = utcnow()
    _keep(self, service)
    if getattr(service, "capacity_provider_strategy", None):
        service.launch_type = None
    return result


def update_service(self):
    # stock: UpdateService(desiredCount) makes runningCount = desiredCount without a task.
    service = _service_of(self)
    running, pending = service.running_count, service.pending_count
    result = _update_service(self)
    service.running_count, service.pending_count = running, pending
    _keep(self, service)
    for deployment in service.deployments[:1]:
        deployment["desiredCount"] = service.desired_count
    return result


def list_services(self):
    # stock: no paging; cluster matched as a substring; deleted ones still listed.
    get = self._get_param
    cluster = self.ecs_backend._get_cluster(get("cluster", "default"))
    arns = sorted(
        s.arn for s in list(self.ecs_backend.services.values())
        if s.cluster_name == cluster.name and s.status != "INACTIVE"
        and (not get("schedulingStrategy") or s.scheduling_strategy == get("schedulingStrategy"))
        and (not get("launchType") or s.launch_type == get("launchType"))
    )
    return page(self, arns, "serviceArns", 10)


_describe_services = Backend.describe_services


def describe_services(self, cluster_str, names):  # stock: any number of names
    at_most(names, 10, "services")
    return _describe_services(self, cluster_str, names)


_describe_clusters = Backend.describe_clusters


def describe_clusters(self, names):  # stock: any number of names
    at_most(names, 100, "clusters")
    return _describe_clusters(self, names)


Response.create_service, Response.update_service = create_service, update_service
Response.list_services = list_services
Backend.describe_services, Backend.describe_clusters = describe_services, describe_clusters
