"""The Inspect workspace: what a trained network makes of a picture."""
