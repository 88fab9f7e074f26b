"""A network as Keras code: `core.code.writer` is the way in."""
