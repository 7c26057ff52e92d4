import { interaction } from '@visavis/call'
import { useState } from 'react'
import type { Session } from '../session'

const EXAMPLES: Record<string, Record<string, unknown>> = {
  echo: { modality: 'text', text: 'Hello from the console.', done: true },
  respond: { text: 'What can you do?' },
  interrupt: {},
  append_llm_context: { context: 'The user looks at the pricing page.' },
  overwrite_llm_context: { context: 'The user is a returning customer.' },
  sensitivity: { participant_pause_sensitivity: 'high' },
  tool_result: { tool_call_id: '', output: 'done' },
}

/** Sends any interaction as JSON. */
export function RawSender({ session, ready }: { session: Session; ready: boolean }): React.JSX.Element {
  const [name, setName] = useState('echo')
  const [text, setText] = useState(() => pretty(EXAMPLES['echo']))
  const [error, setError] = useState('')
  const send = (): void => {
    try {
      const properties = JSON.parse(text) as Record<string, unknown>
      setError('')
      session.send((call) => call.sendAppMessage(interaction(call.conversationId, name, properties)))
    } catch {
      setError('The properties are not JSON.')
    }
  }
  return (
    <details className="sender">
      <summary>Send an interaction</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <select
          aria-label="Interaction"
          value={name}
          onChange={(change) => {
            setName(change.target.value)
            setText(pretty(EXAMPLES[change.target.value]))
          }}
        >
          {Object.keys(EXAMPLES).map((each) => (
            <option key={each} value={each}>
              conversation.{each}
            </option>
          ))}
        </select>
        <textarea
          aria-label="Properties as JSON"
          rows={5}
          spellCheck={false}
          value={text}
          onChange={(change) => setText(change.target.value)}
        />
        {error && <p role="alert">{error}</p>}
        <button type="submit" className="secondary" disabled={!ready}>
          Send
        </button>
      </form>
    </details>
  )
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
