"""The process that computes: the only package that imports Keras."""
