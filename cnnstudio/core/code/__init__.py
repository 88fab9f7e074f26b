"""Between a network and Keras source code."""
