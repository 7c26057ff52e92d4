"""A live conversation: the core, its layers and a room, in a worker process."""
