// MobileNetV2's features on typed arrays: a port of torchvision's `features` and the average over
// the last map. The weights come from docs/_site/packing.py, as int8 with one scale for each output channel.
//
// Maps lie channels last, so that all the inner loops run over neighbours. A map that a depthwise
// convolution reads has a border of zeros around it, so that the convolution needs no cases.

export const FEATURES = 1280;
export const SIZE = 96; // pixels along a side: what prepare() makes, and the defects have
export const FORMAT = "cv7-mobilenet-v2-int8";
const MAGIC = "cv7b";
const MEAN = [0.485, 0.456, 0.406]; // ImageNet's, as for every torchvision network
const STD = [0.229, 0.224, 0.225];
const LARGEST = 512;

/** The header of a packed file and a view of what follows; an Error says what is wrong with it. */
export function unpack(buffer) {
  const damaged = (why) => new Error(`The network’s file is damaged: ${why}.`);
  if (buffer.byteLength < 8) throw damaged("it is too short");
  if (new TextDecoder().decode(new Uint8Array(buffer, 0, 4)) !== MAGIC) {
    throw damaged("it does not begin as it should");
  }
  const start = 8 + new DataView(buffer).getUint32(4, true);
  if (start > buffer.byteLength || start % 4) throw damaged("its header is incomplete");
  let header;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, start - 8)));
  } catch {
    throw damaged("its header cannot be read");
  }
  if (header?.format !== FORMAT || header.version !== 1) throw damaged("its format is unknown");
  if (buffer.byteLength - start !== header.data_bytes) {
    throw damaged(`${buffer.byteLength - start} of ${header.data_bytes} bytes are there`);
  }
  return { header, data: buffer.slice(start) };
}

// Where weight i of output channel c lies: by channel; by tap, as channels come last in the maps;
// or by fours of channels, which the loop over pixels takes together.
const by_fours = (c, i, each) => (c - (c % 4)) * each + 4 * i + (c % 4);
const ORDER = {
  first: (c, i, each) => c * each + i,
  depthwise: (c, i, _, channels) => i * channels + c,
  expand: by_fours,
  project: by_fours,
  last: by_fours,
};

/** One convolution with its weights as float32, in the order in which the loops want them. */
function layer(entry, data) {
  const { out_channels, in_channels, kernel_size, groups } = entry;
  const each = (in_channels / groups) * kernel_size ** 2;
  const packed = new Int8Array(data, entry.weights, out_channels * each);
  const scales = new Float32Array(data, entry.scales, out_channels);
  const biases = new Float32Array(data, entry.biases, out_channels);
  const weights = new Float32Array(packed.length);
  const place = ORDER[entry.role];
  for (let c = 0; c < out_channels; c++) {
    for (let i = 0; i < each; i++) {
      weights[place(c, i, each, out_channels)] = packed[c * each + i] * scales[c];
    }
  }
  return { ...entry, weights, biases };
}

/** The first convolution: 3×3 with stride 2 from (3, S, S), into the inside of a bordered map. */
function first(image, size, { weights, biases, out_channels }, map, out, taps) {
  for (let y = 0; y < map; y++) {
    for (let x = 0; x < map; x++) {
      for (let c = 0, t = 0; c < 3; c++) {
        for (let i = 2 * y - 1; i <= 2 * y + 1; i++) {
          for (let j = 2 * x - 1; j <= 2 * x + 1; j++, t++) {
            const inside = i >= 0 && j >= 0 && i < size && j < size;
            taps[t] = inside ? image[(c * size + i) * size + j] : 0;
          }
        }
      }
      const at = ((y + 1) * (map + 2) + x + 1) * out_channels;
      for (let c = 0, w = 0; c < out_channels; c += 2, w += 54) {
        let even = biases[c];
        let odd = biases[c + 1];
        for (let t = 0; t < 27; t++) {
          even += weights[w + t] * taps[t];
          odd += weights[w + t + 27] * taps[t];
        }
        out[at + c] = even < 0 ? 0 : even > 6 ? 6 : even;
        out[at + c + 1] = odd < 0 ? 0 : odd > 6 ? 6 : odd;
      }
    }
  }
}

/** Zeros around a bordered map, whose buffer has served other maps before. */
function border(map, channels, out) {
  const row = (map + 2) * channels;
  out.fill(0, 0, row);
  out.fill(0, (map + 1) * row, (map + 2) * row);
  for (let y = 1; y <= map; y++) {
    out.fill(0, y * row, y * row + channels);
    out.fill(0, (y + 1) * row - channels, (y + 1) * row);
  }
}

