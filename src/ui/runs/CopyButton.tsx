// Copies a text that is made when it is asked for, and says that it did, or why it could not.
import type { ReactNode } from 'react'
import { sentenceOf } from '../../state/sentence.ts'
import { useWorkbench } from '../parts/stores.ts'

export function CopyButton({ what, text, children }: { readonly what: string; readonly text: () => string; readonly children: ReactNode }) {
  const { runs } = useWorkbench()
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text())
      runs.say(`Copied ${what}.`)
    } catch (error) {
      runs.fail(`${what} could not be copied: ${sentenceOf(error)}; allow this page to use the clipboard`)
    }
  }
  return <button type="button" className="button small" onClick={() => void copy()}>{children}</button>
}
