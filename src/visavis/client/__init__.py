"""What users import: Client (REST) and Call (a room)."""
