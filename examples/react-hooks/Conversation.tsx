import { ReplicaVideo, useCall, useCaptions, useEvent } from '@visavis/react'
import { type FormEvent, useState } from 'react'

/** Joins when it appears, leaves when it goes. */
export function Conversation({ url }: { url: string }) {
  const call = useCall({ url, userName: 'Ada' })
  const captions = useCaptions(call)
  const [orders, setOrders] = useState<string[]>([])

  useEvent(call, 'conversation.tool_call', ({ properties }) => {
    setOrders((before) => [...before, String(properties?.['arguments'])])
    call.send({
      event_type: 'conversation.tool_result',
      properties: { tool_call_id: properties?.['tool_call_id'], output: 'Ordered.', status: 'success' },
    })
  })

  const say = (submit: FormEvent<HTMLFormElement>) => {
    submit.preventDefault()
    const words = new FormData(submit.currentTarget).get('words')
    if (typeof words === 'string') call.respond(words)
    submit.currentTarget.reset()
  }

  const joined = call.state === 'joined'
  return (
    <main>
      <ReplicaVideo call={call} aria-label="The replica" width={480} />
      <p role="status">{call.reason || call.deviceProblem || call.state}</p>
      <p>{captions && `${captions.speaker}: ${captions.text}`}</p>
      {call.silent && <button onClick={call.hear}>Tap to hear</button>}
      <form onSubmit={say}>
        <input name="words" aria-label="Your words" />
        <button disabled={!joined}>Send</button>
      </form>
      <button disabled={!joined} onClick={() => call.echo('I say exactly this.')}>
        Have it say this
      </button>
      <button disabled={!joined} onClick={() => void call.toggleMicrophone()}>
        {call.microphone && !call.muted ? 'Mute' : 'Unmute'}
      </button>
      {joined ? <button onClick={call.leave}>Leave</button> : <button onClick={() => void call.join()}>Join</button>}
      <ul>
        {orders.map((order, index) => (
          <li key={index}>{order}</li>
        ))}
      </ul>
    </main>
  )
}
