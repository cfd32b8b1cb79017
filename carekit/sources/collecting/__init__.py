"""The collecting core: ask a network page by page, keep what came, make posts of it.

`carekit.sources.networks` holds one module a network; everything that they share is here.
"""
