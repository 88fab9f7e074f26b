"""What is wrong with a network or seldom meant, layer by layer, and the edits that mend it."""
