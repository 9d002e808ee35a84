"""Change what the course is made of blindly, and see what no test notices."""
