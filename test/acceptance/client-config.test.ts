import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import { describe, expect, it } from 'vitest'

const url = 'https://acme.toolio.app/mcp'

describe('configuration for MCP clients', () => {
  it.each(clientIds)("O10: %s gets a block with the workspace's own URL, and no key in it", (client) => {
    const { files, notes, warnings } = clientConfig(client, { name: 'toolio', url, env: 'TOOLIO_API_KEY' })
    expect(files.length).toBeGreaterThan(0)
    for (const { text } of files) expect(text).toContain(url)
    expect(files.map(({ text }) => text).join()).not.toMatch(/tak_[0-9A-Za-z]{4,}/)
    expect(warnings).toEqual([])
    expect(Array.isArray(notes)).toBe(true)
  })

  it('L7: the block refers to an environment variable in place of the token', () => {
    const [file] = clientConfig('claude-code', {
      name: 'almirant',
      url: 'https://api.almirant.ai/mcp?projectId=prj_1',
      env: 'ALMIRANT_API_KEY',
    }).files
    expect(JSON.parse(file?.text ?? '')).toMatchObject({
      mcpServers: {
        almirant: {
          url: 'https://api.almirant.ai/mcp?projectId=prj_1',
          headers: { Authorization: `Bearer $\{ALMIRANT_API_KEY}` },
        },
      },
    })
  })
})
