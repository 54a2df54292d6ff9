"""What the worker does for each command: one module an area, found by `worker/worker`."""
