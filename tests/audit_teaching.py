"""How long “Teach it your own classes” keeps the page from answering, on a slow machine.

The widget alone: what the chapter around it takes to be painted is not its doing.
"""

import json
from pathlib import Path

from playwright.sync_api import Browser

from .conftest import ROOT

SLOWDOWN, TRIES = 4, 5  # the slowdown is itself uneven where other programs run
ALONE = """<!doctype html><html lang="en"><title>Alone</title>
<link rel="stylesheet" href="../../assets/cv7.css">
<body><cv7-teach-classes>{controls}</cv7-teach-classes>
<script type="module" src="element.mjs"></script></html>"""
UNTIL = """(reached) => new Promise((resolve) => {
    const look = () => (reached() ? resolve() : setTimeout(look, 50));
    look();
})"""
LOADING = f"""async () => {{
    const {{ load, loaded }} = document.forms[0].elements;
    load.click();
    await ({UNTIL})(() => loaded.value.includes("is here"));
}}"""
SAMPLES_AND_TRAINING = f"""async () => {{
    const widget = document.querySelector("cv7-teach-classes");
    const {{ samples, train, trained }} = document.forms[0].elements;
    const images = () => widget.classes.reduce((sum, one) => sum + one.images.length, 0);
    samples.click();
    await ({UNTIL})(() => images() === 48);
    train.click();
    await ({UNTIL})(() => trained.value.includes("held-out images are right"));
    await new Promise((resolve) => setTimeout(resolve, 300)); // what it draws at the end
}}"""


def longest(trace: bytes) -> float:
    """Milliseconds of the processor's time, so that other programs do not count."""
    events = json.loads(trace)["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return max(
        event.get("tdur", 0) / 1000
        for event in events
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) in main
    )


def longest_task(browser: Browser, site: Path, address: str) -> float:
    """While samples are read and a head is trained; the best of some tries."""
    controls = (ROOT / "docs/widgets/teach-classes/controls.html").read_text(encoding="utf-8")
    (element,) = site.glob("v/*/widgets/teach-classes/element.mjs")
    element.with_name("alone.html").write_text(ALONE.format(controls=controls), encoding="utf-8")
    page = browser.new_page(service_workers="block")
    slow = page.context.new_cdp_session(page)
    found = []
    for _ in range(TRIES):
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        page.goto(address + element.relative_to(site).with_name("alone.html").as_posix())
        page.locator("cv7-teach-classes:defined").wait_for()
        page.evaluate(LOADING)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        timeline = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
        browser.start_tracing(page=page, categories=timeline)
        page.evaluate(SAMPLES_AND_TRAINING)
        found.append(longest(browser.stop_tracing()))
    page.close()
    element.with_name("alone.html").unlink()
    return min(found)
