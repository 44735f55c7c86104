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
const font = (how, size) => ({ "text-font": [how, "system-ui"], "text-size": size });

function byKind(values, otherwise) {
  return ["match", kind, ...Object.entries(values).flat(), otherwise];
}

function byZoom(...stops) {
  return ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
}

function width(edge) {
  const at = (index) => {
    const wide = byKind(Object.fromEntries(Object.entries(WIDTHS).map(([name, widths]) => [name, widths[index]])), 0);
    return ["+", ["*", ["case", ["has", "link"], 0.65, 1], wide], edge * [0, 1, 1.2, 1.4, 2, 2][index]];
  };
  return byZoom(...ZOOMS.flatMap((zoom, index) => [zoom, at(index)]));
}

function roads(colour) {
  const inside = byKind({
    motorway: colour("motorway"), trunk: colour("trunk"), primary: colour("primary"), secondary: colour("secondary"), pedestrian: colour("paved"),
  }, colour("street"));
  const around = byKind({
    motorway: colour("motorway-edge"), trunk: colour("trunk-edge"), primary: colour("primary-edge"), secondary: colour("secondary-edge"),
  }, colour("street-edge"));
  const driven = ["match", kind, Object.keys(WIDTHS), true, false], walked = ["match", kind, ["path", "steps"], true, false];
  const tunnel = ["has", "tunnel"], bridge = ["has", "bridge"], open = ["!", tunnel];
  const line = (id, filter, cap, paint) => ({
    id, type: "line", source: "base", "source-layer": "road", filter, paint,
    layout: { "line-join": "round", "line-cap": cap, "line-sort-key": byKind(RANKS, 0) },
  });
  const edges = (wider, more = {}) => ({ "line-color": around, "line-width": width(wider), ...more });
  const middle = { "line-color": inside, "line-width": width(0) };
  return {
    below: [
      line("tunnel-edges", ["all", driven, tunnel], "butt", edges(1, { "line-dasharray": [2, 1.5], "line-opacity": 0.7 })),
      line("tunnels", ["all", driven, tunnel], "butt", { "line-color": colour("tunnel"), "line-width": width(0) }),
    ],
    level: [
      {
        ...line("paths", ["all", walked, open], "butt", {
          "line-color": colour("path"), "line-dasharray": [2, 1.4], "line-width": ["interpolate", ["linear"], ["zoom"], 13, 0.5, 16, 1.2, 19, 3],
        }), minzoom: 13.5,
      },
      line("road-edges", ["all", driven, open, ["!", bridge]], "round", edges(1)),
      line("roads", ["all", driven, open, ["!", bridge]], "round", middle),
    ],
    above: [
      line("bridge-edges", ["all", driven, open, bridge], "butt", edges(1.6)),
      line("bridges", ["all", driven, open, bridge], "round", middle),
    ],
  };
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
      id: "waterways", type: "line", source: "base", "source-layer": "waterway", filter: ["!", ["has", "tunnel"]],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": colour("water"),
        "line-width": byZoom(8, byKind({ river: 1, canal: 0.8 }, 0), 13, byKind({ river: 2.5, canal: 2 }, 0.8), 17, byKind({ river: 14, canal: 10 }, 3)),
      },
    },
    fill("paved", "land", { "fill-color": colour("paved"), "fill-outline-color": colour("paved-edge") }, { filter: paved }),
    {
      id: "piers", type: "line", source: "base", "source-layer": "road", filter: ["==", kind, "pier"],
      paint: { "line-color": colour("paved-edge"), "line-width": byZoom(14, 1, 18, 6) },
    },
    fill("buildings", "building", {
      "fill-color": colour("building"), "fill-outline-color": colour("building-edge"), "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13.8, 0, 14.6, 1],
    }, { minzoom: 13.8 }),
    {
      id: "borders", type: "line", source: "base", "source-layer": "border",
      paint: { "line-color": colour("border"), "line-width": 1.2, "line-dasharray": [5, 2, 1.5, 2] },
    },
  ];
}

function rails(colour) {
  const open = ["!", ["has", "tunnel"]];
  const thick = (factor) => byZoom(9, 0.5 * factor, 13, byKind({ rail: 1.4 * factor }, 0.8 * factor), 18, byKind({ rail: 5 * factor }, 3 * factor));
  const line = (id, filter, paint, more = {}) => ({ id, type: "line", source: "base", "source-layer": "rail", filter, paint, ...more });
  return [
    line("rails", open, { "line-color": colour("rail"), "line-width": thick(1) }),
    line("sleepers", ["all", ["==", kind, "rail"], open], {
      "line-color": colour("ground"), "line-width": thick(0.55), "line-dasharray": [6, 6],
    }, { minzoom: 13 }),
  ];
}

