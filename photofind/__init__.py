"""photofind: offline photo search for a person's own computer."""

# Read by the build, so that asking for it at run time costs no search through installed packages.
__version__ = "0.1.0"
