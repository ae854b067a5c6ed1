"""The sandbox: stand-ins for Zulip and the platforms, a page to look at them, and the real bot beside them."""
