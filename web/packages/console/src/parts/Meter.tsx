import { LevelMeter } from '@visavis/call'
import { useEffect, useRef } from 'react'

/** A bar as long as the track is loud. Drawn by the style alone, so that React rests. */
export function Meter({ track, label }: { track: MediaStreamTrack | null; label: string }): React.JSX.Element {
  const bar = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (!track) return
    const meter = new LevelMeter(track)
    let frame = requestAnimationFrame(function draw() {
      bar.current?.style.setProperty('--level', meter.read().toFixed(2))
      frame = requestAnimationFrame(draw)
    })
    const element = bar.current
    return () => {
      cancelAnimationFrame(frame)
      meter.close()
      element?.style.setProperty('--level', '0')
    }
  }, [track])
  return <span ref={bar} className="meter" role="img" aria-label={label} />
}
