"""What a dataset is: its facts, its split, its scaling, and the cache of decoded pictures."""
