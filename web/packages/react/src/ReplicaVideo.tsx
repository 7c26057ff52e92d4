import type { ComponentPropsWithoutRef } from 'react'
import type { CallHandle } from './useCall'

interface ReplicaVideoProps extends ComponentPropsWithoutRef<'video'> {
  call: Pick<CallHandle, 'replica'>
}

/** The replica's picture and voice. Give it a name: `aria-label`. */
export function ReplicaVideo({ call: { replica }, ...video }: ReplicaVideoProps): React.JSX.Element {
  return <video {...video} ref={replica} autoPlay playsInline />
}
