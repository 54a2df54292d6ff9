"""Makes models for photofind from PyTorch checkpoints; the only room that needs PyTorch."""
