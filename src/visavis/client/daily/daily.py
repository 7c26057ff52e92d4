"""``Daily``: the process's context and its virtual devices."""

from __future__ import annotations

from visavis.client.daily import context
from visavis.client.daily.camera import VirtualCameraDevice
from visavis.client.daily.levels import LogLevel, forget, show
from visavis.client.daily.microphone import VirtualMicrophoneDevice
from visavis.client.daily.speaker import VirtualSpeakerDevice
from visavis.client.daily.vad import NativeVad


class Daily:
    """What has to be made before clients and devices are."""

    @staticmethod
    def init(worker_threads: int = 2, log_level: LogLevel = LogLevel.Off) -> None:
        """Start the background thread that calls live on. Once a process, before anything else.

        Args:
            worker_threads: taken and not used: one event loop serves all clients.
            log_level: what is printed to standard error.

        Raises:
            RuntimeError: it was called before.
        """
        context.create()
        show(log_level)

    @staticmethod
    def deinit() -> None:
        """Leave all calls and stop the background thread."""
        context.destroy()
        forget()

    @staticmethod
    def set_log_level(log_level: LogLevel) -> None:
        """Print more, or less."""
        show(log_level)

    @staticmethod
    def create_camera_device(
        device_name: str, width: int, height: int, color_format: str = "RGBA"
    ) -> VirtualCameraDevice:
        """A camera whose pictures are written.

        Raises:
            ValueError: there is no such format.
        """
        device = VirtualCameraDevice(device_name, width, height, color_format)
        context.current().cameras[device_name] = device
        return device

    @staticmethod
    def create_microphone_device(
        device_name: str, sample_rate: int = 16_000, channels: int = 1, non_blocking: bool = False
    ) -> VirtualMicrophoneDevice:
        """A microphone that is written to; input settings name it by its ``deviceId``."""
        device = VirtualMicrophoneDevice(device_name, sample_rate, channels, non_blocking)
        context.current().microphones[device_name] = device
        return device

    @staticmethod
    def create_speaker_device(
        device_name: str, sample_rate: int = 16_000, channels: int = 1, non_blocking: bool = False
    ) -> VirtualSpeakerDevice:
        """A speaker that is read from, once it is selected."""
        device = VirtualSpeakerDevice(device_name, sample_rate, channels, non_blocking)
        context.current().speakers[device_name] = device
        return device

    @staticmethod
    def create_native_vad(
        reset_period_ms: int = 1000, sample_rate: int = 16_000, channels: int = 1
    ) -> NativeVad:
        """A detector of speech.

        Raises:
            ModelUnavailable: its model is not in the store.
        """
        return NativeVad(reset_period_ms, sample_rate, channels)

    @staticmethod
    def select_speaker_device(device_name: str) -> None:
        """Play what calls receive on this speaker, and on no other.

        Raises:
            RuntimeError: there is no speaker of this name.
        """
        current = context.current()
        device = current.speakers.get(device_name)
        if device is None:
            raise RuntimeError("unable to select virtual speaker device")
        current.select(device)
