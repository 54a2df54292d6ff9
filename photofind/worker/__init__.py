"""The process boundary: the messages, the client in the window, the worker's main loop."""
