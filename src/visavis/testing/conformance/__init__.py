"""The conformance suite: numbered cases that a server which speaks the protocol passes."""
