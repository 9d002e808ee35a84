"""What authors run: a module is a make target, and none is imported by a notebook."""
