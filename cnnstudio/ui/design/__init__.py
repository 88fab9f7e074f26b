"""The Design workspace: palette, canvas, the layer's form and derivations, code, summary."""
