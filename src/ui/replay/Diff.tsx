// A text with what it changed of another, word by word: added words underlined and in colour, those left out struck through.
import { wordDiff } from '../parts/wordDiff.ts'

export function Diff({ from, to }: { readonly from: string; readonly to: string }) {
  if (to.trim() === '') return <span className="quiet">(an empty query)</span>
  return (
    <>
      {wordDiff(from, to).map(({ word, change }, at) => {
        const key = `${at} ${word}`
        if (change === 'added') return <span key={key}><ins>{word}</ins> </span>
        return change === 'left out' ? <span key={key}><del>{word}</del> </span> : <span key={key}>{word} </span>
      })}
    </>
  )
}