function oneWays() {
  return {
    id: "one-ways", type: "symbol", source: "base", "source-layer": "road", filter: ["has", "oneway"], minzoom: 16,
    layout: {
      "icon-image": "oneway", "icon-rotate": ["case", ["==", ["get", "oneway"], -1], 180, 0],
      "symbol-placement": "line", "symbol-spacing": 140, "icon-padding": 0, "icon-ignore-placement": true,
    },
  };
}

/** What is written on top of the routes. */
export function names(colour) {
  const paint = (name, width = 1.4) => ({ "text-color": colour(name), "text-halo-color": colour("halo"), "text-halo-width": width });
  const only = (...kinds) => ["match", kind, kinds, true, false];
  const label = (id, kinds, layout, paint, more = {}) => ({
    id, type: "symbol", source: "base", "source-layer": "label", filter: only(...kinds), paint, ...more,
    layout: { "text-field": ["get", "name"], "text-max-width": 8, "text-padding": 6, ...layout },
  });
  const along = (id, layer, layout, paint, more) => ({
    id, type: "symbol", source: "base", "source-layer": layer, filter: ["has", "name"], paint, ...more,
    layout: { "symbol-placement": "line", "text-field": ["get", "name"], "symbol-spacing": 320, "text-max-angle": 35, ...layout },
  });
  const first = (order) => ({ "symbol-sort-key": byKind(order, 9) });
  // A name of a place gives way to the stops in it.
  const aside = { "text-variable-anchor": ["center", "left", "right", "top", "bottom"], "text-radial-offset": 2, "text-justify": "auto" };
  const big = ["motorway", "trunk", "primary", "secondary"], far = ["station", "airport", "peak"];
  return [
    along("water-names", "waterway", { ...font("Italic", 12), "text-letter-spacing": 0.06 }, paint("water-name", 1), { minzoom: 12 }),
    along("street-names", "road", {
      ...font("Normal", ["interpolate", ["linear"], ["zoom"], 12, 10, 15, byKind({ street: 10.5, service: 10 }, 11.5), 18, 14]),
      "symbol-sort-key": ["-", 0, byKind(RANKS, 0)], "text-padding": 4,
    }, paint("street-name"), {
      minzoom: 12, filter: ["step", ["zoom"], only(...big), 13, only(...big, "tertiary"), 14, only(...big, "tertiary", "street", "pedestrian"), 16, true],
    }),
    label("landmark-names", far, {
      ...font("Normal", 10.5), ...first({ airport: 0, station: 1, hospital: 2, peak: 3, civic: 4 }),
    }, paint("landmark-name"), {
      minzoom: 12.5,
      filter: ["step", ["zoom"], only(...far), 14, only(...far, "hospital"), 15, only(...far, "hospital", "school", "civic", "worship", "works")],
    }),
    label("park-names", ["park"], font("Normal", 10.5), paint("park-name"), { minzoom: 13.5 }),
    label("lake-names", ["water"], font("Italic", 11.5), paint("water-name", 1), { minzoom: 11 }),
    label("quarter-names", ["suburb", "borough", "quarter", "neighbourhood", "hamlet", "island", "islet", "square"], {
      ...font("Semibold", byKind({ suburb: 12, borough: 12, island: 12 }, 11)), "text-letter-spacing": 0.04, ...aside,
      ...first({ borough: 0, suburb: 1, island: 1 }),
    }, paint("quarter-name", 1.6), { maxzoom: 17 }),
    label("place-names", ["city", "town", "village"], {
      ...font("Semibold", ["interpolate", ["linear"], ["zoom"], 7, byKind({ city: 13, town: 11 }, 9), 13, byKind({ city: 19, town: 16 }, 13)]), ...aside,
      ...first({ city: 0, town: 1 }),
    }, paint("place-name", 1.8), { maxzoom: 16 }),
  ];
}

/** What lies under the routes. */
export function ground(colour) {
  const { below, level, above } = roads(colour);
  return [...areas(colour), ...below, ...level, ...rails(colour), ...above, oneWays()];
}

export function source({ tiles, minzoom, maxzoom, bounds }) {
  return { type: "vector", tiles: [location.origin + tiles], minzoom, maxzoom, bounds };
}
