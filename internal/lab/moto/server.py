"""moto with the gaps filled that stand between it and this project's tests.

Binds a free port of 127.0.0.1, prints {"port": n} on one line, serves until its
standard input closes: a killed parent leaves nothing running.
"""

import json
import logging
import os
import sys
import threading

PINNED = "5.2.1"
HOST = "127.0.0.1"

# stock: every reset loads 1100 AMIs, and every instance started looks through them.
# Unknown ids are accepted all the same.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

try:
    import moto
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server
except ImportError as missing:
    sys.exit(f"{sys.executable} cannot import moto[server] ({missing})")
if moto.__version__ != PINNED:
    sys.exit(f"{sys.executable} has moto {moto.__version__}, the lab's patches are for {PINNED}")

import autoscaling  # noqa: E402, F401
import cloudwatch  # noqa: E402, F401
import echo  # noqa: E402, F401
import ecs  # noqa: E402, F401
import iam  # noqa: E402, F401
from calls import Calls  # noqa: E402
from control import Control  # noqa: E402
from protocol import Call, CborFront  # noqa: E402


class Front:
    """Reads each request once, for all layers behind it, and knows each answer's length."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        environ["lab.call"] = Call(environ)
        got = {}

        def remember(status, headers, exc_info=None):
            got.update(status=status, headers=headers)

        pieces = self.app(environ, remember)
        body = b"".join(pieces)
        if hasattr(pieces, "close"):
            pieces.close()
        headers = got["headers"]
        # Without its length werkzeug sends an answer in chunks.
        if environ["REQUEST_METHOD"] != "HEAD" and all(name.lower() != "content-length" for name, _ in headers):
            headers = headers + [("Content-Length", str(len(body)))]
        start_response(got["status"], headers)
        return [body]


class Handler(WSGIRequestHandler):
    """Answers each request on a connection of its own, as werkzeug always does, and in one piece.

    stock: the head is sent before the body. A client of the Go SDK that loses a race
    then closes the connection between the two and repeats the call, which moto has
    carried out (internal/awsclient, KeepAnswers). Terraform's provider is such a client.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20


def application():
    moto_app = DomainDispatcherApplication(create_backend_app)
    calls = Calls(CborFront(moto_app))
    return Front(Control(calls, calls))


def exit_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(HOST, 0, application(), threaded=True, request_handler=Handler)
    # moto calls itself for a few services.
    os.environ["MOTO_PORT"] = str(server.server_port)
    threading.Thread(target=exit_with_parent, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
