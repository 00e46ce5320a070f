"""Frozen nouns and the words of the field: what is declared, what is seen, what is found."""
