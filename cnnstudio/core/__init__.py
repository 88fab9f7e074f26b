"""Frozen values and pure functions: no Qt, no Keras, no decoders."""
