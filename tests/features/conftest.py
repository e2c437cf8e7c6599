"""The tiny shop's fixtures, for every test of this folder."""

from tiny_shop import engine, shop

__all__ = ["engine", "shop"]
