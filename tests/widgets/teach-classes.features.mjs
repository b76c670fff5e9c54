// Features of many images: node teach-classes.features.mjs FILE IMAGES SIZE > FEATURES
// IMAGES holds float32 numbers (N, 3, SIZE, SIZE), or bytes (N, 96, 96, 4) where SIZE is "rgba".

import { readFileSync, writeSync } from "node:fs";
import { Backbone, SIZE, prepare } from "../../docs/widgets/teach-classes/model.mjs";

const [file, images, size] = process.argv.slice(2);
const whole = (path) => {
  const { buffer, byteOffset, length } = readFileSync(path);
  return buffer.slice(byteOffset, byteOffset + length);
};
const backbone = new Backbone(whole(file));
const rgba = size === "rgba";
const side = rgba ? SIZE : Number(size);
const given = rgba ? new Uint8ClampedArray(whole(images)) : new Float32Array(whole(images));
const each = (rgba ? 4 : 3) * side * side;
for (let at = 0; at < given.length; at += each) {
  const image = given.subarray(at, at + each);
  const found = backbone.features(rgba ? prepare(image, side, side) : image, side);
  writeSync(1, new Uint8Array(found.buffer));
}
