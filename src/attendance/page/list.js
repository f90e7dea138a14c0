// The list: as many rows as are seen, whatever the number of people.

const BEYOND = 8;
const FILTERS = [
  { key: "all", title: "All", passes: (row) => row.kind !== "recorder", stays: true },
  { key: "came", title: "Came", passes: (row) => row.kind === "came", stays: true },
  { key: "absent", title: "Absent", passes: (row) => row.kind === "absent" },
  { key: "unknown", title: "Unknown", passes: (row) => row.kind === "unknown" },
  { key: "unexplained", title: "Unexplained", passes: (row) => row.kind === "unexplained" },
  { key: "twice", title: "Two at once", passes: (row) => row.most > 1 && row.kind !== "recorder" },
  { key: "odd", title: "Needs a look", passes: (row) => row.note !== "" && row.kind !== "recorder" },
  { key: "recorders", title: "Recorders", passes: (row) => row.kind === "recorder" },
];

const table = element("table");
const search = element("search");
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

let filterKey = "all";
/** The column by which is sorted, and whether from the highest; none is the order in which people were given. */
let sort = { key: "", down: false };
/** The rows that pass, sorted. */
let passing = [];
/** The chosen one among them; -1 where none is. */
let chosen = -1;
/** Whether all rows are there, for paper. */
let onPaper = false;

const KINDS = Object.keys(BADGES);
function valueOf(row, key) {
  if (key === "kind") return KINDS.indexOf(row.kind);
  if (key === "loads") return row.loads || null;
  return row[key] === "" ? null : row[key];
}

/** Whoever lacks what is sorted by comes last, whichever way; equals keep their order. */
function sorted(list) {
  if (!sort.key) return list;
  const way = sort.down ? -1 : 1;
  const keyed = list.map((row) => [valueOf(row, sort.key), row]);
  keyed.sort(([a, first], [b, second]) => {
    if (a === null || b === null) return (a === null) - (b === null) || first.index - second.index;
    const order = typeof a === "string" ? collator.compare(a, b) : a - b;
    return order * way || first.index - second.index;
  });
  return keyed.map(([, row]) => row);
}

/** Filters and sorts anew; keeps the chosen person where they still pass. */
function refilter(keepPlace) {
  const words = folded(search.value).split(/\s+/).filter(Boolean);
  const session = element("session").value;
  const before = passing[chosen] && passing[chosen].key;
  const ofSession = rows.filter((row) => !session || row.session === session.slice(1));
  const { passes } = FILTERS.find((filter) => filter.key === filterKey);
  passing = sorted(ofSession.filter((row) => passes(row) && words.every((word) => row.sought.includes(word))));
  chosen = before === undefined ? -1 : passing.findIndex((row) => row.key === before);
  showFilters(ofSession);
  // With sessions somebody may stand there several times.
  const nouns = told.sessions.length > 0 ? ["entry", "entries"] : ["person", "people"];
  const all = ofSession.filter(FILTERS[0].passes).length;
  element("count").textContent = filterKey === "all" && !words.length && !session
    ? counted(all, ...nouns)
    : `${passing.length.toLocaleString("en")} of ${counted(Math.max(all, passing.length), ...nouns)}`;
  element("nobody").hidden = passing.length > 0;
  table.hidden = passing.length === 0;
  table.setAttribute("aria-rowcount", String(passing.length + 1));
  offerCopy();
  showHeads();
  if (!keepPlace && table.getBoundingClientRect().top < 0) table.scrollIntoView();
  drawRows();
  showPerson();
}

function showFilters(among) {
  const group = element("filters");
  const focused = group.contains(document.activeElement);
  const buttons = FILTERS.flatMap(({ key, title, passes, stays }) => {
    const count = among.filter(passes).length;
    if (!count && !stays && key !== filterKey) return [];
    const button = make("button", "chip", title);
    button.type = "button";
    button.dataset.filter = key;
    button.setAttribute("aria-pressed", String(key === filterKey));
    button.append(make("span", "number", count.toLocaleString("en")));
    return [button];
  });
  group.replaceChildren(...buttons);
  if (focused) group.querySelector("[aria-pressed=true]").focus();
}

