"""Blocks: layers that are named and seen as one, used many times, folded; and those that ship."""
