"""What a persona is made of."""
