"""CLIP, SigLIP and BLIP as graphs without weights: what photofind ships and binds checkpoints to.

The graphs are written by hand, operator by operator, rather than traced from PyTorch: 30 kB instead
of 400, the same bytes on every machine, any batch size and text length, and every weight is
known by its name in the authors' own file. That they compute what open_clip and transformers
compute is tested. build_graphs.py writes them all, export_blip.py those of its BLIP.
"""
