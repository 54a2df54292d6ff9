"""Opened pictures: one kind a module, all alike to those that want their pixels."""
