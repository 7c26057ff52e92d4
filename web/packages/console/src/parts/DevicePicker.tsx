import type { Device, DeviceKind } from '@visavis/call'
import { useId } from 'react'
import type { Session, View } from '../session'
import { Meter } from './Meter'

const SPEAKER_CHOICE = 'setSinkId' in HTMLMediaElement.prototype

/** Choice of microphone, camera and speaker, with a meter that shows whether the microphone hears. */
export function DevicePicker({ session, view }: { session: Session; view: View }): React.JSX.Element {
  const { devices } = view
  const hearing = view.microphone !== null && !view.muted
  return (
    <div className="devices">
      <Choice
        label="Microphone"
        devices={devices.microphones}
        value={idOf(view.microphone)}
        busy={view.opening.audio}
        onChoose={(id) => void choose(session, 'audio', id)}
      >
        <Meter track={view.microphone} label={hearing ? 'Microphone level' : 'The microphone is off'} />
      </Choice>
      <Choice
        label="Camera"
        devices={devices.cameras}
        value={idOf(view.camera)}
        busy={view.opening.video}
        onChoose={(id) => void choose(session, 'video', id)}
      />
      {SPEAKER_CHOICE && devices.speakers.length > 1 && (
        <Choice
          label="Speaker"
          devices={devices.speakers}
          value={view.speaker || 'default'}
          busy={false}
          onChoose={(id) => session.chooseSpeaker(id)}
        />
      )}
    </div>
  )
}

interface ChoiceProps {
  label: string
  devices: readonly Device[]
  value: string
  busy: boolean
  onChoose: (id: string) => void
  children?: React.ReactNode
}

function Choice({ label, devices, value, busy, onChoose, children }: ChoiceProps): React.JSX.Element {
  const id = useId()
  const speaker = label === 'Speaker'
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} disabled={busy} onChange={(change) => onChoose(change.target.value)}>
        {!speaker && <option value="">{busy ? 'Waiting for permission…' : 'Off'}</option>}
        {!speaker && devices.length === 0 && <option value="default">Turn on</option>}
        {devices.map((device) => (
          <option key={device.id} value={device.id}>
            {device.label}
          </option>
        ))}
      </select>
      {children}
    </div>
  )
}

function choose(session: Session, device: DeviceKind, id: string): Promise<void> {
  return session.choose(device, id === '' ? null : id === 'default' ? true : id)
}

function idOf(track: MediaStreamTrack | null): string {
  return track?.getSettings().deviceId ?? ''
}
