"""`make audit`: every page of the built site, measured in Chromium against its budgets.

One table is printed, the worst page first, and written as JSON. Bytes, axe, layout and requests
are the same on every machine, and always count; times are medians, and count only when they are
far off, as machines are noisy. tests/browser holds pages to the first kind in `make test`.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from . import audit_teaching, course
from .conftest import ROOT
from .server import Server, serve


@dataclass(frozen=True)
class Budget:
    """`most` may be reached, or `least` has to be; past `far`, noise is no excuse."""

    most: float | None = None
    least: float | None = None
    far: float | None = None

    def used(self, value: float) -> float:
        """The share of the budget that is used: above 1, it is broken."""
        if self.least is not None:
            return self.least / value if value else float("inf")
        assert self.most is not None
        return value / self.most if self.most else 1.0 + value if value else 0.0

    def broken(self, value: float) -> bool:
        """Whether it fails the audit."""
        if self.far is None:
            return self.used(value) > 1
        return value < self.far if self.least is not None else value > self.far


# Before any interaction, compressed, on a phone, with nothing in the browser's cache.
LOAD = {
    "bytes": Budget(most=130_000),  # of everything that is sent, headers, fonts and worker too
    "script": Budget(most=50_000),  # of these, JavaScript
    "foreign": Budget(most=0),  # requests to another host
    "console": Budget(most=0),  # messages
    "cls": Budget(most=0.01),  # cumulative layout shift, while one scrolls through the page, too
}
AXE = {"axe": Budget(most=0)}  # violations, in light and dark, on phone and desktop
LIGHTHOUSE = {
    "performance": Budget(least=98, far=85),
    "accessibility": Budget(least=100),
    "best-practices": Budget(least=100),
    "seo": Budget(least=100),
    "tbt": Budget(most=50, far=300),  # total blocking time in milliseconds
    "lcp": Budget(most=1.15, far=1.6),  # largest contentful paint, by that of a bare page
}
KEYS = {  # milliseconds from a key on a control to the next paint, the processor slowed down
    "paint": Budget(most=16, far=200),  # the median
    "slowest": Budget(most=50, far=400),
}
SLOWDOWN, PRESSES = 4, 20
STEPPED = ":is(input[type=range], input[type=radio], select):enabled:visible"  # by arrow keys
# Milliseconds of the longest task of the one widget that works for seconds, the processor slowed.
TASK = {"task": Budget(most=60, far=120)}
BUDGETS = {**LOAD, **AXE, **LIGHTHOUSE, **KEYS, **TASK}
# From when the browser has the key until it has painted: the next task after the frame.
PAINTS = """
    globalThis.paints = [];
    addEventListener("keydown", (event) => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => paints.push(performance.now() - event.timeStamp);
        port2.postMessage(0);
    }), true);
"""
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
RUNS = 3  # of Lighthouse, of which the median counts
FLAGS = [
    "--no-sandbox",
    "--no-first-run",
    "--use-fake-device-for-media-stream",  # a camera that shows a moving pattern
    *(f"--disable-{name}" for name in ("background-networking", "component-update", "sync", "gpu")),
    # The address bar loads two pages of its own for each window that is opened, half a second of
    # a processor. The others are switched off by Playwright, whose list this one replaces.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "HttpsUpgrades,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding",
]
SHIFTS = """
    globalThis.shifted = 0;
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) {
            if (!hadRecentInput) globalThis.shifted += value;
        }
    }).observe({ type: "layout-shift", buffered: true });
"""
# No faster than widgets come alive below the screen: readers are slower than that.
SCROLL = """async () => {
    const below = (element) => element.checkVisibility() // what is folded waits for its reader
        && element.getBoundingClientRect().top < 1.9 * innerHeight;
    const patience = (done) => setTimeout(done, 20_000); // for one that fails
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
        scrollTo({ top: y, behavior: "instant" });
        await Promise.all(
            [...document.querySelectorAll(":not(:defined)")]
                .map((element) => [element, element.localName])
                .filter(([element, name]) => name.startsWith("cv7-") && below(element))
                .map(([, name]) => Promise.race([customElements.whenDefined(name),
                    new Promise(patience)])),
        );
        await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    }
}"""


def chromium() -> str:
    """The machine's own Chromium; nothing is downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        raise FileNotFoundError("no Chromium found: `make chromium`, or set CHROMIUM to its path")
    return path


