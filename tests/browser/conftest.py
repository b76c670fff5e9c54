"""Real Chromium on the built site. Every test fails on a console error or a foreign request."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from ..server import serve


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


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """No service worker, except in its own tests: it would answer in place of their routes."""
    return browser_context_args | {"service_workers": "block"}


@pytest.fixture(scope="session")
def notebooks() -> str:
    return "run"


@pytest.fixture(scope="session")
def base_url(site: Path, site_url: str) -> Iterator[str]:
    with serve(site.parent, int(site_url.split(":")[2].partition("/")[0])):
        yield site_url


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
    blocked = "console: Service Worker registration blocked by Playwright"
    complaints = [complaint for complaint in complaints if complaint != blocked]
    assert not complaints, "\n".join(complaints)
