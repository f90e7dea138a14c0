"use strict";
// The data files beside the page. Browsers let no page fetch() from a file, so each file is a script
// that calls one of the two functions below.

const DATA = "index-data/";
const FILES_KEPT = 8;

/** All mails, one object a line of the list. */
let rows = [];
/** Number of a data file -> its mails; the one used last stands last. */
const files = new Map();
const loading = new Map();

/** As it is sought: without capitals and accents, however they are composed. */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Called by list.js. */
function roomkeyList(lines) {
  rows = lines.map(([number, at, name, address, subject, language, zone, moderator, warnings, file, eml]) => ({
    number, at, name, address, subject, language, zone, moderator: moderator === 1, warnings, file, eml,
    sought: folded(`${name}\n${address}\n${subject}\n${at}`),
  }));
}

/** Called by the files of mails. */
function roomkeyMails(number, mails) {
  files.set(number, mails);
  for (const oldest of files.keys()) {
    if (files.size <= FILES_KEPT) break;
    files.delete(oldest);
  }
}

function load(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = DATA + name;
    script.charset = "utf-8";
    script.addEventListener("load", () => { script.remove(); resolve(); });
    script.addEventListener("error", () => { script.remove(); reject(new Error(`${DATA}${name} cannot be read`)); });
    document.head.append(script);
  });
}

/** Everything about a mail, from the file that holds it. */
async function mailOf(row) {
  if (!files.has(row.file)) {
    if (!loading.has(row.file)) {
      const name = `mails-${String(row.file).padStart(4, "0")}.js`;
      loading.set(row.file, load(name).finally(() => loading.delete(row.file)));
    }
    await loading.get(row.file);
  }
  const mails = files.get(row.file);
  files.delete(row.file);
  files.set(row.file, mails);
  return mails[row.number];
}

/** A part's text; what is base64 travelled as UTF-8. */
function textOf(mail, part) {
  const piece = mail.source[part.piece];
  const text = part.base64 ? new TextDecoder().decode(octetsOf(piece)) : piece;
  return text.replaceAll("\r\n", "\n");
}

function octetsOf(base64) {
  return Uint8Array.from(atob(base64.replace(/[^A-Za-z0-9+/=]/g, "")), (c) => c.charCodeAt(0));
}

function partOf(mail, kind) {
  return mail.parts.find((part) => part.kind === kind);
}
