// A text with what it changed of another, word by word: added words in colour, those left out struck through, those that only moved dotted.
import { wordDiff } from './wordDiff.ts'
import './changes.css'

export function Diff({ from, to }: { readonly from: string; readonly to: string }) {
  if (to.trim() === '') return <span className="quiet">(an empty query)</span>
  return wordDiff(from, to).map(({ word, change }, at) => {
    const key = `${at} ${word}`
    if (change === 'added') return <span key={key}><ins>{word}</ins> </span>
    if (change === 'left out') return <span key={key}><del>{word}</del> </span>
    return <span key={key} {...(change === 'moved' ? { className: 'moved', title: 'moved' } : {})}>{word} </span>
  })
}

/** What was written for a query, against it. */
export function Rewrite({ query, rewrite }: { readonly query: string; readonly rewrite: string | undefined }) {
  return <p className="rewrite">{rewrite === undefined ? <span className="quiet">(a ranking, no text)</span> : <Diff from={query} to={rewrite} />}</p>
}
