"""Parts of packaging/build_graphs.py: CLIP architectures as graphs without weights.

The graphs are written by hand, operator by operator, rather than traced from PyTorch: 30 kB instead
of 400, the same bytes on every machine, any batch size and text length, and every weight is
known by its name in the authors' own file. That they compute what open_clip computes is tested.
"""
