"""BLIP (Li et al. 2022): sentences about pictures, and answers to questions about them."""
