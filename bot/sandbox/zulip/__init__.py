"""A stand-in for Zulip's REST API and event queues, which answers as the real server does.

Measured on a recorded server of feature level 218 and on one of level 321, with the known changes up to level 512.
What it leaves out
(scheduled messages, drafts, presence, typing, votes in polls …) it refuses, saying so; it never pretends.
"""

from bot.sandbox.zulip.rows import Channel, Group, Level, Message, Person, Settings, Upload
from bot.sandbox.zulip.server import Zulip

__all__ = ["Channel", "Group", "Level", "Message", "Person", "Settings", "Upload", "Zulip"]
