"""What the course ships: texts compressed, and the scripts that make them anew."""
