import type { CallStats } from '@visavis/call'
import { useEffect, useState } from 'react'
import { median, type TurnTiming } from '../model/timing'
import type { Session, View } from '../session'

/** How long things take, measured in this browser. */
export function TimingTab({ session, view }: { session: Session; view: View }): React.JSX.Element {
  const { turns, interrupts, steps } = view.conversation.timings
  const { timing } = view
  const stats = useStats(session)
  const resolution = stats?.width && stats.height ? `${stats.width} × ${stats.height}` : '–'
  return (
    <div className="timing" data-testid="timing" tabIndex={0} role="region" aria-label="Timing">
      <h2>Answers</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Turn</th>
            <th scope="col">Words</th>
            <th scope="col">Voice</th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody>
          {turns.slice(-12).map((turn) => (
            <tr key={turn.id}>
              <th scope="row">{turn.kind}</th>
              <td>{ms(turn.words)}</td>
              <td>{ms(turn.voice)}</td>
              <td>{ms(turn.text)}</td>
            </tr>
          ))}
          {turns.length === 0 && (
            <tr>
              <td colSpan={4}>No turn yet.</td>
            </tr>
          )}
        </tbody>
        {turns.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row">median</th>
              <td>{ms(middle(turns, 'words'))}</td>
              <td>{ms(middle(turns, 'voice'))}</td>
              <td>{ms(middle(turns, 'text'))}</td>
            </tr>
          </tfoot>
        )}
      </table>
      <p className="quiet">From the end of speech, or from sending, until here arrived: your words, the start of the voice, the whole text.</p>
      {steps.length > 0 && (
        <>
          <h2>The last wait, step by step</h2>
          <dl>
            {steps.map(([name, milliseconds]) => (
              <Figure key={name} name={name} value={ms(milliseconds)} />
            ))}
          </dl>
        </>
      )}
      <h2>Joining</h2>
      <dl>
        <Figure name="Connected" value={ms(timing.joined)} />
        <Figure name="First picture" value={ms(timing.firstFrame)} />
        <Figure name="Replica joined" value={ms(timing.replicaJoined)} />
        <Figure name="Interrupt to stop, median" value={ms(median(interrupts))} />
      </dl>
      <h2>Connection</h2>
      <dl>
        <Figure name="Round trip" value={ms(stats?.roundTrip)} />
        <Figure name="Audio buffered" value={ms(stats?.audioDelay)} />
        <Figure name="Video buffered" value={ms(stats?.videoDelay)} />
        <Figure name="Picture" value={resolution} />
        <Figure name="Frames per second" value={stats?.framesPerSecond?.toFixed(0) ?? '–'} />
        <Figure name="Video" value={kbits(stats?.videoBitrate)} />
        <Figure name="Audio" value={kbits(stats?.audioBitrate)} />
        <Figure name="Audio packets lost" value={percent(stats?.audioLoss)} />
      </dl>
    </div>
  )
}

function Figure({ name, value }: { name: string; value: string }): React.JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function useStats(session: Session): CallStats | null {
  const [stats, setStats] = useState<CallStats | null>(null)
  useEffect(() => {
    let current = true
    const read = async (): Promise<void> => {
      const next = await session.call.stats()
      if (current) setStats(next)
    }
    const timer = setInterval(() => void read(), 1000)
    return () => {
      current = false
      clearInterval(timer)
    }
  }, [session])
  return stats
}

function middle(turns: readonly TurnTiming[], moment: 'words' | 'voice' | 'text'): number | null {
  return median(turns.map((turn) => turn[moment]).filter((value) => value !== null))
}

function ms(value: number | null | undefined): string {
  return value == null ? '–' : `${Math.round(value)} ms`
}

function kbits(value: number | null | undefined): string {
  return value == null ? '–' : `${Math.round(value / 1000)} kbit/s`
}

function percent(value: number | null | undefined): string {
  return value == null ? '–' : `${(value * 100).toFixed(1)} %`
}
