"""Films and documents: what is known of them, and whether a platform takes them (`limits`)."""
