"use strict";
// The people as they stand in the page, and how times, names and counts are told.

/** Everybody, one object a line. */
let rows = [];
/** What is drawn, and how: blocks of time, sessions, the zone's offsets. */
let told = {};

const element = (id) => document.getElementById(id);
const counted = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
/** As it is sought: without capitals and accents, however they are composed. */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Text of a stranger: isolated, so that it turns nothing around it. */
function foreign(name, text) {
  const made = make("bdi", name, text);
  made.dir = "auto";
  return made;
}

function take(json) {
  told = JSON.parse(json);
  rows = told.rows.map(([kind, name, email, session, room, block, first, last, minutes, loads, most, uncertain, note, stays, overlaps], index) => ({
    index, kind, name, email, session, room, block: told.blocks[block], first, last, minutes, loads, most, uncertain, note,
    stays: stays.map(([from, to, breakout, open]) => ({ from, to, breakout: breakout === 1, open: open === 1 })),
    overlaps: overlaps.map(([from, to]) => ({ from, to })),
    sought: folded(`${name}\n${email}\n${note}`),
    // Who and where: the same after the page has renewed itself.
    key: `${kind === "unexplained" || kind === "recorder" ? kind : "invited"}\n${email}\n${name}\n${session}\n${kind === "unexplained" ? first : ""}`,
  }));
  const [first, last] = [told.blocks[0], told.blocks[told.blocks.length - 1]];
  told.days = day(first.from) !== day(last.to);
}

/** A time as the event's zone tells it. */
function local(at) {
  let ahead = told.offsets[0][1];
  for (const [from, offset] of told.offsets) if (at >= from) ahead = offset;
  return new Date((at + ahead) * 1000);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number) => String(number).padStart(2, "0");
function day(at) {
  const time = local(at);
  return `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`;
}
function clock(at) {
  const time = local(at);
  return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
}
const toTheSecond = (at) => `${clock(at)}:${two(local(at).getUTCSeconds())}`;
/** With the day, where there are several. */
const moment = (at) => (told.days ? `${day(at)}, ${clock(at)}` : clock(at));

const inMinutes = (seconds) => `${Math.max(1, Math.round(seconds / 60)).toLocaleString("en")} min`;
