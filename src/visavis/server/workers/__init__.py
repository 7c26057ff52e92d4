"""The processes that hold conversations, and the model that answers by default."""
