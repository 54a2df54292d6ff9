"""What a picture file is made of: its segments, chunks and boxes, told apart without decoding.

Each module walks one family of containers. They trust no length they read.
"""
