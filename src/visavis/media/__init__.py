"""Audio and video frames, resampling, the playout clock."""