/** Depthwise 3×3 with padding 1, from a bordered map; ReLU6 after it. */
function depthwise({ weights, biases, out_channels: channels, stride }, from, map, out, out_map) {
  const row = (map + 2) * channels;
  for (let y = 0, o = 0; y < out_map; y++) {
    for (let x = 0; x < out_map; x++, o += channels) {
      const a = y * stride * row + x * stride * channels;
      const b = a + row;
      const d = b + row;
      for (let c = 0; c < channels; c++) {
        const two = channels + c;
        const three = two + channels;
        const sum =
          biases[c] +
          from[a + c] * weights[c] +
          from[a + two] * weights[two] +
          from[a + three] * weights[three] +
          from[b + c] * weights[three + channels] +
          from[b + two] * weights[three + 2 * channels] +
          from[b + three] * weights[three + 3 * channels] +
          from[d + c] * weights[three + 4 * channels] +
          from[d + two] * weights[three + 5 * channels] +
          from[d + three] * weights[three + 6 * channels];
        out[o + c] = sum < 0 ? 0 : sum > 6 ? 6 : sum;
      }
    }
  }
}

/**
 * 1×1 from a compact map of `map`² pixels to a compact one, or to the inside of a bordered one.
 * Three pixels and four output channels at a time: every number read serves several products, and
 * the sums still nearly fit a processor's registers. Where the pixels do not come out even, the
 * last one is computed again.
 */
function pointwise(layer, from, map, out, bordered) {
  const { weights, biases, in_channels: ins, out_channels: outs, relu6 } = layer;
  const low = relu6 ? 0 : -Infinity;
  const high = relu6 ? 6 : Infinity;
  const last = map * map - 1;
  const place = (p) => (bordered ? p + map + 3 + 2 * Math.floor(p / map) : p) * outs;
  for (let p = 0; p <= last; p += 3) {
    const q = Math.min(p + 1, last);
    const r = Math.min(p + 2, last);
    const start = p * ins;
    const stop = start + ins;
    const to_q = (q - p) * ins;
    const to_r = (r - p) * ins;
    const at_p = place(p);
    const at_q = place(q);
    const at_r = place(r);
    for (let c = 0, w = 0; c < outs; c += 4) {
      let p0 = biases[c];
      let p1 = biases[c + 1];
      let p2 = biases[c + 2];
      let p3 = biases[c + 3];
      let q0 = p0;
      let q1 = p1;
      let q2 = p2;
      let q3 = p3;
      let r0 = p0;
      let r1 = p1;
      let r2 = p2;
      let r3 = p3;
      for (let i = start; i < stop; i++, w += 4) {
        const w0 = weights[w];
        const w1 = weights[w + 1];
        const w2 = weights[w + 2];
        const w3 = weights[w + 3];
        const x = from[i];
        p0 += w0 * x;
        p1 += w1 * x;
        p2 += w2 * x;
        p3 += w3 * x;
        const y = from[i + to_q];
        q0 += w0 * y;
        q1 += w1 * y;
        q2 += w2 * y;
        q3 += w3 * y;
        const z = from[i + to_r];
        r0 += w0 * z;
        r1 += w1 * z;
        r2 += w2 * z;
        r3 += w3 * z;
      }
      out[at_p + c] = p0 < low ? low : p0 > high ? high : p0;
      out[at_p + c + 1] = p1 < low ? low : p1 > high ? high : p1;
      out[at_p + c + 2] = p2 < low ? low : p2 > high ? high : p2;
      out[at_p + c + 3] = p3 < low ? low : p3 > high ? high : p3;
      out[at_q + c] = q0 < low ? low : q0 > high ? high : q0;
      out[at_q + c + 1] = q1 < low ? low : q1 > high ? high : q1;
      out[at_q + c + 2] = q2 < low ? low : q2 > high ? high : q2;
      out[at_q + c + 3] = q3 < low ? low : q3 > high ? high : q3;
      out[at_r + c] = r0 < low ? low : r0 > high ? high : r0;
      out[at_r + c + 1] = r1 < low ? low : r1 > high ? high : r1;
      out[at_r + c + 2] = r2 < low ? low : r2 > high ? high : r2;
      out[at_r + c + 3] = r3 < low ? low : r3 > high ? high : r3;
    }
  }
}

/** MobileNetV2 without its classifier. An Error says what is wrong with a file. */
export class Backbone {
  constructor(array_buffer) {
    const { header, data } = unpack(array_buffer);
    try {
      this.layers = header.layers.map((entry) => layer(entry, data));
    } catch {
      throw new Error("The network’s file is damaged: its layers do not fit its bytes.");
    }
    const { layers } = this;
    const chained = layers.every((l, i) => i === 0 || l.in_channels === layers[i - 1].out_channels);
    const fours = layers.every((l) => l.out_channels > 0 && l.out_channels % 4 === 0);
    const ends = [layers[0]?.role, layers.at(-1)?.role, layers.at(-1)?.out_channels];
    if (!chained || !fours || ends.join() !== `first,last,${FEATURES}`) {
      throw new Error("The network’s file is damaged: its layers do not follow on each other.");
    }
    this.sha256 = header.data_sha256;
    this.size = 0;
    this.taps = new Float64Array(27);
  }

