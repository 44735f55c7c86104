// The page of a plan: draws the map, and lights up one route in the list, on the map and in the timeline together.
// Everything it shows is on the page without it.

import { MARKS, draw, near, sayThereIsNone } from "./routemap.js";

const plan = document.querySelector(".plan");
const container = document.getElementById("map");
const data = document.getElementById("map-data");
let map = null;

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

function watchMap() {
  map.on("click", (event) => {
    const [found] = map.queryRenderedFeatures(near(event), { layers: MARKS });
    plan.querySelector(`details[data-route="${Number(found?.properties.route)}"]`)?.scrollIntoView({ block: "nearest" });
  });
  for (const layer of [...MARKS, "lines"]) {
    map.on("mousemove", layer, (event) => {
      map.getCanvas().style.cursor = "pointer";
      const route = event.features[0].properties.route;
      if (route) light(String(route));
    });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; light(null); });
  }
}

async function drawMap() {
  const base = JSON.parse(document.getElementById("base-map").textContent);
  map = await draw(container, JSON.parse(data.textContent), base);
  watchMap();
  window.routebookMap = map; // for the browser tests
}

watchRoutes();
if (data) drawMap().catch((error) => sayThereIsNone(container, error));
