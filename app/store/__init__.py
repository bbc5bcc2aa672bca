"""What stories remember."""
