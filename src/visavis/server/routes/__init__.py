"""HTTP routes, one module a concept."""
