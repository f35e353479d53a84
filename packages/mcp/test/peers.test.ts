import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer } from '@modelcontextprotocol/server'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { z as z4 } from 'zod/v4'
import { codeOf } from '../../../test/support/code-of.js'

const peers = process.env.MCP_PEERS
const folder = join(import.meta.dirname, peers === undefined ? '..' : `peers/${peers}`)
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const version = (name: string): string => read(join(folder, 'node_modules', name, 'package.json')).version
const info = { name: 'peers', version: '1' }
const named = (options: { readonly name: string }) => options.name

it(`runs on the versions of ${peers ?? 'this package'}`, () => {
  const zod = `zod@${version('zod')}`
  const sdk = `@modelcontextprotocol+sdk@${version('@modelcontextprotocol/sdk')}`
  // v1 uses the same zod for its schemas; v2 brings its own.
  expect(codeOf((options) => new ServerV1(info, options))).toMatch(sdk)
  expect(codeOf((options) => new ServerV1(info, options))).toMatch(zod)
  expect(codeOf((options) => new ClientV1(info, options))).toMatch(sdk)
  for (const [name, run] of [
    ['server', (options: never) => new McpServer(info, options)],
    ['client', (options: never) => new Client(info, options)],
  ] as const) {
    expect(codeOf(run)).toBe(`@modelcontextprotocol+${name}@${version(`@modelcontextprotocol/${name}`)}`)
  }
  expect(
    codeOf((options) =>
      z
        .unknown()
        .transform(() => named(options))
        .parse(1),
    ),
  ).toBe(zod)
  expect(
    codeOf((options) =>
      z4
        .unknown()
        .transform(() => named(options))
        .parse(1),
    ),
  ).toBe(zod)
})

it('the lowest tested versions are those with which the peer ranges begin', () => {
  const { peerDependencies } = read(join(import.meta.dirname, '../package.json'))
  const { devDependencies } = read(join(import.meta.dirname, 'peers/lowest/package.json'))
  for (const [name, range] of Object.entries(peerDependencies)) {
    if (name.startsWith('@modelcontextprotocol/')) expect([name, range]).toEqual([name, `^${devDependencies[name]}`])
  }
})
