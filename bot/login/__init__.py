"""Signing in to a platform: `social login`. The person allows it in a browser, we keep the tokens.

ways        what each platform is asked, and what its section must say for that
landing     the page on this machine that the browser comes back to
pasting     the same without one: the person pastes the address that the browser was sent to
session     code -> tokens -> checked -> kept
command     the command itself, with its words
"""
