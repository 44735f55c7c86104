// Pictures on the map, drawn when the map asks for them: `stop/COLOUR/NUMBER/late`,
// `dot/COLOUR//late`, `arrow/COLOUR`, `depot`, `missing`, `oneway`.

const SIZE = 52; // twice what is seen, for sharp screens

export function picture(id, colours) {
  const [kind, ...rest] = id.split("/");
  const draw = { stop, dot, arrow, depot, missing, oneway }[kind];
  if (!draw) return null;
  const pen = new OffscreenCanvas(SIZE, SIZE).getContext("2d");
  pen.translate(SIZE / 2, SIZE / 2);
  pen.lineJoin = pen.lineCap = "round";
  draw(pen, colours, ...rest);
  return pen.getImageData(0, 0, SIZE, SIZE);
}

function disc(pen, fill, edge, width, radius = 21) {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = width;
  pen.stroke();
  pen.fill();
}

function stop(pen, { route, paper, bad }, colour, number, late) {
  disc(pen, route(colour), late ? bad : paper, late ? 8 : 4);
  pen.fillStyle = paper;
  pen.font = `700 ${number.length > 2 ? 19 : 23}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(number, 0, 1.5);
}

function dot(pen, { route, paper, bad }, colour, number, late) {
  disc(pen, route(colour), late ? bad : paper, late ? 8 : 5, 11);
}

function arrow(pen, { route, paper }, colour) {
  pen.beginPath();
  pen.moveTo(9, 0);
  pen.lineTo(-6, -9);
  pen.lineTo(-6, 9);
  pen.closePath();
  pen.strokeStyle = paper;
  pen.lineWidth = 5;
  pen.stroke();
  pen.fillStyle = route(colour);
  pen.fill();
}

function depot(pen, { ink, paper }) {
  pen.beginPath();
  pen.roundRect(-22, -22, 44, 44, 10);
  pen.fillStyle = ink;
  pen.strokeStyle = paper;
  pen.lineWidth = 4;
  pen.stroke();
  pen.fill();
  pen.beginPath(); // a warehouse: a roof and a gate
  pen.moveTo(-13, 12);
  pen.lineTo(-13, -4);
  pen.lineTo(0, -13);
  pen.lineTo(13, -4);
  pen.lineTo(13, 12);
  pen.moveTo(-6, 12);
  pen.lineTo(-6, 1);
  pen.lineTo(6, 1);
  pen.lineTo(6, 12);
  pen.strokeStyle = paper;
  pen.lineWidth = 3.5;
  pen.stroke();
}

function missing(pen, { paper, bad }) {
  disc(pen, paper, paper, 10);
  pen.beginPath();
  pen.arc(0, 0, 18, 0, 2 * Math.PI);
  pen.moveTo(-7, -7);
  pen.lineTo(7, 7);
  pen.moveTo(7, -7);
  pen.lineTo(-7, 7);
  pen.strokeStyle = bad;
  pen.lineWidth = 5;
  pen.stroke();
}

function oneway(pen, { faint }) {
  pen.beginPath();
  pen.moveTo(-12, 0);
  pen.lineTo(11, 0);
  pen.moveTo(6, -5);
  pen.lineTo(12, 0);
  pen.lineTo(6, 5);
  pen.strokeStyle = faint;
  pen.lineWidth = 2.5;
  pen.stroke();
}
