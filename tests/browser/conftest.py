"""Real Chromium on the built site. Every test fails on a console error or a foreign request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .. import audit
from ..conftest import report
from ..server import Server, serve

# Milliseconds. What comes on a quiet machine at once may take a busy one long; only a fault waits.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    try:
        path = audit.chromium()
    except FileNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
    return {"executable_path": path, "args": audit.FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """No service worker, except in its own tests: it would answer in place of their routes."""
    return browser_context_args | {"service_workers": "block"}


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[Server]:
    with serve(site.parent) as server:
        yield server


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/course/"


@pytest.fixture(autouse=True)
def quiet_and_private(page: Page, base_url: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """No message in the console, no uncaught error, no request to another host."""
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))

    def watch(request: Any) -> None:
        if not request.url.startswith((base_url, "data:", "blob:")):
            complaints.append(f"foreign request: {request.url}")

    page.on("request", watch)

    context = request.node.get_closest_marker("browser_context_args")
    scripts = not context or context.kwargs.get("java_script_enabled", True)

    def failed(request: Any) -> None:
        if "ERR_ABORTED" in request.failure:
            return  # the reader went on before it arrived
        if (
            scripts or request.failure != "csp"
        ):  # which is how Chromium skips a script, without them
            complaints.append(f"failed: {request.url} {request.failure}")

    page.on("requestfailed", failed)
    page.on(
        "response", lambda r: complaints.append(f"{r.status}: {r.url}") if r.status > 399 else 0
    )
    yield
    blocked = "console: Service Worker registration blocked by Playwright"
    complaints = [complaint for complaint in complaints if complaint != blocked]
    report(complaints)


def alive(page: Page, tag: str) -> Locator:
    """The widget, once its code is there, which comes when it is near the window."""
    page.locator(tag).scroll_into_view_if_needed()
    widget = page.locator(f"{tag}:defined")
    expect(widget).to_be_visible()
    return widget


def opened(page: Page, name: str) -> Locator:
    """A question, once its form is unfolded and its code there."""
    page.locator("details.cv7-question", has=page.locator(f'[name="{name}"]')).locator(
        "> summary"
    ).click()
    return alive(page, f'cv7-question[name="{name}"]')