  /** Buffers for images of this size; they are kept until another size comes. */
  reserve(size) {
    if (size === this.size) return;
    const most = { bordered: 0, compact: 0, block: 0 };
    let map = size;
    for (const { role, stride, out_channels } of this.layers) {
      map = Math.ceil(map / stride);
      const kind = { first: "bordered", expand: "bordered", project: "block" }[role] ?? "compact";
      const side = kind === "bordered" ? map + 2 : map;
      most[kind] = Math.max(most[kind], side * side * out_channels);
    }
    this.bordered = new Float32Array(most.bordered);
    this.compact = new Float32Array(most.compact);
    this.blocks = [new Float32Array(most.block), new Float32Array(most.block)];
    this.size = size;
  }

  /**
   * The 1,280 features of an image (3, size, size), normalised as prepare() does it.
   * RangeError for a size outside 32 to 512, or an image of another length.
   */
  features(image, size) {
    if (!Number.isInteger(size) || size < 32 || size > LARGEST) {
      throw new RangeError(`size must be a whole number from 32 to ${LARGEST}, got ${size}`);
    }
    if (image.length !== 3 * size * size) {
      throw new RangeError(
        `an image of size ${size} has ${3 * size * size} numbers, not ${image.length}`,
      );
    }
    this.reserve(size);
    const { bordered, compact } = this;
    let [now, next] = this.blocks;
    let map = size;
    for (const layer of this.layers) {
      const { role, stride, out_channels, shortcut } = layer;
      const out_map = Math.ceil(map / stride);
      if (role === "first") {
        border(out_map, out_channels, bordered);
        first(image, size, layer, out_map, bordered, this.taps);
      } else if (role === "expand") {
        border(map, out_channels, bordered);
        pointwise(layer, now, map, bordered, true);
      } else if (role === "depthwise") {
        depthwise(layer, bordered, map, compact, out_map);
      } else if (role === "project") {
        pointwise(layer, compact, map, next, false);
        if (shortcut) for (let i = map * map * out_channels - 1; i >= 0; i--) next[i] += now[i];
        [now, next] = [next, now];
      } else {
        pointwise(layer, now, map, compact, false);
      }
      map = out_map;
    }
    const averages = new Float32Array(FEATURES);
    for (let c = 0; c < FEATURES; c++) {
      let sum = 0;
      for (let i = c; i < map * map * FEATURES; i += FEATURES) sum += compact[i];
      averages[c] = sum / (map * map);
    }
    return averages;
  }
}

/**
 * What each of `count` output pixels takes from `length` input pixels: the first one's place, and
 * the shares. Down, the average over its area; up, the two nearest, so that nothing has edges.
 */
function shares(length, count) {
  const ratio = length / count;
  const taken = [];
  for (let i = 0; i < count; i++) {
    if (ratio > 1) {
      const [from, to] = [i * ratio, Math.min(length, (i + 1) * ratio)];
      const start = Math.floor(from);
      const parts = [];
      for (let j = start; j < to; j++)
        parts.push((Math.min(j + 1, to) - Math.max(j, from)) / ratio);
      taken.push({ start, parts });
    } else {
      const centre = Math.min(length - 1, Math.max(0, (i + 0.5) * ratio - 0.5));
      const start = Math.min(Math.floor(centre), Math.max(0, length - 2));
      const part = centre - start;
      taken.push({ start, parts: length === 1 ? [1] : [1 - part, part] });
    }
  }
  return taken;
}

/**
 * The square in the middle of a picture as (3, 96, 96), normalised with ImageNet's mean and
 * standard deviation. `rgba` is what a canvas gives: 4 bytes a pixel; what is transparent becomes
 * white. RangeError where width and height are not positive whole numbers, or do not fit it.
 */
export function prepare(rgba, width, height) {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(`a picture needs a width and a height, got ${width} and ${height}`);
  }
  if (rgba.length !== 4 * width * height) {
    throw new RangeError(
      `${width}×${height} pixels are ${4 * width * height} bytes, not ${rgba.length}`,
    );
  }
  const side = Math.min(width, height);
  const left = (width - side) >> 1;
  const top = (height - side) >> 1;
  const taken = shares(side, SIZE);
  const area = SIZE * SIZE;
  const result = new Float32Array(3 * area);
  const line = new Float64Array(3 * side); // one row of the result before it is made narrower
  for (let y = 0; y < SIZE; y++) {
    line.fill(0);
    const rows = taken[y];
    for (let r = 0; r < rows.parts.length; r++) {
      const share = rows.parts[r] / 255;
      let at = 4 * ((top + rows.start + r) * width + left);
      for (let x = 0; x < 3 * side; x += 3, at += 4) {
        const alpha = rgba[at + 3] / 255;
        const white = 255 * (1 - alpha);
        line[x] += share * (rgba[at] * alpha + white);
        line[x + 1] += share * (rgba[at + 1] * alpha + white);
        line[x + 2] += share * (rgba[at + 2] * alpha + white);
      }
    }
    for (let x = 0; x < SIZE; x++) {
      const { start, parts } = taken[x];
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let i = 0; i < parts.length; i++) sum += parts[i] * line[3 * (start + i) + c];
        result[c * area + y * SIZE + x] = (sum - MEAN[c]) / STD[c];
      }
    }
  }
  return result;
}