def load(page: Page, server: Server, url: str) -> dict[str, float]:
    """What a first visit costs, in a context of its own; the page stays open, as on a phone."""
    page.set_viewport_size(SIZES["phone"])
    page.add_init_script(SHIFTS)
    messages: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    host = url.split("/")[2]
    page.context.on(
        "request",
        lambda r: (
            foreign.append(r.url) if not r.url.startswith(("data:", f"http://{host}/")) else 0
        ),
    )
    server.sent.clear()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    sent = list(server.sent)
    page.evaluate(SCROLL)
    return {
        "bytes": sum(one.bytes for one in sent),
        "script": sum(one.bytes for one in sent if one.path.endswith((".js", ".mjs"))),
        "foreign": len(foreign),
        "console": len(messages),
        "cls": round(page.evaluate("globalThis.shifted"), 4),
    }


def keys(browser: Browser, url: str) -> dict[str, float]:
    """What an arrow key on the first control of each widget costs; nothing where there is none."""
    page = browser.new_page(viewport=SIZES["desktop"], service_workers="block")
    page.add_init_script(PAINTS)
    page.goto(url)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    paints: list[float] = []
    for widget in page.locator("css=.cv7-widget, .bare").all():
        widget.scroll_into_view_if_needed()
        control = widget.locator(STEPPED).first
        page.wait_for_timeout(2000)  # until it has come alive
        if not control.count():
            continue  # only buttons: what they start takes its time, away from the main thread
        control.focus()
        page.wait_for_timeout(500)
        page.evaluate("paints.length = 0")
        for press in range(PRESSES):
            page.keyboard.press("ArrowLeft" if press % 2 else "ArrowRight")
            page.wait_for_timeout(100)
        page.wait_for_timeout(500)
        paints += page.evaluate("paints")
    page.close()
    return {"paint": statistics.median(paints), "slowest": max(paints)} if paints else {}


# Notes unfolded, widgets loaded, and every question answered, as it happens wrongly.
ALIVE = """async () => {
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  for (const element of document.querySelectorAll(":not(:defined)")) {
    if (!element.localName.startsWith("cv7-")) continue; // a formula
    element.scrollIntoView();
    await customElements.whenDefined(element.localName);
  }
  for (const form of document.querySelectorAll("cv7-question form")) {
    for (const control of form.querySelectorAll("input, textarea")) {
      if (control.type === "radio") control.checked = true;
      else control.value = "1, 2";
    }
    form.requestSubmit();
  }
  scrollTo(0, 0);
}"""


# Colours and sizes that change bit by bit are at their ends. To wait for that may be to wait for
# ever: a page that is not painted does not go on.
SETTLED = """() => document.getAnimations().forEach((animation) => {
    if (animation instanceof CSSTransition) animation.finish();
})"""
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def show(page: Page, scheme: str, size: str) -> None:
    """A page that is open in another setting, once its colours have changed."""
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    expected = {"light": "default", "dark": "slate"}[scheme]
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", expected)
    page.evaluate(SETTLED)


def axe(
    page: Page,
    scheme: str,
    size: str,
    options: dict[str, Any] | None = None,
    without: str | None = None,
) -> Any:
    """axe's findings in a page that is open, or in what of it is not within a selector."""
    show(page, scheme, size)
    context = {"exclude": [[without]]} if without else None
    return Axe().run(page, context, options={"resultTypes": ["violations"]} | (options or {}))


