"""“Teach it your own classes”, as its readers use it: with the genuine network, in a worker."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Worker, expect

from cv7 import linear_head

CHAPTER = "chapters/transfer-learning/"
NETWORK = "**/mobilenet-v2.bin"
HERE = "The network is here. It turns an image into 1,280 features."
PATIENCE = 60_000  # for what takes seconds on a quiet machine


def visit(page: Page) -> None:
    page.goto(CHAPTER)
    page.locator("cv7-teach-classes").scroll_into_view_if_needed()
    expect(page.locator("cv7-teach-classes:defined")).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.locator("cv7-teach-classes").get_by_role("button", name=name)


def status(page: Page) -> Locator:
    return page.locator("cv7-teach-classes > form > [role=status]")


def output(page: Page, name: str) -> Locator:
    return page.locator(f"cv7-teach-classes output[name={name}]")


def load(page: Page) -> None:
    visit(page)
    button(page, "Load the network").click()
    expect(output(page, "loaded")).to_have_text(HERE, timeout=PATIENCE)


def samples(page: Page) -> None:
    button(page, "Load samples").click()
    counts = page.locator("cv7-teach-classes [data-count]")
    expect(counts).to_have_text(["16 images"] * 3, timeout=PATIENCE)
    expect(page.locator("[data-reading]")).to_have_text("")


def train(page: Page) -> None:
    button(page, "Train").click()
    expect(output(page, "trained")).to_contain_text("held-out images are right", timeout=PATIENCE)


def packed_in(site: Path) -> bytes:
    (path,) = site.glob("v/*/widgets/teach-classes/mobilenet-v2.bin")
    return path.read_bytes()


def workers(page: Page) -> list[Worker]:
    """Those of the widget; the theme's search has one, too."""
    return [worker for worker in page.workers if "/teach-classes/" in worker.url]


def png(page: Page, width: int, height: int) -> dict[str, Any]:
    """A picture in one colour, as a file to choose."""
    made = page.evaluate(
        """async ([width, height]) => {
            const canvas = new OffscreenCanvas(width, height);
            const context = canvas.getContext("2d");
            context.fillStyle = "#a54";
            context.fillRect(0, 0, width, height);
            const blob = await canvas.convertToBlob();
            return [...new Uint8Array(await blob.arrayBuffer())];
        }""",
        [width, height],
    )
    return {"name": "one.png", "mimeType": "image/png", "buffer": bytes(made)}


