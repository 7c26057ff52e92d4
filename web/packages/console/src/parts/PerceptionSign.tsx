import { noticeWords, type Perception, seenOf, signWords } from '@visavis/call'
import { useCallback, useId, useRef, useState } from 'react'
import type { View } from '../session'
import { Icon } from './Icon'
import { useDismissal } from './useDismissal'

interface PerceptionSignProps {
  view: Pick<View, 'info' | 'camera' | 'microphone' | 'muted' | 'sharing'>
  joined: boolean
}

/** Says whether one is seen and heard beyond words, and what that means to whoever asks. */
export function PerceptionSign({ view, joined }: PerceptionSignProps): React.JSX.Element | null {
  const perception = view.info?.perception
  if (!perception) return null
  const open = {
    camera: view.camera !== null,
    microphone: view.microphone !== null && !view.muted,
    screen: view.sharing,
  }
  const name = view.info.replicaName || 'The replica'
  return (
    <Sign
      words={signWords(perception, name, open, joined)}
      seen={seenOf(perception, open).length > 0}
      notice={noticeWords(perception, name)}
      perception={perception}
      floats={joined}
    />
  )
}

interface SignProps {
  words: string
  seen: boolean
  notice: readonly string[]
  perception: Perception
  /** The notice lies over the page; in the page a press elsewhere must not move what is pressed. */
  floats: boolean
}

function Sign({ words, seen, notice, perception, floats }: SignProps): React.JSX.Element {
  const [open, setOpen] = useState(false)
  const ref = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = useCallback(() => setOpen(false), [])
  useDismissal(ref, open && floats, close)
  return (
    <div className="sign" ref={ref}>
      <button
        type="button"
        className={seen ? 'sign-button seen' : 'sign-button'}
        data-testid="perception"
        title="What is looked at, and what becomes of it"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name={perception.vision ? (seen ? 'eye' : 'eyeOff') : 'ear'} />
        <span>{words}</span>
      </button>
      {open && (
        <div id={id} className="sign-notice" role="group" aria-label="What is looked at" tabIndex={floats ? 0 : undefined}>
          {notice.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
    </div>
  )
}
