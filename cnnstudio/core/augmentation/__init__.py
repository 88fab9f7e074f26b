"""What augmentation does to training pictures: its arguments, their checks, and what is drawn."""
