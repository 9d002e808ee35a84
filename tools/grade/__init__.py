"""Grade a class's notebooks: collect them, run each in a box of its own, keep marks and pages of feedback."""
