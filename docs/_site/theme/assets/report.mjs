// “Report a mistake” names the heading, too: that of the text last selected, which it quotes, or
// else the one in the address. Without JavaScript the link names the page.

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
  const quote = selected.node?.isConnected ? selected.quote : "";
  const url = new URL(link.href);
  const lines = url.searchParams.get("body").split("\n");
  lines[lines.findIndex((line) => line.startsWith("Heading:"))] =
    `Heading: ${heading()?.firstChild?.textContent ?? ""}`;
  const said = lines.findIndex((line) => line.startsWith("What it says:"));
  lines[said] = `What it says: ${quote}`;
  url.searchParams.set("body", lines.join("\n"));
  link.href = url.href;
});
