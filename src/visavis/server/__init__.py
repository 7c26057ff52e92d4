"""HTTP: REST, signalling, auth, the page."""
