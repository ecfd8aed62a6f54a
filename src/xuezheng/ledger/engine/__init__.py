"""The chain by itself: values in, digests and breaks out."""
