"""A person's data as it lies on the disk; each module reads one kind of it."""
