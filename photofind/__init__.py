"""photofind: offline photo search for a person's own computer."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("photofind")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0+checkout"
