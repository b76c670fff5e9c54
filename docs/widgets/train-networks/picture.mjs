// A map on the page: its paths, its words. For the networks in training, for recorded ones and for
// those without a layer.

import { contours } from "./drawing.mjs";

export const KINDS = ["plain", "residual"];
const LEARNED = 5; // percent wrong, at most, where a run has learned

export function percent(value) {
  return `${value.toFixed(1)} %`;
}

/** The text alternative, as snippets/figures/train_networks.py writes it. */
export function shows(kind, depth, error, what = "") {
  const regions = error <= LEARNED ? "two clean spiral arms" : "torn patches";
  return `Map of the ${kind} network’s decisions, ${depth} hidden layers${what}: ${regions}, ${percent(error)} of the points wrong`;
}

/**
 * Draw what has a map, and its points where they are others; with nothing, the points alone. What was
 * drawn once keeps its areas: a finger that slides to and fro does not wait.
 */
export function draw_map(svg, picture, points = null) {
  const [unsure, boundary, sure, rings, holes, dots] = svg.querySelectorAll("path");
  svg.toggleAttribute("data-empty", !picture);
  const areas = picture ? (picture.areas ??= contours(picture.map)) : ["", "", ""];
  [unsure, boundary, sure].forEach((path, i) => path.setAttribute("d", areas[i]));
  if (!points) return;
  rings.setAttribute("d", points[0]);
  holes.setAttribute("d", points[0]);
  dots.setAttribute("d", points[1]);
}

/** “<strong>Plain</strong>: …”: the words after the name. */
export function caption(element, words) {
  element.lastChild.data = words;
}

export function part(widget, name, kind) {
  return widget.querySelector(`[data-${name}="${kind}"]`);
}

/** A run as recording.mjs tells it, or none; and its points, where they are others. */
export function show_run(widget, kind, depth, run, points = null) {
  const map = part(widget, "map", kind);
  draw_map(map, run, points);
  map.setAttribute(
    "aria-label",
    run ? shows(kind, depth, run.error) : `The points that the ${kind} network has to tell apart`,
  );
  caption(
    part(widget, "caption", kind),
    run ? `: ${percent(run.error)} wrong` : ": not trained yet",
  );
}

/** For those who listen: what the captions say. */
export function said(widget) {
  return `${KINDS.map((kind) => part(widget, "caption", kind).textContent).join(", ")}.`;
}

/** The recorded run of this kind and depth. */
export function recorded(runs, kind, depth) {
  return runs.find((one) => one.depth === depth && one.residual === (kind === "residual"));
}
