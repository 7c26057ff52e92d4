"""Who may do what: keys, scopes, tokens, limits, and what browsers may."""
