// What every part of the page uses: who one is, the sandbox's time, small pictures, messages to the reader.

export const boot = JSON.parse(document.getElementById("boot").textContent);

export const $ = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

function use(file, name, style) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", style);
  svg.setAttribute("aria-hidden", "true");
  const inner = document.createElementNS(SVG, "use");
  inner.setAttribute("href", `${boot.assets}/${file}#${name}`);
  svg.append(inner);
  return svg;
}

export const glyph = (name) => use("glyphs.svg", name, "glyph");

/** Our drawing of an emoji, or null when there is none. */
export const sprite = (code) => (boot.drawn.includes(code) ? use("emoji.svg", `e${code}`, "emoji") : null);

let ahead = Date.parse(boot.now) - Date.now();

/** The sandbox's present. */
export const now = () => new Date(Date.now() + ahead);
export const setNow = (iso) => { ahead = Date.parse(iso) - Date.now(); };

const zone = { timeZone: boot.me.timezone };
const FORMS = {
  hour: new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" }),
  day: new Intl.DateTimeFormat("en-GB", { ...zone, weekday: "short", day: "numeric", month: "short", year: "numeric" }),
  date: new Intl.DateTimeFormat("en-CA", { ...zone, year: "numeric", month: "2-digit", day: "2-digit" }),
};

/** An instant in the reader's zone: `hour`, `day`, `date` (sortable) or `long`. */
export function moment(at, form) {
  if (form === "long") return `${moment(at, "day")}, ${moment(at, "hour")}`;
  return FORMS[form].format(at).replace(/^(\w{3}),? /, "$1 ");
}

/** `Today`, `Yesterday` or the date. */
export function dayOf(at) {
  const [day, today] = [moment(at, "date"), moment(now(), "date")];
  if (day === today) return "Today";
  return day === moment(new Date(now() - 864e5), "date") ? "Yesterday" : moment(at, "day");
}

let quiet;

/** Says something to the reader, for some seconds. */
export function tell(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(quiet);
  quiet = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

/** Asks before something cannot be undone. */
export function ask(text, yes) {
  const dialog = $("ask");
  $("ask-text").textContent = text;
  $("ask-yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}

/** Puts exactly these nodes into the parent, moving as few as possible (a focused one keeps its focus). */
export function reconcile(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let cursor = parent.firstChild;
  for (const node of nodes) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
}

/** Shows one of the phone's two tabs; on a wide screen both are there anyway. */
export function show(pane) {
  document.documentElement.dataset.pane = pane;
  for (const tab of document.querySelectorAll(".tabs [role=tab]")) {
    const chosen = tab.dataset.show === pane;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  const badge = $(`badge-${pane}`);
  badge.hidden = true;
  badge.textContent = "";
}

export const narrowScreen = matchMedia("(max-width: 760px)");

/** One more thing to see on the tab that is not shown. */
export function bump(pane) {
  if (document.documentElement.dataset.pane === pane) return;
  const badge = $(`badge-${pane}`);
  badge.textContent = String(Number(badge.textContent || 0) + 1);
  badge.hidden = false;
}
