// Which conversation is shown: Zulip's own `#narrow/…` addresses, read and written.

const encode = (text) => encodeURIComponent(text).replace(/\./g, "%2E").replace(/%/g, ".");

function decode(text) {
  try {
    return decodeURIComponent(text.replace(/\./g, "%"));
  } catch {
    return text;
  }
}

const slug = (text) => encode(text.replace(/\s+/g, "-"));

/** `{channel, topic, dm, near}`, or null when the address is none. */
export function read(hash) {
  const parts = hash.replace(/^#/, "").split("/");
  if (parts[0] !== "narrow") return null;
  const found = { channel: null, topic: null, dm: null, near: null };
  for (let at = 1; at + 1 < parts.length; at += 2) {
    const [word, value] = [parts[at], parts[at + 1]];
    if (word === "channel" || word === "stream") found.channel = Number.parseInt(value, 10);
    else if (word === "topic") found.topic = decode(value);
    else if (word === "dm" || word === "pm-with") found.dm = value.split("-")[0].split(",").map(Number).sort((a, b) => a - b);
    else if (word === "near" || word === "with" || word === "id") found.near = Number.parseInt(value, 10);
  }
  return found;
}

/** The address of a conversation, and of one message in it. */
export function write({ channel = null, name = "", topic = null, dm = null, near = null }) {
  let hash = "#narrow";
  if (dm) hash += `/dm/${dm.join(",")}-${dm.length > 1 ? "group" : slug(name)}`;
  else hash += `/channel/${channel}-${slug(name)}`;
  if (topic !== null) hash += `/topic/${encode(topic)}`;
  if (near !== null) hash += `/near/${near}`;
  return hash;
}

/** Zulip compares topics without regard to case. */
export const sameTopic = (one, other) => one.toLowerCase() === other.toLowerCase();
