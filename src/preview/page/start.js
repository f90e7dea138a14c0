// Hands, keys and the beginning.

function setView(name) {
  view = name;
  showView();
}

function setWidth(name) {
  width = name;
  showView();
}

function goBack() {
  document.body.classList.remove("reading");
  draw();
  list.focus();
}

/** Keys of the list itself: it is walked through as lists are. */
function onListKey(event) {
  const page = Math.max(1, Math.floor(list.clientHeight / ROW_HEIGHT) - 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
  if (!(event.key in steps)) return false;
  event.preventDefault();
  choose(Math.min(passing.length - 1, Math.max(0, chosen + steps[event.key])));
  return true;
}

/** A click into the mail's frame takes the keys with it: they come back. */
function keepKeys() {
  setTimeout(() => {
    if (document.activeElement && document.activeElement.tagName === "IFRAME") element("mail").focus({ preventScroll: true });
  });
}

/** Keys of the whole page; not while somebody types. */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    if (event.target === filters.search && filters.search.value) reset();
    else if (typing) list.focus();
    else goBack();
    return;
  }
  if (typing) return;
  if (event.target === document.body && onListKey(event)) return;
  const keys = {
    "/": () => { document.body.classList.remove("reading"); filters.search.focus(); filters.search.select(); },
    j: () => choose(chosen + 1),
    k: () => choose(chosen - 1),
    w: () => setWidth(width === "phone" ? "desktop" : "phone"),
  };
  VIEWS.forEach((name, index) => { keys[String(index + 1)] = () => setView(name); });
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

function onTabKey(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  setView(VIEWS[(VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length]);
  element(`tab-${view}`).focus();
}

function listen() {
  let drawing = false;
  list.addEventListener("scroll", () => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => { drawing = false; draw(); });
  }, { passive: true });
  list.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (row) choose(Number(row.dataset.index));
  });
  list.addEventListener("keydown", onListKey);
  document.addEventListener("keydown", onKey);
  window.addEventListener("blur", keepKeys);
  filters.search.addEventListener("input", filter);
  filters.search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); list.focus(); if (chosen < 0) choose(0); }
  });
  for (const select of [filters.language, filters.zone]) select.addEventListener("change", filter);
  for (const button of [filters.moderators, filters.warned]) {
    button.addEventListener("click", () => { button.setAttribute("aria-pressed", String(!isPressed(button))); filter(); });
  }
  element("reset").addEventListener("click", reset);
  element("back").addEventListener("click", goBack);
  element("previous").addEventListener("click", () => choose(chosen - 1));
  element("next").addEventListener("click", () => choose(chosen + 1));
  element("tabs").addEventListener("keydown", onTabKey);
  for (const name of VIEWS) element(`tab-${name}`).addEventListener("click", () => setView(name));
  for (const name of Object.keys(WIDTHS)) element(name).addEventListener("click", () => setWidth(name));
  new ResizeObserver(() => { draw(); fitFrame(); }).observe(document.body);
}

async function start() {
  listen();
  try {
    await load("list.js");
  } catch (problem) {
    element("count").textContent = `${problem.message}: is the whole folder here?`;
    return;
  }
  offerChoices(filters.language, "language");
  offerChoices(filters.zone, "zone");
  for (const [button, has] of [[filters.moderators, (row) => row.moderator], [filters.warned, (row) => row.warnings > 0]]) {
    button.disabled = !rows.some(has);
    if (button.disabled) button.textContent = `No ${button.textContent.toLowerCase()}`;
  }
  const isPhone = matchMedia("(max-width: 760px)").matches;
  width = isPhone ? "phone" : "desktop";
  showView();
  filter();
  const asked = passing.findIndex((row) => `#${row.number}` === location.hash);
  if (asked >= 0) choose(asked);
  else if (!isPhone) choose(0);
}

start();
