import { Icon } from './Icon'

/** Something that went wrong while everything else goes on. */
export function Notice({ text, onDismiss }: { text: string; onDismiss?: () => void }): React.JSX.Element {
  return (
    <div role="alert" className="notices">
      {text && (
        <div className="notice">
          <p data-testid="error">{text}</p>
          {onDismiss && (
            <button type="button" className="plain" aria-label="Dismiss" onClick={onDismiss}>
              <Icon name="close" />
            </button>
          )}
        </div>
      )}
    </div>
  )
}
