// Plans side by side: a map each, which all show the same part of the world.

import { draw, sayThereIsNone } from "./routemap.js";

const containers = [...document.querySelectorAll(".compared-maps .map")];
const maps = [];

/** Where one goes, the others go. */
function tie(map) {
  map.on("move", (event) => {
    if (event.tied) return;
    const camera = { center: map.getCenter(), zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() };
    for (const other of maps) if (other !== map) other.jumpTo(camera, { tied: true });
  });
}

async function drawAll() {
  for (const container of containers) {
    const read = (kind) => JSON.parse(document.getElementById(`${kind}-${container.dataset.letter}`).textContent);
    try {
      const map = await draw(container, read("map-data"), read("base-map"));
      maps.push(map);
      tie(map);
    } catch (error) {
      sayThereIsNone(container, error);
    }
  }
  window.routebookMaps = maps; // for the browser tests
}

drawAll();
