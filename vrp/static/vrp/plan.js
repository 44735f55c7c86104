// The page of a plan: draws the map, and lights up one route in the list, on the map and in the timeline together.
// Everything it shows is on the page without it. Text reaches the page only as text.

import { ground, names, source } from "./basemap.js";
import { picture } from "./marks.js";

const plan = document.querySelector(".plan");
const container = document.getElementById("map");
const data = document.getElementById("map-data");
const base = data && JSON.parse(document.getElementById("base-map").textContent);
const COLOURS = 12;
let map = null;

/** A colour of the style sheet, as it is in the light or the dark scheme. */
function seen(change) {
  const probe = document.createElement("span");
  change(probe);
  container.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const colour = (name) => seen((probe) => { probe.style.color = `var(--${name})`; });
const mapColour = (name) => colour(`map-${name}`);
const routeColour = (number) => seen((probe) => { probe.className = `route-${number}`; });

function byRoute() {
  const choices = [];
  for (let number = 1; number <= COLOURS; number++) choices.push(number, routeColour(number));
  return ["match", ["get", "colour"], ...choices, colour("ink")];
}

function routeLayers() {
  const paper = colour("surface"), route = byRoute();
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

async function style(collections) {
  const ours = Object.entries(collections).map(([name, found]) => [name, { type: "geojson", data: found }]);
  const under = base?.style ? await elsewhere(base.style) : { sources: base ? { base: source(base) } : {}, layers: [] };
  const [below, above] = base?.tiles ? [ground(mapColour), names(mapColour)] : [under.layers, []];
  const backdrop = { id: "ground", type: "background", paint: { "background-color": mapColour("ground") } };
  return {
    ...under, version: 8, sources: { ...under.sources, ...Object.fromEntries(ours) },
    layers: [backdrop, ...below, ...routeLayers(), arrowLayer(collections), ...above, ...markLayers(collections)],
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

function light(number) {
  plan.classList.toggle("choosing", number !== null);
  for (const element of plan.querySelectorAll("[data-route]")) {
    element.classList.toggle("lit", number !== null && element.dataset.route === number);
  }
  if (!map?.getLayer("lines")) return;
  const faded = number === null ? 1 : ["case", ["==", ["get", "route"], Number(number)], 1, 0.15];
  for (const layer of ["off-road", "casing", "lines"]) map.setPaintProperty(layer, "line-opacity", faded);
  map.setFilter("arrows", number === null ? null : ["==", ["get", "route"], Number(number)]);
  map.setPaintProperty("stops", "icon-opacity", faded);
}

function watchRoutes() {
  const numberOf = (event) => event.target.closest?.("[data-route]")?.dataset.route ?? null;
  plan.addEventListener("pointerover", (event) => { if (!container.contains(event.target)) light(numberOf(event)); });
  plan.addEventListener("pointerleave", () => light(null));
  plan.addEventListener("focusin", (event) => light(numberOf(event)));
  plan.addEventListener("focusout", () => light(null));
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

function watchMap(library) {
  const marks = ["stops", "unassigned", "depots"];
  map.on("click", (event) => {
    const near = [[event.point.x - 4, event.point.y - 4], [event.point.x + 4, event.point.y + 4]];
    const found = map.queryRenderedFeatures(near, { layers: marks });
    if (!found.length) return;
    new library.Popup({ maxWidth: "300px" }).setLngLat(found[0].geometry.coordinates).setDOMContent(words(found)).addTo(map);
    const route = plan.querySelector(`details[data-route="${Number(found[0].properties.route)}"]`);
    if (route) route.scrollIntoView({ block: "nearest" });
  });
  for (const layer of [...marks, "lines"]) {
    map.on("mousemove", layer, (event) => {
      map.getCanvas().style.cursor = "pointer";
      const route = event.features[0].properties.route;
      if (route) light(String(route));
    });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; light(null); });
  }
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

async function drawMap() {
  const folder = new URL("vendor/maplibre/", import.meta.url);
  const [library] = await Promise.all([import(new URL("maplibre-gl.mjs", folder)), styleSheet(new URL("maplibre-gl.css", folder))]);
  const collections = JSON.parse(data.textContent);
  // What somebody else drew is light, or we do not know.
  if (base?.style) container.style.colorScheme = "light";
  container.replaceChildren();
  map = new library.Map({
    container, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    style: await style(collections),
    bounds: bounds(collections), fitBoundsOptions: { padding: 48, maxZoom: 15 },
    canvasContextAttributes: { preserveDrawingBuffer: true }, // or the map is blank when printed
  });
  map.setMissingStyleImageResolver((id) => {
    const faint = mapColour("path"), ink = colour("ink");
    const drawn = picture(id, { route: routeColour, paper: colour("surface"), ink, faint, bad: colour("bad") });
    if (drawn) map.addImage(id, drawn, { pixelRatio: 2 });
  });
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new library.ScaleControl(), "bottom-left");
  if (base?.style) map.addControl(new library.AttributionControl({ compact: false }), "bottom-left");
  watchMap(library);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", async () => map.setStyle(await style(collections), { diff: false }));
  map.once("idle", () => { container.dataset.ready = "yes"; });
  window.routebookMap = map; // for the browser tests
}

watchRoutes();
if (data) {
  drawMap().catch((error) => {
    console.warn("The map could not be drawn:", error);
    const message = document.createElement("p");
    message.className = "map-message muted";
    message.textContent = "The map cannot be shown here; the list and the timeline say the same.";
    container.replaceChildren(message);
    container.dataset.ready = "no";
  });
}
