"""What is remembered: posts, revisions, votes, deliveries, and the log of it all."""
