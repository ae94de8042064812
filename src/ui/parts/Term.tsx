// A term with its explanation, its formula and where that is from: on hover, on keyboard focus and on a tap; described to screen readers; Enter opens help at it.
import { Tooltip, TooltipAnchor, useTooltipStore } from '@ariakit/react'
import type { ReactNode } from 'react'
import { GLOSSARY, type Entry, type TermName } from '../../domain/glossary.ts'
import { useWorkbench } from './stores.ts'

interface TermProps {
  readonly children: ReactNode
  /** what it means here; the glossary's own words where it is left out */
  readonly explain?: string
  /** adds the glossary's formula and source */
  readonly about?: TermName
  /** the entry itself, of a term that the glossary leaves to what shows it */
  readonly entry?: Entry
}

export function Term({ children, explain, about, entry: given }: TermProps) {
  const { shell } = useWorkbench()
  const tooltip = useTooltipStore({ timeout: 150, placement: 'bottom-start' })
  const entry = given ?? (about === undefined ? undefined : (GLOSSARY as Partial<Record<TermName, Entry>>)[about])
  const words = explain ?? entry?.words
  return (
    <>
      <TooltipAnchor
        store={tooltip} aria-description={words} onClick={() => tooltip.show()}
        onKeyDown={({ key }) => { if (key === 'Enter' && about !== undefined) shell.showHelp(about) }}
        render={<dfn className="term-word" tabIndex={0} />}
      >
        {children}
      </TooltipAnchor>
      <Tooltip store={tooltip} className="term-text" gutter={6} unmountOnHide>
        <p>{words}</p>
        {entry?.formula !== undefined && <p className="term-formula">{entry.formula}</p>}
        {entry?.source !== undefined && <p className="term-source">{entry.source}</p>}
      </Tooltip>
    </>
  )
}
