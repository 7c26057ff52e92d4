import { useEffect, useState } from 'react'
import { Icon } from './Icon'

/** Copies a text and says so. */
export function CopyButton({ text, label }: { text: string; label: string }): React.JSX.Element {
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(''), 2000)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('Copying is not allowed here')
    }
  }
  return (
    <button type="button" className="secondary" onClick={() => void copy()}>
      <Icon name="copy" />
      <span aria-live="polite">{said || label}</span>
    </button>
  )
}
