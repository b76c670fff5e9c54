// Numbers from readers and for readers.

/**
 * A number from text, brought into range and onto the steps of a slider.
 * Returns { value, message }; the message is "" where nothing had to change.
 */
export function in_range(text, { name, min, max, step, fallback }) {
  const given = Number(text);
  if (text.trim() === "" || !Number.isFinite(given)) {
    return { value: fallback, message: `${name} “${text}” is not a number: ${fallback} is used.` };
  }
  const clamped = Math.min(max, Math.max(min, given));
  const steps = Math.round((clamped - min) / step);
  // Through toFixed, so that 0.05 + 80 * 0.01 is 0.85 and not 0.8500000000000001.
  const value = Number(Math.min(max, min + steps * step).toFixed(6));
  if (clamped !== given) {
    return { value, message: `${name} ${given} lies outside ${min} to ${max}: ${value} is used.` };
  }
  const message = value === given ? "" : `${name} ${given} is not on the scale: ${value} is used.`;
  return { value, message };
}

const GROUPED = new Intl.NumberFormat("en-GB"); // toLocaleString would make one for each number

/** Thousands with separators: 1,212,485. */
export function grouped(count) {
  return GROUPED.format(count);
}

/** For lengths in drawings: finer than anybody sees, and short. */
export function hundredths(value) {
  return Number(value.toFixed(2));
}

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Two or three significant digits: 0.0456, 1, 12.3, 3.48 × 10⁻⁴. */
export function significant(value) {
  if (value === 0) return "0";
  const [digits, exponent] = value.toExponential(2).split("e").map(Number);
  if (exponent >= -2 && exponent < 3) return String(Number(value.toPrecision(3)));
  const power = [...String(Math.abs(exponent))].map((d) => SUPERSCRIPT[d]).join("");
  return `${digits} × 10${exponent < 0 ? "⁻" : ""}${power}`;
}
