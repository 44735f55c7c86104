// The page of a plan: draws the map, and lights up one route in the list, on the map and in the timeline together.
// Everything it shows is on the page without it. Text reaches the page only as text.

const plan = document.querySelector(".plan");
const container = document.getElementById("map");
const data = document.getElementById("map-data");
const COLOURS = 12;
let map = null;

function paint(name) {
  const probe = document.createElement("span");
  probe.className = name;
  plan.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function byRoute() {
  const choices = [];
  for (let number = 1; number <= COLOURS; number++) choices.push(number, paint(`route-${number}`));
  return ["match", ["get", "colour"], ...choices, paint("map-ink")];
}

function layers(stopCount) {
  const paper = paint("map-paper"), ink = paint("map-ink"), bad = paint("map-bad"), route = byRoute();
  const round = { "line-join": "round", "line-cap": "round" };
  const text = (field, size) => ({ "text-field": field, "text-size": size, "text-font": ["Arial Bold"], "text-allow-overlap": true });
  return [
    { id: "ground", type: "background", paint: { "background-color": paint("map-ground") } },
    { id: "casing", type: "line", source: "lines", layout: round, paint: { "line-color": paper, "line-width": 6 } },
    { id: "lines", type: "line", source: "lines", layout: round, paint: { "line-color": route, "line-width": 3 } },
    {
      id: "arrows", type: "symbol", source: "lines",
      layout: { ...text("›", 19), "symbol-placement": "line", "symbol-spacing": 80, "text-keep-upright": false },
      // One colour for all: the library mixes up the routes' own colours here (6.17.0).
      paint: { "text-color": ink, "text-halo-color": paper, "text-halo-width": 1.5 },
    },
    {
      // Disc and number are one picture, drawn stop by stop, so that no number shines through the disc above it.
      id: "stops", type: "symbol", source: "stops",
      layout: {
        "icon-image": ["concat", "stop/", ["get", "colour"], "/", ["get", "number"], "/", ["case", ["get", "late"], "late", ""]],
        // Hundreds of discs would hide the routes, so they start small and grow as one comes closer.
        "icon-size": stopCount > 150 ? ["interpolate", ["linear"], ["zoom"], 10, 0.4, 13, 1] : 1,
        "icon-allow-overlap": true, "symbol-sort-key": ["get", "order"],
      },
    },
    {
      id: "unassigned", type: "circle", source: "unassigned",
      paint: { "circle-radius": 9, "circle-color": paper, "circle-stroke-color": bad, "circle-stroke-width": 3 },
    },
    { id: "unassigned-mark", type: "symbol", source: "unassigned", layout: text("×", 17), paint: { "text-color": bad } },
    {
      id: "depots", type: "symbol", source: "depots", layout: text("■", 26),
      paint: { "text-color": ink, "text-halo-color": paper, "text-halo-width": 2 },
    },
  ];
}

function style(collections) {
  const sources = Object.entries(collections).map(([name, found]) => [name, { type: "geojson", data: found }]);
  return { version: 8, sources: Object.fromEntries(sources), layers: layers(collections.stops.features.length) };
}

function stopPicture(id) {
  const [, colour, number, late] = id.split("/");
  const size = 52, pen = new OffscreenCanvas(size, size).getContext("2d");
  pen.beginPath();
  pen.arc(size / 2, size / 2, 21, 0, 2 * Math.PI);
  pen.fillStyle = paint(`route-${colour}`);
  pen.strokeStyle = paint(late ? "map-bad" : "map-paper");
  pen.lineWidth = late ? 8 : 4;
  pen.stroke();
  pen.fill();
  pen.fillStyle = paint("map-paper");
  pen.font = `700 ${number.length > 2 ? 19 : 23}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(number, size / 2, size / 2 + 1.5);
  return pen.getImageData(0, 0, size, size);
}

function light(number) {
  plan.classList.toggle("choosing", number !== null);
  for (const element of plan.querySelectorAll("[data-route]")) {
    element.classList.toggle("lit", number !== null && element.dataset.route === number);
  }
  if (!map?.getLayer("lines")) return;
  const faded = number === null ? 1 : ["case", ["==", ["get", "route"], Number(number)], 1, 0.15];
  for (const layer of ["casing", "lines"]) map.setPaintProperty(layer, "line-opacity", faded);
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
  container.replaceChildren();
  map = new library.Map({
    container, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    style: style(collections),
    bounds: bounds(collections), fitBoundsOptions: { padding: 48, maxZoom: 15 },
    canvasContextAttributes: { preserveDrawingBuffer: true }, // or the map is blank when printed
  });
  map.setMissingStyleImageResolver((id) => {
    if (id.startsWith("stop/")) map.addImage(id, stopPicture(id), { pixelRatio: 2 });
  });
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new library.ScaleControl(), "bottom-left");
  watchMap(library);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.setStyle(style(collections), { diff: false }));
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
