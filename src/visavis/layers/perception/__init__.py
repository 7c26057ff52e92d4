"""How the people in a call look and sound, from their cameras and microphones."""
