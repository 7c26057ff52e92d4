"""What is kept of conversations: written, followed, told, exported, removed."""
