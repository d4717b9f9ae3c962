"""Auto Scaling: lifecycle hooks that hold, activities, step policies; each patch says
what stock moto 5.2.1 does."""

import datetime
import uuid

import moto.autoscaling.models as models
import moto.autoscaling.responses as responses
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

Backend, Group = models.AutoScalingBackend, models.FakeAutoScalingGroup
Response = responses.AutoScalingResponse
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"

# Lifecycle actions, open and done, and the events EventBridge would have carried.
actions = []
events = []


def clear():
    actions.clear()
    events.clear()


# --------------------------------------------------------------- hooks


def put_lifecycle_hook(self):
    # stock: answers with a hardcoded target and role, which Terraform sees as drift.
    get = self._get_param
    group, name = get("AutoScalingGroupName"), get("LifecycleHookName")
    old = self.autoscaling_backend.lifecycle_hooks.get(f"{group}_{name}")
    hook = self.autoscaling_backend.create_lifecycle_hook(
        name=name, as_name=group,
        transition=get("LifecycleTransition") or getattr(old, "lifecycle_transition", None),
        timeout=self._get_int_param("HeartbeatTimeout"), result=get("DefaultResult"))
    hook.notification_target_arn = get("NotificationTargetARN") or None
    hook.role_arn = get("RoleARN") or None
    hook.notification_metadata = get("NotificationMetadata")
    return EmptyResult()


def _terminating_hooks(backend, group_name):
    return [h for h in backend.describe_lifecycle_hooks(group_name) if h.lifecycle_transition == TERMINATING]


def _hold(backend, group, state):
    """InService -> Terminating:Wait, with one open action and one event per hook."""
    state.lifecycle_state = "Terminating:Wait"
    for hook in _terminating_hooks(backend, group.name):
        token = str(uuid.uuid4())
        actions.append({
            "asg": group.name, "hook": hook.name, "instance": state.instance.id, "token": token,
            "result": None, "heartbeats": 0, "started": utcnow().isoformat(),
        })
        events.append({
            "version": "0", "id": str(uuid.uuid4()),
            "detail-type": "EC2 Instance-terminate Lifecycle Action", "source": "aws.autoscaling",
            "account": backend.account_id, "time": utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": backend.region_name, "resources": [group.arn],
            "detail": {
                "LifecycleActionToken": token, "AutoScalingGroupName": group.name,
                "LifecycleHookName": hook.name, "EC2InstanceId": state.instance.id,
                "LifecycleTransition": TERMINATING,
                "NotificationMetadata": getattr(hook, "notification_metadata", None),
                "Origin": "AutoScalingGroup", "Destination": "EC2",
            },
        })


_terminate_instance = Backend.terminate_instance


