// The reactions under a message: pills that toggle, and a picker with the few that matter.

import { $, boot, glyph, reconcile, sprite, tell } from "./common.js";

/** Draws the pills of a message into its box, keeping those that stand (and the focus on them). */
export function drawReactions(box, message, people) {
  const groups = new Map();
  for (const one of message.reactions) {
    const key = `${one.reaction_type}/${one.emoji_code}`;
    if (!groups.has(key)) groups.set(key, { ...one, users: [] });
    groups.get(key).users.push(one.user_id);
  }
  const old = new Map([...box.children].map((one) => [one.dataset.key, one]));
  const pills = [...groups].map(([key, group]) => pill(old.get(key), key, group, people));
  if (pills.length) pills.push(old.get("add") ?? adder());
  reconcile(box, pills);
}

function adder() {
  const add = Object.assign(document.createElement("button"), { type: "button", className: "reaction reaction-add", title: "React", ariaLabel: "Add a reaction" });
  add.dataset.key = "add";
  add.append(glyph("smile"));
  return add;
}

function pill(old, key, group, people) {
  const made = old ?? Object.assign(document.createElement("button"), { type: "button", className: "reaction" });
  const mine = group.users.includes(boot.me.user_id);
  const names = group.users.map((id) => (id === boot.me.user_id ? "You" : people.get(id)?.full_name ?? "somebody"));
  Object.assign(made.dataset, { key, name: group.emoji_name, code: group.emoji_code, type: group.reaction_type });
  made.ariaPressed = String(mine);
  made.title = `${names.join(", ")} reacted with :${group.emoji_name}:`;
  made.ariaLabel = `${group.emoji_name.replaceAll("_", " ")}, ${group.users.length}: ${names.join(", ")}`;
  made.replaceChildren(picture(group), Object.assign(document.createElement("span"), { textContent: String(group.users.length) }));
  return made;
}

function picture(group) {
  const drawn = group.reaction_type === "unicode_emoji" && sprite(group.emoji_code);
  if (drawn) return drawn;
  const text = document.createElement("span");
  text.className = "native";
  text.textContent = group.reaction_type === "unicode_emoji"
    ? String.fromCodePoint(...group.emoji_code.split("-").map((one) => Number.parseInt(one, 16))) : `:${group.emoji_name}:`;
  return text;
}

/** Adds this person's reaction, or takes it away; `button` is a pill or a choice of the picker. */
export async function toggleReaction(api, message, button) {
  const { name, code, type = "unicode_emoji" } = button.dataset;
  const mine = message.reactions.some((one) => one.user_id === boot.me.user_id && one.emoji_code === code && one.reaction_type === type);
  closePicker();
  try {
    await api.ask(mine ? "DELETE" : "POST", `messages/${message.id}/reactions`, { emoji_name: name, emoji_code: code, reaction_type: type });
  } catch (error) {
    if (!/^REACTION_/.test(error.code ?? "")) tell(error.message);
  }
}

export function closePicker() {
  const open = document.querySelector(".message .picker");
  if (!open) return;
  const button = open.parentElement.querySelector("[data-do=react][aria-expanded=true]");
  if (open.contains(document.activeElement)) open.parentElement.focus({ preventScroll: true });
  open.remove();
  if (button) button.ariaExpanded = "false";
}

/** Opens the picker of the message this button belongs to, or closes it. */
export function openPicker(button, box) {
  const message = button.closest(".message");
  const wasOpen = message.querySelector(".picker");
  closePicker();
  if (wasOpen) return;
  const picker = $("picker-template").content.firstElementChild.cloneNode(true);
  message.append(picker);
  const room = box.getBoundingClientRect().bottom - message.getBoundingClientRect().top;
  if (room < 150) Object.assign(picker.style, { top: "auto", bottom: "calc(100% - 6px)" });
  message.querySelector("[data-do=react]").ariaExpanded = "true";
  picker.querySelector("button").focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (!event.target.closest(".picker, [data-do=react], .reaction-add")) closePicker();
});
