// The list of routes at work: stops are dragged to another place, and filtered. Everything it does is on the pages of
// stops too. What a move would do is asked of the server, and shown before it is made.

const list = document.querySelector(".plan-list");
const dialog = document.getElementById("outlook-dialog");
let dragged = null;

// Dragging ---------------------------------------------------------------------------------------------------

function rowOf(event) {
  return event.target.closest?.(".route tbody tr[data-place]") ?? null;
}

/** Where the dragged stop would come: behind a row, before the end. The stop itself is not counted. */
function placeBehind(row) {
  const rows = [...row.parentElement.querySelectorAll("tr[data-place]")].filter((one) => one !== dragged);
  const inside = rows.filter((one) => !["start", "end"].includes(one.dataset.kind));
  return row.dataset.kind === "end" ? inside.length : inside.indexOf(row) + 1;
}

function unmark() {
  for (const row of list.querySelectorAll(".drop")) row.classList.remove("drop");
}

function watchDragging() {
  for (const row of list.querySelectorAll("tr[data-type]")) row.draggable = true;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("tr[data-type]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.id);
    dragged.classList.add("dragged");
  });
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const closed = event.target.closest?.("details.route:not([open])");
    if (closed) closed.open = true; // so that its places can be reached
    const row = rowOf(event);
    unmark();
    if (!row || row === dragged) return;
    event.preventDefault();
    row.classList.add("drop");
  });
  list.addEventListener("drop", (event) => {
    const row = rowOf(event);
    if (!dragged || !row || row === dragged) return;
    event.preventDefault();
    const { type, id } = dragged.dataset, vehicle = row.closest(".route").dataset.vehicle;
    ask(new URLSearchParams({ type, id, vehicle, position: placeBehind(row) }));
  });
  list.addEventListener("dragend", () => {
    unmark();
    dragged?.classList.remove("dragged");
    dragged = null;
  });
}

/** The server's page about the move; of it only what the move would do, or, should that fail, all of it. */
async function ask(query) {
  const address = `${dialog.dataset.step}?${query}`;
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const outlook = page.getElementById("outlook");
    if (!answer.ok || !outlook) throw new Error(`${answer.status}`);
    const stay = document.createElement("button");
    stay.textContent = "Leave it where it is";
    stay.type = "button";
    stay.addEventListener("click", () => dialog.close());
    outlook.querySelector("form").append(stay);
    dialog.replaceChildren(document.adoptNode(outlook));
    dialog.showModal();
  } catch {
    location.assign(address);
  }
}

// Filtering --------------------------------------------------------------------------------------------------

function watchFilter() {
  const form = document.getElementById("filter");
  if (!form) return;
  const text = document.getElementById("filter-text"), late = document.getElementById("filter-late");
  const count = document.getElementById("filter-count");
  const routes = [...list.querySelectorAll("details.route")].map((route) => ({
    route,
    name: route.querySelector(".name").textContent.toLowerCase(),
    rows: [...route.querySelectorAll("tr[data-type]")].map((row) => ({ row, text: row.textContent.toLowerCase() })),
    others: [...route.querySelectorAll("tbody tr:not([data-type])")],
  }));
  const apply = () => {
    const wanted = text.value.trim().toLowerCase(), isOn = Boolean(wanted || late.checked);
    let shown = 0;
    for (const { route, name, rows, others } of routes) {
      let here = 0;
      const isNamed = !wanted || name.includes(wanted);
      for (const { row, text: words } of rows) {
        const fits = (isNamed || words.includes(wanted)) && (!late.checked || "late" in row.dataset);
        row.hidden = !fits;
        here += fits;
      }
      for (const row of others) row.hidden = isOn;
      route.hidden = isOn && !here;
      if (isOn && here && !isNamed) route.open = true;
      shown += here;
    }
    count.textContent = isOn ? `${shown} stop${shown === 1 ? "" : "s"}` : "";
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
}

watchDragging();
watchFilter();
