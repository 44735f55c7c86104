// A map of routes on the pages of plans. Text reaches the page only as text.

import { ground, names, source } from "./basemap.js";
import { picture } from "./marks.js";

export const MARKS = ["stops", "unassigned", "depots"];
const COLOURS = 12;

/** The colours of the style sheet, as they are inside an element in the light or the dark scheme. */
function inksOf(container) {
  const seen = (change) => {
    const probe = document.createElement("span");
    change(probe);
    container.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const colour = (name) => seen((probe) => { probe.style.color = `var(--${name})`; });
  return { colour, ground: (name) => colour(`map-${name}`), route: (number) => seen((probe) => { probe.className = `route-${number}`; }) };
}

function byRoute(inks) {
  const choices = [];
  for (let number = 1; number <= COLOURS; number++) choices.push(number, inks.route(number));
  return ["match", ["get", "colour"], ...choices, inks.colour("ink")];
}

function routeLayers(inks) {
  const paper = inks.colour("surface"), route = byRoute(inks);
  const round = { "line-join": "round", "line-cap": "round" };
  const byZoom = (...widths) => ["interpolate", ["linear"], ["zoom"], ...[10, 13, 17].flatMap((zoom, index) => [zoom, widths[index]])];
  // Routes that share a street run beside each other.
  const beside = byZoom(...[2.5, 4.5, 7].map((apart) => ["*", apart, ["get", "side"]]));
  return [
    { id: "off-road", type: "line", source: "ties", paint: { "line-color": route, "line-width": 1.6, "line-dasharray": [2, 1.5] } },
    { id: "casing", type: "line", source: "lines", layout: round, paint: { "line-color": paper, "line-width": byZoom(4, 7, 10), "line-offset": beside } },
    { id: "lines", type: "line", source: "lines", layout: round, paint: { "line-color": route, "line-width": byZoom(2.2, 4, 6.5), "line-offset": beside } },
  ];
}

function arrowLayer({ lines }) {
  const sides = [...new Set(lines.features.map(({ properties }) => properties.side))].filter(Boolean);
  const beside = sides.flatMap((side) => [String(side), ["literal", [0, 4.5 * side]]]), between = ["literal", [0, 0]];
  return {
    id: "arrows", type: "symbol", source: "lines", minzoom: 12,
    layout: {
      "icon-image": ["concat", "arrow/", ["get", "colour"]], "symbol-placement": "line", "symbol-spacing": 110, "icon-padding": 0,
      "icon-ignore-placement": true, // names come first
      "icon-offset": sides.length ? ["match", ["to-string", ["get", "side"]], ...beside, between] : between,
    },
  };
}

function markLayers({ stops }) {
  const mark = (id, image, more = {}) => ({ id, type: "symbol", source: id, layout: { "icon-image": image, "icon-allow-overlap": true, ...more } });
  // Disc and number are one picture, drawn stop by stop, so that no number shines through the disc above it.
  const stop = ["concat", "stop/", ["get", "colour"], "/", ["get", "number"], "/", ["case", ["get", "late"], "late", ""]];
  const dot = ["concat", "dot/", ["get", "colour"], "//", ["case", ["get", "late"], "late", ""]];
  const count = stops.features.length;
  return [
    // Many discs would hide the routes, so they start small and grow as one comes closer; hundreds start as dots.
    mark("stops", count > 100 ? ["step", ["zoom"], dot, 12.5, stop] : stop, {
      "icon-size": ["interpolate", ["linear"], ["zoom"], ...(count > 30 ? [10, 0.6, 12.5, 0.68, 16, 1] : [10, 0.75, 13, 1])],
      "symbol-sort-key": ["get", "order"],
    }),
    mark("unassigned", "missing"),
    mark("depots", "depot"),
  ];
}

async function style(collections, base, inks) {
  const ours = Object.entries(collections).map(([name, found]) => [name, { type: "geojson", data: found }]);
  const under = base?.style ? await elsewhere(base.style) : { sources: base ? { base: source(base) } : {}, layers: [] };
  const [below, above] = base?.tiles ? [ground(inks.ground), names(inks.ground)] : [under.layers, []];
  const backdrop = { id: "ground", type: "background", paint: { "background-color": inks.ground("ground") } };
  return {
    ...under, version: 8, sources: { ...under.sources, ...Object.fromEntries(ours) },
    layers: [backdrop, ...below, ...routeLayers(inks), arrowLayer(collections), ...above, ...markLayers(collections)],
  };
}

/** A style that the operator chose; a map without it is better than none. */
async function elsewhere(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return await answer.json();
  } catch (error) {
    console.warn(`The base map ${address} is not there:`, error);
    return { sources: {}, layers: [] };
  }
}

