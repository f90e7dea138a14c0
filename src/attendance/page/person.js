// The chosen person: everything that is known, to the second.

let isOpen = false;

function openPerson(index) {
  isOpen = true;
  choose(index);
}

function closePerson() {
  isOpen = false;
  showPerson();
}

function entry(name, ...values) {
  const definition = make("dd");
  definition.append(...values);
  return [make("dt", "", name), definition];
}

/** Stretches in the order of time. */
function stretches(row) {
  const all = [
    ...row.stays.map((stay) => ({ ...stay, words: where(stay) })),
    ...row.overlaps.map((overlap) => ({ ...overlap, words: "two at once" })),
  ].sort((a, b) => a.from - b.from || b.to - a.to);
  const list = make("ol", "stretches");
  for (const { from, to, words, open: isOpenEnd } of all) {
    const last = day(from) === day(to) ? toTheSecond(to) : `${day(to)}, ${toTheSecond(to)}`;
    const first = told.days ? `${day(from)}, ${toTheSecond(from)}` : toTheSecond(from);
    list.append(make("li", "", `${first} to ${isOpenEnd ? "at least " : ""}${last} ${words}, ${inMinutes(to - from)}`));
  }
  return list;
}

function showPerson() {
  const pane = element("person");
  const row = passing[chosen];
  pane.hidden = !isOpen || !row;
  document.body.classList.toggle("with-person", !pane.hidden);
  if (pane.hidden) return;
  const head = make("div", "head");
  const title = make("h2");
  title.append(foreign("", row.name || "no name"));
  const shut = make("button", "plain", "Close");
  shut.type = "button";
  shut.title = "Close (Esc)";
  shut.addEventListener("click", () => { closePerson(); table.focus({ preventScroll: true }); });
  head.append(title, statusCell(row), shut);
  const facts = make("dl");
  if (row.email) facts.append(...entry("E-mail", foreign("", row.email)));
  if (row.session) facts.append(...entry("Session", foreign("", row.session)));
  facts.append(...entry("Room", foreign("", row.room)));
  if (row.note) facts.append(...entry("Note", foreign("", row.note)));
  if (row.minutes !== null) {
    const loads = counted(row.loads, "page load", "page loads");
    facts.append(...entry("There", `${row.uncertain ? "≥ " : ""}${counted(row.minutes, "minute", "minutes")}, ${loads}`, stretches(row)));
  }
  pane.replaceChildren(head, facts);
}
