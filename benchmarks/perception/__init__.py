"""How well the embedded perception sees: people rendered with known expressions, and what it costs."""
