import { spawnSync } from 'node:child_process'

// What importing core costs a process that begins: each import in a fresh process of its own, all in turn, again and again.
// The first line is what core needs of others in any case.
const rounds = 61
const contenders = [
  { name: 'node:crypto and nanoid', imports: ['node:crypto', 'nanoid'] },
  { name: '@keywright/core', imports: ['@keywright/core'] },
  { name: '@keywright/core/scope', imports: ['@keywright/core/scope'] },
] as const

interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
}

function measure(imports: readonly string[]): Cost {
  const code = `
    const start = performance.now()
    const before = process.cpuUsage()
    ${imports.map((name) => `await import('${name}')`).join('\n')}
    const { user, system } = process.cpuUsage(before)
    console.log(JSON.stringify({ wallMs: performance.now() - start, cpuMs: (user + system) / 1000 }))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

const measured = contenders.map((): Cost[] => [])
for (let round = 0; round <= rounds; round += 1) {
  for (const [index, { imports }] of contenders.entries()) {
    const cost = measure(imports)
    if (round > 0) measured[index]?.push(cost) // the first one reads the files from the disk
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const [base = []] = measured
const rows = contenders.map(({ name }, index) => {
  const costs = measured[index] ?? []
  const times = costs.map(({ cpuMs }, round) => cpuMs / (base[round]?.cpuMs ?? Number.NaN))
  return [
    name,
    {
      ms: median(costs.map(({ wallMs }) => wallMs)).toFixed(1),
      'CPU ms': median(costs.map(({ cpuMs }) => cpuMs)).toFixed(1),
      'times the CPU of the first': median(times).toFixed(2),
    },
  ] as const
})
console.log(`\nImports, each in ${rounds} fresh processes`)
console.table(Object.fromEntries(rows))
