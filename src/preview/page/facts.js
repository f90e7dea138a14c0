// What a mail carries: its calendar entry, and its link in words.

/** A moment in a zone, for people; in UTC where the browser does not know the zone. */
function moment(date, zone, options) {
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...options };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...form, timeZone: zone }).format(date);
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...form, timeZone: "UTC" }).format(date);
  }
}

const DAY = { weekday: "short", day: "numeric", month: "short", year: "numeric" };

/** The entry's own properties; the alarm's follow by themselves. */
function propertiesOf(calendar) {
  return calendar.replace(/\n[ \t]/g, "").split("\n").filter(Boolean).map((line) => {
    // A colon in a quoted parameter does not end the name.
    const found = /^([^:"]*(?:"[^"]*"[^:"]*)*):(.*)$/.exec(line);
    const [, head, value] = found || [null, line, ""];
    const [name, ...parameters] = head.match(/(?:[^;"]|"[^"]*")+/g) || [""];
    return { name: name.toUpperCase(), parameters, value: value.replace(/\\(.)/g, (_, c) => (c === "n" || c === "N" ? "\n" : c)) };
  });
}

/** An address without its scheme, a usual reminder in words. */
function inWords(value) {
  const before = /^-PT(\d+)M$/.exec(value);
  return before ? counted(Number(before[1]), "minute before", "minutes before") : value.replace(/^mailto:/i, "");
}

function instant(value) {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value || "");
  return found ? new Date(Date.UTC(found[1], found[2] - 1, ...found.slice(3).map(Number))) : null;
}

function calendarView(mail, row) {
  const part = partOf(mail, "text/calendar");
  if (!part) return [make("p", "empty", "This mail has no calendar entry.")];
  const text = textOf(mail, part);
  const properties = propertiesOf(text);
  const value = (name) => (properties.find((property) => property.name === name) || {}).value || "";
  const meaning = { REQUEST: "An invitation that can be answered", PUBLISH: "An entry to take over", CANCEL: "Cancels an earlier entry" };
  const facts = [["Kind", meaning[value("METHOD")] || value("METHOD")]];
  const [from, to] = [instant(value("DTSTART")), instant(value("DTEND"))];
  const card = make("div", "entry");
  if (from) {
    const tile = make("div", "tile");
    tile.append(make("span", "", moment(from, row.zone, { month: "short", hour: undefined, minute: undefined })));
    tile.append(make("b", "", moment(from, row.zone, { day: "numeric", hour: undefined, minute: undefined })));
    card.append(tile);
    if (to) facts.push(["In this person's time", `${moment(from, row.zone, DAY)} to ${moment(to, row.zone, DAY)} (${row.zone})`]);
    if (to) facts.push(["In UTC", `${moment(from, "UTC", DAY)} to ${moment(to, "UTC", DAY)}`]);
  }
  const title = make("p", "title");
  title.append(make("bdi", "", value("SUMMARY")));
  card.append(title);
  const known = { LOCATION: "Where", URL: "Link", ORGANIZER: "Organiser", ATTENDEE: "Attendee", STATUS: "Status", SEQUENCE: "Version", UID: "Id", TRIGGER: "Reminder" };
  for (const { name, parameters, value: said } of properties) {
    const cn = (parameters.find((parameter) => /^CN=/i.test(parameter)) || "").slice(3).replace(/^"|"$/g, "");
    if (known[name] && said) facts.push([known[name], [cn, inWords(said)].filter(Boolean).join(", ")]);
  }
  const list = make("dl", "facts");
  list.append(...facts.flatMap(([name, said]) => described(name, said)));
  const raw = make("details");
  raw.append(make("summary", "", "As it travels"), make("pre", "source", text));
  return [card, list, raw];
}

/** How far away a moment is. */
function distance(seconds) {
  const units = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, length] = units.find(([, one]) => Math.abs(seconds) >= one) || ["minute", 60];
  return new Intl.RelativeTimeFormat("en", { numeric: "always" }).format(Math.round(seconds / length), unit);
}

/** The window as a line: open before the start, open after the end. */
function windowLine(mail, row) {
  const [opens, starts, ends, closes] = mail.window;
  const now = Date.now() / 1000;
  const state = now < opens ? `opens ${distance(opens - now)}` : now < closes ? `works now, closes ${distance(closes - now)}` : "works no more";
  const line = make("figure", "window");
  line.append(make("figcaption", "", `The link ${state}.`));
  // Not to scale: hours before and after a short event would leave nothing of it.
  const bar = make("div", "span");
  bar.append(make("div", "event"));
  const times = make("dl", "times");
  for (const [name, at] of [["opens", opens], ["starts", starts], ["ends", ends], ["closes", closes]]) {
    const pair = make("div");
    pair.append(make("dt", "", name), make("dd", "", moment(at * 1000, row.zone, {})));
    pair.title = `${moment(at * 1000, row.zone, DAY)} (${row.zone})`;
    times.append(pair);
  }
  line.append(bar, times, make("p", "quiet", mail.works));
  return line;
}

function linkView(mail, row) {
  if (!mail.link) return [make("p", "empty", "This mail holds no personal link.")];
  const link = make("p", "link");
  link.append(make("code", "", mail.link));
  const claims = make("dl", "facts");
  claims.append(...mail.claims.flatMap((line) => {
    const found = /^([^:]{1,30}): (.*)$/s.exec(line);
    return found ? described(found[1], found[2]) : described("window", line);
  }));
  const remarks = make("ul", "remarks");
  for (const { severity, text, hint } of mail.remarks) {
    const item = make("li", severity);
    item.append(make("b", "", `${severity}: `), text);
    if (hint) item.append(make("span", "hint", hint));
    remarks.append(item);
  }
  remarks.hidden = mail.remarks.length === 0;
  return [windowLine(mail, row), make("h3", "", "What the link says"), claims, remarks, make("h3", "", "The link itself"), link];
}