/** The columns' heads; that of the line of time tells its hours where they are the same for all. */
function showHeads() {
  const focused = document.activeElement && document.activeElement.dataset.sort;
  element("heads").replaceChildren(...COLUMNS.map(headElement));
  const again = focused && element("heads").querySelector(`[data-sort=${focused}]`);
  if (again) again.focus();
  element("sorting").value = sort.key ? `${sort.key}${sort.down ? "-" : "+"}` : "";
}

function headElement({ key, title, short, unsorted }) {
  const th = make("th", `c-${key}`);
  th.scope = "col";
  th.setAttribute("role", "columnheader");
  if (unsorted) {
    const blocks = new Set(passing.map((row) => row.block));
    th.append(make("span", blocks.size === 1 ? "hidden" : "", title));
    if (blocks.size === 1) th.append(scale([...blocks][0]));
    return th;
  }
  const isSorted = sort.key === key;
  th.setAttribute("aria-sort", !isSorted ? "none" : sort.down ? "descending" : "ascending");
  if (onPaper) {
    // Of a button nothing would stand above the second sheet.
    th.textContent = short || title;
    return th;
  }
  const button = make("button", "", short || title);
  button.type = "button";
  button.dataset.sort = key;
  button.title = `Sort by ${title.toLowerCase()}`;
  const arrow = make("span", "arrow", !isSorted ? "" : sort.down ? "▼" : "▲");
  arrow.setAttribute("aria-hidden", "true");
  button.append(arrow);
  th.append(button);
  return th;
}

function scale(block) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "scale");
  svg.setAttribute("aria-hidden", "true");
  let last = -Infinity;
  for (const at of block.ticks) {
    const x = place(block, at);
    // Two labels at an edge of a narrow column would stand on each other.
    if (x - last < 15) continue;
    last = x;
    const anchor = x < 8 ? "start" : x > 92 ? "end" : "middle";
    draw(svg, "text", { x: `${x}%`, y: 11, "text-anchor": anchor }).textContent = clock(at);
  }
  return svg;
}

function sortBy(key) {
  const high = Boolean((COLUMNS.find((column) => column.key === key) || {}).high);
  if (sort.key !== key) sort = { key, down: high };
  else if (sort.down === high) sort = { key, down: !high };
  else sort = { key: "", down: false };
  refilter();
}

const rowHeight = () => parseFloat(getComputedStyle(table).getPropertyValue("--row"));

/** Draws what is seen; on paper everything. */
function drawRows() {
  const body = element("rows");
  if (onPaper) {
    body.style.height = "";
    body.replaceChildren(...passing.map(rowElement));
    return;
  }
  const height = rowHeight();
  body.style.height = `${passing.length * height}px`;
  const top = -body.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor(top / height) - BEYOND);
  const last = Math.min(passing.length, Math.ceil((top + window.innerHeight) / height) + BEYOND);
  const seen = [];
  for (let index = first; index < last; index += 1) {
    const tr = rowElement(passing[index], index);
    tr.style.transform = `translateY(${index * height}px)`;
    seen.push(tr);
  }
  body.replaceChildren(...seen);
  const isDrawn = chosen >= first && chosen < last;
  if (isDrawn) table.setAttribute("aria-activedescendant", `row-${passing[chosen].index}`);
  else table.removeAttribute("aria-activedescendant");
}

/** Chooses one of the passing rows, and has it in sight. */
function choose(index) {
  if (index < 0 || index >= passing.length) return;
  chosen = index;
  const height = rowHeight();
  const top = element("rows").getBoundingClientRect().top + index * height;
  const under = element("heads").getBoundingClientRect().height;
  const floor = window.innerHeight - (element("person").hidden ? 0 : element("person").offsetHeight);
  if (top < under) window.scrollBy(0, top - under);
  else if (top + height > floor) window.scrollBy(0, top + height - floor);
  drawRows();
  showPerson();
}
