"""The window: reads the catalog, shows it, and asks the worker to change it."""
