// The list: as many elements as are seen, whatever the number of mails.

const ROW_HEIGHT = 68;
const BEYOND = 6;

const element = (id) => document.getElementById(id);
const list = element("list");
const filters = {
  search: element("search"), language: element("language"), zone: element("zone"),
  moderators: element("moderators"), warned: element("warned"),
};

/** The rows that pass the filters. */
let passing = [];
/** The chosen one among them; -1 where none is. */
let chosen = -1;

function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
const counted = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

function offerChoices(select, key) {
  const counts = new Map();
  for (const row of rows) counts.set(row[key], (counts.get(row[key]) || 0) + 1);
  for (const value of [...counts.keys()].sort()) {
    const option = make("option", "", `${value || "not said"} (${counts.get(value).toLocaleString("en")})`);
    option.value = `=${value}`;
    select.append(option);
  }
  select.disabled = counts.size < 2;
}

/** Filters anew; keeps the chosen mail where it still passes. */
function filter() {
  const words = folded(filters.search.value).split(/\s+/).filter(Boolean);
  const { language, zone } = filters;
  const before = passing[chosen] || (shown && shown.row);
  passing = rows.filter((row) =>
    words.every((word) => row.sought.includes(word))
    && (!language.value || language.value === `=${row.language}`)
    && (!zone.value || zone.value === `=${row.zone}`)
    && (!isPressed(filters.moderators) || row.moderator)
    && (!isPressed(filters.warned) || row.warnings > 0));
  chosen = passing.indexOf(before);
  const all = passing.length === rows.length;
  element("count").textContent = all
    ? counted(rows.length, "mail", "mails")
    : `${passing.length.toLocaleString("en")} of ${counted(rows.length, "mail", "mails")}`;
  element("reset").hidden = all && words.length === 0;
  element("nobody").hidden = passing.length > 0;
  list.hidden = passing.length === 0;
  list.scrollTop = 0;
  if (chosen >= 0) scrollTo(chosen);
  draw();
  showPlace();
}

function reset() {
  filters.search.value = filters.language.value = filters.zone.value = "";
  for (const button of [filters.moderators, filters.warned]) button.setAttribute("aria-pressed", "false");
  filter();
}

function badge(kind, text, title) {
  const made = make("span", `badge ${kind}`, text);
  if (title) made.title = title;
  return made;
}

function rowElement(row, index) {
  const option = make("div", "row");
  option.id = `row-${row.number}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", String(index === chosen));
  option.setAttribute("aria-setsize", String(passing.length));
  option.setAttribute("aria-posinset", String(index + 1));
  option.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
  option.dataset.index = String(index);
  const first = make("span", "line");
  first.append(make("bdi", "name", row.name));
  if (row.warnings) first.append(badge("warn", `! ${row.warnings}`, counted(row.warnings, "warning", "warnings")));
  if (row.moderator) first.append(badge("mod", "Moderator"));
  if (row.language) first.append(badge("", row.language));
  option.append(first, make("bdi", "address", row.address));
  return option;
}

/** Draws what is seen. */
function draw() {
  const room = element("rows");
  room.style.height = `${passing.length * ROW_HEIGHT}px`;
  const first = Math.max(0, Math.floor(list.scrollTop / ROW_HEIGHT) - BEYOND);
  const last = Math.min(passing.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW_HEIGHT) + BEYOND);
  const seen = [];
  for (let index = first; index < last; index += 1) seen.push(rowElement(passing[index], index));
  room.replaceChildren(...seen);
  const active = passing[chosen];
  if (active && chosen >= first && chosen < last) list.setAttribute("aria-activedescendant", `row-${active.number}`);
  else list.removeAttribute("aria-activedescendant");
}

function scrollTo(index) {
  const top = index * ROW_HEIGHT;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW_HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW_HEIGHT - list.clientHeight;
}

/** Chooses one of the passing rows, and shows its mail. */
function choose(index) {
  if (index < 0 || index >= passing.length) return;
  chosen = index;
  scrollTo(index);
  draw();
  showPlace();
  showMail(passing[index]);
}

function showPlace() {
  element("place").textContent = chosen < 0 ? "" : `${(chosen + 1).toLocaleString("en")} of ${passing.length.toLocaleString("en")}`;
  element("previous").disabled = chosen <= 0;
  element("next").disabled = chosen + 1 >= passing.length;
}
