// The area on the left: what is loaded, and the place where a user's own shards are added.
import { useId } from 'react'
import { count } from '../parts/format.ts'
import { useLibrary } from '../parts/stores.ts'
import { AddShards } from './AddShards.tsx'
import { PolicyCard } from './PolicyCard.tsx'
import { Rejections } from './Rejections.tsx'
import { ShopCard } from './ShopCard.tsx'

function Failure() {
  const failure = useLibrary((state) => state.failure)
  return failure === undefined ? null : <p role="alert" className="notice bad">{failure}</p>
}

function Announcement() {
  const shop = useLibrary((state) => state.shop)
  const text = shop === undefined ? '' : `${shop.dataset.name} loaded: ${count(shop.report.products)} products, ${count(shop.report.queries)} queries`
  return <p role="status" className="visually-hidden">{text}</p>
}

export function DataPanel() {
  const heading = useId()
  const report = useLibrary((state) => state.shop?.report)
  return (
    <section className="panel data" aria-labelledby={heading}>
      <h2 id={heading}>Data</h2>
      <Failure />
      <Announcement />
      <ShopCard />
      {report !== undefined && report.rejectedCount > 0 && <Rejections rejected={report.rejected} total={report.rejectedCount} />}
      <AddShards />
      <PolicyCard />
    </section>
  )
}
