"""The only room that speaks Zulip as chat.

errors   how speaking with Zulip can go wrong
sense    what is answered, read strictly
values   people, messages, reactions, hints as plain values
wire     one call: sent once, answered or named for what went wrong
people   who may be who: users, groups, channels
groups   user groups, and who may let people in
emojis   emoji by their names
files    whose files the bot may show
events   the event queue, as hints
fetching many messages with few requests
links    addresses of messages
home     the channel where the bot lives
sending  the request that says something
uploading a file on its way there
client   `Chat`: look, say, edit, react, read files, wait for hints
"""

from bot.chat.client import Chat
from bot.chat.errors import ChatError, Dismissed, Down, Lost, NotHome, Refused, Stopping
from bot.chat.events import QueueGone
from bot.chat.people import Directory
from bot.chat.values import Emoji, Hint, Kind, Message, Person, Place, Reaction, zone_of

__all__ = [
    "Chat",
    "ChatError",
    "Directory",
    "Dismissed",
    "Down",
    "Emoji",
    "Hint",
    "Kind",
    "Lost",
    "Message",
    "NotHome",
    "Person",
    "Place",
    "QueueGone",
    "Reaction",
    "Refused",
    "Stopping",
    "zone_of",
]
