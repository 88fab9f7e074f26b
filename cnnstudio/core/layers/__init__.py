"""Layer kinds: one file each, each a declaration that everything else is made from."""
