"""Reads models that a person brings: folders and archives in the layouts that others use.

Nothing of them is executed: graphs are run by onnxruntime's own operators, everything else is data.
"""
