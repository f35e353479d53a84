import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { testsEverything } from '../../../../test/support/everything.js'
import { compile } from './compile.js'

const here = import.meta.dirname
const root = fileURLToPath(new URL('../../../../', import.meta.url))

describe('the type tests', () => {
  it("are all in the repository's program, so that tsc checks them", () => {
    const { include } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config
    const { fileNames } = ts.parseJsonConfigFileContent({ include }, ts.sys, root)
    const files = readdirSync(here).filter((name) => name.endsWith('.test-d.ts'))
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((name) => !fileNames.includes(`${here}/${name}`))).toEqual([])
  })

  it.skipIf(!testsEverything)(
    'fail for a misspelt scope, a negative case that compiles, and a type that is not exactly as promised',
    () => {
      const said = compile(
        `
      import { type Exactly, includes, keyring } from './product.js'
      void keyring.verify('token', { scopes: ['members.raed'] })
      // @ts-expect-error it compiles
      void keyring.verify('token', { scopes: ['members.read'] })
      includes<Exactly<string, 'a' | 'b'>>()
    `,
        here,
      )
      expect(said.map((line) => line.slice(0, 6)).sort()).toEqual(['TS2344', 'TS2578', 'TS2820'])
      expect(said.join()).toContain(`Did you mean '"members.read"'`)
    },
  )

  // In a program of its own: a model is registered for all of it, other type tests included.
  it.skipIf(!testsEverything)('fail for a misspelt scope where only the registered model is known', () => {
    const said = compile(
      `
      import type { Principal, RegisteredAccess } from '@keywright/core'
      import { type access, type Exactly, includes, principal } from './product.js'
      declare module '@keywright/core' { interface Register { access: typeof access } }
      includes<Exactly<RegisteredAccess, typeof access>>()
      const registered: Principal<RegisteredAccess> = principal
      registered.allows('members.read')
      registered.allows('members.raed')
    `,
      here,
    )
    expect(said).toEqual([expect.stringMatching(/^TS2345 .*"members.raed"/)])
  })
})
