"""What a request asks for, whichever of AWS's protocols it came in, and the answers
moto cannot give: CBOR, and errors in the caller's protocol."""

import gzip
import io
import json
import re
import urllib.parse
import uuid
from xml.sax.saxutils import escape

import botocore.session

import cbor

_RPC_PATH = re.compile(r"^/service/([^/]+)/operation/([^/]+)$")
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
# SigV4 signs CloudWatch as "monitoring"; everyone else calls it by its name.
_SIGNED_AS = {"monitoring": "cloudwatch"}
# Smithy's service name in the path -> botocore's. Add others as they move to CBOR.
_CBOR_SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}
_models = {}


class Call:
    """One AWS request: service, action, region, protocol and its decoded fields."""

    def __init__(self, environ):
        self.environ = environ
        self.path = environ.get("PATH_INFO", "")
        self.body = _read(environ)
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        self.region, service = scope.groups() if scope else (None, None)
        self.service = _SIGNED_AS.get(service, service)
        self._unzip()
        self.fields, self.action, self.protocol, self.target = {}, None, None, None
        rpc = _RPC_PATH.match(self.path)
        if rpc and environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
            self.protocol = "cbor"
            self.target, self.action = rpc.groups()
            self.fields = cbor.decode(self.body) if self.body else {}
        elif "." in environ.get("HTTP_X_AMZ_TARGET", ""):
            self.protocol = "json"
            self.target, self.action = environ["HTTP_X_AMZ_TARGET"].rsplit(".", 1)
            self.fields = _json(self.body)
        elif environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            self.protocol = "query"
            self.fields = {k: v[0] for k, v in urllib.parse.parse_qs(self.body.decode()).items()}
            self.action = self.fields.get("Action")

    @property
    def name(self):
        """"ecs.ListTasks", or None for what is no AWS call (moto's own API)."""
        return f"{self.service}.{self.action}" if self.service and self.action else None

    @property
    def cluster(self):
        """The name of the ECS cluster it names, else None."""
        named = self.fields.get("cluster")
        return named.split("/")[-1] if isinstance(named, str) else None

    def _unzip(self):
        # stock moto: a gzipped PutMetricData (SDKs zip from 10 KiB) is a 500.
        if self.service == "cloudwatch" and self.environ.get("HTTP_CONTENT_ENCODING") == "gzip":
            self.body = gzip.decompress(self.body)
            self.environ.pop("HTTP_CONTENT_ENCODING")
            self.replace_body(self.body)

    def replace_body(self, body):
        self.environ.update({"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})

    def error(self, status, code, message):
        """(status, headers, body) of an AWS error as this call's protocol has it."""
        if self.protocol == "cbor":
            return status, [
                ("Smithy-Protocol", "rpc-v2-cbor"),
                ("Content-Type", "application/cbor"),
                ("x-amzn-query-error", f"{code};Sender" if status < 500 else f"{code};Receiver"),
            ], cbor.encode(_document(code, message))
        if self.protocol == "json":
            body = json.dumps(_document(code, message)).encode()
            return status, [("Content-Type", "application/x-amz-json-1.1")], body
        side = "Sender" if status < 500 else "Receiver"
        fault = f"<Type>{side}</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        request = uuid.uuid4()
        if self.service == "ec2":
            body = f"<Response><Errors><Error>{fault}</Error></Errors><RequestID>{request}</RequestID></Response>"
        else:
            body = f"<ErrorResponse><Error>{fault}</Error><RequestId>{request}</RequestId></ErrorResponse>"
        return status, [("Content-Type", "text/xml")], body.encode()


def _document(code, message):
    # AWS's own shapes do not agree on the case of "message", so neither do decoders.
    return {"__type": code, "message": message, "Message": message}


def _read(environ):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _json(body):
    try:
        fields = json.loads(body) if body else {}
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


class CborFront:
    """stock moto: rpc-v2-cbor (aws-sdk-go-v2 cloudwatch >= v1.53.0) is a 404.

    Turns such a request into JSON 1.0, lets moto answer, turns the answer back.
    """

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        call = environ["lab.call"]
        if call.protocol != "cbor":
            return self.app(environ, start_response)
        call.replace_body(json.dumps(call.fields).encode())
        environ.update({
            "PATH_INFO": "/", "REQUEST_URI": "/", "RAW_URI": "/",
            "HTTP_X_AMZ_TARGET": f"{call.target}.{call.action}",
            "CONTENT_TYPE": "application/x-amz-json-1.0", "HTTP_ACCEPT": "application/json",
        })
        got = {}

        def remember(status, headers, exc_info=None):
            got.update(status=status, headers=headers)

        answer = b"".join(self.app(environ, remember))
        body = _answer_in_cbor(call, got["status"].startswith("2"), answer)
        kept = [(k, v) for k, v in got["headers"] if k.lower() not in ("content-length", "content-type")]
        start_response(got["status"], kept + [
            ("Smithy-Protocol", "rpc-v2-cbor"),
            ("Content-Type", "application/cbor"),
            ("Content-Length", str(len(body))),
        ])
        return [body]


def _answer_in_cbor(call, succeeded, answer):
    try:
        document = json.loads(answer) if answer.strip() else {}
    except ValueError:  # moto's own 500s are HTML
        document = {"__type": "InternalFailure", "message": answer.decode(errors="replace")[:500]}
    shape = _output_shape(call) if succeeded else None
    return cbor.encode(document, shape)


def _output_shape(call):
    service = _CBOR_SERVICES.get(call.target)
    if not service:
        return None
    if service not in _models:
        _models[service] = botocore.session.get_session().get_service_model(service)
    return _models[service].operation_model(call.action).output_shape
