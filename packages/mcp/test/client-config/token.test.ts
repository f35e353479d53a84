import { Secret } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { clientConfig, clientIds } from '../../src/client-config/index.js'
import { readEntry, textsIn } from './read-back.js'

const key = 'tk_live_4fGh7JkLmNpQrStUvWxYz012'
const token = new Secret(key)

describe.each([
  ['HTTP', { name: 'almirant', url: 'https://api.almirant.ai/mcp' }],
  ['stdio', { name: 'almirant', command: 'npx', args: ['-y', '@almirant/mcp'] }],
] as const)('a key that is passed as token, over %s', (_, options) => {
  it.each(clientIds)('is once in the files of %s, with a warning (L7)', (client) => {
    const { files, ...rest } = clientConfig(client, { ...options, token })
    for (const file of files) {
      const texts = textsIn(readEntry(file, 'almirant')).filter((text) => text.includes(key))
      expect(texts).toEqual(['url' in options ? `Bearer ${key}` : key])
      expect(file.text.split(key)).toHaveLength(2)
      expect(file.text).not.toMatch(/\$\{(?!AUTH_HEADER)|<ALMIRANT|inputs|env_vars?\b.*ALMIRANT/)
    }
    expect(JSON.stringify(rest)).not.toContain(key)
    expect(rest).toMatchObject({
      key: 'literal',
      warnings: [expect.stringContaining('The key itself is in this text')],
    })
  })

  it.each(clientIds)('is only in files of %s that are not committed', (client) => {
    const { files } = clientConfig(client, { ...options, token })
    expect(files.map(({ scope }) => scope)).toContain('user')
    expect(files.map(({ scope }) => scope)).not.toContain('project')
  })

  it.each(clientIds)('is in no command and no link of %s', (client) => {
    const config = clientConfig(client, { ...options, token })
    expect(config).not.toHaveProperty('command')
    expect(config).not.toHaveProperty('link')
  })
})
