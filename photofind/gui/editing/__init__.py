"""Rating, flagging, naming and tagging photos, and undoing it."""
