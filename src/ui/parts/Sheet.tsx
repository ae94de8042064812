// A native dialog over the page: modal, closed by Escape, focus kept within it and given back by the browser.
import { useEffect, useId, useRef, type ReactNode } from 'react'

interface SheetProps {
  readonly title: ReactNode
  readonly children: ReactNode
  /** stands below what scrolls: the sheet's buttons */
  readonly footer?: ReactNode
  readonly onClose: () => void
  readonly className?: string
  /** beside the title */
  readonly aside?: ReactNode
}

/** Open for as long as it is rendered. */
export function Sheet({ title, children, footer, onClose, className = '', aside }: SheetProps) {
  const id = useId()
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref} className={`sheet ${className}`} aria-labelledby={id}
      onCancel={(event) => {
        // a file input within tells of its own cancelling by the same event
        if (event.target !== event.currentTarget) return
        event.preventDefault()
        onClose()
      }}
    >
      <header className="sheet-head">
        <h2 id={id}>{title}</h2>
        {aside}
        <button type="button" className="plain" onClick={onClose}>Close</button>
      </header>
      <div className="sheet-body">{children}</div>
      {footer !== undefined && <footer className="sheet-foot">{footer}</footer>}
    </dialog>
  )
}
