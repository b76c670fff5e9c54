"""Real Chromium on the built site. Every test fails on a console error or a foreign request."""

import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The machine's own Chromium; nothing is downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        pytest.fail(
            "no Chromium found: `make chromium`, or set CHROMIUM to its path", pytrace=False
        )
    quiet = ("background-networking", "component-update", "sync", "gpu")
    return {
        "executable_path": path,
        "args": [
            "--no-sandbox",
            "--no-first-run",
            "--use-fake-device-for-media-stream",  # a camera that shows a moving pattern
            *(f"--disable-{name}" for name in quiet),
        ],
    }


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".woff": "font/woff",
    }

    def log_message(self, *_: Any) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves before its file has arrived is no error, and not worth a trace."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def notebooks() -> str:
    return "run"


@pytest.fixture(scope="session")
def base_url(site: Path, site_url: str) -> Iterator[str]:
    handler = functools.partial(Handler, directory=str(site.parent))
    address = ("127.0.0.1", int(site_url.split(":")[2].partition("/")[0]))
    with Server(address, handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield site_url
        server.shutdown()


@pytest.fixture(autouse=True)
def quiet_and_private(page: Page, base_url: str) -> Iterator[None]:
    """No message in the console, no uncaught error, no request to another host."""
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))

    def watch(request: Any) -> None:
        if not request.url.startswith((base_url, "data:", "blob:")):
            complaints.append(f"foreign request: {request.url}")

    page.on("request", watch)

    def failed(request: Any) -> None:
        if "ERR_ABORTED" not in request.failure:  # the reader went on before it arrived
            complaints.append(f"failed: {request.url} {request.failure}")

    page.on("requestfailed", failed)
    page.on(
        "response", lambda r: complaints.append(f"{r.status}: {r.url}") if r.status > 399 else 0
    )
    yield
    assert not complaints, "\n".join(complaints)
