"""A vision-language model that looks at the newest frames of a conversation, beside the embedded engine."""
