// The forms for mistakes get the heading, too: that of the text last selected, which they quote, or
// else the one in the address; and the build. Without JavaScript they get the page.

let selected = { quote: "", node: null };

// A click on the link may clear the selection, so it is kept from before.
document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  const quote = String(selection).trim().slice(0, 300);
  if (quote) selected = { quote, node: selection.anchorNode };
});

function heading() {
  if (!selected.node?.isConnected) {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)));
  }
  const headings = [...document.querySelectorAll("article :is(h1, h2, h3)[id]")];
  const follows = Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY;
  return headings.filter((h) => h.compareDocumentPosition(selected.node) & follows).at(-1);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".cv7-report a");
  if (!link) return;
  const url = new URL(link.href);
  const build = document.querySelector("meta[name=build]")?.content ?? "a preview";
  url.searchParams.set("version", build);
  url.searchParams.set("heading", heading()?.firstChild?.textContent ?? "");
  url.searchParams.set("says", selected.node?.isConnected ? selected.quote : "");
  link.href = url.href;
});
