"""Translate the course: gettext catalogues of all that a reader sees, and the notebooks written from them."""