def test_by_keyboard_alone_from_samples_to_a_head_in_python(page: Page, site: Path) -> None:
    requests: list[Any] = []
    page.context.on("request", lambda request: requests.append(request))
    visit(page)
    page.wait_for_load_state("networkidle")
    early = [r.url for r in requests if "/teach-classes/" in r.url]
    assert {url.rpartition("/")[2] for url in early} == {"element.mjs", "head.mjs", "model.mjs"}
    button(page, "Load the network").press("Enter")
    expect(output(page, "loaded")).to_have_text(HERE, timeout=PATIENCE)
    expect(button(page, "Load the network")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name").first).to_be_focused()
    page.keyboard.type("cup")
    button(page, "Add a class").press("Enter")
    expect(page.get_by_label("Name").nth(2)).to_be_focused()
    expect(button(page, "Remove this class, class 3")).to_be_visible()
    button(page, "Load samples").press("Enter")
    counts = page.locator("cv7-teach-classes [data-count]")
    expect(counts).to_have_text(["16 images"] * 3, timeout=PATIENCE)
    page.get_by_label("Name").first.press("Enter")  # as in any form
    trained = output(page, "trained")
    expect(trained).to_contain_text("held-out images are right", timeout=PATIENCE)
    expect(trained).to_contain_text("Trained on 36 images.")
    cells = page.locator("[data-report] td:not(:empty)").all_inner_texts()
    assert len(cells) == 9
    assert sum(map(int, cells)) == 12

    with page.expect_download() as download:
        button(page, "Save the head").press("Enter")
    packed = packed_in(site)
    head = linear_head.load(download.value.path(), backbone=packed)
    assert head.classes == ("crack", "scratch", "discolour")
    pairs = page.evaluate("""() => {
        const { head, images } = document.querySelector("cv7-teach-classes").result;
        return images.map(({ features }) => [[...features], head.predict(features)]);
    }""")
    assert len(pairs) == 48
    for ours, (_, theirs) in zip(head.predict([f for f, _ in pairs]), pairs, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-12)

    page.get_by_label("An image").set_input_files([png(page, 6000, 3000)])  # a huge one
    answer = output(page, "answer")
    expect(answer).to_contain_text("with a confidence of", timeout=PATIENCE)
    assert answer.inner_text().partition(",")[0] in head.classes
    shares = page.locator("[data-answer] td").all_inner_texts()
    assert sum(float(share.removesuffix(" %")) for share in shares) == pytest.approx(100, abs=0.2)
    expect(page.locator("[data-answer] li")).to_have_count(6)  # the image and five neighbours
    expect(status(page)).to_have_text("")

    remove = button(page, "Remove image 2 of crack")
    remove.press("Enter")
    expect(counts.first).to_have_text("15 images")
    expect(remove).to_be_focused()  # the next one has its place and number
    expect(trained).to_have_text("The examples have changed since: train again.")
    assert {r.method for r in requests} == {"GET"}  # nothing is sent anywhere


def test_what_cannot_be_used_is_told_and_the_camera_ends(page: Page) -> None:
    page.context.grant_permissions(["camera"])
    load(page)
    button(page, "Train").click()
    expect(status(page)).to_have_text("Class 1 has no name.")
    names = page.get_by_label("Name")
    names.nth(0).fill("<img src=x onerror=alert(1)>")
    names.nth(1).fill("b")
    button(page, "Train").click()
    expect(status(page)).to_contain_text("has no image: it needs at least 2.")
    page.get_by_label("Add images").first.set_input_files(
        [
            {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"},
            {"name": "broken.png", "mimeType": "image/png", "buffer": b"\x89PNG no"},
        ]
    )
    told = "“a.txt” is not an image. “broken.png” cannot be read as an image."
    expect(status(page)).to_have_text(told)
    button(page, "Remove this class").first.click()
    expect(status(page)).to_contain_text("There must be at least 2 classes")
    for _ in range(5):
        button(page, "Add a class").click()
    expect(status(page)).to_have_text("There can be 6 classes at most.")
    page.evaluate("""async () => {
        const canvas = new OffscreenCanvas(30, 40);
        canvas.getContext("2d").fillRect(0, 0, 9, 9);
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([await canvas.convertToBlob()], "d.png",
            { type: "image/png" }));
        document.querySelector("cv7-teach-classes .cv7-class").dispatchEvent(
            new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }""")
    counts = page.locator("cv7-teach-classes [data-count]")
    expect(counts.first).to_have_text("1 image", timeout=PATIENCE)

    opener = button(page, "Use the camera").first
    for error, reason in (
        ("NotFoundError", "None was found."),
        ("NotAllowedError", "You, or this browser, did not allow it."),
    ):
        page.evaluate(
            """(name) => { navigator.mediaDevices.getUserMedia = async () => {
                throw new DOMException("x", name); } }""",
            error,
        )
        opener.click()
        expect(status(page)).to_have_text(f"There is no camera to use. {reason} Files work, too.")
    page.evaluate("() => { delete navigator.mediaDevices.getUserMedia }")  # there is one again

    opener.click()
    take = button(page, "Take a picture")
    expect(take).to_be_focused()
    page.wait_for_function("() => document.querySelector('cv7-teach-classes video').videoWidth > 0")
    page.keyboard.press("Enter")
    expect(counts.first).to_have_text("2 images", timeout=PATIENCE)
    button(page, "Stop the camera").click()
    expect(take).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    expect(take).to_be_focused()
    (worker,) = workers(page)
    page.evaluate("window.track = document.querySelector('video').srcObject.getTracks()[0]")
    assert page.evaluate("track.readyState") == "live"
    with worker.expect_event("close"):
        page.evaluate("document.querySelector('cv7-teach-classes').remove()")
    assert page.evaluate("track.readyState") == "ended"


def test_with_names_of_every_kind_it_stays_readable(page: Page) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # colours change at once
    page.set_viewport_size({"width": 320, "height": 700})
    load(page)
    samples(page)
    hostile = ["<img src=x onerror=alert(1)>", "y" * 40, "<b>“x” & 'z'</b>"]
    for index, name in enumerate(hostile):
        page.get_by_label("Name").nth(index).fill(name)
    train(page)
    page.get_by_label("An image").set_input_files([png(page, 50, 40)])
    expect(output(page, "answer")).to_contain_text("with a confidence of", timeout=PATIENCE)
    rows = page.locator("[data-report] th[scope=row]").all_inner_texts()
    assert rows == hostile
    assert page.locator("cv7-teach-classes").locator("img, b").count() == 0
    for scheme, colours in (("light", "default"), ("dark", "slate")):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", colours)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()


def test_a_network_that_does_not_come(page: Page, site: Path) -> None:
    packed = packed_in(site)
    flipped = bytearray(packed)
    flipped[500_000] ^= 1
    other = page.context.new_page()  # whose console may complain
    load_button = button(other, "Load the network")
    other.route(NETWORK, lambda route: route.fulfill(status=404))
    visit(other)
    load_button.click()
    expect(status(other)).to_have_text(
        "The network could not be loaded. The server answered 404. Try again."
    )

    def serve(body: bytes) -> None:
        other.unroute(NETWORK)
        other.route(NETWORK, lambda route: route.fulfill(body=body))

    for damaged, why in ((packed[:100_000], "bytes are there"), (bytes(flipped), "is damaged.")):
        serve(damaged)
        load_button.click()
        expect(status(other)).to_contain_text(why, timeout=PATIENCE)
        assert workers(other) == []
    other.unroute(NETWORK)
    load_button.click()
    expect(output(other, "loaded")).to_have_text(HERE, timeout=PATIENCE)
    expect(status(other)).to_have_text("")