function words(features) {
  const box = document.createElement("div");
  box.dir = "auto";
  for (const { properties } of features) {
    const title = document.createElement("strong");
    title.textContent = properties.title;
    box.append(title);
    for (const line of properties.lines) {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      box.append(paragraph);
    }
  }
  return box;
}

function bounds(collections) {
  const points = Object.values(collections).flatMap(({ features }) =>
    features.flatMap(({ geometry }) => (geometry.type === "Point" ? [geometry.coordinates] : geometry.coordinates)));
  const column = (index) => points.map((point) => point[index]);
  const least = (list) => list.reduce((a, b) => Math.min(a, b)), most = (list) => list.reduce((a, b) => Math.max(a, b));
  return [[least(column(0)), least(column(1))], [most(column(0)), most(column(1))]];
}

function styleSheet(address) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: address, onload: resolve, onerror: reject });
    document.head.prepend(link);
  });
}

/** Draw collections of features into a container, over a base map where there is one; resolves to MapLibre's map. */
export async function draw(container, collections, base) {
  const folder = new URL("vendor/maplibre/", import.meta.url);
  const [library] = await Promise.all([import(new URL("maplibre-gl.mjs", folder)), styleSheet(new URL("maplibre-gl.css", folder))]);
  // What somebody else drew is light, or we do not know.
  if (base?.style) container.style.colorScheme = "light";
  container.replaceChildren();
  const inks = inksOf(container);
  const map = new library.Map({
    container, locale: { "Map.Title": ["Map", container.dataset.letter].filter(Boolean).join(" ") }, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    style: await style(collections, base, inks),
    bounds: bounds(collections), fitBoundsOptions: { padding: 48, maxZoom: 15 },
    canvasContextAttributes: { preserveDrawingBuffer: true }, // or the map is blank when printed
  });
  map.setMissingStyleImageResolver((id) => {
    const paint = { route: inks.route, paper: inks.colour("surface"), ink: inks.colour("ink"), faint: inks.ground("path"), bad: inks.colour("bad") };
    const drawn = picture(id, paint);
    if (drawn) map.addImage(id, drawn, { pixelRatio: 2 });
  });
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new library.ScaleControl(), "bottom-left");
  if (base?.style) map.addControl(new library.AttributionControl({ compact: false }), "bottom-left");
  map.on("click", (event) => {
    const found = map.queryRenderedFeatures(near(event), { layers: MARKS });
    if (found.length) new library.Popup({ maxWidth: "300px" }).setLngLat(found[0].geometry.coordinates).setDOMContent(words(found)).addTo(map);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", async () => map.setStyle(await style(collections, base, inks), { diff: false }));
  map.once("idle", () => { container.dataset.ready = "yes"; });
  return map;
}

/** What a finger or a pointer may mean. */
export function near({ point }) {
  return [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
}

/** Where there can be no map, a sentence says so; the page works without it. */
export function sayThereIsNone(container, error) {
  console.warn("The map could not be drawn:", error);
  const message = document.createElement("p");
  message.className = "map-message muted";
  message.textContent = "The map cannot be shown here; the list and the timeline say the same.";
  container.replaceChildren(message);
  container.dataset.ready = "no";
}
