"""What a training needs, checked before it starts."""
