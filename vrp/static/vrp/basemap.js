// The base map under the routes, drawn from the tiles of a region (vrp/roads/map_features.py says what is in them).
// Quiet on purpose: the routes are what the page is about. Colours come from the style sheet, `--map-…`.

// Of each kind of road: its width in pixels at these zooms.
const ZOOMS = [6, 10, 12, 14, 16, 19];
const WIDTHS = {
  motorway: [0.9, 2, 3.6, 6, 11, 40],
  trunk: [0.7, 1.8, 3.2, 5.6, 10, 36],
  primary: [0, 1.4, 2.8, 5, 9.5, 34],
  secondary: [0, 1.1, 2.3, 4.4, 9, 32],
  tertiary: [0, 0.9, 1.7, 3.8, 8.5, 30],
  street: [0, 0.25, 1, 2.7, 7, 26],
  pedestrian: [0, 0, 0.6, 2, 5.5, 20],
  service: [0, 0, 0.4, 1.5, 4.2, 15],
  driveway: [0, 0, 0, 0.8, 2.8, 10],
};
const RANKS = Object.fromEntries(Object.keys(WIDTHS).reverse().map((kind, rank) => [kind, rank]));
const kind = ["get", "kind"];

// Names are drawn with the fonts of the machine. The first entry says how, the second in which.
const font = (how) => ["text-font", [how, "system-ui"]];

function byKind(values, otherwise) {
  return ["match", kind, ...Object.entries(values).flat(), otherwise];
}

function width(edge) {
  const at = (index) => {
    const wide = byKind(Object.fromEntries(Object.entries(WIDTHS).map(([name, widths]) => [name, widths[index]])), 0);
    return ["+", ["*", ["case", ["has", "link"], 0.65, 1], wide], edge * [0, 1, 1.2, 1.4, 2, 2][index]];
  };
  return ["interpolate", ["exponential", 1.5], ["zoom"], ...ZOOMS.flatMap((zoom, index) => [zoom, at(index)])];
}

function roads(colour) {
  const inside = byKind({ motorway: colour("motorway"), trunk: colour("trunk"), primary: colour("primary"), secondary: colour("secondary"), pedestrian: colour("paved") }, colour("street"));
  const around = byKind({ motorway: colour("motorway-edge"), trunk: colour("trunk-edge"), primary: colour("primary-edge"), secondary: colour("secondary-edge") }, colour("street-edge"));
  const wide = ["match", kind, Object.keys(WIDTHS), true, false], walked = ["match", kind, ["path", "steps"], true, false];
  const layout = { "line-join": "round", "line-cap": "round", "line-sort-key": byKind(RANKS, 0) };
  const line = (id, filter, paint, more = {}) => ({ id, type: "line", source: "base", "source-layer": "road", filter, paint, layout: { ...layout, ...more } });
  const level = { tunnel: ["has", "tunnel"], bridge: ["has", "bridge"], ground: ["all", ["!", ["has", "tunnel"]], ["!", ["has", "bridge"]]] };
  return [
    line("tunnel-edges", ["all", wide, level.tunnel], { "line-color": around, "line-width": width(1), "line-dasharray": [2, 1.5], "line-opacity": 0.7 }, { "line-cap": "butt" }),
    line("tunnels", ["all", wide, level.tunnel], { "line-color": colour("tunnel"), "line-width": width(0) }, { "line-cap": "butt" }),
    { ...line("paths", ["all", walked, ["!", ["has", "tunnel"]]], {
      "line-color": colour("path"), "line-dasharray": [2, 1.4], "line-width": ["interpolate", ["linear"], ["zoom"], 13, 0.5, 16, 1.2, 19, 3],
    }, { "line-cap": "butt" }), minzoom: 13.5 },
    line("road-edges", ["all", wide, level.ground], { "line-color": around, "line-width": width(1) }),
    line("roads", ["all", wide, level.ground], { "line-color": inside, "line-width": width(0) }),
    line("bridge-edges", ["all", wide, level.bridge], { "line-color": around, "line-width": width(1.6) }, { "line-cap": "butt" }),
    line("bridges", ["all", wide, level.bridge], { "line-color": inside, "line-width": width(0) }),
  ];
}

function areas(colour) {
  const fill = (id, layer, paint, more = {}) => ({ id, type: "fill", source: "base", "source-layer": layer, paint, ...more });
  const land = byKind({
    wood: colour("wood"), park: colour("park"), grass: colour("grass"), cemetery: colour("grass"), farm: colour("farm"), sand: colour("sand"),
    rock: colour("works"), pitch: colour("pitch"), town: colour("town"), works: colour("works"), campus: colour("campus"),
  }, "transparent");
  const paved = ["==", kind, "paved"];
  return [
    fill("land", "land", { "fill-color": land }, { filter: ["!", paved], layout: { "fill-sort-key": byKind({ town: 0, works: 1, campus: 2, farm: 2 }, 3) } }),
    fill("water", "water", { "fill-color": colour("water") }),
    {
      id: "waterways", type: "line", source: "base", "source-layer": "waterway", filter: ["!", ["has", "tunnel"]], layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": colour("water"), "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 8, byKind({ river: 1, canal: 0.8 }, 0), 13, byKind({ river: 2.5, canal: 2 }, 0.8), 17, byKind({ river: 14, canal: 10 }, 3)] },
    },
    fill("paved", "land", { "fill-color": colour("paved"), "fill-outline-color": colour("paved-edge") }, { filter: paved }),
    {
      id: "piers", type: "line", source: "base", "source-layer": "road", filter: ["==", kind, "pier"],
      paint: { "line-color": colour("paved-edge"), "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 14, 1, 18, 6] },
    },
    fill("buildings", "building", {
      "fill-color": colour("building"), "fill-outline-color": colour("building-edge"), "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13.8, 0, 14.6, 1],
    }, { minzoom: 13.8 }),
    { id: "borders", type: "line", source: "base", "source-layer": "border", paint: { "line-color": colour("border"), "line-width": 1.2, "line-dasharray": [5, 2, 1.5, 2] } },
  ];
}

