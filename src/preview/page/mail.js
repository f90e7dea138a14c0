// One mail: what a mail program shows on top of it, and five ways to look at it.

const WIDTHS = { phone: 375, desktop: 800 };
const LONGEST_SOURCE = 200000;
const VIEWS = ["html", "text", "calendar", "link", "source"];

let view = "html";
let width = "desktop";
/** The mail that is shown, and its row. */
let shown = null;

async function showMail(row) {
  document.body.classList.add("reading");
  element("none").hidden = true;
  element("one").hidden = false;
  location.replace(`#${row.number}`);
  let mail;
  try {
    mail = await mailOf(row);
  } catch (problem) {
    mail = null;
    element("view").replaceChildren(make("p", "empty", `${problem.message}: is the whole folder here?`));
  }
  // Meanwhile somebody may have gone on.
  if (passing[chosen] !== row || !mail) return;
  shown = { row, mail };
  element("subject").textContent = row.subject || "(no subject)";
  const fields = mail.fields.filter(([name]) => name !== "Subject");
  fields.push(["Row", [row.at, row.zone, row.moderator ? "moderator" : "", row.eml].filter(Boolean).join(" · ")]);
  element("fields").replaceChildren(...fields.flatMap(([name, value]) => described(name, value, "ltr")));
  element("warnings").replaceChildren(...mail.warnings.map((warning) => make("li", "", warning)));
  element("warnings").hidden = mail.warnings.length === 0;
  showView();
}

/** A name and what stands for it; an address stays on the right of a name of any script. */
function described(name, value, direction = "auto") {
  const definition = make("dd");
  const text = make("bdi", "", value);
  text.dir = direction;
  definition.append(text);
  return [make("dt", "", name), definition];
}

function showView() {
  for (const name of VIEWS) {
    const tab = element(`tab-${name}`);
    tab.setAttribute("aria-selected", String(name === view));
    tab.tabIndex = name === view ? 0 : -1;
  }
  for (const name of Object.keys(WIDTHS)) element(name).setAttribute("aria-pressed", String(name === width));
  element("widths").hidden = view !== "html";
  const pane = element("view");
  pane.setAttribute("aria-labelledby", `tab-${view}`);
  pane.className = `view show-${view}`;
  if (!shown) return;
  const build = { html: htmlView, text: textView, calendar: calendarView, link: linkView, source: sourceView };
  pane.replaceChildren(...build[view](shown.mail, shown.row));
  pane.scrollTop = 0;
  fitFrame();
}

/** The HTML as it is, in a frame that runs nothing, opens nothing and goes nowhere. */
function htmlView(mail) {
  const part = partOf(mail, "text/html");
  if (!part) return [make("p", "empty", "This mail has no HTML part.")];
  const frame = make("iframe", `frame ${width}`);
  frame.setAttribute("sandbox", "");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.title = `The mail as on a ${width}`;
  frame.srcdoc = tamed(withPictures(textOf(mail, part), mail));
  const stage = make("div", `stage ${width}`);
  stage.append(frame);
  return [stage];
}

/**
 * The mail without what has no place in one. Sandbox and policy stop all of it from working, but browsers
 * connect ahead to hosts of frames and links before they ask the policy. Links open new windows, which
 * the sandbox forbids: a click does nothing.
 */
function tamed(html) {
  const mail = new DOMParser().parseFromString(html, "text/html");
  const places = "script, iframe, frame, frameset, object, embed, base, link, template, meta[http-equiv]";
  for (const one of mail.querySelectorAll(places)) one.remove();
  const prefetch = mail.createElement("meta");
  prefetch.httpEquiv = "x-dns-prefetch-control";
  prefetch.content = "off";
  const base = mail.createElement("base");
  base.target = "_blank";
  mail.head.prepend(prefetch, base);
  return (mail.compatMode === "CSS1Compat" ? "<!DOCTYPE html>" : "") + mail.documentElement.outerHTML;
}

/** Pictures that travel with the mail, called by their ids. */
function withPictures(html, mail) {
  return html.replace(/cid:([^"'\s)>]+)/g, (whole, id) => {
    const part = mail.parts.find((one) => one.cid === id && one.base64 && one.kind.startsWith("image/"));
    return part ? `data:${part.kind};base64,${mail.source[part.piece].replace(/\s/g, "")}` : whole;
  });
}

/** Makes the frame as wide as what it stands for, and as large as there is room. */
function fitFrame() {
  const stage = document.querySelector(".stage");
  if (!stage) return;
  const frame = stage.firstElementChild;
  // Half a pixel more would hide the frame's lower edge.
  const box = stage.getBoundingClientRect();
  const [room, height] = [Math.floor(box.width), Math.floor(box.height)];
  const scale = Math.min(1, room / WIDTHS[width]);
  const wide = width === "desktop" ? Math.max(WIDTHS.desktop, room) : WIDTHS.phone;
  frame.style.width = `${wide}px`;
  frame.style.height = `${height / scale}px`;
  frame.style.transform = scale < 1 ? `scale(${scale})` : "none";
  frame.style.marginInlineStart = `${Math.max(0, (room - wide * scale) / 2)}px`;
}

function textView(mail) {
  const part = partOf(mail, "text/plain");
  if (!part) return [make("p", "empty", "This mail has no plain-text part.")];
  const text = make("pre", "letter", textOf(mail, part));
  text.dir = "auto";
  return [text];
}

/** The header block with its names set off, then the rest as it travels. */
function sourceView(mail) {
  const whole = mail.source.join("").replaceAll("\r\n", "\n");
  const end = whole.indexOf("\n\n");
  const source = make("pre", "source");
  for (const line of whole.slice(0, end).split("\n")) {
    const colon = /^\s/.test(line) ? -1 : line.indexOf(":");
    if (colon > 0) source.append(make("b", "", line.slice(0, colon + 1)));
    source.append(line.slice(colon + 1), "\n");
  }
  const body = whole.slice(end + 1);
  source.append(body.slice(0, LONGEST_SOURCE));
  if (body.length <= LONGEST_SOURCE) return [source];
  const more = make("button", "plain", `Show ${counted(body.length - LONGEST_SOURCE, "more character", "more characters")}`);
  more.type = "button";
  more.addEventListener("click", () => { source.append(body.slice(LONGEST_SOURCE)); more.remove(); });
  return [source, more];
}
