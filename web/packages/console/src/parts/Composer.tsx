import { useState } from 'react'
import type { Session, View } from '../session'
import { Icon } from './Icon'

interface ComposerProps {
  session: Session
  view: View
  /** Whether the user has just asked for it. */
  focus: boolean
}

/** A typed turn, for when speaking is not possible or not wanted. */
export function Composer({ session, view, focus }: ComposerProps): React.JSX.Element {
  const [text, setText] = useState('')
  const replica = view.info?.replicaName || 'the replica'
  const ready = view.call.state === 'joined'
  const submit = (): void => {
    const words = text.trim()
    if (words && session.send((call) => call.respond(words))) setText('')
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <input
        data-testid="message"
        aria-label={`Message to ${replica}`}
        placeholder={`Write to ${replica}`}
        autoComplete="off"
        autoFocus={focus}
        enterKeyHint="send"
        value={text}
        onChange={(change) => setText(change.target.value)}
      />
      <button type="submit" className="primary" data-testid="send" disabled={!ready || !text.trim()}>
        <Icon name="send" />
        <span>Send</span>
      </button>
    </form>
  )
}
