import { type DeviceKind, MediaProblem, mediaProblemOf } from './mediaProblem'

/** A device by id, or true for the browser's default. */
export type DeviceChoice = string | true

const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
const VIDEO: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 24, max: 30 },
}

/** Opens a microphone or camera. Throws a MediaProblem. */
export async function capture(device: DeviceKind, choice: DeviceChoice): Promise<MediaStreamTrack> {
  if (!window.isSecureContext) throw new MediaProblem('insecure', device)
  const base = device === 'audio' ? AUDIO : VIDEO
  const constraints = choice === true ? base : { ...base, deviceId: { exact: choice } }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ [device]: constraints })
    const [track] = stream.getTracks()
    if (!track) throw new MediaProblem('missing', device)
    return track
  } catch (error) {
    if (error instanceof MediaProblem) throw error
    throw mediaProblemOf(error, device, allowedByFrame(device === 'audio' ? 'microphone' : 'camera'))
  }
}

interface FeaturePolicy {
  allowsFeature(name: string): boolean
}

/** Whether the page around this one passes on what its iframe's `allow` names; true where the browser does not tell. */
export function allowedByFrame(feature: 'microphone' | 'camera' | 'display-capture'): boolean {
  const policy = (document as Document & { featurePolicy?: FeaturePolicy }).featurePolicy
  return policy?.allowsFeature(feature) ?? true
}

/** A device to choose from. */
export interface Device {
  readonly id: string
  readonly label: string
}

export interface Devices {
  readonly microphones: readonly Device[]
  readonly cameras: readonly Device[]
  readonly speakers: readonly Device[]
}

/** Devices that can be chosen now; without permission browsers tell none of them apart. */
export async function listDevices(): Promise<Devices> {
  if (!window.isSecureContext) return { microphones: [], cameras: [], speakers: [] }
  const found = await navigator.mediaDevices.enumerateDevices()
  const of = (kind: MediaDeviceKind): Device[] =>
    found
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map((device, index) => ({ id: device.deviceId, label: device.label || `Device ${index + 1}` }))
  return { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') }
}
