"""Counts AWS calls, and fails or delays the ones a test asked to fail."""

import collections
import http.client
import threading
import time

import example


class Calls:
    """WSGI layer between the network and moto."""

    def __init__(self, app):
        self.app = app
        self.lock = threading.Lock()
        self.clear()

    def clear(self):
        with self.lock:
            self.counts = collections.Counter()
            # The latest ten thousand; a world of that size asks for no order.
            self.log = collections.deque(maxlen=10_000)
            self.faults = []
            self.examples = {}

    def reset_counts(self):
        with self.lock:
            self.counts.clear()
            self.log.clear()

    def snapshot(self):
        with self.lock:
            return dict(self.counts)

    def in_order(self):
        """The calls as they came, each with its fields that are text."""
        with self.lock:
            return list(self.log)

    def add_fault(self, fault):
        if not fault.get("action"):
            raise ValueError('a fault needs an "action" such as "ecs.ListContainerInstances"')
        with self.lock:
            self.faults.append({"times": 1, "skip": 0, "status": 400, "delay_ms": 0, **fault})

    def add_example(self, want):
        """Answer every further call of this action with AWS's example, changed as wanted."""
        answer = example.changed(example.of(want["action"]), want.get("changes") or {})
        with self.lock:
            self.examples[want["action"]] = answer

    def _fault_of(self, call):
        """The first fault that wants this call. times < 0 means until the next reset."""
        for fault in self.faults:
            if fault["action"] != call.name or not fault["times"]:
                continue
            if fault.get("cluster") and fault["cluster"] != call.cluster:
                continue
            if fault["skip"]:
                fault["skip"] -= 1
                continue
            if fault["times"] > 0:
                fault["times"] -= 1
            return dict(fault)
        return None

    def __call__(self, environ, start_response):
        call = environ["lab.call"]
        if not call.name:
            self._log_path(call, environ)
            return self.app(environ, start_response)
        with self.lock:
            self.counts[call.name] += 1
            self.log.append({"action": call.name, "fields": {k: v for k, v in call.fields.items() if isinstance(v, str)}})
            fault = self._fault_of(call)
        if fault and fault["delay_ms"]:
            time.sleep(fault["delay_ms"] / 1000)
        if not fault or not fault.get("code"):
            return self._answer(call, environ, start_response)
        status, headers, body = call.error(fault["status"], fault["code"], fault.get("message", fault["code"]))
        reason = http.client.responses.get(status, "Error")
        start_response(f"{status} {reason}", headers + [("Content-Length", str(len(body)))])
        return [body]

    def _log_path(self, call, environ):
        """Lambda and Scheduler name their actions by method and path."""
        if call.service and environ["REQUEST_METHOD"] != "GET":
            with self.lock:
                self.log.append({"action": f"{call.service} {environ['REQUEST_METHOD']} {call.path}", "fields": {}})

    def _answer(self, call, environ, start_response):
        if call.name not in self.examples:
            return self.app(environ, start_response)
        headers, body = example.body(call, self.examples[call.name])
        start_response("200 OK", headers + [("Content-Length", str(len(body)))])
        return [body]
