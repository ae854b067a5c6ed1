"""What is said and decided in chat, and the process around it."""

__version__ = "0.1.0"
