"""Formulas of the lessons, read from the text and computed with the values that the lesson's code has."""
