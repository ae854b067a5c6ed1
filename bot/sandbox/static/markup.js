// The HTML of a message made fit for the page: only what Zulip's Markdown makes, times in the reader's zone,
// spoilers that open, pictures fetched with the reader's own key.

import { boot, glyph, moment, sprite, tell } from "./common.js";
import { player } from "./player.js";

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
const FILM = /\.(mp4|m4v|mov|webm)$/i;

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
  const here = url && ours(url) && LOCAL.test(url.pathname);
  if (!here || element.localName === "video") {
    (link ?? element).replaceWith(here ? player(api, url.pathname, alt) : missing("A picture from elsewhere is not loaded here."));
    return;
  }
  const shown = Object.assign(document.createElement("img"), { alt });
  const holder = Object.assign(document.createElement("button"), { type: "button", className: "pic-open", ariaLabel: `${alt || "Picture"}. Show it large` });
  holder.append(shown);
  (link ?? element).replaceWith(holder);
  api.file(url.pathname).then((source) => {
    shown.src = source;
    holder.dataset.src = source;
    holder.dataset.alt = alt;
  }, () => holder.replaceWith(missing("This picture cannot be shown.")));
}

/** Under the paragraph that links a film, the film itself (older servers show the link alone). */
function dressFilm(api, link) {
  const path = link.dataset.file;
  if (!path || !FILM.test(path) || link.closest(".message_inline_image, .message_inline_video")) return;
  const holder = Object.assign(document.createElement("div"), { className: "message_inline_image message_inline_video" });
  holder.append(player(api, path, link.textContent));
  const place = link.closest("p, li, td, h1, h2, h3, h4, h5, h6") ?? link;
  if (place.localName === "p" || place === link) place.after(holder);
  else place.append(holder);
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
  body.querySelectorAll("a[data-file]").forEach((one) => dressFilm(api, one));
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
