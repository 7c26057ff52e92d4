"""The REST API's description of itself: OpenAPI, and a page of it."""
