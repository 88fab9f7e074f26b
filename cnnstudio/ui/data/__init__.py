"""The Data workspace: what is in the pictures, how they are split and scaled."""
