"""Feedback on the exercises, one module a notebook. Each check prints one line and never raises."""
