"""From Keras source code to a network: read with `ast`, never executed or imported."""
