"""The widgets every workspace is built from."""
