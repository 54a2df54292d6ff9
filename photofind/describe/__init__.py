"""What models say about photos when somebody asks: captions, answers."""
