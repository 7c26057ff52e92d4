"""The embedded room: WebRTC in this process."""
