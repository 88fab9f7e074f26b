"""The blocks that ship with the studio: one file for each design, with its paper and its words."""
