// The whole configuration as a link: settings, place, query and data set.
import { useEffect, useState } from 'react'
import { addressedData, addressNow } from '../../state/page.ts'
import { useWorkbench } from '../parts/stores.ts'

const SAID_MS = 4000

export function CopyLink() {
  const { library, run, view } = useWorkbench()
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (said === '') return undefined
    const timer = setTimeout(() => setSaid(''), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async (): Promise<void> => {
    const address = `${location.origin}${location.pathname}#${addressNow({ library, run, view })}`
    const data = addressedData(library.getState(), library)
    try {
      await navigator.clipboard.writeText(address)
      setSaid(data === undefined ? 'Link copied' : `Link copied; whoever opens it needs the files of ${data.name}`)
    } catch {
      setSaid('The browser does not let the page copy; the link is the page’s address')
    }
  }
  return (
    <span className="copy-link">
      <span role="status" className="quiet">{said}</span>
      <button type="button" className="plain" onClick={() => void copy()}>Copy link</button>
    </span>
  )
}
