"""`rnncourse report DIR`: to be written."""


def add(commands): ...
