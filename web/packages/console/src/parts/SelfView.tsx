import { useMemo, useRef, useState } from 'react'
import type { View } from '../session'
import { useVideo } from './useVideo'

const CORNERS = ['top right', 'bottom right', 'bottom left', 'top left'] as const
type Corner = (typeof CORNERS)[number]

const STEPS: Partial<Record<string, (corner: Corner) => string>> = {
  ArrowLeft: (corner) => corner.replace('right', 'left'),
  ArrowRight: (corner) => corner.replace('left', 'right'),
  ArrowUp: (corner) => corner.replace('bottom', 'top'),
  ArrowDown: (corner) => corner.replace('top', 'bottom'),
}

/** One's own camera, small and mirrored; dragged or sent by arrow keys to any corner. */
export function SelfView({ view }: { view: View }): React.JSX.Element | null {
  const [corner, setCorner] = useState<Corner>('top right')
  const [offset, setOffset] = useState<{ x: number; y: number } | null>(null)
  const from = useRef({ x: 0, y: 0 })
  const stream = useMemo(() => (view.camera ? new MediaStream([view.camera]) : null), [view.camera])
  const video = useVideo(stream)
  if (!stream) return null

  const drop = (event: React.PointerEvent): void => {
    const tile = event.currentTarget.parentElement?.getBoundingClientRect()
    if (!offset || !tile) return
    setOffset(null)
    const vertical = event.clientY < tile.top + tile.height / 2 ? 'top' : 'bottom'
    const horizontal = event.clientX < tile.left + tile.width / 2 ? 'left' : 'right'
    setCorner(`${vertical} ${horizontal}`)
  }
  return (
    <div
      className={`self ${corner}${offset ? ' dragged' : ''}`}
      style={offset ? { transform: `translate(${offset.x}px, ${offset.y}px)` } : undefined}
      role="group"
      tabIndex={0}
      aria-label={`Your camera, ${corner}. Arrow keys move it.`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { x: event.clientX, y: event.clientY }
        setOffset({ x: 0, y: 0 })
      }}
      onPointerMove={(event) => {
        if (offset) setOffset({ x: event.clientX - from.current.x, y: event.clientY - from.current.y })
      }}
      onPointerUp={drop}
      onPointerCancel={() => setOffset(null)}
      onKeyDown={(event) => {
        const next = STEPS[event.key]?.(corner)
        const found = CORNERS.find((each) => each === next)
        if (!found) return
        event.preventDefault()
        setCorner(found)
      }}
    >
      <video ref={video} className="mirrored" data-testid="self-video" autoPlay playsInline muted />
    </div>
  )
}
