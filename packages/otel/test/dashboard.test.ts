import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { wrongSecret } from '@keywright/testkit'
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'
import { describe, expect, it } from 'vitest'
import { openWorld } from './world.js'

const folder = join(import.meta.dirname, '..')
const dashboard: Dashboard = JSON.parse(readFileSync(join(folder, 'grafana/dashboard.json'), 'utf8'))
const readme = readFileSync(join(folder, 'README.md'), 'utf8')

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}

const queries = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition = [] }) => definition),
]

/** Everything that can be emitted: a keyring that is used, refuses, changes keys, fails, and is out. */
async function everyMetric(): Promise<readonly MetricData[]> {
  const { keyring, ask, issue, telemetry, breakStore } = openWorld()
  const { id, token } = await issue()
  await ask({ authorization: `Bearer ${token}` })
  await keyring.verify(wrongSecret(token))
  await keyring.get('tk_live_x').catch(() => {})
  await keyring.revoke(id)
  breakStore()
  await keyring.verify(token)
  return telemetry.metrics()
}

/** A name in Prometheus, by the rules of OpenTelemetry: units are spelt out, counters end in `_total`. */
function inPrometheus({ descriptor, dataPointType, ...metric }: MetricData): readonly string[] {
  const unit = descriptor.unit === 's' ? '_seconds' : ''
  const name = `${descriptor.name.replaceAll('.', '_')}${unit}`
  if (dataPointType === DataPointType.HISTOGRAM) return [`${name}_bucket`, `${name}_count`, `${name}_sum`]
  return ['isMonotonic' in metric && metric.isMonotonic ? `${name}_total` : name]
}

describe('the dashboard for Grafana', () => {
  it('asks for each metric that is emitted, and for no other', async () => {
    const emitted = (await everyMetric()).map(inPrometheus)
    const asked = new Set(queries.flatMap((query) => query.match(/\bkeywright_\w+(?=\{|, job\))/g) ?? []))
    expect(emitted.length).toBeGreaterThan(6)
    expect(emitted.filter((names) => !names.some((name) => asked.has(name)))).toEqual([])
    expect([...asked].filter((name) => !emitted.flat().includes(name))).toEqual([])
  })

  it('groups and filters by attributes that its metrics have', async () => {
    const metrics = await everyMetric()
    for (const query of queries) {
      const [name = ''] = query.match(/\bkeywright_\w+(?=\{|, job\))/) ?? []
      const metric = metrics.find((one) => inPrometheus(one).includes(name))
      const has = metric?.dataPoints.flatMap(({ attributes }) =>
        Object.keys(attributes).map((key) => key.replaceAll('.', '_')),
      )
      const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '))
      const filtered = [...query.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, label = '']) => label)
      const unknown = [...grouped, ...filtered].filter((label) => !['le', 'job', ...(has ?? [])].includes(label))
      expect([query, unknown]).toEqual([query, []])
    }
  })
})

describe('the README', () => {
  it('has a row for each metric, with its attributes', async () => {
    const rows = new Map(
      [...readme.matchAll(/^\| `(keywright\.[\w.]+)` \|[^|\n]*\|([^|\n]*)\|/gm)].map(
        ([, name = '', attributes = '']) => [
          name,
          [...attributes.matchAll(/`([\w.]+)`/g)].map(([, one = '']) => one).sort(),
        ],
      ),
    )
    const emitted = (await everyMetric()).map(({ descriptor, dataPoints }) => [
      descriptor.name,
      [...new Set(dataPoints.flatMap(({ attributes }) => Object.keys(attributes)))].sort(),
    ])
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(emitted))
  })
})