function rails(colour) {
  const line = (id, paint) => ({ id, type: "line", source: "base", "source-layer": "rail", filter: ["!", ["has", "tunnel"]], paint });
  const thick = (factor) => ["interpolate", ["exponential", 1.5], ["zoom"], 9, 0.5 * factor, 13, byKind({ rail: 1.4 * factor }, 0.8 * factor), 18, byKind({ rail: 5 * factor }, 3 * factor)];
  return [
    line("rails", { "line-color": colour("rail"), "line-width": thick(1) }),
    { ...line("sleepers", { "line-color": colour("ground"), "line-width": thick(0.55), "line-dasharray": [6, 6] }), minzoom: 13, filter: ["all", ["==", kind, "rail"], ["!", ["has", "tunnel"]]] },
  ];
}

export function names(colour) {
  const halo = (name, width = 1.4) => ({ "text-color": colour(name), "text-halo-color": colour("halo"), "text-halo-width": width });
  const label = (id, kinds, layout, paint, more = {}) => ({ id, type: "symbol", source: "base", "source-layer": "label", filter: ["match", kind, kinds, true, false], layout: { "text-field": ["get", "name"], "text-max-width": 8, "text-padding": 6, ...layout }, paint, ...more });
  const along = (id, layer, filter, layout, paint, more = {}) => ({ id, type: "symbol", source: "base", "source-layer": layer, filter, layout: { "symbol-placement": "line", "text-field": ["get", "name"], "symbol-spacing": 320, "text-max-angle": 35, ...layout }, paint, ...more });
  const upTo = (...kinds) => ["match", kind, kinds, true, false];
  const big = ["motorway", "trunk", "primary", "secondary"];
  return [
    along("water-names", "waterway", ["has", "name"], Object.fromEntries([font("Italic"), ["text-size", 12], ["text-letter-spacing", 0.06]]), halo("water-name", 1), { minzoom: 12 }),
    along("street-names", "road",
      ["step", ["zoom"], upTo(...big), 13, upTo(...big, "tertiary"), 14, upTo(...big, "tertiary", "street", "pedestrian"), 16, true],
      Object.fromEntries([font("Normal"), ["text-size", ["interpolate", ["linear"], ["zoom"], 12, 10, 15, byKind({ street: 10.5, service: 10 }, 11.5), 18, 14]], ["symbol-sort-key", ["-", 0, byKind(RANKS, 0)]], ["text-padding", 4]]),
      halo("street-name"), { minzoom: 12 }),
    label("landmark-names", ["station", "hospital", "school", "civic", "worship", "works", "airport", "peak"],
      Object.fromEntries([font("Normal"), ["text-size", 10.5], ["symbol-sort-key", byKind({ airport: 0, station: 1, hospital: 2, peak: 3, civic: 4 }, 5)]]), halo("landmark-name"), { minzoom: 12.5 }),
    label("park-names", ["park"], Object.fromEntries([font("Normal"), ["text-size", 10.5]]), halo("park-name"), { minzoom: 13.5 }),
    label("lake-names", ["water"], Object.fromEntries([font("Italic"), ["text-size", 11.5]]), halo("water-name", 1), { minzoom: 11 }),
    label("quarter-names", ["suburb", "borough", "quarter", "neighbourhood", "hamlet", "island", "islet", "square"],
      Object.fromEntries([font("Semibold"), ["text-size", byKind({ suburb: 12, borough: 12, island: 12 }, 11)], ["text-letter-spacing", 0.04], ["symbol-sort-key", byKind({ borough: 0, suburb: 1, island: 1 }, 2)]]),
      halo("quarter-name", 1.6), { maxzoom: 17 }),
    label("place-names", ["city", "town", "village"],
      Object.fromEntries([font("Semibold"), ["text-size", ["interpolate", ["linear"], ["zoom"], 7, byKind({ city: 13, town: 11 }, 9), 13, byKind({ city: 19, town: 16 }, 13)]], ["symbol-sort-key", byKind({ city: 0, town: 1 }, 2)]]),
      halo("place-name", 1.8), { maxzoom: 16 }),
  ];
}

/** What lies under the routes. */
export function ground(colour) {
  const roadsAndPaths = roads(colour), tunnels = roadsAndPaths.splice(0, 2), crossings = roadsAndPaths.splice(3, 2);
  return [...areas(colour), ...tunnels, ...roadsAndPaths, ...rails(colour), ...crossings];
}

export function source({ tiles, minzoom, maxzoom, bounds }) {
  return { type: "vector", tiles: [location.origin + tiles], minzoom, maxzoom, bounds };
}
