"""CloudWatch: refusals that stock moto 5.2.1 leaves out, and metrics kept apart."""

import datetime
import math

import moto.cloudwatch.models as models
from moto.cloudwatch.exceptions import InvalidParameterValue

Backend = models.CloudWatchBackend
_OLDEST, _NEWEST = datetime.timedelta(weeks=2), datetime.timedelta(hours=2)

_put_metric_data = put_of_aws = Backend.put_metric_data


def put_metric_data(self, namespace, metric_data):
    # stock: accepts what AWS refuses: namespace AWS/…, 1001 data, 31 dimensions, old times,
    # an infinite value.
    if namespace.startswith("AWS/"):
        raise InvalidParameterValue("The value AWS/ for parameter Namespace is invalid.")
    if len(metric_data) > 1000:
        raise InvalidParameterValue("The collection MetricData must not have a size greater than 1000.")
    now = datetime.datetime.now(datetime.timezone.utc)
    for number, datum in enumerate(metric_data, 1):
        field = f"MetricData.member.{number}"
        if len(datum.get("Dimensions") or []) > 30:
            raise InvalidParameterValue(f"The collection {field}.Dimensions must not have a size greater than 30.")
        if isinstance(datum.get("Value"), float) and math.isinf(datum["Value"]):
            raise InvalidParameterValue(f"The value {datum['Value']} for parameter {field}.Value is invalid.")
        at = datum.get("Timestamp")
        if isinstance(at, datetime.datetime):
            at = at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)
            if at < now - _OLDEST or at > now + _NEWEST:
                raise InvalidParameterValue(
                    f"The parameter {field}.Timestamp must specify a time within the past two weeks and no more than two hours ahead.")
    _put_metric_data(self, namespace, metric_data)


_get_metric_data = Backend.get_metric_data


class _Only:
    """The one metric a query names, in place of the whole backend."""

    def __init__(self, backend, metric):
        wanted = sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or [])
        self.found = [
            m for m in list(backend.get_all_metrics())
            if (m.namespace, m.name) == (metric["Namespace"], metric["MetricName"])
            and sorted((d.name, d.value) for d in m.dimensions) == wanted
        ]

    def get_all_metrics(self):
        return self.found


def get_metric_data(self, queries, start_time, end_time, scan_by="TimestampAscending"):
    # stock: omitted dimensions are a wildcard; with dimensions the namespace is not looked at.
    if any("MetricStat" not in q for q in queries):
        return _get_metric_data(self, queries, start_time, end_time, scan_by)
    results = []
    for query in queries:
        only = _Only(self, query["MetricStat"]["Metric"])
        results += _get_metric_data(only, [query], start_time, end_time, scan_by)
    return results


Backend.put_metric_data, Backend.get_metric_data = put_metric_data, get_metric_data