def lighthouse(url: str) -> dict[str, float]:
    """Medians of several runs, as on a phone; `lcp` in milliseconds."""
    runs = []
    for _ in range(RUNS):
        done = subprocess.run(
            [
                *(ROOT / ".ci/lighthouse/node_modules/.bin/lighthouse", url, "--quiet"),
                *("--output=json", "--output-path=stdout"),
                "--only-categories=performance,accessibility,best-practices,seo",
                f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
            ],
            env=os.environ | {"CHROME_PATH": chromium()},
            capture_output=True,
            text=True,
            check=True,
        )
        result = json.loads(done.stdout)
        scores = {name: 100 * c["score"] for name, c in result["categories"].items()}
        audits = result["audits"]
        times = {
            "tbt": audits["total-blocking-time"]["numericValue"],
            "lcp": audits["largest-contentful-paint"]["numericValue"],
        }
        runs.append(scores | times)
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def bare(target: Path) -> None:
    """A page of the theme as it comes, for comparison; only the fonts from elsewhere are off."""
    docs = target / "docs"
    docs.mkdir(parents=True)
    slider = '<p class="bare"><input type="range" aria-label="A slider"></p>\n\n'
    words = "Some words of text. " * 200
    (docs / "index.md").write_text(f"# A page\n\n{words}\n\n{slider}", encoding="utf-8")
    config = "site_name: Bare\ntheme: {name: material, font: false}\n"
    (target / "mkdocs.yml").write_text(config, encoding="utf-8")
    course.build(target, target / "bare")


def pages_of(site: Path) -> list[str]:
    found = sorted(p.parent.relative_to(site).as_posix() for p in site.rglob("index.html"))
    return ["" if name == "." else f"{name}/" for name in found] + ["404.html"]


def measure(
    work: Path, with_lighthouse: bool
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """The figures of each page, and those of a bare page of the theme."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    course.build(ROOT, work / "served/course", SITE_URL=f"{address}course/", NOTEBOOKS="run")
    bare(work / "plain")
    shutil.move(work / "plain/bare", work / "served/bare")
    found: dict[str, dict[str, float]] = {}
    with serve(work / "served", port) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        bare_page = load(page, server, f"{address}bare/")
        page.close()
        if with_lighthouse:
            bare_page |= lighthouse(f"{address}bare/") | keys(browser, f"{address}bare/")
        for name in pages_of(work / "served/course"):
            url = f"{address}course/{name}"
            print(f"  {name or 'home'}", file=sys.stderr, flush=True)
            page = browser.new_page()
            row = load(page, server, url)
            page.evaluate(ALIVE)
            row["axe"] = sum(
                axe(page, scheme, size).violations_count
                for scheme in ("light", "dark")
                for size in SIZES
            )
            page.close()
            if with_lighthouse:
                row |= lighthouse(url) | keys(browser, url)
                row["lcp"] /= bare_page["lcp"]
            found[name or "home"] = row
        if with_lighthouse:
            longest = audit_teaching.longest_task(
                browser, work / "served/course", f"{address}course/"
            )
            found["teach-classes alone"] = {"task": longest}
        browser.close()
    return found, bare_page


def shown(name: str, value: float) -> str:
    text = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
    return text + (
        "!" if BUDGETS[name].broken(value) else "?" if BUDGETS[name].used(value) > 1 else ""
    )


def told(row: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:,.4g}" for name, value in row.items())


def table(found: dict[str, dict[str, float]]) -> str:
    """Pages by figures, the worst page first. `!` is broken, `?` may be noise."""
    names = [name for name in BUDGETS if any(name in row for row in found.values())]
    order = sorted(found, key=lambda p: -max(BUDGETS[n].used(v) for n, v in found[p].items()))
    limits = [
        f"≤ {b.most:,g}" if b.least is None else f"≥ {b.least:g}"
        for b in map(BUDGETS.get, names)
        if b
    ]
    rows = [["page", *names], ["budget", *limits]]
    rows += [
        [page, *(shown(n, found[page][n]) if n in found[page] else "–" for n in names)]
        for page in order
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without Lighthouse")
    parser.add_argument("--json", type=Path, default=ROOT / ".cache/audit.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        found, bare_page = measure(Path(work), not options.quick)
    budgets = {name: vars(budget) for name, budget in BUDGETS.items()}
    options.json.parent.mkdir(exist_ok=True)
    record = {"budgets": budgets, "bare page": bare_page, "pages": found}
    options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(table(found))
    print("A bare page of the theme, in the same run:", told(bare_page))
    broken = [
        f"{page}: {name} is {row[name]:,g}"
        for page, row in found.items()
        for name in row
        if BUDGETS[name].broken(row[name])
    ]
    if broken:
        sys.exit("Budgets that are broken (tests/audit.py has them):\n" + "\n".join(broken))


if __name__ == "__main__":
    main()
