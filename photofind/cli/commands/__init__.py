"""The commands as typer sees them: their arguments and their help, a module an area."""
