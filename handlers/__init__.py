"""One room per platform that a post is handed to; the written list of them is `handlers.registry`."""
