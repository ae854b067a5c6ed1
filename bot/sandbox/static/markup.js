// The HTML of a message made fit for the page: only what Zulip's Markdown makes, times in the reader's zone,
// spoilers that open, pictures fetched with the reader's own key.

import { boot, glyph, moment, sprite, tell } from "./common.js";

const TAGS = new Set(`a b blockquote br code del div em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s span strong sub sup
  table tbody td th thead time tr ul video`.split(/\s+/));
const DROPPED = new Set(["script", "style", "iframe", "object", "embed", "svg", "math", "form", "input", "button", "template", "noscript"]);
const ATTRIBUTES = {
  "*": ["class", "title", "aria-hidden", "aria-label", "role"],
  a: ["href"], img: ["src", "alt", "data-original-src"], time: ["datetime"], video: ["src"], ol: ["start"],
  td: ["style"], th: ["style"], span: ["data-user-id", "data-user-group-id"],
};
const ROLES = new Set(["img"]);

function keep(element, name) {
  if (name === "style") return /^text-align: ?(left|right|center);?$/.test(element.getAttribute("style"));
  if (name === "role") return ROLES.has(element.getAttribute("role"));
  return (ATTRIBUTES["*"].includes(name) || ATTRIBUTES[element.localName]?.includes(name));
}

function clean(root) {
  for (const element of [...root.querySelectorAll("*")].reverse()) {
    const tag = element.localName;
    if (DROPPED.has(tag)) element.remove();
    else if (!TAGS.has(tag)) element.replaceWith(...element.childNodes);
    else for (const { name } of [...element.attributes]) if (!keep(element, name)) element.removeAttribute(name);
  }
}

function address(text) {
  try {
    const url = new URL(text, location.origin);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** The page may be open under another name of this machine than the one the chat writes into its links. */
const ours = (url) => url.origin === location.origin || url.origin === boot.base;

const LOCAL = /^\/user_uploads\//;

function dressLink(link) {
  const url = address(link.getAttribute("href") ?? "");
  if (!url) {
    link.removeAttribute("href");
  } else if (ours(url) && url.hash.startsWith("#narrow")) {
    link.setAttribute("href", url.hash);
  } else if (ours(url) && LOCAL.test(url.pathname)) {
    link.dataset.file = url.pathname;
  } else {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
}

function dressPicture(api, element) {
  if (element.classList.contains("emoji")) {
    element.removeAttribute("data-original-src");
    return;
  }
  const link = element.closest("a");
  const named = element.getAttribute("data-original-src") || link?.getAttribute("href") || element.getAttribute("src") || "";
  const url = address(named);
  const alt = element.getAttribute("alt") || link?.getAttribute("title") || "";
  const shown = document.createElement(element.localName === "video" ? "video" : "img");
  const holder = document.createElement(shown.localName === "video" ? "span" : "button");
  if (shown.localName === "video") shown.controls = true;
  else Object.assign(shown, { alt });
  holder.append(shown);
  if (holder.localName === "button") Object.assign(holder, { type: "button", className: "pic-open", ariaLabel: `${alt || "Picture"}. Show it large` });
  (link ?? element).replaceWith(holder);
  if (!url || !ours(url) || !LOCAL.test(url.pathname)) {
    holder.replaceWith(missing("A picture from elsewhere is not loaded here."));
    return;
  }
  api.file(url.pathname).then((source) => {
    shown.src = source;
    holder.dataset.src = source;
    holder.dataset.alt = alt;
  }, () => holder.replaceWith(missing("This picture cannot be shown.")));
}

function missing(text) {
  const note = document.createElement("span");
  note.className = "image-missing";
  note.textContent = text;
  return note;
}

function dressEmoji(span) {
  const code = /(?:^| )emoji-([0-9a-f-]+)(?: |$)/.exec(span.className)?.[1];
  if (!code) return;
  const label = span.getAttribute("aria-label") || span.textContent;
  const drawn = sprite(code);
  if (drawn) span.replaceChildren(drawn);
  else if (/^[0-9a-f]{2,5}(-[0-9a-f]{2,5})*$/.test(code)) span.textContent = String.fromCodePoint(...code.split("-").map((one) => Number.parseInt(one, 16)));
  span.className = "emoji-mark";
  span.setAttribute("role", "img");
  span.setAttribute("aria-label", label);
}

function dressTime(time) {
  const at = new Date(time.getAttribute("datetime"));
  if (Number.isNaN(at.getTime())) return;
  time.replaceChildren(glyph("clock"), moment(at, "long"));
  time.title = `${moment(at, "long")}, ${boot.me.timezone} (${at.toISOString().slice(0, 16).replace("T", " ")} UTC)`;
}

let spoilers = 0;

function dressSpoiler(block, opened, index) {
  const [head, content] = [block.querySelector(":scope > .spoiler-header"), block.querySelector(":scope > .spoiler-content")];
  if (!head || !content) return;
  spoilers += 1;
  content.id = `spoiler-${spoilers}`;
  const open = opened.has(index);
  content.setAttribute("aria-hidden", String(!open));
  Object.assign(head, { tabIndex: 0, role: "button", ariaExpanded: String(open) });
  head.setAttribute("aria-controls", content.id);
  if (!head.textContent.trim()) head.textContent = "";
}

/** Opens or closes the spoiler whose header this is. */
export function toggleSpoiler(head) {
  const open = head.getAttribute("aria-expanded") !== "true";
  head.setAttribute("aria-expanded", String(open));
  document.getElementById(head.getAttribute("aria-controls"))?.setAttribute("aria-hidden", String(!open));
}

/** Nodes for a message's HTML; `opened` holds the indexes of spoilers that were open before. */
export function dress(html, api, opened = new Set()) {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  clean(body);
  body.querySelectorAll("img, video").forEach((one) => dressPicture(api, one));
  body.querySelectorAll("a").forEach(dressLink);
  body.querySelectorAll("span.emoji").forEach(dressEmoji);
  body.querySelectorAll("time").forEach(dressTime);
  body.querySelectorAll(".spoiler-block").forEach((one, index) => dressSpoiler(one, opened, index));
  body.querySelectorAll(`.user-mention[data-user-id="${boot.me.user_id}"]`).forEach((one) => one.classList.add("is-mine"));
  return [...body.childNodes];
}

/** A link to an uploaded file: fetched with the reader's key, then handed to the browser. */
export async function openFile(api, link) {
  try {
    const save = document.createElement("a");
    save.href = await api.file(link.dataset.file);
    save.download = link.dataset.file.split("/").pop();
    save.click();
  } catch (error) {
    tell(error.message);
  }
}
