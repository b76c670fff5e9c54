// Runs the backbone and trains the head away from the page, so that nothing there waits for them.
//
// Messages in:  { load: { url, bytes } }, { image: { id, rgba, width, height } },
//               { train: { features, labels, classes } }
// Messages out: { progress: { received, bytes } }, { loaded: { sha256 } }, { features, id },
//               { trained: { classes, weights, biases, training, held_out, table } },
//               { failed: { what, id, message } }

import { train } from "./head.mjs";
import { Backbone, SIZE, prepare, unpack } from "./model.mjs";

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

function image({ id, rgba, width, height }) {
  const features = backbone.features(prepare(rgba, width, height), SIZE);
  postMessage({ features, id }, [features.buffer]);
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
