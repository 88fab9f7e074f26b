"""The node canvas: pure geometry, items that paint themselves, and one class for each gesture."""
