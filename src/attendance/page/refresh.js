// A page that is served renews itself in place: what is sought, sorted, chosen and in sight stays.

/** Takes what is new from the page's own text; answers whether the people changed. */
function renew(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const [facts, data] = [page.getElementById("facts"), page.getElementById("data")];
  if (!facts || !data) throw new Error("this is not the report");
  const open = [...document.querySelectorAll("#facts details[open]")].map((details) => details.id);
  element("facts").replaceWith(document.adoptNode(facts));
  for (const id of open) if (element(id)) element(id).open = true;
  listenToCurves();
  if (data.textContent === element("data").textContent) return;
  element("data").textContent = data.textContent;
  take(data.textContent);
  offerSessions();
  refilter(true);
}

async function ask() {
  try {
    const answer = await fetch(location.href.split("#")[0], { cache: "no-store" });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    const before = window.scrollY - element("main").offsetTop;
    renew(await answer.text());
    // Of the list the same stays in sight, however much came above it.
    if (before > 0) window.scrollTo(0, element("main").offsetTop + before);
    element("renewed").textContent = "";
  } catch {
    element("renewed").textContent = "No longer renewed: roomkey does not answer.";
  }
}

function keepRenewing() {
  if (!told.refresh) return;
  setInterval(() => {
    if (!document.hidden && !onPaper && !element("by-hand").open) ask();
  }, told.refresh * 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
}

/** What the reader set, kept for a reload by hand. */
const PLACE = `roomkey attendance ${location.pathname}`;
function remember() {
  const set = { search: search.value, filterKey, session: element("session").value, sort, y: window.scrollY };
  try { sessionStorage.setItem(PLACE, JSON.stringify(set)); } catch { /* Then not. */ }
}

function recall() {
  const [way] = performance.getEntriesByType("navigation");
  if (!way || way.type === "navigate") return 0;
  let set = null;
  try { set = JSON.parse(sessionStorage.getItem(PLACE)); } catch { /* Then from the beginning. */ }
  if (!set) return 0;
  search.value = set.search || "";
  if (FILTERS.some(({ key }) => key === set.filterKey)) filterKey = set.filterKey;
  element("session").value = set.session || "";
  if (element("session").selectedIndex < 0) element("session").value = "";
  if (set.sort && COLUMNS.some(({ key }) => key === set.sort.key)) sort = { key: set.sort.key, down: Boolean(set.sort.down) };
  return set.y || 0;
}
