"""What users keep beside conversations, as documents: checked, changed, sealed."""
