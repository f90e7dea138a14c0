// Hands, keys, paper and the beginning.

function offerSessions() {
  const select = element("session");
  const before = select.value;
  select.replaceChildren(select.options[0], ...told.sessions.map((session) => {
    const option = make("option", "", session);
    option.value = `=${session}`;
    return option;
  }));
  select.value = before;
  if (select.selectedIndex < 0) select.value = "";
  element("session-choice").hidden = told.sessions.length === 0;
  document.body.classList.toggle("no-sessions", told.sessions.length === 0);
}

function offerSorting() {
  const option = (value, text) => { const made = make("option", "", text); made.value = value; return made; };
  element("sorting").replaceChildren(option("", "Sort: as given"), ...COLUMNS.filter(({ unsorted }) => !unsorted).flatMap(({ key, title }) => [
    option(`${key}+`, `${title} ▲`), option(`${key}-`, `${title} ▼`),
  ]));
}

/** What a curve says under the pointer. */
function listenToCurves() {
  for (const svg of document.querySelectorAll(".curve")) {
    const block = told.blocks[Number(svg.dataset.block)];
    const [hair, reading] = [svg.querySelector(".hair"), svg.closest("figure").querySelector(".reading")];
    svg.addEventListener("pointermove", (event) => {
      const area = svg.getBoundingClientRect();
      const share = Math.min(0.9999, Math.max(0, (event.clientX - area.left) / area.width));
      const at = block.from + share * (block.to - block.from);
      hair.setAttribute("x1", `${share * 100}%`);
      hair.setAttribute("x2", `${share * 100}%`);
      hair.setAttribute("visibility", "visible");
      reading.textContent = `${clock(at)}: ${counted(block.counts[Math.floor((at - block.from) / block.step)] || 0, "person", "people")}`;
    });
    svg.addEventListener("pointerleave", () => { hair.setAttribute("visibility", "hidden"); reading.textContent = ""; });
  }
}

/** Keys of the list itself: it is walked through as lists are. */
function onListKey(event) {
  const page = Math.max(1, Math.floor(window.innerHeight / rowHeight()) - 3);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
  if (event.key in steps) choose(Math.min(passing.length - 1, Math.max(0, chosen + steps[event.key])));
  else if (event.key === "Enter" && event.target === table && chosen >= 0) openPerson(chosen);
  else return;
  event.preventDefault();
}

/** Keys of the whole page; not while somebody types. */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || element("by-hand").open) return;
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    if (event.target === search && search.value) { search.value = ""; refilter(); }
    else if (typing) table.focus({ preventScroll: true });
    else if (isOpen) closePerson();
    return;
  }
  if (typing) return;
  const keys = {
    "/": () => { search.focus(); search.select(); },
    j: () => { table.focus({ preventScroll: true }); choose(Math.min(passing.length - 1, chosen + 1)); },
    k: () => { table.focus({ preventScroll: true }); choose(Math.max(0, chosen - 1)); },
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

/** Paper takes everybody who passes. */
function setPaper(is) {
  if (onPaper === is) return;
  onPaper = is;
  showHeads();
  drawRows();
}

function listen() {
  let drawing = false;
  const soon = () => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => { drawing = false; if (!onPaper) drawRows(); });
  };
  window.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(soon).observe(document.body);
  element("rows").addEventListener("click", (event) => {
    const tr = event.target.closest(".row");
    if (tr && !getSelection().toString()) openPerson(Number(tr.dataset.index));
  });
  table.addEventListener("keydown", (event) => { if (event.target === table) onListKey(event); });
  document.addEventListener("keydown", onKey);
  element("heads").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) sortBy(button.dataset.sort);
  });
  element("filters").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) { filterKey = button.dataset.filter; refilter(); }
  });
  search.addEventListener("input", () => refilter());
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    table.focus({ preventScroll: true });
    if (chosen < 0) choose(0);
  });
  element("session").addEventListener("change", () => refilter());
  element("sorting").addEventListener("change", ({ target }) => {
    sort = { key: target.value.slice(0, -1), down: target.value.endsWith("-") };
    refilter();
  });
  element("copy").addEventListener("click", copyAddresses);
  element("by-hand-close").addEventListener("click", () => element("by-hand").close());
  element("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => setPaper(true));
  window.addEventListener("afterprint", () => setPaper(false));
  const paper = matchMedia("print");
  paper.addEventListener("change", () => setPaper(paper.matches));
  window.addEventListener("pagehide", remember);
}

function start() {
  take(element("data").textContent);
  offerSessions();
  offerSorting();
  const y = recall();
  element("main").hidden = false;
  listen();
  listenToCurves();
  refilter(true);
  if (y) window.scrollTo(0, y);
  drawRows();
  keepRenewing();
}

start();
