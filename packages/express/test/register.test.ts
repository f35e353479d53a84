import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'

const root = join(import.meta.dirname, '../../..')

/** What a product writes. It is compiled apart: what it registers would otherwise hold for this whole repository. */
const product = `
import { defineAccess, type Keyring } from '@keywright/core'
import { requireKey } from '@keywright/express'
import express from 'express'

const access = defineAccess({
  scopes: { 'members.read': 'View members', 'tasks.read': 'View tasks' },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})
declare module '@keywright/core' {
  interface Register {
    access: typeof access
  }
}
declare const keyring: Keyring<typeof access>

express().get('/', requireKey(keyring, { scopes: ['members.read'] }), async (req) => {
  req.principal.allows('members.read')
  await req.principal.allowsOn('tasks.read', { type: 'board', id: 'b1' })
  // @ts-expect-error no such scope
  req.principal.allows('members.reed')
})
// @ts-expect-error no such scope
requireKey(keyring, { scopes: ['members.reed'] })
`

it.skipIf(!testsEverything)(
  'requireKey: a misspelt name is a compiler error once the product has registered its access model',
  () => {
    const path = join(root, 'packages/express/test/product.ts')
    const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
    const { options } = ts.convertCompilerOptionsFromJson(
      { ...config.compilerOptions, isolatedDeclarations: false },
      root,
    )
    const host = ts.createCompilerHost(options)
    const { fileExists, getSourceFile } = host
    host.fileExists = (name) => name === path || fileExists(name)
    host.getSourceFile = (name, language, ...rest) =>
      name === path ? ts.createSourceFile(name, product, language) : getSourceFile(name, language, ...rest)
    // In all that the product imports, too: here that is our own source.
    const faults = ts.getPreEmitDiagnostics(ts.createProgram([path], options, host))
    expect(ts.formatDiagnostics(faults, host)).toBe('')
  },
  60_000,
)
