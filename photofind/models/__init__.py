"""Gets models: from their authors' repositories or from a folder, checked and put in place."""
