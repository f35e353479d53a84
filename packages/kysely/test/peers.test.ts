import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { codeOf } from '../../../test/support/code-of.js'

const { KYSELY_PEERS: peers, KYSELY_PEERS_IN: modules = join(import.meta.dirname, '../node_modules') } = process.env
const read = (path: string) => JSON.parse(readFileSync(resolve(import.meta.dirname, path), 'utf8'))

it(`runs on the version of ${peers ?? 'this package'}`, () => {
  const { version } = read(join(modules, 'kysely/package.json'))
  expect(codeOf((options) => new Kysely(options))).toBe(`kysely@${version}`)
})

it('the lowest tested version is the one with which the peer range begins', () => {
  const { kysely: range } = read('../package.json').peerDependencies
  const { kysely: lowest } = read('peers/lowest/package.json').devDependencies
  expect(`${range.split(' ')[0]}.0`).toBe(`>=${lowest}`)
})
