// A run's name while it is changed: Enter or leaving takes it, Escape leaves it as it was.
import { useRef, useState } from 'react'

export function RunName({ name, onDone }: { readonly name: string; readonly onDone: (name: string | undefined) => void }) {
  const [text, setText] = useState(name)
  const done = useRef(false)
  const end = (next: string | undefined): void => {
    if (done.current) return
    done.current = true
    onDone(next)
  }
  return (
    <input
      type="text" className="runs-name" aria-label={`New name of ${name}`} value={text} autoFocus maxLength={120}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => end(text)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') end(text)
        if (event.key === 'Escape') end(undefined)
        if (event.key === 'Enter' || event.key === 'Escape') event.stopPropagation()
      }}
    />
  )
}
