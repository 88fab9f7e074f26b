"""CNN Studio: design a CNN, train it on this machine, ask every number where it comes from."""

__version__ = "0.1.0"
