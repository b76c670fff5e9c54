// Load a widget's element where its tag stands on the page, and nowhere else.

function load() {
  for (const element of document.querySelectorAll(":not(:defined)")) {
    const slug = element.localName.match(/^cv7-(.+)$/)?.[1];
    if (slug) import(`./${slug}/element.mjs`);
  }
}

// The theme swaps pages without loading them anew; it announces each one, the first included.
if (globalThis.document$) globalThis.document$.subscribe(load);
else load();
