import { useCallback, useEffect, useRef } from 'react'
import type { Session, View } from '../session'
import { DevicePicker } from './DevicePicker'
import { Icon, type IconName } from './Icon'
import { Meter } from './Meter'
import { useDismissal } from './useDismissal'
import { KEYS } from './useKeys'

/** What is open or on. */
export interface Toggles {
  captions: boolean
  panel: boolean
  typing: boolean
  devices: boolean
  keys: boolean
}

interface BarProps {
  session: Session
  view: View
  open: Toggles
  toggle: (name: keyof Toggles) => void
}

export function ControlBar({ session, view, open, toggle }: BarProps): React.JSX.Element {
  const joined = view.call.state === 'joined'
  const hearing = view.microphone !== null && !view.muted
  return (
    <div className="bar" role="toolbar" aria-label="Call controls">
      <Control
        icon={hearing ? 'microphone' : 'microphoneOff'}
        word={view.microphone ? (view.muted ? 'Unmute' : 'Mute') : 'Mic on'}
        keys="M"
        testId="mute"
        off={!hearing}
        busy={view.opening.audio}
        onPress={() => session.toggleMute()}
      >
        {hearing && <Meter track={view.microphone} label="Microphone level" />}
      </Control>
      <Control
        icon={view.camera ? 'camera' : 'cameraOff'}
        word={view.camera ? 'Camera' : 'Camera on'}
        hint={view.camera ? 'Turn the camera off' : 'Turn the camera on'}
        keys="V"
        testId="camera"
        off={!view.camera}
        busy={view.opening.video}
        onPress={() => session.toggleCamera()}
      />
      {'getDisplayMedia' in (navigator.mediaDevices as Partial<MediaDevices> | undefined ?? {}) && (
        <Control
          icon="screen"
          word={view.sharing ? 'Stop share' : 'Share'}
          hint={view.sharing ? 'Stop sharing the screen' : 'Share the screen'}
          testId="screen"
          wideOnly
          on={view.sharing}
          disabled={!joined}
          onPress={() => void session.toggleScreen()}
        />
      )}
      <Control
        icon="interrupt"
        word="Interrupt"
        keys="Space"
        testId="interrupt"
        disabled={!joined}
        onPress={() => session.send((call) => call.interrupt())}
      />
      <Control icon="type" word="Type" keys="T" testId="type" on={open.typing} onPress={() => toggle('typing')} />
      <Control
        icon="captions"
        word="Captions"
        keys="C"
        testId="captions"
        wideOnly
        on={open.captions}
        onPress={() => toggle('captions')}
      />
      <Control
        icon="panel"
        word="Panel"
        keys="P"
        testId="panel"
        wideOnly
        on={open.panel}
        onPress={() => toggle('panel')}
      />
      <More session={session} view={view} open={open} toggle={toggle} />
      {view.look.fullscreenButton && (
        <Control icon="fullscreen" word="Expand" hint="Full screen" testId="fullscreen" onPress={() => void toggleFullscreen()} />
      )}
      {view.look.leaveButton && (
        <Control icon="leave" word="Leave" testId="leave" danger onPress={() => session.leave()} />
      )}
    </div>
  )
}

function toggleFullscreen(): Promise<void> {
  return document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()
}

interface ControlProps {
  icon: IconName
  word: string
  testId: string
  onPress: () => void
  /** Said instead of the word where the word alone is not clear. */
  hint?: string
  keys?: string
  /** For what is opened and closed; left out for what is simply done. */
  on?: boolean
  off?: boolean
  busy?: boolean
  disabled?: boolean
  danger?: boolean
  wideOnly?: boolean
  children?: React.ReactNode
}

function Control(props: ControlProps): React.JSX.Element {
  const { icon, word, hint = word, keys } = props
  const kinds = { on: props.on, off: props.off, danger: props.danger, 'wide-only': props.wideOnly }
  const names = Object.entries(kinds).filter(([, is]) => is)
  return (
    <button
      type="button"
      className={['control', ...names.map(([name]) => name)].join(' ')}
      data-testid={props.testId}
      title={keys ? `${hint} (${keys})` : hint}
      aria-label={hint === word ? undefined : `${word}: ${hint}`}
      aria-keyshortcuts={keys}
      aria-pressed={props.on}
      disabled={props.disabled === true || props.busy === true}
      onClick={props.onPress}
    >
      <span className="control-icon">
        <Icon name={icon} />
        {props.children}
      </span>
      <span className="control-word">{word}</span>
    </button>
  )
}

/** Devices and keys; on narrow screens also what has no place in the bar. */
function More({ session, view, open, toggle }: BarProps): React.JSX.Element {
  const ref = useRef<HTMLDivElement>(null)
  const shown = open.devices
  const close = useCallback(() => toggle('devices'), [toggle])
  useEffect(() => {
    if (!shown) return
    ref.current?.querySelector<HTMLElement>('.sheet select, .sheet button')?.focus()
  }, [shown])
  useDismissal(ref, shown, close)
  return (
    <div className="more" ref={ref}>
      <button
        type="button"
        className={shown ? 'control on' : 'control'}
        data-testid="devices"
        title="Devices and keys"
        aria-expanded={shown}
        onClick={() => toggle('devices')}
      >
        <span className="control-icon">
          <Icon name="devices" />
        </span>
        <span className="control-word wide-only">Devices</span>
        <span className="control-word narrow-only">More</span>
      </button>
      {shown && (
        <div className="sheet" role="group" aria-label="Devices and keys">
          <DevicePicker session={session} view={view} />
          <div className="row narrow-only">
            <button type="button" className="secondary" aria-pressed={open.captions} onClick={() => toggle('captions')}>
              <Icon name="captions" /> {open.captions ? 'Hide captions' : 'Show captions'}
            </button>
            <button
              type="button"
              className="secondary"
              onClick={() => {
                toggle('devices')
                toggle('panel')
              }}
            >
              <Icon name="panel" /> Panel
            </button>
          </div>
          <div className="keys wide-only">
            <label className="check">
              <input type="checkbox" checked={open.keys} onChange={() => toggle('keys')} /> Single-key shortcuts
            </label>
            <dl>
              {KEYS.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </div>
        </div>
      )}
    </div>
  )
}