def terminate_instance(self, instance_id, should_decrement):
    # stock: gone at once, hook or not; an unknown instance is a 500.
    found = [(g, s) for g in self.autoscaling_groups.values() for s in g.instance_states if s.instance.id == instance_id]
    if not found:
        raise models.AutoscalingClientError("ValidationError", f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
    group, state = found[0]
    if not _terminating_hooks(self, group.name):
        return _terminate_instance(self, instance_id, should_decrement)
    size = group.desired_capacity
    _hold(self, group, state)
    if should_decrement:
        group.desired_capacity = size - 1
    else:
        group.set_desired_capacity(size)  # counts only InService, so launches the replacement
    return models.TerminateInstanceActivity(state.instance, size)


_set_desired_capacity = Group.set_desired_capacity


def set_desired_capacity(self, new_capacity):
    # stock: scale-in ignores the hook; the on-demand and the Spot share of a mixed policy are each rounded down, so that one host of three
    # may not come.
    inside, hooks = self.active_instances(), _terminating_hooks(self.autoscaling_backend, self.name)
    if new_capacity is None or new_capacity >= len(inside) or not hooks:
        policy = self.mixed_instances_policy
        overrides = (policy or {}).get("LaunchTemplate", {}).get("Overrides") or [{}]
        self.preferred_type, self.mixed_instances_policy = overrides[0].get("InstanceType"), None
        try:
            return _set_desired_capacity(self, new_capacity)
        finally:
            self.mixed_instances_policy = policy
    self.desired_capacity = new_capacity
    leaving = [s for s in inside if not s.protected_from_scale_in]
    for state in leaving[: len(inside) - new_capacity]:
        _hold(self.autoscaling_backend, self, state)


def _open_action(response):
    get = response._get_param
    token, instance = get("LifecycleActionToken"), get("InstanceId")
    for action in actions:
        if (action["result"] is None and action["asg"] == get("AutoScalingGroupName")
                and action["hook"] == get("LifecycleHookName")
                and (action["token"] == token if token else action["instance"] == instance)):
            return action
    sought = f"token {token}" if token else f"instance ID {instance}"
    raise models.AutoscalingClientError("ValidationError", f"No active Lifecycle Action found with {sought}")


def record_lifecycle_action_heartbeat(self):  # stock: NotImplementedError 500
    _open_action(self)["heartbeats"] += 1
    return EmptyResult()


def complete_lifecycle_action(self):  # stock: NotImplementedError 500
    action, backend = _open_action(self), self.autoscaling_backend
    action["result"] = self._get_param("LifecycleActionResult")
    action["ended"] = utcnow().isoformat()
    if all(a["result"] for a in actions if a["instance"] == action["instance"]):
        group = backend.autoscaling_groups[action["asg"]]
        group.instance_states = [s for s in group.instance_states if s.instance.id != action["instance"]]
        backend.ec2_backend.terminate_instances([action["instance"]])
    return EmptyResult()


Response.put_lifecycle_hook = put_lifecycle_hook
Response.record_lifecycle_action_heartbeat = record_lifecycle_action_heartbeat
Response.complete_lifecycle_action = complete_lifecycle_action
Backend.terminate_instance, Group.set_desired_capacity = terminate_instance, set_desired_capacity

# -------------------------------------------------------------- groups

_update_group, _instance_type = Group.update, Group.instance_type


def update_group(self, **wanted):
    # stock: every update that does not name it takes the mixed instances policy away, and new bounds are held against all
    # instances, those that leave too. AWS changes nothing that is not named, and brings the desired capacity within the bounds.
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
    policy = self.mixed_instances_policy
    if wanted["desired_capacity"] is None:
        low, high = (old if new is None else new for new, old in (
            (wanted["min_size"], self.min_size), (wanted["max_size"], self.max_size)))
        wanted["desired_capacity"] = max(low, min(high, self.desired_capacity))
    _update_group(self, **wanted)
    if not any(wanted[name] for name in ("launch_config_name", "launch_template", "mixed_instances_policy")):
        self.mixed_instances_policy = policy


def instance_type(self):
    # stock: the template's own, though overrides stand in for it.
    return getattr(self, "preferred_type", None) or _instance_type.fget(self)


_update_auto_scaling_group = Response.update_auto_scaling_group


def update_auto_scaling_group(self):
    # stock: CapacityRebalance is dropped.
    answer, rebalance = _update_auto_scaling_group(self), self._get_bool_param("CapacityRebalance", None)
    if rebalance is not None:
        self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")].capacity_rebalance = rebalance
    return answer


_delete_auto_scaling_group = Backend.delete_auto_scaling_group


def delete_auto_scaling_group(self):
    # stock: takes instances along, and leaves hooks and policies behind.
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
    backend, name = self.autoscaling_backend, self._get_param("AutoScalingGroupName")
    group = backend.autoscaling_groups.get(name)
    if group and group.instance_states and not self._get_bool_param("ForceDelete", False):
        raise models.AutoscalingClientError(
            "ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
    for hook in [key for key, hook in backend.lifecycle_hooks.items() if hook.auto_scaling_group_name == name]:
        del backend.lifecycle_hooks[hook]
    for key in [key for key, policy in backend.policies.items() if policy.auto_scaling_group_name == name]:
        dict.__delitem__(backend.policies, key)
    _delete_auto_scaling_group(backend, name)
    return EmptyResult()


Group.update, Group.instance_type = update_group, property(instance_type)
Response.update_auto_scaling_group = update_auto_scaling_group
Response.delete_auto_scaling_group = delete_auto_scaling_group

# ---------------------------------------------------------- activities


def _aware(moment):
    if isinstance(moment, str):
        moment = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


def _cause(action):
    """Unhealthy in the lab means what EC2 itself finds."""
    for by_region in models.autoscaling_backends.values():
        for backend in by_region.values():
            for group in backend.autoscaling_groups.values():
                for state in group.instance_states:
                    if state.instance.id == action["instance"] and state.health_status == "Unhealthy":
                        return "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped."
    return "lab"


def _termination(action):
    done = action["result"] is not None
    activity = {
        "ActivityId": action["token"], "AutoScalingGroupName": action["asg"],
        "Description": f"Terminating EC2 instance: {action['instance']}", "Cause": _cause(action),
        "StartTime": _aware(action["started"]),
        "StatusCode": "Successful" if done else "MidTerminatingLifecycleAction",
        "Progress": 100 if done else 60,
    }
    if done:
        activity["EndTime"] = _aware(action["ended"])
    return activity


def _launch(group, state):
    started = _aware(getattr(state, "launched_at", state.instance.launch_time))
    activity = {
        "ActivityId": "launch-" + state.instance.id, "AutoScalingGroupName": group.name,
        "Description": f"Launching a new EC2 instance: {state.instance.id}", "Cause": "lab",
        "StartTime": started,
        "StatusCode": "InProgress" if state.lifecycle_state.startswith("Pending") else "Successful",
        "Progress": 30 if state.lifecycle_state.startswith("Pending") else 100,
    }
    if not state.lifecycle_state.startswith("Pending"):
        activity["EndTime"] = started
    return activity


def _wanted(activity, filters):
    for f in filters or []:
        name, values = f["Name"], f["Values"]
        if name == "StartTimeLowerBound" and activity["StartTime"] < _aware(values[0]):
            return False
        if name == "StartTimeUpperBound" and activity["StartTime"] > _aware(values[0]):
            return False
        if name == "Status" and activity["StatusCode"] not in values:
            return False
    return True


def describe_scaling_activities(self):
    # stock: always empty. AWS: open ones first, then newest first; pages of at most 100.
    name, groups = self._get_param("AutoScalingGroupName"), self.autoscaling_backend.autoscaling_groups
    if name and name not in groups:
        raise models.AutoscalingClientError("ValidationError", f"Group {name} not found")
    listed = [_termination(a) for a in actions]
    listed += [_launch(g, s) for g in list(groups.values()) for s in list(g.instance_states)]
    filters = self._get_param("Filters", [])
    listed = [a for a in listed if (not name or a["AutoScalingGroupName"] == name) and _wanted(a, filters)]
    listed.sort(key=lambda a: a["StartTime"], reverse=True)
    listed.sort(key=lambda a: "EndTime" in a)
    size, start = self._get_int_param("MaxRecords") or 100, int(self._get_param("NextToken") or 0)
    result = {"Activities": listed[start : start + size]}
    if start + size < len(listed):
        result["NextToken"] = str(start + size)
    return ActionResult(result)


Response.describe_scaling_activities = describe_scaling_activities

# ------------------------------------------------------------ policies

_init_policy = models.FakeScalingPolicy.__init__


def init_policy(self, *args, **kwargs):
    # stock: no Enabled, a spurious {} predictive configuration: Terraform drift.
    _init_policy(self, *args, **kwargs)
    self.enabled = True
    self.predictive_scaling_configuration = self.predictive_scaling_configuration or None


class _Policies(dict):
    """stock: keyed by name only, so two groups' policies "out" overwrite each other."""

    def __setitem__(self, key, policy):
        for other, known in list(self.items()):
            if (known.name, known.auto_scaling_group_name) == (policy.name, policy.auto_scaling_group_name):
                super().__delitem__(other)
        super().__setitem__(f"{policy.auto_scaling_group_name}/{key}", policy)


_init_backend = Backend.__init__


def init_backend(self, *args, **kwargs):
    _init_backend(self, *args, **kwargs)
    self.policies = _Policies()


def _policy(backend, name, group):
    for key, policy in backend.policies.items():
        if name in (policy.name, policy.arn) and (not group or policy.auto_scaling_group_name == group):
            return key, policy
    raise models.AutoscalingClientError("ValidationError", f"PolicyName {name} not found")


def _step(policy, delta):
    """The step that contains delta. From the threshold up the lower bound belongs to a step, from there down the upper one
    (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StepAdjustment.html)."""
    for step in policy.step_adjustments:
        low, high = step.get("MetricIntervalLowerBound"), step.get("MetricIntervalUpperBound")
        low, high = float("-inf") if low is None else float(low), float("inf") if high is None else float(high)
        if low < delta <= high if high <= 0 else low <= delta < high:
            return int(step["ScalingAdjustment"])
    return None


def execute_policy(self):  # stock: StepScaling is a 500
    backend, get = self.autoscaling_backend, self._get_param
    _, policy = _policy(backend, get("PolicyName"), get("AutoScalingGroupName"))
    if policy.policy_type != "StepScaling":
        policy.execute()
        return EmptyResult()
    adjustment = _step(policy, float(get("MetricValue")) - float(get("BreachThreshold")))
    if adjustment is not None:
        group = backend.autoscaling_groups[policy.auto_scaling_group_name]
        wanted = adjustment if policy.adjustment_type == "ExactCapacity" else group.desired_capacity + adjustment
        backend.set_desired_capacity(group.name, max(group.min_size, min(group.max_size, wanted)))
    return EmptyResult()


def delete_policy(self):  # stock: looks by name only
    key, _ = _policy(self.autoscaling_backend, self._get_param("PolicyName"), self._get_param("AutoScalingGroupName"))
    dict.__delitem__(self.autoscaling_backend.policies, key)
    return EmptyResult()


models.FakeScalingPolicy.__init__ = init_policy
Backend.__init__ = init_backend
Response.execute_policy, Response.delete_policy = execute_policy, delete_policy
