"""The command line: one file a verb, on the same code paths as the window."""
