import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { repeatOnly, testsEverything } from '../../../test/support/everything.js'

const at = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8')

describe('the built page', () => {
  it('is one script of at most 68 kB, gzipped, with the strings of another language', () => {
    const sent = ['build/element.js', 'build/de.js'].map((path) => gzipSync(at(path), { level: 9 }).length)
    expect(sent.reduce((sum, size) => sum + size)).toBeLessThan(68_000)
    expect(at('build/element.js')).not.toMatch(/^\s*import\b|\bimport\(/m)
  })

  it('asks for nothing of another origin, and makes no markup of text', () => {
    const script = at('build/element.js')
    const addresses = [...script.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([url]) => url)
    expect(addresses.filter((url) => !/^http:\/\/www\.w3\.org\//.test(url))).toEqual([])
    expect(script).not.toMatch(/\beval\(|new Function\b|document\.write|insertAdjacentHTML|localStorage|sessionStorage/)
  })
})

if (testsEverything) {
  describe('the types of the API', () => {
    it('are what its document generates', async () => {
      const { generateSchema } = await import('../generate-schema.js')
      expect(at('app/client/schema.ts')).toBe(await generateSchema())
    })
  })
} else repeatOnly('the types of the API')
