"""A stand-in for the package ``daily-python``, on the SDK's own connection. Use it as ``visavis.daily``."""

from visavis.client.daily.call_client import CallClient
from visavis.client.daily.camera import CustomVideoSource, CustomVideoTrack, VirtualCameraDevice
from visavis.client.daily.daily import Daily
from visavis.client.daily.frames import AudioData, VideoFrame
from visavis.client.daily.handler import EventHandler
from visavis.client.daily.levels import LogLevel
from visavis.client.daily.microphone import CustomAudioSource, CustomAudioTrack, VirtualMicrophoneDevice
from visavis.client.daily.speaker import VirtualSpeakerDevice
from visavis.client.daily.vad import NativeVad

__all__ = [
    "AudioData",
    "CallClient",
    "CustomAudioSource",
    "CustomAudioTrack",
    "CustomVideoSource",
    "CustomVideoTrack",
    "Daily",
    "EventHandler",
    "LogLevel",
    "NativeVad",
    "VideoFrame",
    "VirtualCameraDevice",
    "VirtualMicrophoneDevice",
    "VirtualSpeakerDevice",
]
