// Runs the backbone and trains the head away from the page, so that nothing there waits for them.
//
// Messages in:  { load: { url, bytes } }, { image: { id, source, named } },
//               { train: { features, labels, classes } }
// Messages out: { progress: { received, bytes } }, { loaded: { sha256 } },
//               { analysed: { id, features, pixels } },
//               { trained: { classes, weights, biases, training, held_out, table } },
//               { failed: { what, id, message } }

import { train } from "./head.mjs";
import { Backbone, SIZE, prepare, unpack } from "./model.mjs";

const LARGEST_SIDE = 1024; // to which larger pictures are reduced before prepare() sees them

let backbone = null;

/** An Error where the weights are not those that the file's header names. */
async function check(file) {
  const { header, data } = unpack(file);
  if (!globalThis.crypto?.subtle) return; // only where the page came over HTTPS
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== header.data_sha256) throw new Error("The network’s file is damaged.");
}

/** The file, with word of how much has come; `bytes` is what it has when nothing compresses it. */
async function load({ url, bytes }) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const parts = [];
  let received = 0;
  let told = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    received += part.value.length;
    if (received - told < bytes / 50) continue;
    told = received;
    postMessage({ progress: { received, bytes } });
  }
  const file = await new Blob(parts).arrayBuffer();
  await check(file);
  backbone = new Backbone(file);
  postMessage({ loaded: { sha256: backbone.sha256 } });
}

/** The square in the middle of a picture, drawn with sides of `length`. */
function square(bitmap, length) {
  const canvas = new OffscreenCanvas(length, length);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const side = Math.min(bitmap.width, bitmap.height);
  const [left, top] = [(bitmap.width - side) >> 1, (bitmap.height - side) >> 1];
  context.drawImage(bitmap, left, top, side, side, 0, 0, length, length);
  return canvas;
}

/** A file, camera picture or sample. */
async function image({ id, source, named }) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(source);
  } catch {
    throw new Error(`${named} cannot be read as an image.`);
  }
  const side = Math.min(bitmap.width, bitmap.height, LARGEST_SIDE);
  const { data } = square(bitmap, side).getContext("2d").getImageData(0, 0, side, side);
  const pixels = square(bitmap, SIZE).transferToImageBitmap();
  for (const large of [bitmap, source]) large.close?.(); // of no more use
  const features = backbone.features(prepare(data, side, side), SIZE);
  postMessage({ analysed: { id, features, pixels } }, [features.buffer, pixels]);
}

function teach({ features, labels, classes }) {
  const { head, ...rest } = train(features, labels, classes);
  const { weights, biases } = head;
  postMessage({ trained: { classes: head.classes, weights, biases, ...rest } });
}

const ANSWERS = { load, image, train: teach };

addEventListener("message", async ({ data }) => {
  for (const [what, answer] of Object.entries(ANSWERS)) {
    if (!data[what]) continue;
    try {
      await answer(data[what]);
    } catch ({ message }) {
      postMessage({ failed: { what, id: data[what].id, message } });
    }
  }
});
