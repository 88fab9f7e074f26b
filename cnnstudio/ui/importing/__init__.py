"""Importing code and models in the window: reading them beside it, asking, telling, opening."""
