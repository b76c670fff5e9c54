// “Teach it your own classes”: images become features in worker.mjs, a head is trained on them
// there, and what it says is shown here. Nothing is loaded before the reader asks for it, and
// nothing that the reader brings leaves the page.

import { Head, MOST_CLASSES, FEWEST_CLASSES, nearest } from "./head.mjs";
import { SIZE } from "./model.mjs";

const SLUG = "teach-classes";
const BYTES = 2_337_596; // of the packed network, for the progress bar
const MOST_IMAGES = 60; // a class
const MOST_MEGABYTES = 40; // a file
const NEIGHBOURS = 5;

class TeachClasses extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.status = this.querySelector('[role="status"]');
    this.camera = this.querySelector("[data-camera]");
    // Two stand there from the start, so that nothing moves; they are the pattern for all.
    const [pattern, ...others] = this.querySelectorAll(".cv7-class");
    this.pattern = pattern.cloneNode(true);
    for (const part of [pattern, ...others]) part.remove();
    this.steps = Object.fromEntries(
      [...this.form.children].filter((c) => c.name).map((c) => [c.name, c]),
    );
    this.classes = [];
    this.waiting = new Map(); // images on their way through the worker, by number
    this.sent = 0;
    this.queue = Promise.resolve();
    const { load, add, samples, save } = this.form.elements;
    load.addEventListener("click", () => this.load());
    add.addEventListener("click", () => this.add()?.name.focus());
    samples.addEventListener("click", () => this.samples());
    save.addEventListener("click", () => this.save());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.train();
    });
    this.camera.querySelector('[name="take"]').addEventListener("click", () => this.take());
    this.camera.querySelector('[name="stop"]').addEventListener("click", () => this.stop());
    this.accept(this.steps.query, "file", (blobs) => this.ask_about(blobs));
    for (let i = 0; i < FEWEST_CLASSES; i++) this.add();
  }

  disconnectedCallback() {
    this.worker?.terminate();
    this.worker = null;
    this.stop();
  }

  /** Problems, for everyone to notice; the rest stands where it belongs. */
  warn(message) {
    if (this.status.textContent !== message) this.status.textContent = message;
  }

  tell(name, message) {
    const output = this.form.elements[name];
    if (output.value !== message) output.value = message;
  }

  // ---- The network ----

  load() {
    if (this.worker) return; // it is here, or on its way
    this.warn("");
    this.worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }) => this.hear(data));
    this.worker.addEventListener("error", () => {
      this.hear({ failed: { what: "load", message: "Its program did not start." } });
    });
    this.worker.postMessage({
      load: { url: new URL("./mobilenet-v2.bin", import.meta.url).href, bytes: BYTES },
    });
    // Not disabled, which would take the keyboard's place on the page away.
    this.form.elements.load.setAttribute("aria-disabled", "true");
    this.progress(0);
    this.tell("loaded", "Loading …");
  }

  progress(share) {
    const bar = this.querySelector("progress");
    bar.hidden = share === null;
    bar.value = share ?? 0;
  }

  hear({ progress, loaded, analysed, trained, failed }) {
    if (progress) this.progress(Math.min(1, progress.received / progress.bytes));
    else if (loaded) this.ready(loaded);
    else if (analysed) this.settle(analysed);
    else if (trained) this.trained(trained);
    else if (failed.what === "load") {
      this.worker?.terminate();
      this.worker = null;
      this.form.elements.load.removeAttribute("aria-disabled");
      this.progress(null);
      this.pending = null;
      this.tell("loaded", "");
      for (const { reject } of this.waiting.values()) reject(new Error(failed.message));
      this.waiting.clear();
      this.warn(`The network could not be loaded. ${failed.message} Try again.`);
    } else if (failed.what === "train") {
      this.pending = null;
      this.tell("trained", "");
      this.stale();
      this.warn(failed.message);
    } else {
      this.waiting.get(failed.id)?.reject(new Error(failed.message));
      this.waiting.delete(failed.id);
    }
  }

  ready({ sha256 }) {
    this.sha256 = sha256;
    this.progress(null);
    this.tell("loaded", "The network is here. It turns an image into 1,280 features.");
    this.steps.examples.disabled = false;
    this.steps.training.disabled = false;
  }

  settle({ id, ...image }) {
    this.waiting.get(id)?.resolve(image);
    this.waiting.delete(id);
  }

  // ---- Images ----

  /** Call `take` with the files that a part of the form is given by its input, or by a drop. */
  accept(part, name, take) {
    const input = part.querySelector(`[name="${name}"]`);
    input.addEventListener("change", () => {
      take([...input.files]);
      input.value = ""; // the same file may come again
    });
    const dragged = (event) => {
      if (part.matches(":disabled")) return;
      event.preventDefault();
      event.stopPropagation();
      part.toggleAttribute("data-dragged", event.type === "dragover");
      if (event.type === "drop") take([...event.dataTransfer.files]);
    };
    for (const type of ["dragover", "dragleave", "drop"]) part.addEventListener(type, dragged);
    const camera = part.querySelector('[name="camera"]');
    camera.addEventListener("click", () => this.start(part, take));
  }

  /** The features of an image and a small picture of it; an Error says why there are none. */
  async analyse(source) {
    const named = source.name ? `“${source.name}”` : "The picture";
    if (source instanceof Blob) {
      if (source.type && !source.type.startsWith("image/"))
        throw new Error(`${named} is not an image.`);
      if (source.size > MOST_MEGABYTES * 1e6)
        throw new Error(`${named} is larger than ${MOST_MEGABYTES} MB.`);
    }
    if (!this.worker) throw new Error("The network is not loaded.");
    const { features, pixels } = await new Promise((resolve, reject) => {
      const id = this.sent++;
      this.waiting.set(id, { resolve, reject });
      const bitmaps = source instanceof ImageBitmap ? [source] : []; // moved, not copied
      this.worker.postMessage({ image: { id, source, named } }, bitmaps);
    });
    const picture = document.createElement("canvas");
    picture.width = picture.height = pixels.width;
    picture.getContext("2d").drawImage(pixels, 0, 0);
    pixels.close();
    return { features, picture };
  }

  /** Images of a class, one after the other, so that large ones do not pile up. */
  add_images(one, sources) {
    this.warn("");
    this.queue = this.queue.then(async () => {
      const reading = this.querySelector("[data-reading]");
      const problems = [];
      for (const [i, source] of sources.entries()) {
        if (!this.isConnected || !this.classes.includes(one)) break;
        if (one.images.length >= MOST_IMAGES) {
          problems.push(
            `A class takes ${MOST_IMAGES} images; ${sources.length - i} were left out.`,
          );
          break;
        }
        reading.textContent = `Looking at image ${i + 1} of ${sources.length} …`;
        try {
          this.add_image(one, await this.analyse(source));
        } catch ({ message }) {
          problems.push(message);
        }
      }
      reading.textContent = "";
      const more = problems.length - 3;
      if (more > 0) problems.splice(3, more, `${more} more could not be used.`);
      if (problems.length) this.warn(problems.join(" "));
    });
    return this.queue;
  }

  add_image(one, image) {
    one.images.push(image);
    const item = document.createElement("li");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.addEventListener("click", () => {
      const next = item.nextElementSibling ?? item.previousElementSibling;
      one.images.splice(one.images.indexOf(image), 1);
      item.remove();
      this.count(one);
      (next?.querySelector("button") ?? one.files).focus();
    });
    item.append(image.picture, remove);
    one.list.append(item);
    this.count(one);
  }

  /** What follows from a change of a class: its number of images, and the names of its parts. */
  count(one) {
    const { length } = one.images;
    one.counted.textContent = length === 1 ? "1 image" : `${length} images`;
    [...one.list.children].forEach((item, i) => {
      item
        .querySelector("button")
        .setAttribute("aria-label", `Remove image ${i + 1} of ${this.title(one)}`);
      const picture = item.querySelector("canvas");
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `Image ${i + 1} of ${this.title(one)}`);
    });
    this.stale();
  }

  /** What was trained stays in use, with word that it is behind. */
  stale() {
    if (this.result) this.tell("trained", "The examples have changed since: train again.");
  }

  // ---- Classes ----

  title(one) {
    return one.name.value.trim() || `class ${this.classes.indexOf(one) + 1}`;
  }

  add(name = "") {
    this.warn("");
    if (this.classes.length >= MOST_CLASSES) {
      this.warn(`There can be ${MOST_CLASSES} classes at most.`);
      return null;
    }
    const part = this.pattern.cloneNode(true);
    const find = (selector) => part.querySelector(selector);
    const one = {
      part,
      images: [],
      name: find('[name="name"]'),
      files: find('[name="files"]'),
      list: find("ul"),
      counted: find("[data-count]"),
    };
    one.name.value = name;
    one.name.addEventListener("change", () => this.renumber());
    find('[name="remove"]').addEventListener("click", () => this.remove_class(one));
    this.accept(part, "files", (sources) => this.add_images(one, sources));
    this.querySelector("[data-classes]").append(part);
    this.classes.push(one);
    this.renumber();
    return one;
  }

  remove_class(one) {
    if (this.classes.length <= FEWEST_CLASSES) {
      this.warn(
        `There must be at least ${FEWEST_CLASSES} classes: rename this one, or add another.`,
      );
      return;
    }
    this.warn("");
    this.drop(one);
    this.form.elements.add.focus();
  }

  drop(one) {
    if (one.part.contains(this.camera)) this.stop();
    one.part.remove();
    this.classes.splice(this.classes.indexOf(one), 1);
    this.renumber();
  }

  renumber() {
    this.classes.forEach((one, i) => {
      one.part.querySelector("legend").textContent = `Class ${i + 1}`;
      const remove = one.part.querySelector('[name="remove"]');
      remove.setAttribute("aria-label", `Remove this class, ${this.title(one)}`);
      this.count(one);
    });
  }

  /** The samples in place of the classes without images, beside the others. */
  async samples() {
    if (this.fetching) return;
    this.warn("");
    this.fetching = true;
    try {
      const get = async (name) => {
        const response = await fetch(new URL(name, import.meta.url));
        if (!response.ok) throw new Error(`The server answered ${response.status}.`);
        return response;
      };
      const { image, size, classes, count } = await (await get("./samples.json")).json();
      const sheet = await createImageBitmap(await (await get(`./${image}`)).blob());
      const empty = this.classes.filter((one) => one.images.length === 0);
      if (this.classes.length - empty.length + classes.length > MOST_CLASSES) {
        this.warn("There is no room for the samples: remove classes first.");
        return;
      }
      empty.forEach((one) => this.drop(one));
      for (const [row, name] of classes.entries()) {
        const tiles = Array.from({ length: count }, (_, i) =>
          createImageBitmap(sheet, i * size, row * size, size, size),
        );
        this.add_images(this.add(name), await Promise.all(tiles));
      }
      sheet.close();
      await this.queue;
    } catch ({ message }) {
      this.warn(`The samples could not be loaded. ${message}`);
    } finally {
      this.fetching = false;
    }
  }

  // ---- The camera ----

  async start(part, take) {
    this.stop();
    this.warn("");
    const asked = (this.asked = {}); // a later request, or an end, makes this one void
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (error) {
      const denied = error.name === "NotAllowedError";
      const reason = denied ? "You, or this browser, did not allow it." : "None was found.";
      this.warn(`There is no camera to use. ${reason} Files work, too.`);
      return;
    }
    if (asked !== this.asked || !this.isConnected) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
    this.taken = take;
    this.opener = part.querySelector('[name="camera"]');
    part.append(this.camera);
    this.camera.hidden = false;
    const video = this.camera.querySelector("video");
    video.srcObject = stream;
    video.play().catch(() => {}); // where it may not play by itself, a picture can still be taken
    this.camera.querySelector('[name="take"]').focus();
  }

  async take() {
    const video = this.camera.querySelector("video");
    if (!video.videoWidth) {
      this.warn("The camera shows nothing yet.");
      return;
    }
    const { taken } = this;
    try {
      taken([await createImageBitmap(video)]);
    } catch {
      this.warn("The camera gave no picture: try again.");
      return;
    }
    if (this.camera.parentElement === this.steps.query) this.stop(); // one picture, one answer
  }

  stop() {
    this.asked = null;
    const within = this.camera.contains(document.activeElement);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.camera.querySelector("video").srcObject = null;
    this.camera.hidden = true;
    this.form.insertBefore(this.camera, this.status);
    if (within) this.opener.focus();
  }

  // ---- The head ----

  train() {
    if (this.pending) return; // an answer is on its way
    this.warn(this.worker ? "" : "Load the network first.");
    if (!this.worker) return;
    this.pending = this.classes.flatMap(({ images }, label) =>
      images.map((image) => ({ ...image, label })),
    );
    this.tell("trained", "Training …");
    this.worker.postMessage({
      train: {
        features: this.pending.map(({ features }) => features),
        labels: this.pending.map(({ label }) => label),
        classes: this.classes.map(({ name }) => name.value),
      },
    });
  }

  trained({ classes, weights, biases, training, held_out, table }) {
    const images = this.pending;
    this.pending = null;
    this.result = { head: new Head(classes, weights, biases), images };
    this.form.elements.save.disabled = false;
    this.steps.query.disabled = false;
    const right = table.reduce((sum, row, i) => sum + row[i], 0);
    this.tell(
      "trained",
      `Trained on ${training.length} images. ${right} of ${held_out.length} held-out images are right.`,
    );
    const wrong = held_out
      .map((i) => ({ ...images[i], taken: this.result.head.class_of(images[i].features) }))
      .filter(({ label, taken }) => label !== taken);
    const report = this.querySelector("[data-report]");
    report.replaceChildren(matrix(classes, table));
    if (!wrong.length) return;
    const title = (one) => `${classes[one.label]}, taken for ${classes[one.taken]}`;
    report.append(text("p", "What it got wrong:"), pictures(wrong, title));
  }

  ask_about(sources) {
    this.warn("");
    if (sources.length > 1) this.warn("One image at a time: the first is used.");
    if (!sources.length) return;
    this.queue = this.queue.then(async () => {
      try {
        this.answer(await this.analyse(sources[0]));
      } catch ({ message }) {
        this.warn(message);
      }
    });
  }

  answer({ features, picture }) {
    const { head, images } = this.result;
    const shares = head.predict(features);
    const best = head.classes[head.class_of(features)];
    this.tell("answer", `${best}, with a confidence of ${percent(Math.max(...shares))}.`);
    const neighbours = nearest(
      images.map((image) => image.features),
      features,
      NEIGHBOURS,
    );
    const found = neighbours.map(({ index, similarity }) => ({ ...images[index], similarity }));
    const title = (one) => `${head.classes[one.label]}, ${one.similarity.toFixed(2)}`;
    this.querySelector("[data-answer]").replaceChildren(
      pictures([{ picture }], () => "Your image"),
      probabilities(head.classes, shares),
      text("p", "The examples most like it, with the cosine between the features:"),
      pictures(found, title),
    );
  }

  save() {
    const saved = this.result.head.export({ sha256: this.sha256, size: SIZE });
    const file = new Blob([JSON.stringify(saved)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "head.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 0);
  }
}

function percent(share) {
  return `${(100 * share).toFixed(share > 0.9995 ? 0 : 1)} %`;
}

/** An element with text in it: what readers typed never becomes HTML. */
function text(name, content, attributes = {}) {
  const element = document.createElement(name);
  element.textContent = content;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function row(...cells) {
  const element = document.createElement("tr");
  element.append(...cells);
  return element;
}

function table(caption, rows) {
  const element = document.createElement("table");
  element.className = "cv7-answers";
  element.append(text("caption", caption), ...rows);
  const scroll = text("div", "", { class: "cv7-scroll", tabindex: "0", role: "group" });
  scroll.setAttribute("aria-label", caption);
  scroll.append(element);
  return scroll;
}

function matrix(classes, counts) {
  const heads = classes.map((name) => text("th", name, { scope: "col" }));
  const rows = counts.map((line, i) => {
    const cells = line.map((count, j) => text("td", count, i === j ? { "data-right": "" } : {}));
    return row(text("th", classes[i], { scope: "row" }), ...cells);
  });
  const caption = "Held-out images: each row is a class, each column what it was taken for.";
  return table(caption, [row(text("td", ""), ...heads), ...rows]);
}

function probabilities(classes, shares) {
  const order = classes.map((_, i) => i).sort((a, b) => shares[b] - shares[a]);
  const rows = order.map((i) =>
    row(text("th", classes[i], { scope: "row" }), text("td", percent(shares[i]))),
  );
  return table("The probability of each class", rows);
}

/** Small copies of pictures, as one canvas can stand in one place only. */
function pictures(items, title) {
  const list = text("ul", "", { class: "cv7-thumbnails" });
  for (const item of items) {
    const copy = document.createElement("canvas");
    copy.width = copy.height = SIZE;
    copy.getContext("2d").drawImage(item.picture, 0, 0);
    copy.setAttribute("aria-hidden", "true"); // the text beside it says what it is
    const entry = document.createElement("li");
    entry.append(copy, text("span", title(item)));
    list.append(entry);
  }
  return list;
}

customElements.define(`cv7-${SLUG}`, TeachClasses);
