"""Turns the sources of chapters and exercises into notebooks in two languages (`rnncourse build`).

source     a py:percent file as cells that know their line
languages  prose in pairs, one of each pair for an edition
exercise   tasks, checks, removed solutions, nbgrader's metadata
layout     which notebook comes from which source and lies where
links      the repository's address, badges, the row of links under a title
assemble   source -> notebook without outputs
store      stored notebooks: read, compare, write
alone      proof that each answer needs nothing but the set-up
execute    runs a notebook and refuses outputs that readers should not see
evidence   what the built chapters found about the article's claims
lists      the lists of chapters: README files, chapters/index.ipynb
build      all of it, only where something changed

It needs the extra `authoring` (jupytext, nbclient, nbformat); learners do without.
"""
