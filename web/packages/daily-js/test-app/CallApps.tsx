import type { DailyCall } from '@daily-co/daily-js'
import { DailyProvider, useCallFrame, useCallObject, useMeetingState } from '@daily-co/daily-react'
import { useEffect, useRef } from 'react'
import { show } from './shown'

interface AppProps {
  url: string
}

/** An application that has daily-react make its call object. */
export function CallObjectApp({ url }: AppProps): React.JSX.Element {
  const call = useCallObject({ options: { url, startVideoOff: true, startAudioOff: true } })
  useJoin(call)
  show('useCallObject', call !== null)
  return (
    <DailyProvider callObject={call}>
      <State />
    </DailyProvider>
  )
}

/** An application that has daily-react put the call's page in a frame. */
export function CallFrameApp({ url }: AppProps): React.JSX.Element {
  const parent = useRef<HTMLDivElement>(null)
  const call = useCallFrame({ parentElRef: parent as React.RefObject<HTMLDivElement>, options: FRAME_OPTIONS(url) })
  useJoin(call)
  useEffect(() => show('useCallFrame', call?.iframe()?.parentElement === parent.current), [call])
  return (
    <DailyProvider callObject={call}>
      <div ref={parent} style={{ height: '600px' }} />
      <State />
    </DailyProvider>
  )
}

const FRAME_OPTIONS = (url: string): object => ({ url, showLeaveButton: true, showFullscreenButton: true })

function useJoin(call: DailyCall | null): void {
  useEffect(() => {
    if (!call) return
    call.join().catch((error: unknown) => show('error', String(error)))
  }, [call])
}

function State(): React.JSX.Element {
  return <output>{useMeetingState()}</output>
}
