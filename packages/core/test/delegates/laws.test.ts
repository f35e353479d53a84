import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { access, openDelegating } from './delegates-setup.js'

const scopes = fc.subarray(['*', '*.read', 'members.*', ...access.scopes.keys()])
const resources = fc.option(fc.record({ board: fc.subarray(['b1', 'b2', 'b3']) }), { nil: undefined })
const given = fc
  .record({ scopes, resources })
  .map(({ resources: named, ...rest }) => ({ ...rest, ...(named === undefined ? {} : { resources: named }) }))
const authority = fc.record({ scopes, level: fc.constantFrom(null, 'read', 'edit') })
const boards = ['b1', 'b2', 'b3']
type Opened = Awaited<ReturnType<typeof openDelegating>>

/** Everything that a token can do now, in words; what it cannot is not in it. */
async function doneBy(opened: Opened, text: string): Promise<Set<string>> {
  const verdict = await opened.keyring.verify(text)
  if (!verdict.ok) return new Set()
  const { principal } = verdict
  const done = new Set<string>(principal.scopes)
  for (const scope of access.scopes.keys()) {
    if (principal.allows(scope)) done.add(scope)
    for (const id of boards) if (await principal.allowsOn(scope, { type: 'board', id })) done.add(`${scope} on ${id}`)
  }
  const levels = await principal.levelsOn('board', boards)
  for (const [id, level] of levels) {
    for (const scope of access.resources.get('board')?.scopesByLevel.get(level) ?? []) done.add(`${scope} on ${id}`)
  }
  return done
}

const both = (a: Set<string>, b: Set<string>): Set<string> => new Set([...a].filter((each) => b.has(each)))

/** Gives on what may be given on: scopes that the holder lacks are left out. */
async function give(opened: Opened, input: { readonly scopes: readonly string[] }, from: string): Promise<string> {
  const held = await doneBy(opened, from)
  const isHeld = (scope: string) => scope.includes('*') || [...held].some((each) => each.split(' ')[0] === scope)
  const kept = { ...input, scopes: input.scopes.filter(isHeld) }
  return (await opened.delegate(kept as Parameters<Opened['delegate']>[0], from)).text
}

const runs = { numRuns: 60 }

describe('the laws of delegated tokens', () => {
  it('none is ever wider than its key now, whatever becomes of the key and its owner', async () => {
    await fc.assert(
      fc.asyncProperty(given, fc.array(fc.oneof(authority, given), { maxLength: 3 }), async (input, changes) => {
        const opened = await openDelegating()
        const child = await give(opened, input, opened.parent)
        for (const change of [null, ...changes]) {
          if (change !== null && 'level' in change) {
            opened.host.authority = { scopes: change.scopes, levels: () => change.level }
          } else if (change !== null) {
            const named = change.scopes.filter((scope) => !access.resourceScopes.has(scope as never))
            await opened.keyring.update(opened.key.id, { scopes: named as never })
          }
          const [mine, whole] = [await doneBy(opened, child), await doneBy(opened, opened.parent)]
          expect(both(mine, whole)).toEqual(mine)
        }
      }),
      runs,
    )
  })

  it('whatever lowers the key lowers it, and nothing that the key gains later is more than it was given', async () => {
    await fc.assert(
      fc.asyncProperty(given, authority, async (input, { scopes, level }) => {
        const opened = await openDelegating()
        const child = await give(opened, input, opened.parent)
        const before = await doneBy(opened, child)
        opened.host.authority = { scopes, levels: () => level }
        const lowered = await doneBy(opened, child)
        expect(both(lowered, before)).toEqual(lowered)
      }),
      runs,
    )
  })

  it('giving on twice is the meet of both', async () => {
    await fc.assert(
      fc.asyncProperty(given, given, async (first, second) => {
        const opened = await openDelegating()
        const one = await give(opened, first, opened.parent)
        const two = await give(opened, second, one)
        // What the second was given, by itself.
        const held = await doneBy(opened, one)
        const named = second.scopes.filter((s) => s.includes('*') || [...held].some((each) => each.split(' ')[0] === s))
        const alone = await give(opened, { ...second, scopes: named }, opened.parent)
        const done = await doneBy(opened, two)
        // By scopes: a level is what is whole of it, so only what single scopes allow is compared.
        expect([...done].sort()).toEqual([...both(held, await doneBy(opened, alone))].sort())
      }),
      runs,
    )
  })

  it('any change of its text is refused', async () => {
    const opened = await openDelegating({
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'p'.repeat(31).concat('1') } }),
    })
    const { text } = await opened.delegate({ scopes: ['*'], resources: { board: boards } })
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const changed = String.fromCharCode(text.charCodeAt(at) ^ (1 << bit))
        expect((await opened.keyring.verify(text.slice(0, at) + changed + text.slice(at + 1))).ok).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})
