// A term with its explanation, its formula and where that is from: on hover and on keyboard focus, and read out with the term.
import { Tooltip, TooltipAnchor, TooltipProvider } from '@ariakit/react'
import type { ReactNode } from 'react'
import { GLOSSARY, type Entry, type TermName } from '../../domain/glossary.ts'

interface TermProps {
  readonly children: ReactNode
  /** what it means here; the glossary's own words where it is left out */
  readonly explain?: string
  /** adds the glossary's formula and source */
  readonly about?: TermName
}

export function Term({ children, explain, about }: TermProps) {
  const entry: Entry | undefined = about === undefined ? undefined : GLOSSARY[about]
  return (
    <TooltipProvider timeout={150} placement="bottom-start">
      <TooltipAnchor render={<dfn className="term-word" tabIndex={0} />}>{children}</TooltipAnchor>
      <Tooltip className="term-text" gutter={6} unmountOnHide>
        <p>{explain ?? entry?.words}</p>
        {entry?.formula !== undefined && <p className="term-formula">{entry.formula}</p>}
        {entry?.source !== undefined && <p className="term-source">{entry.source}</p>}
      </Tooltip>
    </TooltipProvider>
  )
}
