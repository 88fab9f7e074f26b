"""Models that Keras saved, translated from their config; Keras itself takes no part in it."""
