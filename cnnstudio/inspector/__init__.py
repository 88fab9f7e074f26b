"""The process that parses foreign model files; it imports neither Qt nor Keras."""
