// One person: a row with a line of time.

const SVG = "http://www.w3.org/2000/svg";
const WORDS = new Set(["name", "email", "session", "note"]);
const BADGES = { came: "✓", absent: "–", unknown: "?", unexplained: "!", recorder: "●" };

/** What a row says in each column, and how it is sorted. Columns with `high` begin with the highest. */
const COLUMNS = [
  { key: "name", title: "Name", cell: (row) => foreign("", row.name || "no name") },
  { key: "email", title: "E-mail", cell: (row) => foreign("", row.email) },
  { key: "session", title: "Session", cell: (row) => foreign("", row.session) },
  { key: "kind", title: "Status", cell: statusCell },
  { key: "first", title: "First joined", short: "First", cell: (row) => momentCell(row.first, "") },
  { key: "last", title: "Last left", short: "Last", high: true, cell: (row) => momentCell(row.last, row.uncertain ? "≥ " : "") },
  { key: "minutes", title: "Minutes", short: "Min", high: true, cell: (row) => (row.minutes === null ? "" : `${row.uncertain ? "≥ " : ""}${row.minutes.toLocaleString("en")}`) },
  { key: "loads", title: "Page loads", short: "Loads", high: true, cell: (row) => (row.loads ? row.loads.toLocaleString("en") : "") },
  { key: "note", title: "Note", cell: (row) => foreign("", row.note) },
  { key: "line", title: "Presence", cell: timeline, unsorted: true },
];

/** A time; below it the day, where there are several. */
function momentCell(at, before) {
  if (at === null) return "";
  const cell = make("span", "moment", before + clock(at));
  if (told.days) cell.append(make("span", "day", day(at)));
  return cell;
}

function statusCell(row) {
  const badge = make("span", `badge ${row.kind}`, ` ${row.kind}`);
  const glyph = make("span", "", BADGES[row.kind]);
  glyph.setAttribute("aria-hidden", "true");
  badge.prepend(glyph);
  return badge;
}

function draw(parent, tag, attributes, title) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (title) {
    const said = document.createElementNS(SVG, "title");
    said.textContent = title;
    made.append(said);
  }
  parent.append(made);
  return made;
}

/** Where a moment is in a block, in percent; never outside. */
function place(block, at) {
  return Math.min(100, Math.max(0, ((at - block.from) * 100) / (block.to - block.from)));
}

const spoken = ({ from, to }, where) => `${moment(from)} to ${clock(to)} ${where}`;
const where = (stay) => (stay.breakout ? "in a breakout room" : "in the room");

/** All stretches in words. */
function inWords(row) {
  const stays = row.stays.map((stay) => spoken(stay, where(stay)) + (stay.open ? ", end not known" : ""));
  const overlaps = row.overlaps.map((overlap) => spoken(overlap, "two at once"));
  return [...stays, ...overlaps].join("; ") || "not seen";
}

/** When they were there: bars over a thin line, breakout rooms hatched, two at once between two strokes. */
function timeline(row) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "time");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", inWords(row));
  const { block } = row;
  draw(svg, "line", { class: "base", x1: 0, x2: "100%", y1: 10, y2: 10 });
  for (const at of new Set([...edges(block.starts, 0), ...edges(block.ends, -1)])) {
    const x = `${place(block, at)}%`;
    draw(svg, "line", { class: "mark", x1: x, x2: x, y1: 1, y2: 19 });
  }
  for (const stay of row.stays) {
    if (stay.to < block.from || stay.from > block.to) {
      const [x, arrow, anchor] = stay.to < block.from ? [0, "‹", "start"] : ["100%", "›", "end"];
      draw(svg, "text", { class: "beyond", x, y: 15, "text-anchor": anchor }).textContent = arrow;
      continue;
    }
    const [from, to] = [place(block, stay.from), place(block, stay.to)];
    // Whoever came for a moment is seen too.
    const width = Math.max(0.6, to - from);
    const shape = stay.breakout ? { class: "breakout", y: 5.5, height: 9, rx: 2 } : { class: "bar", y: 4, height: 12, rx: 3 };
    draw(svg, "rect", { ...shape, x: `${Math.min(from, 99.4)}%`, width: `${width}%` }, spoken(stay, where(stay)));
    if (stay.open) draw(svg, "line", { class: "open", x1: `${to}%`, x2: `${Math.min(100, to + 5)}%`, y1: 10, y2: 10 }, "end not known");
  }
  for (const overlap of row.overlaps) {
    const [x1, x2] = [`${place(block, overlap.from)}%`, `${place(block, overlap.to)}%`];
    const said = spoken(overlap, "two at once");
    draw(svg, "line", { class: "twice", x1, x2, y1: 1.5, y2: 1.5 }, said);
    draw(svg, "line", { class: "twice", x1, x2, y1: 18.5, y2: 18.5 }, said);
  }
  return svg;
}

/** All starts (or ends) of a block where they are few, else the one that counts. */
const edges = (times, one) => (times.length <= 4 ? times : [times.at(one)]);

/** A row of the table; `index` is its place among those that are shown. */
function rowElement(row, index) {
  const tr = make("tr", `row ${row.kind}`);
  tr.id = `row-${row.index}`;
  tr.dataset.index = String(index);
  tr.setAttribute("role", "row");
  tr.setAttribute("aria-rowindex", String(index + 2));
  tr.setAttribute("aria-selected", String(index === chosen));
  for (const { key, short, title, cell } of COLUMNS) {
    const td = make("td", `c-${key}`);
    td.setAttribute("role", "gridcell");
    td.dataset.title = short || title;
    td.append(cell(row));
    // What is too long for its place is told in full under the pointer.
    if (WORDS.has(key)) td.title = row[key];
    tr.append(td);
  }
  return tr;
}
