// The page as a whole: one person's view of the chat, beside the timelines.

import { Api, follow as followChat } from "./api.js";
import { Clock } from "./clock.js";
import { $, boot, bump, narrowScreen, show } from "./common.js";
import { Compose, edit } from "./compose.js";
import { Hint } from "./hint.js";
import { Messages } from "./messages.js";
import { read, write } from "./narrow.js";
import { follow as followNews } from "./news.js";
import { Rooms } from "./rooms.js";
import { Store } from "./store.js";
import { openPicture, Timelines } from "./timelines.js";

const PAGE = 300;

const api = new Api(boot.me);
const store = new Store(boot.me);
const people = new Map([...boot.people, boot.bot].map((one) => [one.user_id, one]));
const rooms = new Rooms(store);
const clock = new Clock();
const hint = new Hint({ draft: () => compose.example("draft") });
const timelines = new Timelines({ arrived: () => hint.tick("watch") });
const compose = new Compose(api, { sent });
const messages = new Messages(api, store, people, {
  older, edit: (message) => edit(api, message, $(`m${message.id}`)),
  quote: (message) => compose.quote(message, messages.near(message), people.get(message.sender_id)?.full_name ?? message.sender_full_name),
});
const home = boot.channels[0]?.stream_id ?? null;
let narrow = { channel: home, topic: null, dm: null, near: null };
let loaded = false;

function sent(content, topic) {
  if (/^(@social|@\*\*social\*\*)\s+draft/i.test(content.trim())) hint.tick("draft");
  if (narrow.topic !== null && topic !== null && topic.toLowerCase() !== narrow.topic.toLowerCase()) {
    location.hash = write({ ...narrow, name: nameOf(narrow), topic, near: null });
  }
}

const nameOf = ({ channel, dm }) => (dm ? dm.map((id) => people.get(id)?.full_name ?? "somebody").join(", ")
  : boot.channels.find((one) => one.stream_id === channel)?.name ?? "unknown channel");

function draw(arrived = []) {
  if (!document.hidden) rooms.seen(narrow);
  rooms.draw(narrow);
  messages.draw(narrow, arrived);
  const title = nameOf(narrow);
  const head = $("talk-title");
  head.replaceChildren(narrow.dm ? "" : Object.assign(document.createElement("span"), { className: "hash", textContent: "#" }), title, narrow.topic === null ? "" : ` › ${narrow.topic || "general chat"}`);
  $("talk-about").textContent = narrow.dm ? "Only the two of you see this." : boot.channels.find((one) => one.stream_id === narrow.channel)?.description ?? "";
  document.title = `${narrow.dm ? "" : "#"}${title} – Social sandbox`;
  compose.aim(narrow, narrow.dm ? [] : store.topics(narrow.channel), title);
}

async function older() {
  const answer = await api.ask("GET", "messages", { anchor: store.byId.size ? store.oldest() : "newest", num_before: PAGE, num_after: 0, apply_markdown: true, client_gravatar: true });
  store.add(answer.messages.filter((one) => !store.byId.has(one.id)));
  store.complete = answer.found_oldest;
  messages.grown = true;
  draw();
}

async function go() {
  const [kind, service, ...rest] = location.hash.replace(/^#/, "").split("/");
  if (kind === "post") {
    timelines.reveal(service, decodeURIComponent(rest.join("/")));
    return;
  }
  const wanted = read(location.hash) ?? { channel: home, topic: null, dm: null, near: null };
  $("jump").open = false;
  if (!loaded) {
    narrow = wanted;
    return;
  }
  if (wanted.near !== null) while (!store.complete && store.oldest() > wanted.near) await older();
  const target = store.byId.get(wanted.near);
  if (target) wanted.channel = target.stream_id ?? null;
  if (target && wanted.topic !== null) wanted.topic = target.topic;
  narrow = wanted;
  if (narrowScreen.matches) show("chat");
  draw();
  if (target) messages.reveal(target.id);
}

async function start() {
  store.clear();
  const answer = await api.ask("GET", "messages", { anchor: "newest", num_before: PAGE, num_after: 0, apply_markdown: true, client_gravatar: true });
  store.add(answer.messages);
  store.complete = answer.found_oldest;
  if (loaded) draw();
  loaded = true;
  document.documentElement.dataset.ready = "";
  await go();
  if (!location.hash.startsWith("#narrow")) draw();
}

function happened(event) {
  if (event.type === "realm_user" && event.op === "update") {
    Object.assign(people.get(event.person.user_id) ?? {}, event.person);
  }
  if (event.sender_id === boot.bot.user_id || event.message?.sender_id === boot.bot.user_id || event.user_id === boot.bot.user_id) clock.soon();
  const changed = store.apply(event);
  if (!changed.length) return;
  if (event.type === "message") arrived(store.byId.get(event.message.id));
  if (event.type === "reaction" && event.op === "add" && event.user_id === boot.me.user_id && event.emoji_code === "1f44d") hint.tick("approve");
  draw(event.type === "message" ? changed : []);
}

function arrived(message) {
  if (message.sender_id === boot.me.user_id) return;
  const seen = store.select(narrow).some((one) => one.id === message.id);
  if (!seen || document.hidden) rooms.missed(message);
  bump("chat");
}

function news({ event, now }) {
  timelines.refresh();
  if (event === "clock") clock.moved(now);
  else clock.ask();
}

function follow(event) {
  const picture = event.target.closest(".pic-open");
  if (picture) openPicture(picture);
  const tab = event.target.closest("[data-show]");
  if (tab) show(tab.dataset.show);
  const person = event.target.closest("a[data-person]");
  if (person) person.hash = location.hash;
  const link = event.target.closest("a[href]");
  const post = link?.target === "_blank" && link.closest(".chat") && timelines.find(link.href);
  if (!post) return;
  event.preventDefault();
  timelines.reveal(...post);
}

function tabs(event) {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = event.target.dataset.show === "chat" ? "timelines" : "chat";
  show(other);
  $(`tab-${other}`).focus();
}

document.addEventListener("click", follow);
document.querySelector(".tabs").addEventListener("keydown", tabs);
document.addEventListener("visibilitychange", () => { if (!document.hidden && loaded) draw(); });
window.addEventListener("hashchange", () => { go(); });

const place = () => {
  const rail = $("rooms");
  if (matchMedia("(max-width: 980px)").matches) $("jump").append(rail);
  else $("chat").prepend(rail);
};
matchMedia("(max-width: 980px)").addEventListener("change", place);
place();

const tabbed = () => {
  for (const pane of ["chat", "timelines"]) {
    if (narrowScreen.matches) $(pane).setAttribute("role", "tabpanel");
    else $(pane).removeAttribute("role");
  }
};
narrowScreen.addEventListener("change", tabbed);
tabbed();

followChat(api, {
  start, event: happened,
  state: (up, error) => {
    $("link-state").hidden = up;
    if (!up) $("link-state").textContent = error?.code === "UNAUTHORIZED" ? error.message : "Reconnecting…";
  },
});
followNews(news);
