"""Colours, type, icons and the application's style, all from one set of tokens."""
